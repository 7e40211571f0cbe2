// Show and hide a password. The button is in the page but hidden: without this script there is nothing to press.
for (const button of document.querySelectorAll("[data-reveals]")) {
  const field = document.getElementById(button.dataset.reveals);
  const show = (visible) => {
    field.type = visible ? "text" : "password";
    button.firstChild.data = visible ? button.dataset.hide : button.dataset.show;
  };
  button.hidden = false;
  show(false);
  button.addEventListener("click", () => show(field.type === "password"));
  field.form.addEventListener("submit", () => show(false)); // or the browser remembers it as ordinary text
}
