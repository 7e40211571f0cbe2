// Copy what the support desk needs, one fact a line: exactly what the page shows, and nothing else. Or codes, under
// their label; or a key, without its spaces.
for (const button of document.querySelectorAll("[data-copies]")) {
  const source = document.getElementById(button.dataset.copies);
  const status = button.nextElementSibling;
  const terms = [...source.querySelectorAll("dt")];
  const lines = [...source.children].map((child) => child.textContent.trim());
  const label = button.dataset.label ? [button.dataset.label, ""] : [];
  const text = terms.length
    ? terms.map((term) => `${term.textContent}: ${term.nextElementSibling.textContent}`).join("\n")
    : lines.length
      ? [...label, ...lines].join("\n")
      : source.textContent.replace(/\s+/g, "");
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text);
      status.textContent = button.dataset.done;
    } catch {
      getSelection().selectAllChildren(source);
      status.textContent = button.dataset.failed;
    }
  });
}
for (const button of document.querySelectorAll("[data-prints]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}
