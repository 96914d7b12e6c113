"""H17: two years stay open. A program's seats are made two years ahead when it goes live; once a week the weeks that
came into reach are added, in one transaction with what the program waits for next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from shared.domain.core.calendar import add_years, local_date, next_monday
from shared.domain.core.errors import Duplicate, VersionConflict
from shared.domain.core.policy import CURRENT
from shared.domain.programs.due_kinds import SEATS
from shared.domain.programs.program import Program, ProgramStatus
from shared.domain.seats.seats import SeatYear, new_seat_years
from shared.events.program import SeatsExtended
from shared.ports import BusinessClock, Due, Store, Stored, UnitOfWork
from shared.services.core.records import program_of
from shared.services.core.transitions import RequestContext, retry_on_conflict, transition

HOUR = time(5)


def last_day(program: Program, today: date) -> date:
    """H17: a rotation may start two years from today, that day included, and then still needs its last weeks."""
    return add_years(today, CURRENT.applying.horizon_years) + timedelta(weeks=program.weeks_max + 1)


def next_look(now: datetime) -> Due:
    """Monday 05:00 UTC after `now`: for all programs at once, so that search is rebuilt once a week for it and not all
    the time. Every live program has its row, and a paused one keeps it, so that it is up to date when it comes back."""
    today = now.astimezone(UTC).date()
    monday = datetime.combine(next_monday(today), HOUR, UTC)
    return Due(SEATS, monday if monday > now else monday + timedelta(weeks=1), "system")


@dataclass(frozen=True)
class SeatYears:
    store: Store
    clock: BusinessClock

    def extend(self, program_id: str, call: RequestContext) -> str:
        """Opens the weeks that are in reach and have no counters yet; a week that has some is never touched. A program
        that was retired waits for nothing more, one that is not live only for the next week. Returns what happened."""
        return retry_on_conflict(lambda: self._extend(program_id, call))

    def _extend(self, program_id: str, call: RequestContext) -> str:
        loaded, now = self.store.load("PROGRAM", program_id), self.clock.now()
        program = program_of(loaded)
        if program.status is ProgramStatus.RETIRED:
            return self._commit(loaded, program, (), (), call)
        if program.status is not ProgramStatus.LIVE:
            return self._commit(loaded, program, (), (next_look(now),), call)
        today = local_date(now, program.place.zone)
        return self._commit(
            loaded, program, tuple(new_seat_years(program, today, last_day(program, today))), (next_look(now),), call
        )

    def _commit(
        self, loaded: Stored, program: Program, wanted: tuple[SeatYear, ...], due: tuple[Due, ...], call: RequestContext
    ) -> str:
        there = {year.year: year for year in self.store.seat_years([(program.id, year.year) for year in wanted])}
        create = tuple(year for year in wanted if year.year not in there)
        added = tuple(_without(year, there[year.year]) for year in wanted if year.year in there)
        opened = tuple(year for year in added if year.weeks)
        event = SeatsExtended(status=program.status)
        moved = transition(loaded, event, call, self.clock.now(), due=due, done=() if due else (SEATS,))
        try:
            self.store.commit(UnitOfWork(transitions=(moved,), create=create, open=opened))
        except Duplicate as raced:
            raise VersionConflict(
                "Somebody opened these seats at the same moment.", "Look at it again and repeat the step."
            ) from raced
        return f"{sum(len(year.weeks) for year in (*create, *opened))} weeks"


def _without(wanted: SeatYear, there: SeatYear) -> SeatYear:
    return wanted.model_copy(
        update={"weeks": {week: cell for week, cell in wanted.weeks.items() if week not in there.weeks}}
    )
