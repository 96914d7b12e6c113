/* Asks again every two seconds, for two minutes, whether what the page waits for has come, and shows it. Comfort only: without it
   the page refreshes itself, and its link asks as well. */

const waiting = "[data-follow]";
const again = 2_000;
const patience = 120_000;
const began = Date.now();

async function look() {
  try {
    const answer = await fetch(location.href, { headers: { accept: "text/html" } });
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (answer.ok && !fresh.querySelector(waiting)) return location.reload();
  } catch {
    // No connection at the moment: the next look may have one.
  }
  if (Date.now() - began < patience) setTimeout(look, again);
}

if (document.querySelector(waiting)) setTimeout(look, again);
