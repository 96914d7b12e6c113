"""Once a rotation is reserved, the trainee's other applications for the same weeks end (policy: one trainee, overlapping dates)."""

from __future__ import annotations

from dataclasses import dataclass

from shared.domain.application import APPLICATION, OPEN, Application, ApplicationEvent, ApplicationStatus
from shared.domain.calendar import weeks_covered
from shared.domain.machine import Actor
from shared.domain.reservation import Reservation, overlap
from shared.events.application import ApplicationWithdrawn
from shared.ports import BusinessClock, Store, Work
from shared.services.applying import WAITS, releases_of
from shared.services.steps import Call, decide_again, step

MANY = 100


@dataclass(frozen=True)
class Siblings:
    store: Store
    clock: BusinessClock

    def withdraw(self, reservation_id: str, call: Call) -> int:
        """Ends every other open application of the trainee in these weeks; returns how many. Repeated, it finds none.

        A draft stays, its start can still be changed; one with a live hold cannot overlap, because the gate would not have let it.
        """
        reserved = Reservation.model_validate(self.store.load("RESERVATION", reservation_id).state)
        found = [Application.model_validate(each.state) for each in self.store.owned("APPLICATION", reserved.trainee_id, MANY)]
        blocked = [each.id for each in found if _blocked(each, reserved)]
        return sum(decide_again(lambda: self._end(id, reserved, call)) for id in blocked)  # noqa: B023 - called at once

    def _end(self, application_id: str, reserved: Reservation, call: Call) -> bool:
        loaded = self.store.load("APPLICATION", application_id)
        applied = Application.model_validate(loaded.state)
        if not _blocked(applied, reserved):
            return False
        arrow = APPLICATION.fire(applied.status, ApplicationEvent.WITHDRAW, Actor.SYSTEM)
        # Which rotation it was goes along: the trainee is told (policy: "withdrawn with notice").
        withdrawn = ApplicationWithdrawn(status=ApplicationStatus(arrow.target), reserved_instead=reserved.id)
        done = WAITS.get(applied.status, ())
        self.store.commit(Work(steps=(step(loaded, withdrawn, call, self.clock.now(), done=done),), releases=releases_of(applied)))
        return True


def _blocked(applied: Application, reserved: Reservation) -> bool:
    waits = applied.status in OPEN and applied.status is not ApplicationStatus.DRAFT and applied.live_reservation_id is None
    if not waits or applied.start is None:
        return False
    return bool(overlap(weeks_covered(applied.start, applied.weeks), reserved.week_list))
