"""Keeps search current: a new version when programs change, an overlay row when a week gains its first seat or loses
its last.

Events come in any order, twice, and by several workers at once. So nothing is concluded from an event: the seats are
read as they are now, written down, and read again until they are still what was written. Whoever changed them after
that brings an event of its own.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice

from shared.domain.core.calendar import horizon, monday_of
from shared.domain.programs.program import Program, ProgramStatus
from shared.domain.search.query import LENGTHS, Projection
from shared.domain.seats.seats import free_by_week
from shared.ports import BusinessClock, Catalogue, SearchPublisher, Store
from shared.services.core.transitions import retry_on_conflict

READS = 5
LONG_OVERLAY = 500
AT_ONCE = 100


@dataclass(frozen=True, kw_only=True)
class Indexing:
    catalogue: Catalogue
    store: Store
    publisher: SearchPublisher
    clock: BusinessClock

    def rebuild(self, changed: Collection[str] = ()) -> str:
        """Publishes a version of all live programs; returns its name. `changed` are programs that the list may not name
        yet.

        The programs are read while the version is made, after the publisher has noted the time. Raises `Busy`, or
        `VersionConflict` when other rebuilds were faster again and again.
        """
        return retry_on_conflict(lambda: self.publisher.publish(self._projections(changed)))

    def seats_changed(self, program_id: str, weeks: Iterable[str]) -> dict[str, bool]:
        """Notes for each of these ISO weeks whether it has a seat; returns what was noted last."""
        this_week = self.clock.now().date() - timedelta(weeks=1)
        ahead = [week for week in weeks if monday_of(week) > this_week]
        noted: dict[str, bool] = {}
        for _ in range(READS):
            now = self._free(program_id, ahead)
            changed = {week: free for week, free in now.items() if noted.get(week) is not free}
            if not changed:
                break
            for week, free in changed.items():
                self.publisher.overlay(program_id, week, free)
            noted = now
        return noted

    def shorten(self) -> bool:
        """Publishes a version when the overlay has grown long, so that searches stay quick; whether it did."""
        if self.publisher.overlay_rows() < LONG_OVERLAY:
            return False
        self.rebuild()
        return True

    def _free(self, program_id: str, weeks: Iterable[str]) -> dict[str, bool]:
        years = sorted({int(week[:4]) for week in weeks})
        free = free_by_week(self.store.seat_years([(program_id, year) for year in years]))
        return {week: free.get(week, 0) > 0 for week in weeks}

    def _projections(self, changed: Collection[str]) -> Iterator[Projection]:
        today = self.clock.now().date()
        ids = iter(dict.fromkeys([*self.catalogue.live_ids(), *changed]))
        while some := list(islice(ids, AT_ONCE)):
            programs = [
                program for program in self.catalogue.programs(some).values() if program.status is ProgramStatus.LIVE
            ]
            seats = self.store.seat_years(
                [(program.id, year) for program in programs for year in _years(program, today)]
            )
            for program in programs:
                yield Projection(
                    program=program, weeks=free_by_week(year for year in seats if year.program_id == program.id)
                )


def _years(program: Program, today: date) -> range:
    """The ISO years in which a rotation that may start between now and the horizon has weeks."""
    # Sites west of UTC may still be in the week before.
    first, last = today - timedelta(days=1), horizon(today) + timedelta(weeks=max(program.weeks_max, *LENGTHS))
    return range(first.isocalendar().year, last.isocalendar().year + 1)
