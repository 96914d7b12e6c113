/* Says before an upload what the bucket would say after it, in a stranger's words. Comfort only: without it the bucket still refuses. */

for (const field of document.querySelectorAll("input[type=file][data-max]")) {
  field.addEventListener("change", () => {
    const [file] = field.files;
    const large = file && file.size > Number(field.dataset.max);
    field.setCustomValidity(large ? "This file is larger than 10 MB. Save it as a smaller PDF." : file && !file.size ? "This file is empty." : "");
    field.reportValidity();
  });
}
