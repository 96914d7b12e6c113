"""Once a rotation is reserved, the trainee's other applications for the same weeks end (policy: one trainee,
overlapping dates)."""

from __future__ import annotations

from dataclasses import dataclass

from shared.domain.applications.application import Application
from shared.domain.applications.application_machine import APPLICATION, OPEN, ApplicationEvent, ApplicationStatus
from shared.domain.applications.clocks import as_of
from shared.domain.applications.values import Ending
from shared.domain.core.calendar import weeks_covered
from shared.domain.core.machine import Actor
from shared.domain.reservations.reservation import SEATED, Reservation, overlap
from shared.events.application import ApplicationWithdrawn
from shared.ports import BusinessClock, Store, Stored
from shared.services.applications.state_changes import closing_work
from shared.services.core.records import application_of, reservation_of
from shared.services.core.transitions import RequestContext, retry_on_conflict

MANY = 100


@dataclass(frozen=True)
class OverlappingApplications:
    store: Store
    clock: BusinessClock

    def withdraw(self, reservation_id: str, call: RequestContext) -> int:
        """Ends every other open application of the trainee in these weeks; returns how many. Repeated, it finds none.

        A draft stays, its start can still be changed; one with a live hold cannot overlap, because the gate would not
        have let it. What ran out by itself is the sweep's, and a seat that was given back meanwhile ends nothing.
        """
        reserved = reservation_of(self.store.load("RESERVATION", reservation_id))
        if reserved.status not in SEATED:
            return 0
        found = self.store.owned("APPLICATION", reserved.trainee_id, MANY)
        blocked = [each.id for each in found if self._blocked(each, reserved)]
        return sum(retry_on_conflict(lambda: self._end(id, reserved, call)) for id in blocked)  # noqa: B023 - called at once

    def _end(self, application_id: str, reserved: Reservation, call: RequestContext) -> bool:
        loaded = self.store.load("APPLICATION", application_id)
        applied = self._blocked(loaded, reserved)
        if applied is None:
            return False
        arrow = APPLICATION.fire(applied.status, ApplicationEvent.WITHDRAW, Actor.SYSTEM)
        # Which rotation it was goes along: the trainee is told (policy: "withdrawn with notice").
        withdrawn = ApplicationWithdrawn(
            status=ApplicationStatus(arrow.target), ending=Ending(code="reserved_instead", reservation_id=reserved.id)
        )
        self.store.commit(closing_work(loaded, withdrawn, call, self.clock.now()))
        return True

    def _blocked(self, loaded: Stored, reserved: Reservation) -> Application | None:
        """The application as it is now, if it is open and in the same weeks."""
        applied = as_of(application_of(loaded), self.clock.now())
        waits = (
            applied.status in OPEN
            and applied.status is not ApplicationStatus.DRAFT
            and applied.live_reservation_id is None
        )
        if not waits or applied.start is None:
            return None
        return applied if overlap(weeks_covered(applied.start, applied.weeks), reserved.week_list) else None
