"""Search as pure values: what may be asked, what a live program looks like to the index, what comes back (H09, T10).

Weeks are ISO weeks ("2027-W09"), months "2027-03", prices integer cents for four weeks. A *start* is a Monday from which a
program has a seat in every week of a rotation; it belongs to the month in which that Monday lies. The engine behind it implements

    class SearchIndex(Protocol):
        def search(self, query: SearchQuery, today: date) -> SearchPage: ...
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from shared.domain.calendar import DEFAULT_WEEKS, add_months, horizon, monday_of, mondays, week_of
from shared.domain.program import ExperienceType, HostKind, Program, ReviewMode

MAX_LIMIT = 50
MAX_TEXT = 200
MAX_WORDS = 12
MAX_CENTS = 100_000_000

Choice = Annotated[str, StringConstraints(min_length=1, max_length=80)]
Choices = Annotated[tuple[Choice, ...], Field(max_length=100)]
Cents = Annotated[int, Field(ge=0, le=MAX_CENTS)]
WEEK = timedelta(weeks=1)


class Sort(StrEnum):
    """`relevance` without text is `next_start`: nothing is more relevant than a seat soon."""

    RELEVANCE = "relevance"
    PRICE = "price"
    NEXT_START = "next_start"


class SearchQuery(BaseModel):
    """Values within one list are alternatives, different fields must all hold. Prices are the four-week fee in cents, bounds included."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    text: str = ""
    specialty: Choices = ()
    state: Choices = ()
    experience_type: Annotated[tuple[ExperienceType, ...], Field(max_length=10)] = ()
    month: Annotated[str, StringConstraints(pattern=r"^20\d{2}-(0[1-9]|1[0-2])$")] | None = None
    price_min_cents: Cents | None = None
    price_max_cents: Cents | None = None
    sort: Sort = Sort.RELEVANCE
    limit: int = Field(default=20, ge=1, le=MAX_LIMIT)
    cursor: Annotated[str, StringConstraints(max_length=1000)] | None = None


class Projection(BaseModel):
    """A live program with its free seats by ISO week; weeks that are missing have none."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    program: Program
    weeks: dict[str, int] = Field(default_factory=dict)


class SearchHit(BaseModel):
    """One program of a result page. `starts` are its next open Mondays (at most six; a card shows three) that fit the query's month.

    They are as fresh as index and overlay; the page reads the seat items of the hits it shows for the free counts.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    program_id: str
    name: str
    host_kind: HostKind
    setting: str
    summary: str
    specialty: str
    specialty_name: str
    city: str
    state: str
    zip: str
    experience_types: tuple[ExperienceType, ...]
    price_4w_cents: int
    weeks_min: int
    weeks_max: int
    review_mode: ReviewMode
    credit_friendly: bool
    letter_possible: bool
    starts: tuple[date, ...] = ()

    @property
    def next_start(self) -> date | None:
        return self.starts[0] if self.starts else None


class FacetCount(BaseModel):
    """`count` programs would be found if `value` were chosen in this facet, everything else as asked."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    value: str
    count: int


class Facets(BaseModel):
    """Most frequent first; months in order of time. A chosen value is listed even when its count is 0."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    specialty: tuple[FacetCount, ...] = ()
    state: tuple[FacetCount, ...] = ()
    experience_type: tuple[FacetCount, ...] = ()
    month: tuple[FacetCount, ...] = ()


class SearchPage(BaseModel):
    """`total` counts all programs found, not only this page's; `next_cursor` is None on the last page."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    hits: tuple[SearchHit, ...]
    total: int
    facets: Facets
    next_cursor: str | None
    index_version: str


@dataclass(frozen=True)
class Overlay:
    """What is known to be newer than the index: (program id, start week) -> has a seat in all of the rotation's weeks."""

    starts: Mapping[tuple[str, str], bool] = field(default_factory=lambda: MappingProxyType({}))

    def by_program(self) -> dict[str, dict[str, bool]]:
        found: dict[str, dict[str, bool]] = {}
        for (program_id, week), free in self.starts.items():
            found.setdefault(program_id, {})[week] = free
        return found


# --- weeks ----------------------------------------------------------------------------------------------------------------------------
def month_of(day: date) -> str:
    return f"{day.year:04d}-{day.month:02d}"


@lru_cache(maxsize=256)
def start_window(today: date, month: str | None = None) -> tuple[date, ...]:
    """The Mondays on which a rotation may start (from `today` to the horizon, H17), in this month or at all; in order."""
    first, last = today, horizon(today)
    if month is not None:
        opening = date(int(month[:4]), int(month[5:]), 1)
        first, last = max(first, opening), min(last, add_months(opening, 1) - timedelta(days=1))
    return tuple(mondays(first, last))


# --- starts ---------------------------------------------------------------------------------------------------------------------------
def usual_weeks(program: Program) -> int:
    """How long a rotation is when nothing else is asked for: four weeks, or what the program allows closest to it."""
    return min(max(DEFAULT_WEEKS, program.weeks_min), program.weeks_max)


def open_starts(projection: Projection) -> tuple[date, ...]:
    """The Mondays from which the program has a seat in every week of its usual length, in order."""
    free = {_ordinal(week) for week, seats in projection.weeks.items() if seats > 0}
    span = range(7, 7 * usual_weeks(projection.program), 7)
    return tuple(date.fromordinal(first) for first in sorted(free) if all(first + days in free for days in span))


@lru_cache(maxsize=1024)
def _ordinal(week: str) -> int:
    return monday_of(week).toordinal()


def starts_touching(weeks: Iterable[str], length: int = DEFAULT_WEEKS) -> tuple[str, ...]:
    """The start weeks whose rotation of `length` weeks covers any of these weeks: what a sold or returned week can open or close."""
    found = {monday_of(week) - n * WEEK for week in weeks for n in range(length)}
    return tuple(week_of(monday) for monday in sorted(found))
