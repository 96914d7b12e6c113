/* Counts the page's clocks down, minute by minute, in place. Comfort only: without it the page shows the minute it was made in.
   Business time may differ from this machine's clock, so only the distance between the two at load is used. The words are those of
   `filters.timeleft` in Python: change both together. */

const plural = (n, word) => `${n} ${word}${n === 1 ? "" : "s"}`;

export function timeleft(seconds, words = false) {
  const over = seconds <= 0;
  const whole = Math.abs(seconds);
  const days = Math.floor(whole / 86400);
  const hours = Math.floor((whole % 86400) / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  const parts = days ? [[days, "d", "day"], [days < 100 ? hours : 0, "h", "hour"]] : [[hours, "h", "hour"], [minutes, "min", "minute"]];
  const said = parts.filter(([n]) => n > 0).map(([n, short, long]) => (words ? plural(n, long) : `${n} ${short}`));
  if (!said.length) return over ? "overdue" : words ? "under 1 minute" : "under 1 min";
  return said.join(" ") + (over ? " over" : "");
}

function say(element, text) {
  if (element && element.textContent !== text) element.textContent = text;
}

function refresh(ahead) {
  for (const clock of document.querySelectorAll("[data-due]")) {
    const seconds = Math.floor((Date.parse(clock.dataset.due) - Date.now() - ahead) / 1000);
    say(clock.querySelector("[data-short]"), timeleft(seconds));
    say(clock.querySelector("[data-words]"), timeleft(seconds, true) + (seconds > 0 ? " left" : ""));
    (clock.querySelector(".left") ?? clock).classList.toggle("overdue", seconds <= 0);
    const meter = clock.querySelector("meter");
    if (meter) meter.value = Math.min(meter.max, Math.max(0, meter.max - seconds));
  }
}

if (typeof document !== "undefined") {
  const ahead = Date.parse(document.documentElement.dataset.now) - Date.now();
  setInterval(() => refresh(ahead), 15000);
  document.addEventListener("visibilitychange", () => refresh(ahead));
}
