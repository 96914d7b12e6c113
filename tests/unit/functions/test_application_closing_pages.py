"""The applications room shortly before an application closes undecided: what both sides read is never later than that
(T13, T18, T20)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from shared.domain.programs.program import ReviewMode
from tests.builders import REVIEWER, TRAINEE
from tests.unit.functions.application_rooms import COORDINATOR, Rooms, primary, shown

CLOSES = datetime.fromisoformat("2027-02-16T06:00:00Z")
"""Midnight in Chicago, from which on the start of 1 March 2027 is less than 14 days away."""


@pytest.fixture
def rooms() -> Rooms:
    return Rooms().ready()


def taken(rooms: Rooms, before: timedelta) -> str:
    """Sent in November, taken up so long before it closes."""
    here = rooms.sent()
    rooms.clock.set(CLOSES - before)
    assert rooms.browser(REVIEWER).post(f"{here}/claim").status == 303
    return here


def test_T13_a_reviewer_reads_until_when_an_answer_would_count_and_the_trainee_the_same(rooms: Rooms) -> None:
    here = taken(rooms, timedelta(days=7))
    last = "Mon 15 Feb 2027, 12:00 Chicago"
    shown(
        rooms.browser(REVIEWER).get(here),
        200,
        f"and have until {last}",
        "asked to answer by Sun 14 Feb 2027, 00:00 Chicago",
    )
    rooms.browser(REVIEWER).post(f"{here}/ask", {"question": "Which ward?"})
    shown(rooms.browser(TRAINEE).get(here), 200, "Your reviewer asks you something", last)
    rooms.clock.set(CLOSES - timedelta(hours=12))
    shown(rooms.browser(TRAINEE).get(here), 200, "The time to answer is over", "was not answered in time")


def test_T20_the_trainee_reads_that_the_host_has_less_than_its_five_days(rooms: Rooms) -> None:
    here = taken(rooms, timedelta(days=4))
    rooms.browser(REVIEWER).post(f"{here}/route", {})
    shown(
        rooms.browser(TRAINEE).get(here),
        200,
        "The host is reading it",
        "Mon 15 Feb 2027, 12:00 Chicago",
        "less than its usual 5 days",
        never=("5 days or more",),
    )


def test_T13_less_than_a_day_before_it_closes_the_page_offers_no_question_and_a_forged_one_is_refused(
    rooms: Rooms,
) -> None:
    here = taken(rooms, timedelta(hours=23))
    tree = shown(
        rooms.browser(REVIEWER).get(here),
        200,
        "closes too soon to ask the trainee or the host",
        "undecided, it closes Tue 16 Feb 2027, 00:00 Chicago",
    )
    assert not tree.xpath("//form[contains(@action, '/ask') or contains(@action, '/route')]")
    assert primary(tree) == ["Approve"]
    shown(rooms.browser(REVIEWER).post(f"{here}/ask", {"question": "Which ward?"}), 409, "closes in less than 24 hours")
    shown(rooms.browser(REVIEWER).post(f"{here}/route", {}), 409, "closes in less than 24 hours")


def test_T19_a_host_that_decides_too_cannot_be_asked_so_late_and_the_page_says_what_is_left() -> None:
    rooms = Rooms(review_mode=ReviewMode.HOST).ready()
    here = taken(rooms, timedelta(hours=23))
    tree = shown(rooms.browser(REVIEWER).get(here), 200, "You need to decline: this host looks at applications itself")
    assert not tree.xpath("//form[contains(@action, '/route')]")


def test_T20_a_coordinator_so_late_takes_it_back_and_is_offered_no_new_question(rooms: Rooms) -> None:
    here = taken(rooms, timedelta(days=4))
    rooms.browser(REVIEWER).post(f"{here}/route", {})
    rooms.clock.set(CLOSES - timedelta(hours=12))
    tree = shown(rooms.browser(COORDINATOR).get(here), 200, "do without the host", never=("Ask the host once more",))
    assert primary(tree) == ["Do without the host"]


def test_T18_from_the_second_it_closes_on_nobody_is_offered_a_decision(rooms: Rooms) -> None:
    here = taken(rooms, timedelta(hours=2))
    rooms.clock.set(CLOSES)
    tree = shown(rooms.browser(REVIEWER).get(here), 200, "Closed", "There is nothing to decide here")
    assert primary(tree) == []
    shown(rooms.browser(REVIEWER).post(f"{here}/approve", {}), 409, "This application was closed")
    shown(rooms.browser(TRAINEE).get(here), 200, "We did not decide before the start came too near")
