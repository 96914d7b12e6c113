/* Chooses the time zone that this browser is set to, where nothing was chosen yet; a zone that the list does not have, or
   knows by a newer name, is added to it. Comfort only: the list is there without it. */

const list = document.querySelector("select[name=zone]");
const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (list?.value === "UTC" && here) {
  if (![...list.options].some((option) => option.value === here)) list.add(new Option(here.replaceAll("_", " "), here));
  list.value = here;
}
