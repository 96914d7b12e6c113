"""What the trainee's list says of somebody who waits: whose turn it is, until when, and what happened."""

from __future__ import annotations

from datetime import timedelta

from shared.services.applications.status_text import Standing, standing, timeline
from tests.builders import START
from tests.unit.services.waitlist.waitlist_scene import FIRST, Line


def told(line: Line) -> Standing:
    return standing(line.application(FIRST[0]), line.program, line.clock.now())


def test_waitlist_who_waits_owes_nothing_and_is_led_to_their_place() -> None:
    line = Line()
    line.join(FIRST)
    line.clock.move(timedelta(days=30))
    found = told(line)
    assert (found.headline, found.due_at, found.href) == (
        "You are on the waitlist",
        None,
        f"/reservations/for/{FIRST[0]}",
    )
    assert found.sentence.startswith("You need to do nothing.")


def test_waitlist_who_has_an_offer_owes_the_payment_by_its_end_and_afterwards_what_was_left_counts() -> None:
    line = Line().offered()
    assert (told(line).who_acts, told(line).due_at) == ("you", line.application(FIRST[0]).waitlist.until)
    line.run_sweep(hours=48)
    assert told(line).headline == "Approved: reserve your seat"
    assert told(line).due_at == START + timedelta(days=7, hours=48, minutes=30)
    rows = line.store.history("APPLICATION", FIRST[0])
    said = [one.title for one in timeline(line.application(FIRST[0]), rows, line.clock.now())]
    assert said[1:4] == [
        "Joined the waitlist; the time to reserve stood still",
        "A seat came back and was held",
        "Waiting ended; the time to reserve counted on",
    ]
