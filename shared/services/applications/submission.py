"""A trainee applies: draft, save, submit, withdraw (T06-T18). Each use case reads, decides by the domain's guards, and
commits once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from shared.domain.applications.application import (
    APPLICATION,
    OPEN,
    Application,
    ApplicationEvent,
    ApplicationStatus,
    closing,
    draft_expiry,
    review_clock,
)
from shared.domain.applications.clocks import LAPSED, as_of, lapse
from shared.domain.applications.due_kinds import (
    ASKED,
    CLAIM,
    DRAFT,
    HOST,
    HOST_LATE,
    OFFER,
    REPLY,
    REPLY_REMINDER,
    REVIEW,
    STALE,
    WITH_HOST,
)
from shared.domain.applications.guards import can_end, can_submit
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
    ApplicationClaimLapsed,
    ApplicationClosed,
    ApplicationExpired,
    ApplicationSaved,
    ApplicationStarted,
    ApplicationSubmitted,
    ApplicationWithdrawn,
)
from shared.events.base import EventData
from shared.ports import (
    BusinessClock,
    Catalogue,
    Due,
    Ids,
    IndexEntry,
    People,
    Store,
    Stored,
    UniqueKey,
    UnitOfWork,
    system,
)
from shared.services.applications.quota import require_room
from shared.services.applications.review_clock import review_due_rows
from shared.services.applications.school_contacts import note
from shared.services.applications.trainee_documents import cv_to_send
from shared.services.core.document_versions import documents_of
from shared.services.core.records import application_of
from shared.services.core.transitions import RequestContext, find, retry_on_conflict, state_after, transition, unsaved
from shared.services.programs.past_applicants import snapshot

WAITS: Mapping[ApplicationStatus, tuple[str, ...]] = {
    ApplicationStatus.DRAFT: (DRAFT,),
    ApplicationStatus.SUBMITTED: (REVIEW, STALE),
    ApplicationStatus.IN_REVIEW: (REVIEW, CLAIM, STALE),
    ApplicationStatus.NEEDS_INFO: (REPLY, REPLY_REMINDER, ASKED, STALE),
    ApplicationStatus.HOST_REVIEW: (HOST, WITH_HOST, HOST_LATE, STALE),
    ApplicationStatus.APPROVED: (OFFER,),
}
"""The due rows that an application keeps in a state; whatever ends the state removes them in the same transaction."""


def due_kinds_ended(left: ApplicationStatus, entered: ApplicationStatus) -> tuple[str, ...]:
    """The due rows of a state that the next one does not keep."""
    return tuple(kind for kind in WAITS[left] if kind not in WAITS[entered])


def open_claim(application: Application) -> UniqueKey:
    """The name that a submitted application holds until it leaves the open states: one per trainee, program and
    start."""
    key = f"open-application:{application.trainee_id}:{application.program_id}:{application.start}"
    return UniqueKey(key, application.id, IndexEntry(open_list(application.program_id), str(application.start)))


def open_list(program_id: str) -> str:
    """A program's open applications, in order of their start: the list of their names."""
    return f"OPEN#{program_id}"


def releases_of(application: Application) -> tuple[UniqueKey, ...]:
    """What leaving the open states gives back; a draft holds no name yet."""
    held = application.status in OPEN and application.status is not ApplicationStatus.DRAFT
    return (open_claim(application),) if held else ()


WRITTEN: Mapping[ApplicationEvent, type[ApplicationExpired | ApplicationClaimLapsed | ApplicationClosed]] = {
    ApplicationEvent.DRAFT_LAPSED: ApplicationExpired,
    ApplicationEvent.REPLY_LAPSED: ApplicationExpired,
    ApplicationEvent.OFFER_LAPSED: ApplicationExpired,
    ApplicationEvent.CLAIM_LAPSED: ApplicationClaimLapsed,
    ApplicationEvent.CLOSE: ApplicationClosed,
}
"""The event row of each arrow of the clock."""


