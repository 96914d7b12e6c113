"""Business hours (T18): 24 hours a day, Monday to Friday, except US federal holidays, in the operator's zone.

Friday 15:00 + 24 -> Monday 15:00. Clocks change on Sundays, which are never business days, so every business day has 24
hours; the arithmetic relies on zones all the same.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

ZONE = "America/Chicago"
"""The operator's, said here once; a policy names it as `business_zone`."""


@lru_cache(maxsize=32)
def federal_holidays(year: int) -> frozenset[date]:
    """Days on which federal offices are closed, observed ones included (Christmas 2027 is a Saturday: Friday the
    24th)."""
    import holidays  # 240 ms to import: only callers that need a business clock pay for it

    return frozenset(holidays.country_holidays("US", years=year, observed=True))


def is_business_day(day: date) -> bool:
    return day.weekday() < 5 and day not in federal_holidays(day.year)


def add_business_hours(instant: datetime, hours: float) -> datetime:
    """The first instant (UTC) by which `hours` business hours have gone by since `instant`. `hours` >= 0; ValueError
    otherwise."""
    return add_business_time(instant, timedelta(hours=hours))


def add_business_time(instant: datetime, left: timedelta) -> datetime:
    """As `add_business_hours`, for a remainder that must keep its seconds. `left` >= 0; ValueError otherwise."""
    if left < timedelta():
        raise ValueError("business hours count forward")
    at = instant.astimezone(UTC)
    while left:
        day = at.astimezone(ZoneInfo(ZONE)).date()
        midnight = _midnight(day + timedelta(days=1))
        if is_business_day(day):
            if left <= midnight - at:
                return at + left
            left -= midnight - at
        at = midnight
    return at


def business_time_between(start: datetime, end: datetime) -> timedelta:
    """Business time that goes by from `start` to `end`; negative when `end` is the earlier one."""
    if end < start:
        return -business_time_between(end, start)
    total, at, end = timedelta(), start.astimezone(UTC), end.astimezone(UTC)
    while at < end:
        day = at.astimezone(ZoneInfo(ZONE)).date()
        until = min(_midnight(day + timedelta(days=1)), end)
        if is_business_day(day):
            total += until - at
        at = until
    return total


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(0), ZoneInfo(ZONE)).astimezone(UTC)
