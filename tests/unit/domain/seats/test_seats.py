"""The pure part of the seat gate (T12): starts with a seat in every week."""

from __future__ import annotations

from datetime import date

import pytest
from pydantic import ValidationError

from shared.domain.seats.seats import (
    SeatYear,
    WeekSeats,
    free_by_week,
    free_starts,
    new_seat_years,
    seats_for,
)
from tests.unit.domain.samples import START, TODAY, a_program


def a_year(year: int, **weeks: tuple[int, int]) -> SeatYear:
    counters = {key: {"capacity": capacity, "taken": taken} for key, (capacity, taken) in weeks.items()}
    return SeatYear.model_validate({"program_id": "lakeside-cardiology", "year": year, "weeks": counters})


def test_T12_start_is_free_only_with_a_seat_in_every_week_and_counts_the_least() -> None:
    year = a_year(2027, W09=(3, 0), W10=(3, 1), W11=(3, 0), W12=(3, 0), W13=(3, 3), W14=(3, 0))
    found = free_starts([year], START, date(2027, 4, 5), 4, TODAY)
    assert [(start.start, start.week, start.seats) for start in found] == [(START, "2027-W09", 2)]
    assert [start.week for start in free_starts([year], START, date(2027, 4, 5), 1, TODAY)] == [
        "2027-W09",
        "2027-W10",
        "2027-W11",
        "2027-W12",
        "2027-W14",
    ]


def test_start_across_new_year_needs_seats_of_both_years() -> None:
    old, new = a_year(2026, W52=(1, 0), W53=(1, 0)), a_year(2027, W01=(1, 0), W02=(1, 0))
    start = date(2026, 12, 21)
    assert [found.seats for found in free_starts([old, new], start, start, 4, TODAY)] == [1]
    assert free_starts([old], start, start, 4, TODAY) == []


def test_free_starts_never_lie_in_the_past() -> None:
    year = a_year(2026, W46=(1, 0), W47=(1, 0), W48=(1, 0))
    assert [start.start for start in free_starts([year], date(2026, 11, 1), date(2026, 12, 31), 1, TODAY)] == [
        date(2026, 11, 23)
    ]


def test_H21_week_reserved_above_a_lowered_capacity_has_no_free_seat() -> None:
    assert a_year(2027, W09=(1, 2)).free("W09") == 0
    assert a_year(2027).free("W09") == 0
    assert free_by_week([a_year(2027, W09=(3, 1))]) == {"2027-W09": 2}
    assert seats_for({"2027-W09": 2}, ()) == 0


@pytest.mark.parametrize("counter", ["capacity", "taken", "waiting"])
def test_T27_a_weeks_counters_go_down_to_nothing_and_not_below(counter: str) -> None:
    assert getattr(WeekSeats(**{"capacity": 1, counter: 0}), counter) == 0
    with pytest.raises(ValidationError):
        WeekSeats(**{"capacity": 1, counter: -1})


def test_new_seat_years_open_every_week_empty_and_closed_weeks_without_seats() -> None:
    program = a_program(vacations=[{"first": "2026-12-24", "last": "2027-01-01"}])
    old, new = new_seat_years(program, date(2026, 12, 14), date(2027, 1, 10))
    assert {key: week.capacity for key, week in old.weeks.items()} == {"W51": 2, "W52": 0, "W53": 0}
    assert {key: (week.capacity, week.taken) for key, week in new.weeks.items()} == {"W01": (2, 0)}
    assert (old.year, new.year) == (2026, 2027)
