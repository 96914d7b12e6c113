"""Search as pure values: what may be asked, what a live program looks like to the index, what comes back (H09, T10).

Weeks are ISO weeks ("2027-W09"), months "2027-03", prices integer cents for four weeks, distances statute miles. A
*start* is a Monday from which a program has a seat in every week of a rotation of the length that was asked for (or of
its usual one); it belongs to the month in which that Monday lies. The engine behind it implements

    class SearchIndex(Protocol):
        def search(self, query: SearchQuery, today: date) -> SearchPage: ...
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType
from typing import Annotated, Any
from urllib.parse import urlencode

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from shared.domain.core.calendar import DEFAULT_WEEKS, add_months, horizon, monday_of, mondays
from shared.domain.core.policy import CURRENT
from shared.domain.programs.program import ExperienceType, HostKind, Place, Program, ReviewMode

PAGE, MAX_LIMIT = 10, 25  # programs of a page, and at most: 25 of them are 60 kB as a page
MAX_TEXT = 200
MAX_WORDS = 12
MAX_CENTS = 100_000_000

Choice = Annotated[str, StringConstraints(min_length=1, max_length=80)]
Choices = Annotated[tuple[Choice, ...], Field(max_length=100)]
Cents = Annotated[int, Field(ge=0, le=MAX_CENTS)]
WEEK = timedelta(weeks=1)
LENGTHS = (2, 4, 6, 8, 12)
"""The lengths in weeks that a search can ask for: each one's months are counted in the index. A program's page takes
any length."""
RADII = (10, 25, 50, 100, 250)
"""Miles around a ZIP code."""
PRICE_STEPS = (100_000, 150_000, 200_000, 250_000, 300_000, 350_000, 400_000)
"""Where prices are counted, cents for four weeks."""
CITIES = 60
"""So many cities are counted, the ones with most programs."""


class Sort(StrEnum):
    """`relevance` without text is `next_start`: nothing is more relevant than a seat soon. `distance` needs a ZIP
    code."""

    RELEVANCE = "relevance"
    PRICE = "price"
    NEXT_START = "next_start"
    DISTANCE = "distance"


def _length(weeks: int) -> int:
    if weeks not in LENGTHS:
        raise ValueError("Search by 2, 4, 6, 8 or 12 weeks; a program's own page takes every length that it offers.")
    return weeks


def _radius(miles: int) -> int:
    if miles not in RADII:
        raise ValueError("Search within 10, 25, 50, 100 or 250 miles.")
    return miles


class SearchQuery(BaseModel):
    """Values within one list are alternatives, different fields must all hold. Prices are the four-week fee in cents,
    bounds included.

    A specialty covers its branches, unless a branch of it is chosen as `subspecialty`: then that branch alone. A city
    is "TX/Austin". `within_miles` is counted from the middle of `zip`. `credit_friendly` and `eligible` (for the
    reader) filter when true.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    text: str = ""
    specialty: Choices = ()
    subspecialty: Choices = ()
    state: Choices = ()
    city: Choices = ()
    zip: Annotated[str, StringConstraints(pattern=r"^\d{5}$")] | None = None
    within_miles: Annotated[int, AfterValidator(_radius), Field(json_schema_extra={"enum": list(RADII)})] | None = None
    experience_type: Annotated[tuple[ExperienceType, ...], Field(max_length=10)] = ()
    month: Annotated[str, StringConstraints(pattern=r"^20\d{2}-(0[1-9]|1[0-2])$")] | None = None
    weeks: Annotated[int, AfterValidator(_length), Field(json_schema_extra={"enum": list(LENGTHS)})] | None = None
    price_min_cents: Cents | None = None
    price_max_cents: Cents | None = None
    credit_friendly: bool = False
    review_mode: Annotated[tuple[ReviewMode, ...], Field(max_length=10)] = ()
    eligible: bool = False
    sort: Sort = Sort.RELEVANCE
    limit: int = Field(default=PAGE, ge=1, le=MAX_LIMIT)
    cursor: Annotated[str, StringConstraints(max_length=1000)] | None = None


class OpenTo(BaseModel):
    """The kinds of rotation that somebody may do when it starts from `first` to `last`, both included; None is no
    bound."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)
    experience_types: tuple[ExperienceType, ...]
    first: date | None = None
    last: date | None = None


class ReaderQuery(SearchQuery):
    """A query with what nobody can say in an address: what is open to the reader (T07-T09; `eligible` asks for that
    alone, without it only the count of what it would find is worked out), and the ids of the programs that alone are
    looked at (all, when empty)."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)
    open_to: tuple[OpenTo, ...] = ()
    only: tuple[str, ...] = ()


