"""What if a trainee asked for this: what a rotation would cost, whether they may have it, and what stands against it.

Nothing here writes or decides.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from shared.domain.applications.clocks import as_of
from shared.domain.applications.eligibility import Reason, Verdict, explain, lead_time_advice
from shared.domain.core.calendar import horizon, local_date, monday_of, weeks_covered
from shared.domain.core.errors import Invalid, NotFound
from shared.domain.core.policy import CURRENT
from shared.domain.documents.checklist import ChecklistItem, checklist, with_documents
from shared.domain.money.fees import Quote, quote
from shared.domain.programs.guidelines import GuidelineResult, check
from shared.domain.programs.program import ExperienceType, Program, ProgramStatus
from shared.domain.programs.starts import require_start
from shared.domain.reservations.reservation import SEATED, overlap
from shared.domain.search.query import usual_weeks
from shared.domain.seats.seats import FreeStart, free_by_week, free_starts
from shared.domain.trainees.trainee import TraineeFacts
from shared.ports import BusinessClock, Catalogue, People, Store
from shared.services.applications.state_changes import releases_of
from shared.services.applications.trainee_documents import Cv, documents_of, newest_cv
from shared.services.core.records import application_of, kept_words, reservation_of


@dataclass(frozen=True)
class Clash:
    """Something else of the same trainee in these weeks: the same wish sent already (`same`, which blocks), an open
    application (`application`, which does not), or a seat (`seat`: only one of the two can be reserved). `path` leads
    there."""

    kind: Literal["same", "application", "seat"]
    path: str
    program_name: str
    start: date
    weeks: int


@dataclass(frozen=True)
class Prospect:
    """What if this trainee asked for this: `refused` says why the start or length is impossible, and then `plan` is
    None.

    `starts` are the Mondays with a seat in every week, `seats` the places left for the chosen one, `full` the Mondays
    of its weeks that have none (T12). `facts` None: no profile yet. `advice` warns that the start is near (T13).
    `clashes`: what else is in these weeks.
    """

    program: Program
    today: date
    experience_type: ExperienceType
    start: date | None
    weeks: int
    starts: tuple[FreeStart, ...]
    seats: int
    refused: Invalid | None
    plan: Quote | None
    facts: TraineeFacts | None
    verdict: Verdict | None
    guidelines: tuple[GuidelineResult, ...]
    cv: Cv | None
    papers: tuple[ChecklistItem, ...] = ()
    advice: Reason | None = None
    full: tuple[date, ...] = ()
    clashes: tuple[Clash, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Prospects:
    store: Store
    people: People
    catalogue: Catalogue
    clock: BusinessClock

    def of(
        self, account_id: str, program_id: str, kind: ExperienceType | None, start: date | None, weeks: int | None
    ) -> Prospect:
        """Raises `NotFound` for a program that is not on the market (H10)."""
        program = self.catalogue.program(program_id)
        if program.status is not ProgramStatus.LIVE:
            raise NotFound("This program is not on offer.", "Look for another one.")
        return self.what_if(
            account_id, program, kind or program.experience_types[0], start, weeks or usual_weeks(program)
        )

    def what_if(
        self, account_id: str, program: Program, kind: ExperienceType, start: date | None, weeks: int
    ) -> Prospect:
        """As `of`, for a program that may be on the market no more."""
        today = local_date(self.clock.now(), program.place.zone)
        stored = self.people.facts(account_id)
        documents = documents_of(self.store, account_id)
        facts = with_documents(stored, documents) if stored else None
        refused = _refusal(program, start, weeks, today)
        starts = self._starts(program, weeks, today)
        chosen = None if refused else start
        seats = next((free.seats for free in starts if free.start == chosen), 0)
        return Prospect(
            program=program,
            today=today,
            experience_type=kind,
            start=start,
            weeks=weeks,
            starts=starts,
            seats=seats,
            refused=refused,
            plan=quote(program, chosen, weeks, today, CURRENT) if chosen else None,
            facts=facts,
            verdict=explain(facts, kind, chosen or today, today) if facts else None,
            guidelines=tuple(check(program.guidelines, facts, chosen, weeks, today)) if facts and chosen else (),
            cv=newest_cv(documents),
            papers=told(
                self.store,
                checklist(program.guidelines.documents, program.required_documents, stored, documents, chosen, weeks),
            ),
            advice=lead_time_advice(chosen, today) if chosen else None,
            full=self._full(program, chosen, weeks) if chosen and not seats else (),
            clashes=self._clashes(account_id, program, chosen, weeks) if chosen else (),
        )

    # --- parts --------------------------------------------------------------------------------------------------------
    def _clashes(self, account_id: str, program: Program, start: date, weeks: int) -> tuple[Clash, ...]:
        """One trainee, overlapping dates (policies): the same wish twice is refused, other applications may stand, of
        seats only one."""
        wanted = set(weeks_covered(start, weeks))
        now = self.clock.now()
        applied = [as_of(application_of(one), now) for one in self.store.owned("APPLICATION", account_id)]
        waiting = [
            one
            for one in applied
            if one.start and releases_of(one) and wanted & set(weeks_covered(one.start, one.weeks))
        ]
        reserved = [reservation_of(one) for one in self.store.owned("RESERVATION", account_id)]
        seated = [one for one in reserved if one.status in SEATED and overlap(wanted, one.week_list)]
        wanted_names = {one.program_id for one in waiting} | {one.program_id for one in seated}
        names = self.catalogue.programs(wanted_names) if wanted_names else {}

        def name(id: str) -> str:
            return names[id].name if id in names else "another program"

        held = {one.application_id for one in seated}
        found = [
            Clash(
                "same" if (one.program_id, one.start) == (program.id, start) else "application",
                f"/applications/{one.id}",
                name(one.program_id),
                one.start,
                one.weeks,
            )
            for one in waiting
            if one.start and one.id not in held
        ]
        found += [
            Clash("seat", f"/reservations/{one.id}", name(one.program_id), one.start, one.weeks) for one in seated
        ]
        return tuple(sorted(found, key=lambda one: (one.kind != "same", one.kind != "seat", one.start)))

    def _full(self, program: Program, start: date, weeks: int) -> tuple[date, ...]:
        """T12: the Mondays of the weeks without a seat."""
        wanted = weeks_covered(start, weeks)
        free = free_by_week(
            self.store.seat_years([(program.id, year) for year in sorted({int(week[:4]) for week in wanted})])
        )
        return tuple(monday_of(week) for week in wanted if free.get(week, 0) == 0)

    def _starts(self, program: Program, weeks: int, today: date) -> tuple[FreeStart, ...]:
        first, last = CURRENT.applying.first_start(today), horizon(today, CURRENT.applying.horizon_years)
        years = range(today.isocalendar().year, int(weeks_covered(last, weeks)[-1][:4]) + 1)
        return tuple(
            free_starts(self.store.seat_years([(program.id, year) for year in years]), first, last, weeks, today)
        )


def told(store: Store, lines: Iterable[ChecklistItem]) -> tuple[ChecklistItem, ...]:
    """With the reviewer's reasons, as long as they are not erased."""
    return tuple(
        one.model_copy(update={"why": kept_words(store, one.reason_ref) or "", "reason_ref": None})
        if one.reason_ref
        else one
        for one in lines
    )


def _refusal(program: Program, start: date | None, weeks: int, today: date) -> Invalid | None:
    """Why this start or length can never be had; the price of today's policy is asked for the day of today."""
    if start is None:
        return None
    try:
        require_start(start, weeks, today, program, CURRENT.applying.horizon_years, CURRENT.applying.stale_start_days)
    except Invalid as refused:
        return refused
    return None
