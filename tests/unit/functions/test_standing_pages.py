"""Who owes what until when, as both sides read it of an approved application: waiting in line, held a seat, paying, or
only open (C3)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from shared.domain.core.instants import iso
from tests import builders
from tests.builders import REVIEWER, TRAINEE
from tests.fakes.clock import START
from tests.unit.functions.application_rooms import COORDINATOR, Rooms, shown
from tests.unit.services.waitlist.waitlist_scene import Line

HELD_UNTIL = START + timedelta(minutes=30)


@pytest.fixture
def rooms() -> Rooms:
    return Rooms().ready()


def approved(rooms: Rooms, **changes: Any) -> str:
    here = rooms.approved()
    builders.change(rooms.store, "APPLICATION", here.rsplit("/", 1)[1], changes)
    return here


def paying(rooms: Rooms) -> str:
    here = approved(rooms, live_reservation_id="seat-1")
    held = Line().hold.reserved.model_copy(
        update={"id": "seat-1", "application_id": here.rsplit("/", 1)[1], "trainee_id": TRAINEE}
    )
    builders.stored(rooms.store, "RESERVATION", "seat-1", held.model_dump(mode="json"))
    return here


def test_while_the_trainee_pays_both_sides_read_until_when_the_seat_is_held(rooms: Rooms) -> None:
    here = paying(rooms)
    mine, theirs = (rooms.api(who).get(here).json["standing"] for who in (TRAINEE, REVIEWER))
    assert (mine["who_acts"], mine["due_at"]) == ("you", iso(HELD_UNTIL))
    assert (theirs["who_acts"], theirs["due_at"], theirs["href"]) == ("the trainee", iso(HELD_UNTIL), "")
    shown(rooms.browser(TRAINEE).get(here), 200, "A seat is held while you pay", "Mon 23 Nov 2026, 09:30 Chicago")
    shown(
        rooms.browser(REVIEWER).get(here),
        200,
        "a seat is held while the trainee pays",
        "Mon 23 Nov 2026, 09:30 Chicago",
        never=("There is nothing to decide here",),
    )


def test_while_the_trainee_pays_their_lists_say_until_when(rooms: Rooms) -> None:
    paying(rooms)
    (one,) = rooms.api(TRAINEE).get("/applications").json["applications"]
    (card,) = rooms.in_workspace(rooms.api(TRAINEE)).get("/workspace").json["hub"]["applications"]
    assert one["standing"]["due_at"] == card["standing"]["due_at"] == iso(HELD_UNTIL)


def test_staff_read_that_the_trainee_stands_in_line_and_since_when_and_nobody_is_told_to_reserve(rooms: Rooms) -> None:
    here = approved(rooms, waitlist={"status": "WAITING", "number": 1, "since": iso(START)})
    standing = rooms.api(COORDINATOR).get(here).json["standing"]
    assert (standing["who_acts"], standing["due_at"], standing["started_at"]) == ("", None, iso(START))
    shown(
        rooms.browser(COORDINATOR).get(here),
        200,
        "the trainee waits in line for a seat",
        "In line since Mon 23 Nov 2026, 09:00 Chicago",
        never=("There is nothing to decide here",),
    )
    hub = rooms.in_workspace(rooms.api(TRAINEE)).get("/workspace").json["hub"]
    assert [task["code"] for task in hub["tasks"]] == []


def test_both_sides_read_until_when_a_seat_of_the_line_is_held_for_the_trainee(rooms: Rooms) -> None:
    until = START + timedelta(hours=48)
    here = approved(
        rooms,
        live_reservation_id="seat-1",
        waitlist={"status": "OFFERED", "number": 1, "since": iso(START), "until": iso(until)},
    )
    standing = rooms.api(COORDINATOR).get(here).json["standing"]
    assert (standing["who_acts"], standing["due_at"]) == ("the trainee", iso(until))
    for who, words in (
        (COORDINATOR, "a seat is held for the trainee"),
        (TRAINEE, "A seat came back and is held for you"),
    ):
        shown(rooms.browser(who).get(here), 200, words, "Wed 25 Nov 2026, 09:00 Chicago")


@pytest.mark.parametrize("state", ["sent", "taken", "asked", "routed", "approved", "withdrawn"])
def test_no_state_tells_staff_that_they_are_the_trainee(rooms: Rooms, state: str) -> None:
    here = {"sent": rooms.sent, "approved": rooms.approved, "withdrawn": rooms.sent}.get(state, rooms.taken)()
    if state == "asked":
        rooms.browser(REVIEWER).post(f"{here}/ask", {"question": "Which ward?"})
    if state == "routed":
        rooms.browser(REVIEWER).post(f"{here}/route", {})
    if state == "withdrawn":
        rooms.browser(TRAINEE).post(f"{here}/withdraw", {})
    standing = rooms.api(COORDINATOR).get(here).json["standing"]
    assert standing["who_acts"] != "you"
    assert "your" not in f"{standing['headline']} {standing['sentence']} {standing['who_acts']}".lower()
    assert (standing["href"], standing["action"]) == ("", "")
