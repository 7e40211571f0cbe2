// A logo from a file, and a colour from a picker. Both only fill in the form's own fields, so what is sent and checked is
// the same without this script. A drawing (SVG) becomes the PNG that mail programs show: twice as large as they show it.
for (const picker of document.querySelectorAll("[data-fills]")) {
  const field = document.getElementById(picker.dataset.fills);
  const status = document.getElementById(picker.dataset.status);
  const fill = (picture, most) => {
    const content = picture.split(",")[1] ?? "";
    const fits = picture.startsWith("data:image/png") && content.length * 3 <= most * 4;
    if (fits) field.value = content;
    status.textContent = fits ? status.dataset.done : status.dataset.failed;
  };
  const drawn = (picture) => {
    const image = new Image();
    image.onload = () => {
      const scale = Math.min(480 / (image.naturalWidth || 480), 80 / (image.naturalHeight || 80));
      const canvas = document.createElement("canvas");
      canvas.width = Math.max(16, Math.round((image.naturalWidth || 480) * scale));
      canvas.height = Math.max(16, Math.round((image.naturalHeight || 80) * scale));
      canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
      fill(canvas.toDataURL("image/png"), Number(picker.dataset.most));
    };
    image.onerror = () => fill("", 0);
    image.src = picture;
  };
  picker.closest(".picker").hidden = false;
  if (picker.type === "color") {
    picker.addEventListener("input", () => { field.value = picker.value; });
    field.addEventListener("input", () => { if (/^#[0-9a-f]{6}$/i.test(field.value)) picker.value = field.value; });
  } else {
    picker.addEventListener("change", () => {
      const reader = new FileReader();
      const [file] = picker.files;
      reader.onload = () => (file.type === "image/svg+xml" ? drawn(reader.result) : fill(reader.result, Number(picker.dataset.most)));
      if (file) reader.readAsDataURL(file);
    });
  }
}
