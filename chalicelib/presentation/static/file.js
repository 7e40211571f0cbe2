// A text file into the field of its form; who has no script pastes it there.
for (const place of document.querySelectorAll("[data-fills]")) {
  const field = document.getElementById(place.dataset.fills);
  const input = document.createElement("input");
  const label = document.createElement("label");
  input.type = "file";
  input.id = `${field.id}-file`;
  label.htmlFor = input.id;
  label.textContent = place.dataset.label;
  place.append(label, input);
  place.hidden = false;
  input.addEventListener("change", async () => {
    if (input.files[0]) field.value = await input.files[0].text();
  });
}
