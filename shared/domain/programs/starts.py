"""When a rotation of a program may start, and which weeks its calendar leaves open (H06, H17, T11, T12)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from shared.domain.core.calendar import HORIZON_YEARS, horizon, mondays, next_monday, week_of
from shared.domain.core.errors import Invalid
from shared.domain.core.instants import say
from shared.domain.programs.program import Program, Vacation


def require_start(
    start: date, weeks: int, today: date, program: Program, years: int = HORIZON_YEARS, notice_days: int = 0
) -> None:
    """H17, T11, T12: refuse a start or a length that no seat could exist for. `today` is the date at the program's
    site; who has yet to apply needs `notice_days` before the start.

    Raises `Invalid` with `field` "start" (past, too near, not a Monday, beyond two years) or "weeks" (outside the
    program's lengths).
    """
    first = today + timedelta(days=notice_days)
    if start < today:
        raise Invalid(
            f"{say(start)} is in the past.",
            f"Choose a Monday from {_from(first, today)} on.",
            field="start",
            start=start.isoformat(),
        )
    if start < first:
        raise Invalid(
            f"{say(start)} is less than {notice_days} days away: too near for an application to be answered.",
            f"Choose {say(next_monday(first))} or a later Monday.",
            field="start",
            start=start.isoformat(),
            earliest=next_monday(first).isoformat(),
        )
    if start.weekday() != 0:
        monday = next_monday(start)
        near = monday - timedelta(days=7)
        choice = f"{say(near)} or {say(monday)}" if near >= first else say(monday)
        raise Invalid(
            f"{say(start)} is not a Monday; rotations start on Mondays.",
            f"Choose {choice}.",
            field="start",
            start=start.isoformat(),
        )
    last = horizon(today, years)
    if start > last:
        raise Invalid(
            f"{say(start)} is more than {years} years away.",
            f"Choose a start on or before {say(last)}.",
            field="start",
            latest=last.isoformat(),
        )
    if not program.weeks_min <= weeks <= program.weeks_max:
        raise Invalid(
            f"{weeks} weeks is not a length that this program offers.",
            f"Choose {_lengths(program)}.",
            field="weeks",
            weeks_min=program.weeks_min,
            weeks_max=program.weeks_max,
        )


def _from(first: date, today: date) -> str:
    return "today" if first == today else say(next_monday(first))


def _lengths(program: Program) -> str:
    low, high = program.weeks_min, program.weeks_max
    return f"{low} weeks" if low == high else f"{low} to {high} weeks"


def closed_weeks(vacations: Iterable[Vacation]) -> frozenset[str]:
    """H06: every ISO week that a vacation touches, even by one day."""
    return frozenset(
        week_of(monday)
        for vacation in vacations
        for monday in mondays(vacation.first - timedelta(days=vacation.first.weekday()), vacation.last)
    )


def capacity_by_week(program: Program, first: date, last: date) -> dict[str, int]:
    """Seats per ISO week for every week that touches `first`..`last`; 0 in weeks closed by a vacation."""
    closed = closed_weeks(program.vacations)
    weeks = (week_of(monday) for monday in mondays(first - timedelta(days=first.weekday()), last))
    return {week: 0 if week in closed else program.capacity for week in weeks}
