"""After reserving: the preparation list (H19), its reminders (H20), and partners that the coach suggests (T31)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shared.domain.core.calendar import local_date, reached
from shared.domain.core.errors import NotFound
from shared.domain.core.machine import Actor
from shared.domain.core.policy import by_version
from shared.domain.core.self_decision import forbid_self_decision
from shared.domain.programs.program import Program
from shared.domain.reservations import partners
from shared.domain.reservations.due_kinds import PREPARATION
from shared.domain.reservations.preparation import PrepKind, PrepTask, next_reminder, tasks
from shared.domain.reservations.reservation import (
    RESERVATION,
    Reservation,
    ReservationEvent,
    ReservationStatus,
    Suggestion,
)
from shared.events.reservation import PartnerSuggested, PreparationReminded, PreparationTicked
from shared.ports import BusinessClock, Catalogue, Due, Store, Stored, UnitOfWork
from shared.services.core.records import reservation_of
from shared.services.core.transitions import RequestContext, retry_on_conflict, state_after, transition

NOTHING = "not due any more"
PREPARING = (ReservationStatus.RESERVED, ReservationStatus.CLEARED)


@dataclass(frozen=True, kw_only=True)
class Preparation:
    store: Store
    catalogue: Catalogue
    clock: BusinessClock

    def tasks(self, reserved: Reservation, program: Program) -> tuple[PrepTask, ...]:
        """The list as it stands now; empty before the seat is paid for."""
        if reserved.reserved_at is None:
            return ()
        zone = program.place.zone
        return tasks(reserved.start, local_date(reserved.reserved_at, zone), reserved.prep_done, zone, self.clock.now())

    def tick(self, call: RequestContext, reservation_id: str, kind: PrepKind, done: bool) -> Reservation:
        """The trainee's own item is done, or open again; what is so already stays. The last open item ends the
        reminders, and an item that opens again brings them back. Raises `NotFound`, `NotAllowedNow`."""

        def decide() -> Reservation:
            loaded, reserved = self._read(reservation_id)
            if reserved.trainee_id != call.actor.id:
                raise NotFound(
                    f"There is no reservation {reservation_id}.", "Check the address, or start again from your list."
                )
            arrow = RESERVATION.fire(reserved.status, ReservationEvent.PREPARE, Actor(call.actor.role))
            if done == (kind in reserved.prep_done):
                return reserved
            now = self.clock.now()
            kept = {one: at for one, at in reserved.prep_done.items() if one is not kind} | (
                {kind: now} if done else {}
            )
            ticked = PreparationTicked(status=ReservationStatus(arrow.target), prep_done=kept)
            reopened = not done and len(reserved.prep_done) == len(PrepKind)
            after = reserved.model_copy(update={"prep_done": kept, "version": reserved.version + 1})
            self._commit(loaded, after, ticked, call, again=reopened)
            return after

        return retry_on_conflict(decide)

    def remind(self, reservation_id: str, call: RequestContext) -> str:
        """H20, for the sweep: one reminder however late it runs, and the next one's due row. Returns what happened."""

        def decide() -> str:
            loaded, reserved = self._read(reservation_id)
            now, due = self.clock.now(), self._due(reserved)
            if due is None or not reached(due, now):
                return NOTHING
            arrow = RESERVATION.fire(reserved.status, ReservationEvent.REMIND, Actor.SYSTEM)
            reminded = PreparationReminded(status=ReservationStatus(arrow.target), prep_reminded_at=now)
            self._commit(loaded, reserved, reminded, call, again=True)
            return ReservationEvent.REMIND.value

        return retry_on_conflict(decide)

    def suggest(self, call: RequestContext, reservation_id: str, partner_id: str) -> Reservation:
        """T31: the rotation's own coach shows the trainee a partner; suggesting it again changes nothing.

        Raises `NotFound` for a rotation of another coach, `Invalid` for an unknown partner, `NotAllowedNow`.
        """

        def decide() -> Reservation:
            loaded, reserved = self._read(reservation_id)
            forbid_self_decision(call.actor, reserved.trainee_id)
            if reserved.coach_id != call.actor.id:
                raise NotFound(
                    f"There is no reservation {reservation_id} of yours.", "Open it from your list of trainees."
                )
            arrow = RESERVATION.fire(reserved.status, ReservationEvent.SUGGEST, Actor(call.actor.role))
            partner = partners.get(partner_id)
            if any(one.partner_id == partner.id for one in reserved.suggestions):
                return reserved
            now = self.clock.now()
            all_now = (*reserved.suggestions, Suggestion(partner_id=partner.id, at=now))
            event = PartnerSuggested(status=ReservationStatus(arrow.target), suggestions=all_now)
            moved = transition(loaded, event, call, now)
            self.store.commit(UnitOfWork(transitions=(moved,)))
            return Reservation.model_validate(state_after(moved))

        return retry_on_conflict(decide)

    def _due(self, reserved: Reservation) -> datetime | None:
        """When the reminder after the last one is due, or the first: the row that led here may be older than the
        state."""
        if reserved.status not in PREPARING or reserved.reserved_at is None or len(reserved.prep_done) == len(PrepKind):
            return None
        if reserved.prep_reminded_at is None:
            return max(reserved.prep_from or reserved.reserved_at, reserved.reserved_at)
        return self._next(reserved, reserved.prep_reminded_at)

    # --- parts --------------------------------------------------------------------------------------------------------
    def _commit(
        self,
        loaded: Stored,
        after: Reservation,
        event: PreparationTicked | PreparationReminded,
        call: RequestContext,
        *,
        again: bool,
    ) -> None:
        """With the due row that follows: none once all is done or no reminder is left; `again` writes it anew, else it
        stays as it is."""
        now = self.clock.now()
        following = self._next(after, now) if len(after.prep_done) < len(PrepKind) else None
        due = (Due(PREPARATION, following, "system"),) if following and again else ()
        done = (PREPARATION,) if following is None else ()
        self.store.commit(UnitOfWork(transitions=(transition(loaded, event, call, now, due=due, done=done),)))

    def _next(self, reserved: Reservation, after: datetime) -> datetime | None:
        zone = self.catalogue.program(reserved.program_id).place.zone
        return next_reminder(reserved.start, zone, after, by_version(reserved.policy_version))

    def _read(self, reservation_id: str) -> tuple[Stored, Reservation]:
        loaded = self.store.load("RESERVATION", reservation_id)
        return loaded, reservation_of(loaded)
