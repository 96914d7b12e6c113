"""H19, H20: the list by week, lateness to the second, and when to remind; and the directory of partners (T31)."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from shared.domain.core.calendar import end_of_day, start_of_day
from shared.domain.core.errors import Invalid
from shared.domain.core.instants import parse
from shared.domain.core.policy import CURRENT
from shared.domain.reservations import partners
from shared.domain.reservations.preparation import ITEMS, PrepKind, by_week, next_reminder, reminders_from, tasks

START, ZONE = date(2027, 6, 7), "America/Chicago"
NOW = parse("2026-11-23T15:00:00Z")
SECOND = timedelta(seconds=1)


def listed(
    reserved_on: date = date(2026, 11, 23), now: datetime = NOW, **done: datetime
) -> dict[str, tuple[date, bool]]:
    found = tasks(START, reserved_on, {PrepKind(kind): at for kind, at in done.items()}, ZONE, now)
    return {task.kind: (task.due_on, task.late) for task in found}


def test_H19_every_item_of_the_requirement_has_its_week_before_the_start() -> None:
    assert {kind: due for kind, (due, _) in listed().items()} == {
        "visa": date(2027, 4, 4),
        "flights": date(2027, 5, 2),
        "housing": date(2027, 5, 2),
        "insurance": date(2027, 5, 16),
        "transportation": date(2027, 5, 30),
    }


def test_H19_by_week_each_week_is_named_by_its_days_and_its_distance() -> None:
    weeks = by_week(tasks(START, date(2026, 11, 23), {}, ZONE, NOW), START)
    assert [(week.first_day, week.last_day, week.weeks_before, len(week.tasks)) for week in weeks] == [
        (date(2027, 3, 29), date(2027, 4, 4), 10, 1),
        (date(2027, 4, 26), date(2027, 5, 2), 6, 2),
        (date(2027, 5, 10), date(2027, 5, 16), 4, 1),
        (date(2027, 5, 24), date(2027, 5, 30), 2, 1),
    ]


@pytest.mark.parametrize(
    ("reserved_on", "due"), [(date(2027, 4, 4), date(2027, 4, 4)), (date(2027, 4, 5), date(2027, 4, 11))]
)
def test_H20_what_should_have_been_done_before_the_reservation_is_due_in_its_week(reserved_on: date, due: date) -> None:
    assert listed(reserved_on)["visa"][0] == due


def test_H20_a_seat_reserved_in_its_last_week_has_everything_in_that_week() -> None:
    reserved_on = START - timedelta(days=3)
    weeks = by_week(tasks(START, reserved_on, {}, ZONE, NOW), START)
    assert [(week.last_day, week.weeks_before, len(week.tasks)) for week in weeks] == [
        (date(2027, 6, 6), 1, len(ITEMS))
    ]


def test_an_item_is_late_from_the_second_after_its_sunday_at_the_site_unless_done() -> None:
    last = end_of_day(date(2027, 4, 4), ZONE)
    assert listed(now=last)["visa"] == (date(2027, 4, 4), False)
    assert listed(now=last + SECOND)["visa"] == (date(2027, 4, 4), True)
    assert listed(now=last + SECOND, visa=NOW)["visa"] == (date(2027, 4, 4), False)


def test_H20_reminders_begin_at_midnight_at_the_site_ninety_days_before_across_the_clock_change() -> None:
    assert reminders_from(START, ZONE, CURRENT) == parse("2027-03-09T06:00:00Z"), "still winter time in Chicago"
    assert start_of_day(START, ZONE) == parse("2027-06-07T05:00:00Z"), "the start is in summer time"


@pytest.mark.parametrize("days", [90, 60, 30, 14, 7])
def test_H20_the_next_reminder_is_this_one_until_its_second_and_then_the_following(days: int) -> None:
    here = start_of_day(START - timedelta(days=days), ZONE)
    after = [
        start_of_day(START - timedelta(days=later), ZONE)
        for later in CURRENT.reservation.prep_reminder_days
        if later < days
    ]
    assert next_reminder(START, ZONE, here - SECOND, CURRENT) == here
    assert next_reminder(START, ZONE, here, CURRENT) == (after[0] if after else None)


# --- partners ---------------------------------------------------------------------------------------------------------
def test_T31_the_directory_has_partners_of_each_kind_under_ids_of_their_own() -> None:
    found = partners.directory()
    assert {one.kind for one in found} == {PrepKind.HOUSING, PrepKind.TRANSPORTATION, PrepKind.INSURANCE}
    assert len({one.id for one in found}) == len(found)
    assert all(one.contact.endswith(".example") for one in found), (
        "invented names, so that nobody takes them for real ones"
    )


def test_T31_an_unknown_partner_is_refused_at_its_field() -> None:
    with pytest.raises(Invalid) as refused:
        partners.get("nobody")
    assert refused.value.facts["field"] == "partner_id"
    assert partners.find("nobody") is None
