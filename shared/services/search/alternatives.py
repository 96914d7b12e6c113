"""Three other programs for somebody whose application is declined: found by search, the likest first, each open and
open to them.

The decision never waits for this: when search is away, it is made without alternatives, and the page says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from shared.domain.applications.application import Application
from shared.domain.applications.application_machine import OPEN, ApplicationStatus
from shared.domain.applications.eligibility import explain
from shared.domain.core.calendar import horizon, local_date, weeks_covered
from shared.domain.core.errors import NotFound
from shared.domain.core.policy import CURRENT
from shared.domain.programs import specialties
from shared.domain.programs.guidelines import GuidelineVerdict, check
from shared.domain.programs.program import Program, ProgramStatus
from shared.domain.search.query import SearchQuery, month_of, usual_weeks
from shared.domain.seats.seats import FreeStart, free_starts
from shared.domain.trainees.trainee import TraineeFacts
from shared.ports import BusinessClock, Catalogue, SearchIndex, Store
from shared.services.core.records import application_of

WANTED = 3
LOOKED_AT = 12
"""Hits of one question whose programs and seats are read."""
DOCUMENT = "document:"


@dataclass(frozen=True)
class Found:
    """Program ids, the likest first, at most three. `searched` is False when search could not be asked."""

    ids: tuple[str, ...]
    searched: bool


@dataclass(frozen=True)
class Alternative:
    """A program that was found at the decision, as it is now; `starts` are its next Mondays with a seat, none when it
    has filled up."""

    program: Program
    starts: tuple[FreeStart, ...]


@dataclass(frozen=True, kw_only=True)
class Alternatives:
    """`open_index` is called only when somebody is declined; `report_fault` hears why it could not answer."""

    open_index: Callable[[], SearchIndex]
    store: Store
    catalogue: Catalogue
    clock: BusinessClock
    report_fault: Callable[[str, Exception], None]

    def find(self, application: Application, program: Program, facts: TraineeFacts | None) -> Found:
        """Same kind of rotation always; same specialty and month first, then any month, then the specialty's family,
        the state, anything.

        Never the same program, nor one that this trainee has applied to and waits for or was declined by. Raises
        nothing: whatever is wrong with search, a decision must not wait for it.
        """
        if facts is None:
            return Found((), searched=True)  # nothing is known any more about whom it should fit
        chosen: dict[str, None] = {}
        try:
            passed = self._passed(application)
            for query in _questions(application, program):
                for one in self._fitting(query, application, facts, passed | chosen.keys()):
                    chosen[one.id] = None
                    if len(chosen) == WANTED:
                        return Found(tuple(chosen), searched=True)
        except Exception as fault:  # noqa: BLE001 - search is away or broken: the decision is made all the same, and the page says so
            self.report_fault("declined without alternatives", fault)
            return Found(tuple(chosen), searched=False)
        return Found(tuple(chosen), searched=True)

    def _passed(self, application: Application) -> set[str]:
        """Programs that are no news to this trainee."""
        own = (application_of(one) for one in self.store.owned("APPLICATION", application.trainee_id))
        kept = (*OPEN, ApplicationStatus.REJECTED, ApplicationStatus.CONVERTED)
        return {application.program_id, *(one.program_id for one in own if one.status in kept)}

    def _fitting(
        self, query: SearchQuery, application: Application, facts: TraineeFacts, passed: set[str]
    ) -> Iterator[Program]:
        now = self.clock.now()
        page = self.open_index().search(query, local_date(now, CURRENT.business_zone))
        programs = self.catalogue.programs([hit.program_id for hit in page.hits if hit.program_id not in passed])
        for hit in page.hits:
            program = programs.get(hit.program_id)
            if (
                program is None
                or program.status is not ProgramStatus.LIVE
                or application.experience_type not in program.experience_types
            ):
                continue
            today = local_date(now, program.place.zone)
            starts = next_starts(self.store, program, today)
            near = next((one.start for one in starts if not query.month or month_of(one.start) == query.month), None)
            if near is not None and _open_to(program, facts, application, near, today):
                yield program


def next_starts(store: Store, program: Program, today: date) -> tuple[FreeStart, ...]:
    """The Mondays, in order, with a seat in every week of the program's usual length; as fresh as the seat items."""
    weeks, last = usual_weeks(program), horizon(today, CURRENT.applying.horizon_years)
    first = CURRENT.applying.first_start(today)
    years = range(today.isocalendar().year, int(weeks_covered(last, weeks)[-1][:4]) + 1)
    return tuple(free_starts(store.seat_years([(program.id, year) for year in years]), first, last, weeks, today))


def _open_to(program: Program, facts: TraineeFacts, application: Application, start: date, today: date) -> bool:
    """Eligible (T07-T09), and no guideline of the host that stands against it; a document can still be brought."""
    if not explain(facts, application.experience_type, start, today).allowed:
        return False
    results = check(program.guidelines, facts, start, usual_weeks(program), today)
    return not any(one.verdict is GuidelineVerdict.FAILED for one in results if not one.code.startswith(DOCUMENT))


def _questions(application: Application, program: Program) -> Iterator[SearchQuery]:
    """From the likest on."""
    month = month_of(application.start) if application.start else None
    kind, family = (application.experience_type,), _family(program.specialty)

    def ask(**more: Any) -> SearchQuery:
        return SearchQuery(experience_type=kind, limit=LOOKED_AT, **more)

    yield ask(specialty=(program.specialty,), month=month)
    yield ask(specialty=(program.specialty,))
    if len(family) > 1:
        yield ask(specialty=family)
    yield ask(state=(program.place.state,), month=month)
    yield ask(month=month)
    yield ask()


def _family(slug: str) -> tuple[str, ...]:
    """The specialty that this one is a branch of, or itself, and all branches."""
    try:
        one = specialties.get(slug)
    except NotFound:
        return (slug,)
    head = one.parent or one.slug
    return tuple(each.slug for each in specialties.all() if head in (each.slug, each.parent))
