"""Weeks, starts and the two-year horizon (H17, T11, H06), and days in a site's zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from shared.domain.core import calendar
from shared.domain.core.errors import Invalid
from shared.domain.programs import starts
from shared.domain.programs.program import Vacation
from tests.unit.domain.samples import START, TODAY, a_program


@pytest.mark.parametrize(
    ("day", "week"),
    [
        (date(2027, 3, 1), "2027-W09"),
        (date(2027, 1, 1), "2026-W53"),
        (date(2027, 1, 4), "2027-W01"),
        (date(2025, 12, 29), "2026-W01"),
        (date(2028, 2, 29), "2028-W09"),
    ],
)
def test_week_of_a_day_is_its_iso_week(day, week) -> None:
    assert calendar.week_of(day) == week
    assert calendar.monday_of(week) <= day <= calendar.monday_of(week) + timedelta(days=6)


@pytest.mark.parametrize(
    "week", ["2027-W53", "2027-W00", "2027-9", "2027W09", "", "2027-W09 ", "x", "٢٠٢٧-W09", "0000-W01", "2027-W9"]
)
def test_text_that_is_no_iso_week_is_refused(week) -> None:
    with pytest.raises(Invalid) as refusal:
        calendar.monday_of(week)
    assert refusal.value.facts["field"] == "week"


def test_T11_four_weeks_end_on_start_plus_27() -> None:
    assert calendar.end_date(START) == START + timedelta(days=27) == date(2027, 3, 28)
    assert calendar.end_date(START).weekday() == 6


def test_weeks_covered_cross_a_long_iso_year() -> None:
    assert calendar.weeks_covered(date(2026, 12, 21), 4) == ("2026-W52", "2026-W53", "2027-W01", "2027-W02")
    grouped = calendar.by_iso_year(calendar.weeks_covered(date(2026, 12, 21), 4))
    assert grouped == {2026: ("W52", "W53"), 2027: ("W01", "W02")}


@pytest.mark.parametrize(
    ("today", "last"),
    [
        (date(2026, 11, 21), date(2028, 11, 21)),
        (date(2028, 2, 29), date(2030, 2, 28)),
        (date(2026, 2, 28), date(2028, 2, 28)),
    ],
)
def test_H17_horizon_is_two_years_and_29_february_becomes_28(today, last) -> None:
    assert calendar.horizon(today) == last


def test_H17_start_on_the_last_day_is_reservable_and_the_next_monday_is_not() -> None:
    last_monday = date(2028, 11, 20)
    program = a_program()
    starts.require_start(last_monday, 4, date(2026, 11, 20), program)
    with pytest.raises(Invalid) as refusal:
        starts.require_start(last_monday, 4, date(2026, 11, 19), program)
    assert refusal.value.facts == {"field": "start", "latest": "2028-11-19"}
    assert "more than 2 years away" in refusal.value.detail


def test_H17_horizon_on_a_leap_day_refuses_the_first_monday_after_28_february() -> None:
    starts.require_start(date(2030, 2, 25), 4, date(2028, 2, 29), a_program())
    with pytest.raises(Invalid):
        starts.require_start(date(2030, 3, 4), 4, date(2028, 2, 29), a_program())


def test_past_start_is_refused_and_today_is_not_past() -> None:
    with pytest.raises(Invalid) as refusal:
        starts.require_start(date(2026, 11, 16), 4, TODAY, a_program())
    assert refusal.value.facts["field"] == "start"
    assert refusal.value.detail == "Mon 16 November 2026 is in the past."
    starts.require_start(date(2026, 11, 16), 4, date(2026, 11, 16), a_program())


def test_start_that_is_no_monday_is_refused_with_the_two_nearest_mondays() -> None:
    with pytest.raises(Invalid) as refusal:
        starts.require_start(date(2027, 3, 3), 4, TODAY, a_program())
    assert refusal.value.facts["field"] == "start"
    assert refusal.value.remedy == "Choose Mon 1 March 2027 or Mon 8 March 2027."


def test_nearest_mondays_never_offer_one_in_the_past() -> None:
    with pytest.raises(Invalid) as refusal:
        starts.require_start(date(2026, 11, 22), 4, TODAY, a_program())
    assert refusal.value.remedy == "Choose Mon 23 November 2026."


def test_nearest_mondays_and_the_way_out_of_the_past_leave_the_notice_that_an_application_needs() -> None:
    for start, remedy in (
        (date(2026, 11, 16), "Choose a Monday from Mon 7 December 2026 on."),
        (date(2026, 12, 6), "Choose Mon 7 December 2026."),
        (date(2026, 12, 13), "Choose Mon 7 December 2026 or Mon 14 December 2026."),
    ):
        with pytest.raises(Invalid) as refusal:
            starts.require_start(start, 4, TODAY, a_program(), notice_days=14)
        assert refusal.value.remedy == remedy


@pytest.mark.parametrize(("weeks", "fine"), [(1, False), (2, True), (8, True), (9, False), (0, False), (-4, False)])
def test_T12_length_outside_the_programs_lengths_is_refused(weeks, fine) -> None:
    program = a_program(weeks_min=2, weeks_max=8)
    if fine:
        starts.require_start(START, weeks, TODAY, program)
        return
    with pytest.raises(Invalid) as refusal:
        starts.require_start(START, weeks, TODAY, program)
    assert refusal.value.facts == {"field": "weeks", "weeks_min": 2, "weeks_max": 8}
    assert refusal.value.remedy == "Choose 2 to 8 weeks."


def test_H06_vacation_closes_every_week_that_it_touches() -> None:
    sunday_to_monday = Vacation(first=date(2027, 3, 7), last=date(2027, 3, 15))
    assert starts.closed_weeks([sunday_to_monday]) == {"2027-W09", "2027-W10", "2027-W11"}
    one_day = Vacation(first=date(2027, 3, 14), last=date(2027, 3, 14))
    assert starts.closed_weeks([one_day]) == {"2027-W10"}


def test_capacity_is_zero_in_closed_weeks_and_covers_partial_weeks() -> None:
    program = a_program(capacity=3, vacations=[{"first": "2027-03-10", "last": "2027-03-12"}])
    found = starts.capacity_by_week(program, date(2027, 3, 3), date(2027, 3, 15))
    assert found == {"2027-W09": 3, "2027-W10": 0, "2027-W11": 3}


@pytest.mark.parametrize(
    ("day", "zone", "instant"),
    [
        (date(2027, 1, 15), "America/Chicago", datetime(2027, 1, 16, 5, 59, 59, tzinfo=UTC)),
        (date(2027, 7, 15), "America/Chicago", datetime(2027, 7, 16, 4, 59, 59, tzinfo=UTC)),
        (date(2027, 3, 14), "America/Chicago", datetime(2027, 3, 15, 4, 59, 59, tzinfo=UTC)),
        (date(2027, 11, 7), "America/Chicago", datetime(2027, 11, 8, 5, 59, 59, tzinfo=UTC)),
        (date(2027, 1, 15), "Pacific/Honolulu", datetime(2027, 1, 16, 9, 59, 59, tzinfo=UTC)),
        (date(2027, 7, 15), "America/Phoenix", datetime(2027, 7, 16, 6, 59, 59, tzinfo=UTC)),
    ],
)
def test_T28_end_of_a_local_day_is_its_last_second_across_clock_changes(day, zone, instant) -> None:
    assert calendar.end_of_day(day, zone) == instant
    assert calendar.local_date(instant, zone) == day
    assert calendar.local_date(instant + timedelta(seconds=1), zone) == day + timedelta(days=1)


def test_due_is_reached_at_its_second_and_a_due_day_has_passed_only_after_its_last() -> None:
    due = datetime(2027, 1, 16, 5, 59, 59, tzinfo=UTC)
    assert not calendar.reached(due, due - timedelta(seconds=1))
    assert calendar.reached(due, due)
    assert not calendar.passed(due, due + timedelta(microseconds=999_999))
    assert calendar.passed(due, due + timedelta(seconds=1))


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2027, 11, 30), 3, date(2028, 2, 29)),
        (date(2026, 9, 30), 3, date(2026, 12, 30)),
        (date(2026, 12, 31), 12, date(2027, 12, 31)),
    ],
)
def test_months_are_added_to_the_same_day_or_the_last_of_a_shorter_month(day, months, later) -> None:
    assert calendar.add_months(day, months) == later
