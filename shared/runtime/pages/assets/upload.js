/* Says before an upload what we would say after it, and sends it through a form made that very moment, so that nobody who looked for a file
   for long meets a form that has run out, in the bucket's own words. Comfort only: the form on the page works for hours without it. */

async function send(form) {
  const back = new URL(form.elements.success_action_redirect.value).searchParams;
  const wish = new URLSearchParams({ kind: back.get("kind"), next: back.get("next") });
  const answer = await fetch("/documents/uploads", { method: "POST", body: wish, headers: { accept: "application/json" } });
  if (answer.status === 401) {
    location.assign(`/accounts/sign-in?${new URLSearchParams({ next: back.get("next") })}`);
    return;
  }
  if (!answer.ok) throw new Error(`no form: ${answer.status}`);
  const { url, fields } = await answer.json();
  for (const [name, value] of Object.entries(fields)) form.elements.namedItem(name).value = value;
  form.setAttribute("action", url);
  form.submit();
}

for (const field of document.querySelectorAll("input[type=file][data-max]")) {
  let sending = false;
  addEventListener("pageshow", () => (sending = false)); // also when somebody comes back

  field.addEventListener("change", () => {
    const [file] = field.files;
    const large = file && file.size > Number(field.dataset.max);
    field.setCustomValidity(large ? "This file is larger than 10 MB. Save it as a smaller PDF." : file && !file.size ? "This file is empty." : "");
    field.reportValidity();
  });

  field.form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (sending) return;
    sending = true;
    try {
      await send(field.form);
    } catch {
      sending = false;
      field.setCustomValidity("We cannot be reached. Nothing was sent: press the button again in a moment.");
      field.reportValidity();
      field.setCustomValidity("");
    }
  });
}
