"""T30: once a rotation is reserved, a visitor experience coach is matched, who is named on the rotation's page and in
its mails."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time

from shared.domain.core.due_readers import of_coach
from shared.domain.core.errors import Busy
from shared.domain.reservations.coaches import coach_for
from shared.domain.reservations.due_kinds import ROTATION
from shared.domain.reservations.reservation import SEATED, ReservationStatus
from shared.events.reservation import CoachMatched
from shared.ports import BusinessClock, Due, Store, UnitOfWork
from shared.services.core.records import reservation_of
from shared.services.core.transitions import RequestContext, retry_on_conflict, transition


@dataclass(frozen=True)
class Coaching:
    store: Store
    clock: BusinessClock

    def match(self, reservation_id: str, call: RequestContext) -> str | None:
        """The coach's account id, never the trainee's own; the one of before when there is one, None for a rotation
        that is no longer on.

        Raises `Busy` while no account has the role: the event comes again, and then calls a person.
        """
        return retry_on_conflict(lambda: self._match(reservation_id, call))

    def _match(self, reservation_id: str, call: RequestContext) -> str | None:
        loaded = self.store.load("RESERVATION", reservation_id)
        reserved = reservation_of(loaded)
        if reserved.coach_id is not None:
            return reserved.coach_id
        if reserved.status is ReservationStatus.HELD or reserved.status not in SEATED:
            return None
        coach = coach_for(reserved.trainee_id, (one for one in self.store.coaches() if one != reserved.trainee_id))
        if coach is None:
            raise Busy("There is no coach to match.", "Give somebody the role; the event is looked at again.")
        matched = CoachMatched(status=reserved.status, coach_id=coach)
        mine = Due(ROTATION, datetime.combine(reserved.start, time(0), UTC), "coach", of_coach(coach))
        self.store.commit(UnitOfWork(transitions=(transition(loaded, matched, call, self.clock.now(), due=(mine,)),)))
        return coach
