/* A button that copies what a read-only field holds. Comfort only: without it the field is selected and copied like any text. */

for (const offer of document.querySelectorAll("[data-copy]")) {
  const field = document.getElementById(offer.dataset.copy);
  const said = offer.querySelector("[role=status]");
  offer.hidden = false;
  offer.querySelector("button").addEventListener("click", async () => {
    field.focus();
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
      said.textContent = "Copied";
    } catch {
      said.textContent = "It is selected: copy it with Ctrl+C, or ⌘C on a Mac."; // a browser that lets no page write there
    }
  });
}
