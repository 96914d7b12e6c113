/* Saves a form as it is changed, says so, and brings the parts of the page that follow from it. Comfort only: without it the form has a
   button that saves. One save at a time: what changes meanwhile is saved after it, so that the last change is the one that stays. */

const QUIET = 600;

function body(form) {
  const fields = new URLSearchParams(new FormData(form));
  fields.delete("idempotency_key"); // that key is for sending: each save is a call of its own
  return fields;
}

function time(zone) {
  return new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: zone }).format(new Date());
}

/* The parts that the server makes anew. What has the focus stays as it is: nobody's select closes under their hand. */
async function bring(address) {
  const answer = await fetch(address, { headers: { accept: "text/html" } });
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of document.querySelectorAll("[data-part]")) {
    const found = fresh.querySelector(`[data-part="${part.dataset.part}"]`);
    if (found && !part.contains(document.activeElement)) part.replaceChildren(...found.childNodes);
  }
  const starts = fresh.querySelector("select[name=start]");
  const shown = document.querySelector("[data-autosave] select[name=start]");
  if (starts && shown && shown !== document.activeElement && starts.value === shown.value) {
    // Options that move one by one take the choice with them: a list that loses its chosen one chooses another.
    const chosen = shown.value;
    shown.replaceChildren(...starts.childNodes);
    shown.value = chosen;
  }
}

function watch(form) {
  const said = form.querySelector("[data-said]");
  let waiting = 0;
  let working = false;
  let again = false;

  async function save() {
    if (working) {
      again = true;
      return;
    }
    working = true;
    said.textContent = "Saving …";
    try {
      const answer = await fetch(form.dataset.autosave, { method: "POST", body: body(form), headers: { accept: "application/json" } });
      if (answer.ok) {
        const saved = await answer.json();
        const next = saved.start ? "The price and the lists follow your choice." : "No start is chosen yet: choose one before you send it.";
        said.textContent = `Saved ${time(said.dataset.zone)}. ${next}`;
        await bring(form.dataset.autosave.replace(/\/save$/, "")); // after a refusal the address bar names what was refused
      } else {
        const problem = await answer.json();
        said.textContent = `Not saved: ${problem.detail} ${problem.remedy ?? ""}`;
      }
    } catch {
      said.textContent = "Not saved: no connection. Your choice stays on this page; use Save in a moment.";
    }
    working = false;
    if (again) {
      again = false;
      await save();
    }
  }

  form.addEventListener("change", () => {
    clearTimeout(waiting);
    waiting = setTimeout(save, QUIET);
  });
  form.addEventListener("submit", () => clearTimeout(waiting));
}

for (const form of document.querySelectorAll("form[data-autosave]")) watch(form);
