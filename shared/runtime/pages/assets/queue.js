/* Walks the queue by keyboard: j and k move the focus from row to row, Enter follows the link as everywhere, c takes the row, ? shows the
   help. Comfort only: without it the rows are links and buttons. Single keys can be switched off (WCAG 2.1.4); this browser remembers it. */

const STORED = "queue-keys";
const rows = [...document.querySelectorAll("[data-queue] tbody tr")];
const help = document.querySelector("[data-keys]");
const toggle = help?.querySelector("button");
let on = remembered() !== "off";

function remembered() {
  try {
    return localStorage.getItem(STORED);
  } catch {
    return null; // a browser that keeps nothing: the keys are on, and stay off only for this page
  }
}

function remember(value) {
  try {
    localStorage.setItem(STORED, value);
  } catch {
    on = value === "on"; // as above
  }
}

function say() {
  toggle.setAttribute("aria-pressed", String(on));
  toggle.textContent = on ? "Keys are on" : "Keys are off";
}

function here() {
  return rows.findIndex((row) => row.contains(document.activeElement));
}

function go(to) {
  rows[Math.min(rows.length - 1, Math.max(0, to))]?.querySelector("[data-open]").focus();
}

const KEYS = {
  j: () => go(here() + 1),
  k: () => go(here() < 0 ? 0 : here() - 1),
  c: () => rows[here()]?.querySelector("[data-claim]")?.requestSubmit(),
  "?": () => {
    help.open = true;
    help.querySelector("summary").focus();
  },
};

if (help && rows.length) {
  help.hidden = false;
  say();
  toggle.addEventListener("click", () => {
    on = !on;
    remember(on ? "on" : "off");
    say();
  });
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea, select, [contenteditable]");
    if (!on || typing || event.ctrlKey || event.metaKey || event.altKey || !KEYS[event.key]) return;
    event.preventDefault();
    KEYS[event.key]();
  });
}
