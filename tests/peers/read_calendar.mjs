/* A calendar on standard input, as ical.js reads it, on standard output. */
import { readFileSync } from "node:fs";
import ICAL from "ical.js";

const calendar = new ICAL.Component(ICAL.parse(readFileSync(0, "utf8")));
const events = calendar.getAllSubcomponents("vevent").map((one) => {
  const event = new ICAL.Event(one);
  return {
    uid: event.uid,
    summary: event.summary,
    location: event.location,
    start: event.startDate.toString(),
    end: event.endDate.toString(),
    allDay: event.startDate.isDate,
    status: one.getFirstPropertyValue("status"),
    transparent: one.getFirstPropertyValue("transp") === "TRANSPARENT",
  };
});
console.log(JSON.stringify({ events }));
