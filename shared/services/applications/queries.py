"""Everything that a page about an application shows, read together: the what-if before it, the trainee's view, the
reviewer's view.

Nothing here writes or decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from shared.domain.applications.application import OPEN, Application, ApplicationStatus, offer_expiry
from shared.domain.applications.clocks import as_of
from shared.domain.applications.eligibility import Reason, Verdict, approval_gaps, explain, lead_time_advice
from shared.domain.core.aggregate import EventRow
from shared.domain.core.calendar import horizon, local_date, monday_of, weeks_covered
from shared.domain.core.errors import Invalid, NotFound
from shared.domain.core.policy import CURRENT, by_version
from shared.domain.documents.checklist import ChecklistItem, checklist, with_documents
from shared.domain.documents.document import Document
from shared.domain.money.fees import Quote, quote
from shared.domain.programs.guidelines import GuidelineResult, Guidelines, check, describe
from shared.domain.programs.program import ExperienceType, Program, ProgramStatus
from shared.domain.programs.starts import require_start
from shared.domain.reservations.reservation import SEATED, overlap
from shared.domain.search.query import usual_weeks
from shared.domain.seats.seats import FreeStart, free_by_week, free_starts, seats_for
from shared.domain.trainees.trainee import TraineeFacts
from shared.events.application import InformationGiven, InformationRequested
from shared.ports import BusinessClock, Catalogue, People, Person, Store
from shared.services.applications.competing_applications import Rival, rivals_of
from shared.services.applications.document_checklists import asked_documents, with_reasons
from shared.services.applications.review import guideline_results
from shared.services.applications.school_contacts import SchoolContact, school_contact
from shared.services.applications.submission import own_application, releases_of
from shared.services.applications.trainee_documents import Cv, newest_cv
from shared.services.core.document_versions import documents_of
from shared.services.core.records import application_of, reservation_of
from shared.services.core.transitions import RequestContext, find
from shared.services.search.alternatives import Alternative, next_starts


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


@dataclass(frozen=True)
class Message:
    """One turn of the talk between reviewer and trainee; `text` is None once erased."""

    who: Literal["reviewer", "trainee"]
    at: datetime
    text: str | None


@dataclass(frozen=True)
class Paper:
    """A stored document, and why it does not count where a reviewer said so; None once that was erased."""

    document: Document
    why: str | None


@dataclass(frozen=True)
class TraineeFile:
    """An application as its trainee sees it. `prospect` while it is a draft; `decision_text` the reviewer's words, None
    once erased; `newest_cv` the newest stored one while a question waits for an answer."""

    application: Application
    program: Program
    history: list[EventRow]
    decision_text: str | None
    prospect: Prospect | None
    cv_number: int | None
    messages: tuple[Message, ...] = ()
    newest_cv: Cv | None = None
    papers: tuple[ChecklistItem, ...] = ()
    asked_since: tuple[str, ...] = ()
    dropped_since: tuple[str, ...] = ()
    alternatives: tuple[Alternative, ...] = ()
    coach: Person | None = None
    school: SchoolContact | None = None
    held_until: datetime | None = None


@dataclass(frozen=True)
class ReviewFile:
    """An application as staff see it (H12). `rivals` are other open applications that need one of its weeks, the first
    sent first; `gaps` block approval; `offer_until` is when the offer would end if it were approved now (UTC).
    `asked_since` and `dropped_since` are what the host changed in its guidelines after the submission, in plain words;
    they do not count here."""

    application: Application
    program: Program
    history: list[EventRow]
    decision_text: str | None
    applicant: Person | None
    reviewer: Person | None
    facts: TraineeFacts | None
    verdict: Verdict | None
    gaps: tuple[Reason, ...]
    guidelines: tuple[GuidelineResult, ...]
    override_texts: Mapping[str, str]
    documents: tuple[Document, ...]
    papers: tuple[Paper, ...]
    seats: int
    rivals: tuple[Rival, ...]
    offer_until: datetime
    messages: tuple[Message, ...] = ()
    asked_since: tuple[str, ...] = ()
    dropped_since: tuple[str, ...] = ()
    host_note: str | None = None
    taken_back_reason: str | None = None
    asked_again_reason: str | None = None
    school: SchoolContact | None = None
    held_until: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class ApplicationQueries:
    store: Store
    people: People
    catalogue: Catalogue
    clock: BusinessClock

    def prospect(
        self, account_id: str, program_id: str, kind: ExperienceType | None, start: date | None, weeks: int | None
    ) -> Prospect:
        """Raises `NotFound` for a program that is not on the market (H10)."""
        program = self.catalogue.program(program_id)
        if program.status is not ProgramStatus.LIVE:
            raise NotFound("This program is not on offer.", "Look for another one.")
        return self._prospect(
            account_id, program, kind or program.experience_types[0], start, weeks or usual_weeks(program)
        )

    def mine(self, call: RequestContext) -> list[tuple[Application, Program, datetime | None]]:
        """The caller's applications, newest first; the instant is until when a seat is held that is being paid."""
        now = self.clock.now()
        found = [as_of(application_of(loaded), now) for loaded in self.store.owned("APPLICATION", call.actor.id)]
        programs = self.catalogue.programs({one.program_id for one in found})
        return [(one, programs[one.program_id], self._held_until(one)) for one in found if one.program_id in programs]

    def owns(self, call: RequestContext, application_id: str) -> bool:
        """Whether the caller is its trainee. Raises `NotFound` for one that does not exist."""
        return application_of(self.store.load("APPLICATION", application_id)).trainee_id == call.actor.id

    def own(self, call: RequestContext, application_id: str) -> TraineeFile:
        """Raises `NotFound` for somebody else's."""
        _, application = own_application(self.store, call, application_id, self.clock.now())
        program = self.catalogue.program(application.program_id)
        draft = application.submitted_at is None
        kind, start, weeks = application.experience_type, application.start, application.weeks
        prospect = self._prospect(application.trainee_id, program, kind, start, weeks) if draft else None
        history = self.store.history("APPLICATION", application.id)
        asked = application.status is ApplicationStatus.NEEDS_INFO
        documents = [] if draft else documents_of(self.store, application.trainee_id)
        return TraineeFile(
            application=application,
            program=program,
            history=history,
            decision_text=self._text(application.decision_reason_ref),
            prospect=prospect,
            cv_number=_number(application.cv_document_id, documents),
            messages=self._messages(history),
            newest_cv=newest_cv(documents) if asked else None,
            papers=asked_documents(self.store, self.people, application, program, documents)
            if application.status in OPEN and not draft
            else (),
            asked_since=_only(program.guidelines, application.guidelines),
            dropped_since=_only(application.guidelines, program.guidelines),
            alternatives=self._alternatives(application) if application.alternatives else (),
            coach=self._coach(application) if application.status is ApplicationStatus.CONVERTED else None,
            school=school_contact(self.store, application),
            held_until=self._held_until(application),
        )

    def _held_until(self, application: Application) -> datetime | None:
        """Of the seat that is held while it is paid, which a payment on its way may prolong."""
        live = application.live_reservation_id if application.status is ApplicationStatus.APPROVED else None
        held = find(self.store, "RESERVATION", live)
        return reservation_of(held).held_until if held else None

    def _coach(self, application: Application) -> Person | None:
        """T30: whoever looks after the rotation that this application became; None before one is matched, and once
        erased."""
        found = find(self.store, "RESERVATION", application.live_reservation_id)
        coach = reservation_of(found).coach_id if found else None
        return self.people.persons([coach]).get(coach) if coach else None

    def staff(self, application_id: str) -> ReviewFile:
        """Raises `NotFound` also for what was never submitted: a draft is the trainee's own business."""
        application = as_of(application_of(self.store.load("APPLICATION", application_id)), self.clock.now())
        if application.submitted_at is None or application.start is None:
            raise NotFound(
                f"There is no application {application_id}.", "Check the address, or start again from the queue."
            )
        program, now = self.catalogue.program(application.program_id), self.clock.now()
        documents = tuple(one for one in documents_of(self.store, application.trainee_id) if one.stored)
        persons = self.people.persons(
            [application.trainee_id, *([application.claimed_by] if application.claimed_by else [])]
        )
        stored = self.people.facts(application.trainee_id)
        facts = with_documents(stored, documents) if stored else None
        kind, today = application.experience_type, local_date(now, program.place.zone)
        history = self.store.history("APPLICATION", application.id)
        return ReviewFile(
            application=application,
            program=program,
            history=history,
            decision_text=self._text(application.decision_reason_ref),
            applicant=persons.get(application.trainee_id),
            reviewer=persons.get(application.claimed_by or ""),
            facts=facts,
            verdict=explain(facts, kind, application.start, today) if facts else None,
            gaps=approval_gaps(facts, kind, application.start) if facts else (),
            guidelines=tuple(guideline_results(program, facts, application, now)) if facts else (),
            override_texts={one.code: self._text(one.reason_ref) or "" for one in application.overrides},
            documents=documents,
            papers=self._papers(documents),
            seats=self._seats(program, application.start, application.weeks),
            rivals=rivals_of(application, self.store, self.people, now),
            offer_until=offer_expiry(
                now, application.start, by_version(application.policy_version), program.place.zone
            ),
            messages=self._messages(history),
            asked_since=_only(program.guidelines, application.guidelines),
            dropped_since=_only(application.guidelines, program.guidelines),
            host_note=self._text(application.host_note_ref),
            taken_back_reason=self._text(application.taken_back_ref),
            asked_again_reason=self._text(application.asked_again_ref),
            school=school_contact(self.store, application),
            held_until=self._held_until(application),
        )

    # --- parts --------------------------------------------------------------------------------------------------------
    def _alternatives(self, application: Application) -> tuple[Alternative, ...]:
        """Those of the decision that are still on offer, in its order, with the starts that they have now."""
        programs, now = self.catalogue.programs(application.alternatives), self.clock.now()
        live = [
            programs[id]
            for id in application.alternatives
            if id in programs and programs[id].status is ProgramStatus.LIVE
        ]
        return tuple(Alternative(one, next_starts(self.store, one, local_date(now, one.place.zone))) for one in live)

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

    def _prospect(
        self, account_id: str, program: Program, kind: ExperienceType, start: date | None, weeks: int
    ) -> Prospect:
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
            papers=with_reasons(
                self.store,
                checklist(program.guidelines.documents, program.required_documents, stored, documents, chosen, weeks),
            ),
            advice=lead_time_advice(chosen, today) if chosen else None,
            full=self._full(program, chosen, weeks) if chosen and not seats else (),
            clashes=self._clashes(account_id, program, chosen, weeks) if chosen else (),
        )

    def _starts(self, program: Program, weeks: int, today: date) -> tuple[FreeStart, ...]:
        first, last = CURRENT.first_start(today), horizon(today, CURRENT.horizon_years)
        years = range(today.isocalendar().year, int(weeks_covered(last, weeks)[-1][:4]) + 1)
        return tuple(
            free_starts(self.store.seat_years([(program.id, year) for year in years]), first, last, weeks, today)
        )

    def _seats(self, program: Program, start: date, weeks: int) -> int:
        wanted = weeks_covered(start, weeks)
        years = sorted({int(week[:4]) for week in wanted})
        return seats_for(free_by_week(self.store.seat_years([(program.id, year) for year in years])), wanted)

    def _papers(self, documents: Iterable[Document]) -> tuple[Paper, ...]:
        """Newest first, by kind."""
        ordered = sorted(documents, key=lambda one: (one.kind != "cv", one.kind, -one.number))
        return tuple(Paper(one, self._text(one.check_reason_ref)) for one in ordered)

    def _messages(self, history: list[EventRow]) -> tuple[Message, ...]:
        return tuple(
            Message("reviewer", row.occurred_at, self._text(row.data["question_ref"]))
            if row.type == InformationRequested.TYPE
            else Message("trainee", row.occurred_at, self._text(row.data["reply_ref"]))
            for row in history
            if row.type in (InformationRequested.TYPE, InformationGiven.TYPE)
        )

    def _text(self, ref: str | None) -> str | None:
        found = self.store.text(ref) if ref else None
        return str(found["text"]) if found else None


def _number(document_id: str | None, documents: Iterable[Document]) -> int | None:
    return next((one.number for one in documents if one.id == document_id), None)


def _only(here: Guidelines | None, there: Guidelines | None) -> tuple[str, ...]:
    """The rules, in plain words, that stand in one version and not in the other."""
    if here is None or there is None:
        return ()
    others = {line.text for line in describe(there)}
    return tuple(line.text for line in describe(here) if line.text not in others)


def _refusal(program: Program, start: date | None, weeks: int, today: date) -> Invalid | None:
    """Why this start or length can never be had; the price of today's policy is asked for the day of today."""
    if start is None:
        return None
    try:
        require_start(start, weeks, today, program, CURRENT.horizon_years, CURRENT.stale_start_days)
    except Invalid as refused:
        return refused
    return None
