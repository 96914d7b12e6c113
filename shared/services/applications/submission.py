"""A trainee applies: draft, save, submit, withdraw (T06-T18). Each use case reads, decides by the domain's guards, and
commits once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from shared.domain.applications.application import Application, closing, draft_expiry, review_clock
from shared.domain.applications.application_machine import APPLICATION, ApplicationEvent, ApplicationStatus
from shared.domain.applications.clocks import as_of
from shared.domain.applications.due_kinds import (
    DRAFT,
    STALE,
)
from shared.domain.applications.guards import can_end, can_submit
from shared.domain.applications.values import CreditWish, Ending, Submitted, SubmittedCv
from shared.domain.core.calendar import by_iso_year, local_date, monday_of, weeks_covered
from shared.domain.core.errors import Duplicate, Invalid, KeyReused, NotAllowedNow, NotFound, SoldOut, VersionConflict
from shared.domain.core.machine import NEW, Actor
from shared.domain.core.policy import CURRENT, by_version
from shared.domain.money.fees import price
from shared.domain.programs.program import ExperienceType, Program, ProgramStatus
from shared.domain.programs.starts import require_start
from shared.domain.seats.seats import free_by_week
from shared.domain.trainees.trainee import TraineeFacts
from shared.events.application import (
    ApplicationSaved,
    ApplicationStarted,
    ApplicationSubmitted,
    ApplicationWithdrawn,
)
from shared.ports import (
    BusinessClock,
    Catalogue,
    Due,
    Ids,
    People,
    Store,
    Stored,
    UnitOfWork,
    system,
)
from shared.services.applications.review_clock import review_due_rows
from shared.services.applications.school_contacts import note
from shared.services.applications.state_changes import closing_work, expiry_work, open_claim
from shared.services.applications.trainee_documents import documents_of, newest_cv
from shared.services.core.records import application_of
from shared.services.core.transitions import RequestContext, find, retry_on_conflict, state_after, transition, unsaved
from shared.services.programs.past_applicants import snapshot


def own_application(
    store: Store, call: RequestContext, application_id: str, now: datetime
) -> tuple[Stored, Application]:
    """As it is at `now`, whether the sweep came by or not. Raises `NotFound` for somebody else's, exactly as for one
    that does not exist."""
    loaded = store.load("APPLICATION", application_id)
    application = as_of(application_of(loaded), now)
    if application.trainee_id != call.actor.id:
        raise NotFound(
            f"There is no application {application_id}.", "Check the address, or start again from your list."
        )
    return loaded, application


@dataclass(frozen=True)
class RotationRequest:
    """What a trainee asks for. `start` is a Monday at the site, None while undecided; `weeks` whole ISO weeks."""

    program_id: str
    experience_type: ExperienceType
    start: date | None = None
    weeks: int = 4
    credit_wish: bool = False


@dataclass(frozen=True, kw_only=True)
class Submission:
    store: Store
    people: People
    catalogue: Catalogue
    clock: BusinessClock
    ids: Ids

    def start(self, call: RequestContext, key: str, wish: RotationRequest) -> Application:
        """A draft, kept for 90 days. The same `key` with the same wish names the same draft; with another wish it is
        `KeyReused`.

        Raises `NotFound` (program), `NotAllowedNow` (not LIVE, H10), `Invalid` for a start, length or type that is not
        on offer.
        """
        id = self.ids.derived("application", call.actor.id, key)

        def begin() -> Application:
            if (existing := self._started(id, wish)) is not None:
                return existing
            program = self.catalogue.program(wish.program_id)
            self._require_possible(program, wish.experience_type, wish.start, wish.weeks)
            now = self.clock.now()
            expires = draft_expiry(now, CURRENT)
            event = ApplicationStarted(
                status=_fire(NEW, ApplicationEvent.START),
                id=id,
                case_id=id,
                trainee_id=call.actor.id,
                program_id=program.id,
                experience_type=wish.experience_type,
                start=wish.start,
                weeks=wish.weeks,
                credit=CreditWish() if wish.credit_wish else None,
                policy_version=CURRENT.version,
                created_at=now,
                draft_expires_at=expires,
            )
            due = (Due(DRAFT, expires, "trainee"),)
            moved = transition(unsaved("APPLICATION", id), event, call, now, due=due)
            self.store.commit(UnitOfWork(transitions=(moved,)))
            return Application.model_validate(state_after(moved))

        return retry_on_conflict(begin)

    def save(
        self,
        call: RequestContext,
        application_id: str,
        changes: Mapping[str, Any],
        school: Mapping[str, str] | None = None,
    ) -> Application:
        """Changes a draft; `changes` names only what is different (`start`, None for undecided, `weeks`,
        `experience_type`, `credit_wish`), and `school` what is different of the contact for credit (H14). Raises
        `Invalid` with `field`."""

        def decide() -> Application:
            loaded, application = own_application(self.store, call, application_id, self.clock.now())
            status = _fire(application.status, ApplicationEvent.SAVE)
            wished = _with(application, changes)
            noted = note(self.store, application, wished, school or {})
            wished = wished.model_copy(update={"credit": noted.credit})
            if wished == application:
                return application
            program = self.catalogue.program(application.program_id)
            self._require_possible(program, wished.experience_type, wished.start, wished.weeks)
            sets = {name: value for name, value in changes.items() if name != "credit_wish"}
            sets |= {"credit": wished.credit} if wished.credit != application.credit else {}
            event = ApplicationSaved(status=status, **sets)
            moved = transition(loaded, event, call, self.clock.now())
            self.store.commit(
                UnitOfWork(transitions=(moved,), replaced_records=noted.replaces, dropped_records=noted.drops)
            )
            return Application.model_validate(state_after(moved))

        return retry_on_conflict(decide)

    def submit(
        self,
        call: RequestContext,
        application_id: str,
        changes: Mapping[str, Any] | None = None,
        document_id: str | None = None,
        school: Mapping[str, str] | None = None,
    ) -> Application:
        """Sends the draft to review with the newest stored CV, or the one named (T15), at today's price, under the
        policy of the draft.

        Starts the review clock (T18) and takes the name `open_claim`. Submitting again what is submitted changes
        nothing. Raises `Invalid` with `field`, `NotEligible`, `NotAllowedNow`, `SoldOut` (a week without a seat),
        `Duplicate` with `application_id`.
        """
        return retry_on_conflict(lambda: self._submit(call, application_id, changes or {}, document_id, school or {}))

    def withdraw(self, call: RequestContext, application_id: str) -> Application:
        """Ends an open application; free of charge. Raises `NotAllowedNow` while a checkout is open, or when it has
        ended already."""

        def decide() -> Application:
            loaded, application = own_application(self.store, call, application_id, self.clock.now())
            if application.status is ApplicationStatus.WITHDRAWN:
                return application
            status = _fire(application.status, ApplicationEvent.WITHDRAW)
            can_end(application, ApplicationEvent.WITHDRAW)
            withdrawn = ApplicationWithdrawn(status=status, ending=Ending(code="withdrawn"))
            work = closing_work(loaded, withdrawn, call, self.clock.now())
            self.store.commit(work)
            return Application.model_validate(state_after(work.transitions[0]))

        return retry_on_conflict(decide)

    # --- parts --------------------------------------------------------------------------------------------------------
    def _submit(
        self,
        call: RequestContext,
        application_id: str,
        changes: Mapping[str, Any],
        document_id: str | None,
        school: Mapping[str, str],
    ) -> Application:
        loaded, application = own_application(self.store, call, application_id, self.clock.now())
        wished = _with(application, changes)
        noted = note(self.store, application, wished, school)
        wished = wished.model_copy(update={"credit": noted.credit})
        sent = application.cv.document_id if application.cv else None
        same = wished == application and document_id in {None, sent}
        if application.status is ApplicationStatus.SUBMITTED and same:
            return application
        status = _fire(application.status, ApplicationEvent.SUBMIT)
        documents = documents_of(self.store, application.trainee_id)
        found = newest_cv(documents, document_id)
        cv = SubmittedCv(document_id=found.document_id, sha256=found.sha256) if found else None
        wished = wished.model_copy(update={"cv": cv})
        program, policy = self.catalogue.program(application.program_id), by_version(application.policy_version)
        now = self.clock.now()
        facts = self._facts(application.trainee_id)
        can_submit(wished, program, facts, local_date(now, program.place.zone), policy)
        if cv is None or wished.start is None:  # the guard refuses both; said once more for the reader of the types
            raise Invalid("The CV or the start is missing.", "Add what is missing, then submit.")
        self._require_seats(program, wished.start, wished.weeks)
        closes_at = closing(now, wished.start, policy, program.place.zone)
        clock = review_clock(now, policy, closes_at)
        event = ApplicationSubmitted(
            status=status,
            start=wished.start,
            weeks=wished.weeks,
            experience_type=wished.experience_type,
            credit=wished.credit,
            cv=cv,
            submitted=Submitted(
                at=now,
                total_cents=price(program, wished.weeks),
                guidelines=program.guidelines,
                review_mode=program.review_mode,
                closes_at=closes_at,
            ),
            review=clock,
        )
        due = (*review_due_rows(clock), Due(STALE, closes_at, "system"))
        kept = snapshot(wished, program, facts, documents, now)
        moved = transition(loaded, event, call, now, due=due, done=(DRAFT,))
        work = UnitOfWork(
            transitions=(moved,),
            keys=(open_claim(wished),),
            records=(kept,),
            replaced_records=noted.replaces,
            dropped_records=noted.drops,
        )
        self._commit_once(work, wished, call)
        return Application.model_validate(state_after(moved))

    def _commit_once(self, work: UnitOfWork, application: Application, call: RequestContext) -> None:
        try:
            self.store.commit(work)
        except Duplicate as error:
            other = find(self.store, "APPLICATION", self.store.claimed_by(open_claim(application).key))
            if other is None or self._has_ended(other, call):
                raise VersionConflict(
                    "Your earlier application has just ended.", "Send this one again.", about=[application.id]
                ) from error
            raise Duplicate(
                "You have an open application for this program and start.",
                "Continue that one, or withdraw it first.",
                field="start",
                application_id=other.id,
            ) from error

    def _has_ended(self, other: Stored, call: RequestContext) -> bool:
        """Whether the application that holds the name gives it back because its time is up; then that is written down,
        as the sweep would. In a transaction of its own: one cannot give a name back and take it."""
        ended = expiry_work(other, replace(call, actor=system("applications")), self.clock.now())
        if ended is None or not ended.released_keys:
            return False
        self.store.commit(ended)
        return True

    def _started(self, id: str, wish: RotationRequest) -> Application | None:
        """The draft that this key made before; compared with its first event, because it may have been saved
        differently since."""
        try:
            application = application_of(self.store.load("APPLICATION", id))
        except NotFound:
            return None
        first = self.store.history("APPLICATION", id)[0].data
        given = {
            "program_id": wish.program_id,
            "experience_type": wish.experience_type.value,
            "start": wish.start.isoformat() if wish.start else None,
            "weeks": wish.weeks,
        }
        wished = first["credit"] is not None
        if wished != wish.credit_wish or any(first[name] != value for name, value in given.items()):
            raise KeyReused("This key started another application.", "Send a new Idempotency-Key.", application_id=id)
        return application

    def _require_possible(self, program: Program, kind: ExperienceType, start: date | None, weeks: int) -> None:
        if program.status is not ProgramStatus.LIVE:
            raise NotAllowedNow(
                f"{program.name} takes no applications at present.",
                "Look for another program.",
                program_status=program.status.value,
            )
        if kind not in program.experience_types:
            offered = " or ".join(one.value.replace("_", "-") for one in program.experience_types)
            raise Invalid(
                f"This program offers no {kind.value.replace('_', '-')} rotation.",
                f"Choose {offered}.",
                field="experience_type",
            )
        today = local_date(self.clock.now(), program.place.zone)
        if start is not None:
            require_start(
                start, weeks, today, program, CURRENT.applying.horizon_years, CURRENT.applying.stale_start_days
            )
        elif not program.weeks_min <= weeks <= program.weeks_max:
            lengths = f"Choose {program.weeks_min} to {program.weeks_max} weeks."
            raise Invalid(f"{weeks} weeks is not a length that this program offers.", lengths, field="weeks")

    def _require_seats(self, program: Program, start: date, weeks: int) -> None:
        """T12: nobody waits for an answer about weeks that cannot be had. A read, not a promise: the seat is taken at
        checkout."""
        wanted = weeks_covered(start, weeks)
        free = free_by_week(self.store.seat_years([(program.id, year) for year in by_iso_year(wanted)]))
        full = [week for week in wanted if free.get(week, 0) == 0]
        if full:
            first = monday_of(full[0])
            raise SoldOut(
                f"There is no free seat in the week of {first:%a} {first.day} {first:%B %Y}.",
                "Choose another start; the list shows those with seats.",
                weeks=full,
                field="start",
            )

    def _facts(self, account_id: str) -> TraineeFacts:
        facts = self.people.facts(account_id)
        if facts is None:
            raise Invalid(
                "Your profile does not say whether you are a student or a graduate.",
                "Complete your profile, then submit.",
                field="profile",
            )
        return facts


def _fire(state: str, event: ApplicationEvent) -> ApplicationStatus:
    return ApplicationStatus(APPLICATION.fire(state, event, Actor.TRAINEE).target)


def _with(application: Application, changes: Mapping[str, Any]) -> Application:
    """With `changes`; who still wants credit keeps the contact that they named."""
    rest = {name: value for name, value in changes.items() if name != "credit_wish"}
    wanted = changes.get("credit_wish", application.credit is not None)
    credit = (application.credit or CreditWish()) if wanted else None
    return Application.model_validate({**application.model_dump(), **rest, "credit": credit})