class Projection(BaseModel):
    """A live program with its free seats by ISO week; weeks that are missing have none."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)
    program: Program
    weeks: dict[str, int] = Field(default_factory=dict)


class SearchHit(BaseModel):
    """One program of a result page. `starts` are its next open Mondays (at most six; a card shows three) that fit the
    query's month and length, `prices` the fees by length in cents. `miles` from the query's ZIP code, to a tenth; None
    without one.

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
    prices: dict[int, int] = Field(default_factory=dict)
    weeks_min: int
    weeks_max: int
    review_mode: ReviewMode
    credit_friendly: bool
    letter_possible: bool
    starts: tuple[date, ...] = ()
    miles: float | None = None

    @property
    def next_start(self) -> date | None:
        return self.starts[0] if self.starts else None


@dataclass(frozen=True, slots=True)
class FacetCount:
    """`count` programs would be found if `value` alone were chosen in this facet, everything else as asked. A page has
    some two hundred of them, so they are made without ceremony."""

    value: str
    count: int


class Facets(BaseModel):
    """Most frequent first; months, lengths, radii and prices in their order. A chosen value is listed even when its
    count is 0.

    `within_miles` is empty without a ZIP code, `eligible` without a reader of whom we know enough. Specialty and
    subspecialty are one question: each is counted without both. Only the `CITIES` largest cities are listed.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    specialty: tuple[FacetCount, ...] = ()
    subspecialty: tuple[FacetCount, ...] = ()
    state: tuple[FacetCount, ...] = ()
    city: tuple[FacetCount, ...] = ()
    within_miles: tuple[FacetCount, ...] = ()
    experience_type: tuple[FacetCount, ...] = ()
    month: tuple[FacetCount, ...] = ()
    weeks: tuple[FacetCount, ...] = ()
    price_min_cents: tuple[FacetCount, ...] = ()
    price_max_cents: tuple[FacetCount, ...] = ()
    credit_friendly: tuple[FacetCount, ...] = ()
    review_mode: tuple[FacetCount, ...] = ()
    eligible: tuple[FacetCount, ...] = ()


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
    """What is known to be newer than the index: (program id, ISO week) -> has a seat in that week."""

    weeks: Mapping[tuple[str, str], bool] = field(default_factory=lambda: MappingProxyType({}))

    def by_program(self) -> dict[str, dict[str, bool]]:
        found: dict[str, dict[str, bool]] = {}
        for (program_id, week), free in self.weeks.items():
            found.setdefault(program_id, {})[week] = free
        return found


# --- weeks ------------------------------------------------------------------------------------------------------------
def month_of(day: date) -> str:
    return f"{day.year:04d}-{day.month:02d}"


@lru_cache(maxsize=256)
def start_window(today: date, month: str | None = None) -> tuple[date, ...]:
    """The Mondays for which somebody may apply today (from 14 days ahead to the horizon, H17), in this month or at all;
    in order."""
    first, last = CURRENT.applying.first_start(today), horizon(today, CURRENT.applying.horizon_years)
    if month is not None:
        opening = date(int(month[:4]), int(month[5:]), 1)
        first, last = max(first, opening), min(last, add_months(opening, 1) - timedelta(days=1))
    return tuple(mondays(first, last))


# --- starts -----------------------------------------------------------------------------------------------------------
def usual_weeks(program: Program) -> int:
    """How long a rotation is when nothing else is asked for: four weeks, or what the program allows closest to it."""
    return min(max(DEFAULT_WEEKS, program.weeks_min), program.weeks_max)


def lengths(program: Program) -> tuple[int, ...]:
    """Those of `LENGTHS` that the program offers."""
    return tuple(weeks for weeks in LENGTHS if program.weeks_min <= weeks <= program.weeks_max)


def open_starts(projection: Projection, weeks: int | None = None) -> tuple[date, ...]:
    """The Mondays from which the program has a seat in every week of a rotation this long (of its usual length), in
    order."""
    free = {_ordinal(week) for week, seats in projection.weeks.items() if seats > 0}
    span = range(7, 7 * (weeks or usual_weeks(projection.program)), 7)
    return tuple(date.fromordinal(first) for first in sorted(free) if all(first + days in free for days in span))


@lru_cache(maxsize=1024)
def _ordinal(week: str) -> int:
    return monday_of(week).toordinal()


# --- addresses --------------------------------------------------------------------------------------------------------
def fields(query: SearchQuery) -> dict[str, Any]:
    """What of a query is not as it would be anyway, as an address says it."""
    values = query.model_dump(mode="json", exclude_defaults=True, include=set(SearchQuery.model_fields))
    return {name: "true" if value is True else value for name, value in values.items() if value}


def address(query: SearchQuery) -> str:
    """The path of its results."""
    pairs = fields(query)
    return f"/programs?{urlencode(pairs, doseq=True)}" if pairs else "/programs"


# --- places -----------------------------------------------------------------------------------------------------------
def city_key(place: Place) -> str:
    """What names a city in a query: there are forty Springfields. Without a comma, which would take a list apart."""
    return f"{place.state}/{place.city}"


def city_name(key: str) -> str:
    """ "TX/Austin" -> "Austin, TX"."""
    state, _, city = key.partition("/")
    return f"{city}, {state}" if city else key
