// Copy what the support desk needs, one fact a line: exactly what the page shows, and nothing else.
for (const button of document.querySelectorAll("[data-copies]")) {
  const source = document.getElementById(button.dataset.copies);
  const status = button.nextElementSibling;
  const terms = [...source.querySelectorAll("dt")];
  const text = terms.length
    ? terms.map((term) => `${term.textContent}: ${term.nextElementSibling.textContent}`).join("\n")
    : [...source.children].map((child) => child.textContent.trim()).join("\n");
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
