"""Dates of rotations: ISO weeks ("2027-W09"), Monday starts, the two-year horizon (H17), closed weeks (H06) and days in
a site's zone.

A rotation starts on a Monday and covers whole ISO weeks; `end` is its last day, start + 27 for four weeks (T11). Dates
are local to the program's site; instants are aware UTC datetimes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from shared.domain.core.errors import Invalid

DEFAULT_WEEKS = 4
HORIZON_YEARS = 2
WESTERNMOST = "Pacific/Pago_Pago"
_WEEK = re.compile(r"([0-9]{4})-W([0-9]{2})")


def week_of(day: date) -> str:
    """The ISO week a day lies in: 2027-03-01 -> "2027-W09", 2027-01-01 -> "2026-W53"."""
    year, week, _ = day.isocalendar()
    return f"{year:04d}-W{week:02d}"


def split_week(week: str) -> tuple[int, str]:
    """The ISO year and the key inside that year's seats: 2027-W09 -> (2027, "W09"). Raises `Invalid` as `monday_of`
    does."""
    monday_of(week)
    return int(week[:4]), week[5:]


def monday_of(week: str) -> date:
    """The Monday on which an ISO week starts. Raises `Invalid` when there is no such week ("2027-W53")."""
    match = _WEEK.fullmatch(week)
    try:
        return date.fromisocalendar(int(match[1]), int(match[2]), 1) if match else _no_week(week)
    except ValueError:
        return _no_week(week)


def _no_week(week: str) -> date:
    raise Invalid(f"{week!r} is not an ISO week.", "Write it as 2027-W09.", field="week")


def weeks_covered(start: date, weeks: int) -> tuple[str, ...]:
    """The ISO weeks of a rotation, in order; `start` is its Monday."""
    return tuple(week_of(start + timedelta(days=7 * number)) for number in range(weeks))


def end_date(start: date, weeks: int = DEFAULT_WEEKS) -> date:
    """T11: the last day, a Sunday; both ends count, so four weeks end on start + 27."""
    return start + timedelta(days=7 * weeks - 1)


def next_monday(day: date) -> date:
    """The day itself when it is a Monday, else the Monday after it."""
    return day + timedelta(days=-day.weekday() % 7)


def mondays(first: date, last: date) -> Iterator[date]:
    """Every Monday from `first` to `last`, both included."""
    day = next_monday(first)
    while day <= last:
        yield day
        day += timedelta(days=7)


def by_iso_year(weeks: Iterable[str]) -> dict[int, tuple[str, ...]]:
    """ISO weeks grouped by ISO year, as the seat items are: {2026: ("W53",), 2027: ("W01", "W02")}."""
    years: dict[int, list[str]] = {}
    for week in weeks:
        year, key = split_week(week)
        years.setdefault(year, []).append(key)
    return {year: tuple(keys) for year, keys in sorted(years.items())}


def add_years(day: date, years: int) -> date:
    """The same day `years` later; 29 February becomes 28 February when that year has none (H17)."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def add_months(day: date, months: int) -> date:
    """The same day `months` later, or that month's last day when it is shorter."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    last = (date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)).day
    return date(year, month, min(day.day, last))


def horizon(today: date, years: int = HORIZON_YEARS) -> date:
    """H17: the last day on which a rotation may start, inclusive."""
    return add_years(today, years)


def local_date(instant: datetime, zone: str) -> date:
    """The date that a wall calendar shows at the site at that instant; `zone` is an IANA name."""
    return instant.astimezone(ZoneInfo(zone)).date()


def earliest_day(instant: datetime) -> date:
    """The date in American Samoa, the westernmost of the states and territories: nowhere among them is it an earlier
    day, so what is not open by this date is open nowhere."""
    return local_date(instant, WESTERNMOST)


def start_of_day(day: date, zone: str) -> datetime:
    """Local midnight as a UTC instant."""
    return datetime.combine(day, time(0), ZoneInfo(zone)).astimezone(UTC)


def end_of_day(day: date, zone: str) -> datetime:
    """23:59:59 local as a UTC instant: the last second that still counts as that day (T28)."""
    return start_of_day(day + timedelta(days=1), zone) - timedelta(seconds=1)


def reached(due_at: datetime, now: datetime) -> bool:
    """Computed on read: from `due_at` on, to the second, a hold or an offer has expired and a promise is overdue
    (H16)."""
    return now >= due_at


def passed(last_moment: datetime, now: datetime) -> bool:
    """For a due *day*: true once the second after its last one (`end_of_day`) has come."""
    return now >= last_moment + timedelta(seconds=1)
