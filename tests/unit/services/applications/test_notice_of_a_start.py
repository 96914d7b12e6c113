"""Nobody applies for a start nearer than undecided applications close (14 days, dates at the site): starting, saving
and sending refuse it alike, and nothing changes; what is on offer begins where they begin to accept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest

from shared.domain.core.calendar import weeks_covered
from shared.domain.core.errors import Invalid
from shared.domain.core.instants import parse
from tests.builders import FIRST_DAY, PROGRAM, TRAINEE
from tests.unit.services.applications.application_scene import AS_TRAINEE, Desk

TOO_NEAR = parse("2027-02-16T06:00:00Z")  # midnight in Chicago, 13 days before Monday 1 March
LAST_SECOND = TOO_NEAR - timedelta(seconds=1)
LATER = FIRST_DAY + timedelta(days=7)


def scene() -> Desk:
    """With seats for both starts."""
    desk = Desk().scene()
    desk.store.open_seats(PROGRAM, dict.fromkeys(weeks_covered(FIRST_DAY, 5), 2))
    return desk


def start(desk: Desk, _: str) -> object:
    return desk.draft("another key", start=FIRST_DAY)


def save(desk: Desk, id: str) -> object:
    return desk.submission.save(AS_TRAINEE, id, {"start": FIRST_DAY})


def submit(desk: Desk, id: str) -> object:
    return desk.submission.submit(AS_TRAINEE, id, {"start": FIRST_DAY})


@pytest.mark.parametrize("step", [start, save, submit])
def test_T15_a_start_14_days_ahead_can_be_applied_for_until_midnight_at_the_site(
    step: Callable[[Desk, str], object],
) -> None:
    desk = scene()
    id = desk.draft(start=LATER).id
    desk.clock.set(TOO_NEAR)
    before = desk.snapshot()
    with pytest.raises(Invalid, match="less than 14 days away") as refused:
        step(desk, id)
    assert (refused.value.facts["field"], refused.value.facts["earliest"]) == ("start", LATER.isoformat())
    assert desk.snapshot() == before
    desk.clock.set(LAST_SECOND)
    assert step(desk, id)


def test_T15_a_draft_whose_start_came_too_near_is_not_sent_and_stays() -> None:
    desk = scene()
    id = desk.draft(start=FIRST_DAY).id
    desk.clock.set(TOO_NEAR)
    before = desk.snapshot()
    with pytest.raises(Invalid, match="less than 14 days away"):
        desk.submission.submit(AS_TRAINEE, id)
    assert desk.snapshot() == before
    desk.submission.submit(AS_TRAINEE, id, {"start": LATER})
    assert desk.application(id).start == LATER


@pytest.mark.parametrize(("now", "first"), [(LAST_SECOND, FIRST_DAY), (TOO_NEAR, LATER)])
def test_T10_the_form_offers_the_starts_that_it_accepts(now: datetime, first: date) -> None:
    desk = scene()
    desk.clock.set(now)
    page = desk.prospects.of(TRAINEE, PROGRAM, None, None, None)
    assert page.starts[0].start == first
    asked = desk.prospects.of(TRAINEE, PROGRAM, None, FIRST_DAY, None)
    assert (asked.refused is None) is (first == FIRST_DAY)
