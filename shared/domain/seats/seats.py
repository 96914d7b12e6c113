"""The pure part of the seat gate (T27): seats per program and ISO year, and which starts are free.

Which weeks a reservation takes and gives is a `SeatMove` of the store's port; the adapter turns it into conditional
writes of the seat items, and only those decide a race.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from pydantic import BaseModel, ConfigDict, Field

from shared.domain.core.calendar import mondays, split_week, week_of, weeks_covered
from shared.domain.programs.program import Program
from shared.domain.programs.starts import capacity_by_week


class WeekSeats(BaseModel):
    """One week's counters. `taken` may exceed `capacity` only when the host lowered it below what was reserved (H21);
    `waiting` are the places in line that wait for this week: while there is one, a seat that comes back is theirs."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    capacity: int = Field(ge=0)
    taken: int = Field(default=0, ge=0)
    waiting: int = Field(default=0, ge=0)

    @property
    def spare(self) -> int:
        """Seats that nobody has: what the line is served from."""
        return max(0, self.capacity - self.taken)

    @property
    def free(self) -> int:
        """Seats that anybody may take now."""
        return 0 if self.waiting else self.spare


class SeatYear(BaseModel):
    """One seat item: `weeks` maps "W09" to its counters. A week that is missing is not open and has no seats."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    program_id: str
    year: int
    weeks: dict[str, WeekSeats]

    def free(self, key: str) -> int:
        week = self.weeks.get(key)
        return week.free if week else 0


class FreeStart(BaseModel):
    """A Monday on which a rotation may start: `seats` is the least over its weeks."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    start: date
    week: str
    seats: int


def new_seat_years(program: Program, first: date, last: date) -> list[SeatYear]:
    """Empty seat items for every ISO week that touches `first`..`last`, closed weeks with capacity 0, in order of
    year."""
    years: dict[int, dict[str, WeekSeats]] = {}
    for week, capacity in capacity_by_week(program, first, last).items():
        year, key = split_week(week)
        years.setdefault(year, {})[key] = WeekSeats(capacity=capacity)
    return [SeatYear(program_id=program.id, year=year, weeks=weeks) for year, weeks in sorted(years.items())]


def free_by_week(seat_years: Iterable[SeatYear]) -> dict[str, int]:
    """ISO week -> free seats, over all given years of one program."""
    return {f"{item.year:04d}-{key}": week.free for item in seat_years for key, week in item.weeks.items()}


def spare_by_week(seat_years: Iterable[SeatYear]) -> dict[str, int]:
    """ISO week -> seats that nobody has, also those that the line waits for."""
    return {f"{item.year:04d}-{key}": week.spare for item in seat_years for key, week in item.weeks.items()}


def seats_for(free: Mapping[str, int], weeks: Iterable[str]) -> int:
    """T12: how many trainees could still take all of these weeks; 0 when one is full or not open."""
    return min((free.get(week, 0) for week in weeks), default=0)


def free_starts(
    seat_years: Iterable[SeatYear], from_date: date, until: date, weeks_needed: int, today: date
) -> list[FreeStart]:
    """The Mondays from `from_date` to `until` (both included, none before `today`) with a seat in every one of
    `weeks_needed` weeks."""
    free = free_by_week(seat_years)
    starts = (
        FreeStart(start=day, week=week_of(day), seats=seats_for(free, weeks_covered(day, weeks_needed)))
        for day in mondays(max(from_date, today), until)
    )
    return [start for start in starts if start.seats > 0]
