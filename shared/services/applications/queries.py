"""Everything that a page about an application shows, read together: the trainee's view, the reviewer's view.

Nothing here writes or decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from shared.domain.applications.application import Application, offer_expiry
from shared.domain.applications.application_machine import OPEN, ApplicationStatus
from shared.domain.applications.clocks import as_of
from shared.domain.applications.eligibility import Reason, Verdict, approval_gaps, explain
from shared.domain.applications.values import Question, SubmittedCv
from shared.domain.core.aggregate import EventRow
from shared.domain.core.calendar import local_date, weeks_covered
from shared.domain.core.errors import NotFound
from shared.domain.core.policy import by_version
from shared.domain.documents.checklist import ChecklistItem, checklist, with_documents
from shared.domain.documents.document import Document
from shared.domain.programs.guidelines import GuidelineResult, Guidelines, describe
from shared.domain.programs.program import Program, ProgramStatus
from shared.domain.seats.seats import free_by_week, seats_for
from shared.domain.trainees.trainee import TraineeFacts
from shared.events.application import InformationGiven, InformationRequested
from shared.ports import BusinessClock, Catalogue, People, Person, Store
from shared.services.applications.competing_applications import Rival, rivals_of
from shared.services.applications.prospects import Prospect, Prospects, told
from shared.services.applications.review import guideline_results
from shared.services.applications.school_contacts import SchoolContact, school_contact
from shared.services.applications.submission import own_application
from shared.services.applications.trainee_documents import Cv, documents_of, newest_cv
from shared.services.core.records import application_of, kept_words, reservation_of
from shared.services.core.transitions import RequestContext, find
from shared.services.search.alternatives import Alternative, next_starts


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
    prospects: Prospects

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
        draft = application.submitted is None
        kind, start, weeks = application.experience_type, application.start, application.weeks
        prospect = self.prospects.what_if(application.trainee_id, program, kind, start, weeks) if draft else None
        history = self.store.history("APPLICATION", application.id)
        asked = application.status is ApplicationStatus.NEEDS_INFO
        documents = [] if draft else documents_of(self.store, application.trainee_id)
        return TraineeFile(
            application=application,
            program=program,
            history=history,
            decision_text=_reason(self.store, application),
            prospect=prospect,
            cv_number=_number(application.cv, documents),
            messages=self._messages(history),
            newest_cv=newest_cv(documents) if asked else None,
            papers=self._checklist(application, program, documents) if application.status in OPEN and not draft else (),
            asked_since=_only(program.guidelines, _promised(application)),
            dropped_since=_only(_promised(application), program.guidelines),
            alternatives=self._alternatives(application),
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
        if application.submitted is None or application.start is None:
            raise NotFound(
                f"There is no application {application_id}.", "Check the address, or start again from the queue."
            )
        program, now = self.catalogue.program(application.program_id), self.clock.now()
        documents = tuple(one for one in documents_of(self.store, application.trainee_id) if one.stored)
        persons = self.people.persons([application.trainee_id, *([application.claim.by] if application.claim else [])])
        stored = self.people.facts(application.trainee_id)
        facts = with_documents(stored, documents) if stored else None
        kind, today = application.experience_type, local_date(now, program.place.zone)
        history, host = self.store.history("APPLICATION", application.id), application.host
        overrides = application.approval.overrides if application.approval else ()
        return ReviewFile(
            application=application,
            program=program,
            history=history,
            decision_text=_reason(self.store, application),
            applicant=persons.get(application.trainee_id),
            reviewer=persons.get(application.claim.by) if application.claim else None,
            facts=facts,
            verdict=explain(facts, kind, application.start, today) if facts else None,
            gaps=approval_gaps(facts, kind, application.start) if facts else (),
            guidelines=tuple(guideline_results(program, facts, application, now)) if facts else (),
            override_texts={one.code: kept_words(self.store, one.reason) or "" for one in overrides},
            documents=documents,
            papers=self._papers(documents),
            seats=self._seats(program, application.start, application.weeks),
            rivals=rivals_of(application, self.store, self.people, now),
            offer_until=offer_expiry(
                now, application.start, by_version(application.policy_version), program.place.zone
            ),
            messages=self._messages(history),
            asked_since=_only(program.guidelines, _promised(application)),
            dropped_since=_only(_promised(application), program.guidelines),
            host_note=kept_words(self.store, host.answer.note) if host and host.answer else None,
            taken_back_reason=kept_words(self.store, host.taken_back.reason) if host and host.taken_back else None,
            asked_again_reason=kept_words(self.store, host.asked_again) if host else None,
            school=school_contact(self.store, application),
            held_until=self._held_until(application),
        )

    # --- parts --------------------------------------------------------------------------------------------------------
    def _alternatives(self, application: Application) -> tuple[Alternative, ...]:
        """Those of the decision that are still on offer, in its order, with the starts that they have now."""
        if application.rejection is None or not application.rejection.alternatives:
            return ()
        wanted = application.rejection.alternatives
        programs, now = self.catalogue.programs(wanted), self.clock.now()
        live = [programs[id] for id in wanted if id in programs and programs[id].status is ProgramStatus.LIVE]
        return tuple(Alternative(one, next_starts(self.store, one, local_date(now, one.place.zone))) for one in live)

    def _checklist(
        self, application: Application, program: Program, documents: Sequence[Document]
    ) -> tuple[ChecklistItem, ...]:
        """The documents that the host asked for on the day of submission."""
        rules, start, weeks = _promised(application) or program.guidelines, application.start, application.weeks
        facts = self.people.facts(application.trainee_id)
        return told(self.store, checklist(rules.documents, program.required_documents, facts, documents, start, weeks))

    def _seats(self, program: Program, start: date, weeks: int) -> int:
        wanted = weeks_covered(start, weeks)
        years = sorted({int(week[:4]) for week in wanted})
        return seats_for(free_by_week(self.store.seat_years([(program.id, year) for year in years])), wanted)

    def _papers(self, documents: Iterable[Document]) -> tuple[Paper, ...]:
        """Newest first, by kind."""
        ordered = sorted(documents, key=lambda one: (one.kind != "cv", one.kind, -one.number))
        return tuple(Paper(one, kept_words(self.store, one.check_reason_ref)) for one in ordered)

    def _messages(self, history: list[EventRow]) -> tuple[Message, ...]:
        return tuple(
            self._message(row) for row in history if row.type in (InformationRequested.TYPE, InformationGiven.TYPE)
        )

    def _message(self, row: EventRow) -> Message:
        asked = Question.model_validate(row.data["question"])
        if row.type == InformationRequested.TYPE or asked.reply is None:
            return Message("reviewer", row.occurred_at, kept_words(self.store, asked.text))
        return Message("trainee", row.occurred_at, kept_words(self.store, asked.reply.text))


def _number(cv: SubmittedCv | None, documents: Iterable[Document]) -> int | None:
    return next((one.number for one in documents if cv and one.id == cv.document_id), None)


def _reason(store: Store, application: Application) -> str | None:
    return kept_words(store, application.rejection.reason) if application.rejection else None


def _promised(application: Application) -> Guidelines | None:
    """The guidelines by which it is decided (H12); None for a draft."""
    return application.submitted.guidelines if application.submitted else None


def _only(here: Guidelines | None, there: Guidelines | None) -> tuple[str, ...]:
    """The rules, in plain words, that stand in one version and not in the other."""
    if here is None or there is None:
        return ()
    others = {line.text for line in describe(there)}
    return tuple(line.text for line in describe(here) if line.text not in others)
