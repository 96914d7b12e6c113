/* Chooses the time zone that this browser is set to, where nothing was chosen yet. Comfort only: the list is there without it. */

const list = document.querySelector("select[name=zone]");
const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (list?.value === "UTC" && [...list.options].some((option) => option.value === here)) list.value = here;