def expiry_work(loaded: Stored, call: RequestContext, now: datetime) -> UnitOfWork | None:
    """What the clock has made of an application by `now`, to be written down: by the sweep, or before it came by
    whoever needs the name that is still held. None while no time is up."""
    applied = application_of(loaded)
    event = lapse(applied, now)
    if event is None:
        return None
    target = ApplicationStatus(APPLICATION.fire(applied.status, event, Actor.SYSTEM).target)
    return closing_work(loaded, WRITTEN[event](status=target, **LAPSED[event]), call, now)


def closing_work(
    loaded: Stored,
    event: EventData,
    call: RequestContext,
    now: datetime,
    ended: tuple[str, ...] = (),
    due: tuple[Due, ...] = (),
) -> UnitOfWork:
    """`event` with what goes along: waits that its state keeps stay as they are, but for those that have
    `ended`; leaving the open states gives the application's name back."""
    applied, moved = application_of(loaded), transition(loaded, event, call, now, due=due)
    left = Application.model_validate(state_after(moved))
    done = ended + tuple(kind for kind in WAITS.get(applied.status, ()) if kind not in WAITS.get(left.status, ()))
    return UnitOfWork(
        transitions=(replace(moved, done=done),), released_keys=() if releases_of(left) else releases_of(applied)
    )


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
        on offer, `QuotaReached`.
        """
        id = self.ids.derived("application", call.actor.id, key)

        def begin() -> Application:
            if (existing := self._started(id, wish)) is not None:
                return existing
            program, now = self.catalogue.program(wish.program_id), self.clock.now()
            self._require_possible(program, wish.experience_type, wish.start, wish.weeks)
            require_room(self.store, call.actor.id, now)
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
                credit_wish=wish.credit_wish,
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
            if wished == application and not noted.sets:
                return application
            program = self.catalogue.program(application.program_id)
            self._require_possible(program, wished.experience_type, wished.start, wished.weeks)
            event = ApplicationSaved(status=status, **changes, **noted.sets)
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
        nothing. Raises `Invalid` with `field`, `QuotaReached`, `NotEligible`, `NotAllowedNow`, `SoldOut` (a week
        without a seat), `Duplicate` with `application_id`.
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
            work = closing_work(loaded, ApplicationWithdrawn(status=status), call, self.clock.now())
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
        same = wished == application and document_id in {None, application.cv_document_id} and not noted.sets
        if application.status is ApplicationStatus.SUBMITTED and same:
            return application
        status = _fire(application.status, ApplicationEvent.SUBMIT)
        documents = documents_of(self.store, application.trainee_id)
        cv = cv_to_send(documents, document_id)
        wished = wished.model_copy(update={"cv_document_id": cv.document_id if cv else None})
        program, policy = self.catalogue.program(application.program_id), by_version(application.policy_version)
        now = self.clock.now()
        facts = self._facts(application.trainee_id)
        can_submit(wished, program, facts, local_date(now, program.place.zone), policy)
        if cv is None or wished.start is None:  # the guard refuses both; said once more for the reader of the types
            raise Invalid("The CV or the start is missing.", "Add what is missing, then submit.")
        self._require_seats(program, wished.start, wished.weeks)
        require_room(self.store, application.trainee_id, now, besides=application.id)
        closes_at = closing(now, wished.start, policy, program.place.zone)
        clock = review_clock(now, policy, closes_at)
        event = ApplicationSubmitted(
            status=status,
            start=wished.start,
            weeks=wished.weeks,
            experience_type=wished.experience_type,
            credit_wish=wished.credit_wish,
            cv_document_id=cv.document_id,
            cv_sha256=cv.sha256,
            total_cents=price(program, wished.weeks),
            submitted_at=now,
            review_due_at=clock.due_at,
            escalate_at=clock.escalate_at,
            guidelines=program.guidelines,
            review_mode=program.review_mode,
            closes_at=closes_at,
            **noted.sets,
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
            "credit_wish": wish.credit_wish,
        }
        if any(first[name] != value for name, value in given.items()):
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
            require_start(start, weeks, today, program, CURRENT.horizon_years, CURRENT.stale_start_days)
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
    return Application.model_validate({**application.model_dump(), **changes})
