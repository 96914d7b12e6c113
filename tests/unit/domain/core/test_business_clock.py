"""The business clock (T18): 24 hours a day on business days, America/Chicago, US federal holidays observed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from shared.domain.core.business_clock import (
    add_business_hours,
    business_time_between,
    federal_holidays,
    is_business_day,
)

CHICAGO = ZoneInfo("America/Chicago")


def local(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=CHICAGO)  # type: ignore[misc, arg-type]


@pytest.mark.parametrize(
    ("begin", "hours", "end"),
    [
        (local(2026, 11, 20, 15), 24, local(2026, 11, 23, 15)),  # Friday 15:00 -> Monday 15:00
        (local(2026, 11, 18, 9), 24, local(2026, 11, 19, 9)),
        (local(2026, 11, 20, 15), 72, local(2026, 11, 25, 15)),
        (local(2026, 11, 25, 15), 24, local(2026, 11, 27, 15)),  # across Thanksgiving
        (local(2026, 11, 21, 12), 4, local(2026, 11, 23, 4)),  # from a Saturday
        (local(2026, 11, 20, 15), 9, local(2026, 11, 21, 0)),  # just fills Friday
        (local(2027, 3, 12, 15), 24, local(2027, 3, 15, 15)),  # across the start of daylight saving time
        (local(2027, 11, 5, 15), 24, local(2027, 11, 8, 15)),  # and across its end
        (local(2027, 12, 23, 15), 24, local(2027, 12, 27, 15)),  # Christmas 2027 is a Saturday: Friday is observed
        (local(2027, 7, 2, 15), 24, local(2027, 7, 6, 15)),  # 4 July 2027 is a Sunday: Monday is observed
        (local(2027, 12, 30, 15), 24, local(2028, 1, 3, 15)),  # 1 January 2028 is a Saturday: 31 December is observed
        (local(2028, 2, 28, 15), 24, local(2028, 2, 29, 15)),
        (local(2026, 11, 20, 15), 0.5, local(2026, 11, 20, 15, 30)),
    ],
)
def test_T18_business_hours_skip_weekends_and_federal_holidays(begin, hours, end) -> None:
    assert add_business_hours(begin, hours) == end
    assert business_time_between(begin, end) == timedelta(hours=hours)


def test_answer_is_a_utc_instant_and_zero_hours_change_nothing() -> None:
    saturday = datetime(2026, 11, 21, 12, tzinfo=UTC)
    assert add_business_hours(saturday, 0) == saturday
    assert add_business_hours(local(2026, 11, 18, 9), 1).tzinfo is UTC


def test_friday_15_to_monday_15_is_72_wall_hours_and_71_or_73_when_clocks_change() -> None:
    for friday, wall in ((local(2026, 11, 20, 15), 72), (local(2027, 3, 12, 15), 71), (local(2027, 11, 5, 15), 73)):
        assert add_business_hours(friday, 24) - friday.astimezone(UTC) == timedelta(hours=wall)


def test_hours_backwards_are_negative_and_counting_back_is_refused() -> None:
    monday, tuesday = local(2026, 11, 23, 9), local(2026, 11, 24, 9)
    assert business_time_between(tuesday, monday) == timedelta(hours=-24)
    with pytest.raises(ValueError, match="forward"):
        add_business_hours(monday, -1)


def test_federal_holidays_are_the_eleven_with_their_observed_days() -> None:
    weekdays = {day for day in federal_holidays(2026) if day.weekday() < 5}
    assert weekdays == {
        date(2026, 1, 1),
        date(2026, 1, 19),
        date(2026, 2, 16),
        date(2026, 5, 25),
        date(2026, 6, 19),
        date(2026, 7, 3),
        date(2026, 9, 7),
        date(2026, 10, 12),
        date(2026, 11, 11),
        date(2026, 11, 26),
        date(2026, 12, 25),
    }
    assert not is_business_day(date(2026, 7, 3))
    assert is_business_day(date(2026, 7, 6))
