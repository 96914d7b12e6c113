"""A rotation's calendar, read by npm's ical.js (PyPI's icalendar reads it in the service's own tests)."""

from __future__ import annotations

from shared.services.reservations.calendar_feeds import calendar
from tests.peers.peer import need, node
from tests.unit.services.reservations.reservation_scene import Scene
from tests.unit.services.reservations.test_calendar_feeds import NOW, scene, the_one

__all__ = ["scene"]


def test_ical_js_reads_the_same_rotation(scene: Scene) -> None:
    need("ical.js")
    program = scene.program.model_copy(update={"name": "Herz, Lunge; Übung — Chicago"})
    reserved = the_one(scene)
    read = node("read_calendar.mjs", calendar(reserved, program, NOW, "https://rota.test").to_ical())
    assert read["events"] == [
        {
            "uid": f"{reserved.id}@rota",
            "summary": f"Clinical rotation: {program.name}",
            "location": "Chicago, IL",
            "start": "2027-03-01",
            "end": "2027-03-29",
            "allDay": True,
            "status": "CONFIRMED",
            "transparent": True,
        }
    ]
