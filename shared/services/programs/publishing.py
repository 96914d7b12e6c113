"""A program goes LIVE: its content, its coordinator and its seats for two years ahead, in one transaction (H03,
H17)."""

from __future__ import annotations

from dataclasses import dataclass

from shared.domain.core.calendar import local_date
from shared.domain.core.errors import Invalid, NotFound
from shared.domain.core.policy import CURRENT
from shared.domain.money.fees import require_fee_in_bounds
from shared.domain.programs.guideline_lint import require_clean
from shared.domain.programs.program import Program, ProgramStatus
from shared.domain.seats.seats import new_seat_years
from shared.events.program import ProgramPublished
from shared.ports import BusinessClock, Store, UnitOfWork
from shared.services.core.transitions import RequestContext, retry_on_conflict, transition, unsaved
from shared.services.programs.host_index import program_entry
from shared.services.programs.seat_years import last_day, next_look


@dataclass(frozen=True)
class Publishing:
    store: Store
    clock: BusinessClock

    def publish(self, call: RequestContext, program: Program) -> bool:
        """Puts a program that does not exist yet on the market; False when it is there already (publishing again
        changes nothing).

        Raises `Invalid` for a program that is not LIVE (H10), has no coordinator (H03), a fee outside T21's bounds, or
        guidelines that nobody can meet (H12: lint clean).
        """
        if program.status is not ProgramStatus.LIVE:
            raise Invalid(
                f"A program that is {program.status} is not put on the market.",
                "Make it LIVE, then publish.",
                field="status",
            )
        if not program.coordinator_id:
            raise Invalid("A live program has a coordinator.", "Assign one, then publish.", field="coordinator_id")
        require_fee_in_bounds(program.price_4w_cents, CURRENT)
        require_clean(program, program.guidelines, local_date(self.clock.now(), program.place.zone), CURRENT)
        # Two loaders of one program: the slower one decides again, and finds it there.
        return retry_on_conflict(lambda: self._publish(call, program))

    def _publish(self, call: RequestContext, program: Program) -> bool:
        if self._exists(program.id):
            return False
        now = self.clock.now()
        today = local_date(now, program.place.zone)
        event = ProgramPublished.model_validate(program.model_dump())
        self.store.commit(
            UnitOfWork(
                transitions=(transition(unsaved("PROGRAM", program.id), event, call, now, due=(next_look(now),)),),
                create=tuple(new_seat_years(program, today, last_day(program, today))),
                records=(program_entry(program),),
            )
        )
        return True

    def _exists(self, program_id: str) -> bool:
        try:
            self.store.load("PROGRAM", program_id)
        except NotFound:
            return False
        return True
