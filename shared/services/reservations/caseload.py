"""A coach's own trainees by start date (product.md section 5, coach view). Reads only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from shared.domain.core.due_readers import of_coach
from shared.domain.programs.program import Program
from shared.domain.reservations.reservation import SEATED, Reservation
from shared.ports import BusinessClock, Catalogue, People, Person, Store
from shared.services.core.records import reservation_of
from shared.services.core.transitions import RequestContext

MOST = 100
DAYS_BACK = timedelta(days=90)
"""A rotation stays on its coach's list for so long after its start: the letter and the evaluation come after it."""


@dataclass(frozen=True)
class CoachCase:
    """`trainee` is None once erased."""

    reserved: Reservation
    program: Program
    trainee: Person | None


@dataclass(frozen=True, kw_only=True)
class Caseload:
    store: Store
    people: People
    catalogue: Catalogue
    clock: BusinessClock

    def of(self, call: RequestContext) -> list[CoachCase]:
        """The caller's, the next start first; rotations that are over or called off are left out."""
        rows = self.store.due(of_coach(call.actor.id), since=self.clock.now() - DAYS_BACK, limit=MOST)
        found = self.store.load_many([("RESERVATION", row.subject_id) for row in rows])
        reserved = [reservation_of(loaded) for loaded in found.values()]
        mine = [one for one in reserved if one.coach_id == call.actor.id and one.status in SEATED]
        programs = self.catalogue.programs({one.program_id for one in mine})
        persons = self.people.persons({one.trainee_id for one in mine})
        mine.sort(key=lambda one: (one.start, one.id))
        return [CoachCase(one, programs[one.program_id], persons.get(one.trainee_id)) for one in mine]
