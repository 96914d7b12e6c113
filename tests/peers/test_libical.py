"""A rotation's calendar, read by Debian's libical."""

from __future__ import annotations

from shared.services.reservations.calendar_feeds import calendar
from tests.peers import libical
from tests.unit.services.reservations.reservation_scene import Scene
from tests.unit.services.reservations.test_calendar_feeds import NOW, scene, the_one

__all__ = ["scene"]


def test_libical_reads_the_same_rotation_and_finds_no_mistake(scene: Scene) -> None:
    program = scene.program.model_copy(update={"name": "Herz, Lunge; Übung — Chicago"})
    reserved = the_one(scene)
    mistakes, named, events = libical.read(calendar(reserved, program, NOW, "https://rota.test").to_ical())
    assert mistakes == 0
    assert "METHOD" not in named
    assert named["NAME"] == named["X-WR-CALNAME"] == f"Rota: {program.name}"
    (event,) = events
    assert event["UID"] == f"{reserved.id}@rota"
    assert event["SUMMARY"] == f"Clinical rotation: {program.name}"
    assert event["LOCATION"] == "Chicago, IL"
    assert (event["DTSTART"], event["DTEND"], event["DTSTAMP"]) == ("20270301", "20270329", "20261201T093000Z")
    assert (event["STATUS"], event["TRANSP"], event["CLASS"]) == ("CONFIRMED", "TRANSPARENT", "PRIVATE")
    assert event["URL"] == f"https://rota.test/reservations/{reserved.id}"
