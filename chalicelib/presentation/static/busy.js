// A button that was pressed shows that work is under way, and takes no second press meanwhile. It is never disabled: after
// a while it can be pressed again, and a page that comes back from the browser's cache is as new. Without this script the
// portal answers a second press as it answered the first.
const PATIENCE = 10000; // milliseconds
const working = document.getElementById("working");
let resting;

const rest = () => {
  clearTimeout(resting);
  working.textContent = "";
  for (const button of document.querySelectorAll("[aria-busy]")) button.removeAttribute("aria-busy");
};

addEventListener("submit", (event) => {
  if (event.defaultPrevented || event.target.method !== "post") return;
  if (event.target.querySelector("[aria-busy]")) {
    event.preventDefault();
    return;
  }
  rest();
  (event.submitter ?? event.target.querySelector("button"))?.setAttribute("aria-busy", "true");
  working.textContent = working.dataset.said;
  resting = setTimeout(rest, PATIENCE);
});
addEventListener("pageshow", rest);
