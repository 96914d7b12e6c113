"""A match opens: a program went on the market, or a seat came back. Whoever saved a search that finds it is told, once
a day at most.

Runs behind the search indexer, after the version or the overlay holds the news, and asks the index the saved question
about these programs alone: what the page would show is what the mail says. Late, double and repeated events are
harmless: the saved search remembers what was told today.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from shared.domain.core.calendar import horizon, local_date
from shared.domain.core.due_readers import ALERTS
from shared.domain.core.errors import Invalid
from shared.domain.core.policy import CURRENT
from shared.domain.programs.program import Program
from shared.domain.search.query import LENGTHS, MAX_LIMIT, ReaderQuery, SearchHit, usual_weeks
from shared.domain.search.saved_search import NEWS, opened
from shared.domain.seats.seats import free_by_week
from shared.events.saved_search import SearchMatched
from shared.ports import BusinessClock, Catalogue, People, SearchIndex, Store, UnitOfWork
from shared.services.core.transitions import RequestContext, retry_on_conflict, transition
from shared.services.search.browsing import for_reader
from shared.services.search.saved_searches import Kept, kept_of, saved_search_of

AT_ONCE, READ = MAX_LIMIT, 50
"""Programs of one question to the index, and saved searches read at once: all of them are read, however many, and none
is kept longer."""
Fits = Callable[[SearchHit, Kept], date | None]


@dataclass(frozen=True, kw_only=True)
class SearchAlerts:
    """`search` is asked for its index only when somebody has saved a search."""

    store: Store
    catalogue: Catalogue
    people: People
    open_index: Callable[[], SearchIndex]
    clock: BusinessClock

    def programs_opened(self, call: RequestContext, at: Mapping[str, datetime]) -> int:
        """Programs went on the market, each at its instant; returns how many people are told. Raises `Busy`."""
        return self._tell(
            call, [id for id, moment in at.items() if self._is_news(moment)], lambda hit, _: hit.next_start
        )

    def seats_returned(self, call: RequestContext, program_id: str, weeks: Collection[str], at: datetime) -> int:
        """Seats came back in these ISO weeks at this instant; returns how many people are told. Raises `Busy`."""
        if not weeks or not self._is_news(at) or not any(self._waiting()):
            return 0
        program, first = self.catalogue.program(program_id), CURRENT.applying.first_start(self._today())
        free = self._free(program, weeks)

        def fits(_: SearchHit, kept: Kept) -> date | None:
            query = kept.query
            return next(iter(opened(weeks, free, query.weeks or usual_weeks(program), first, query.month)), None)

        return self._tell(call, [program_id], fits)

    # --- who is told --------------------------------------------------------------------------------------------------
    def _tell(self, call: RequestContext, ids: Collection[str], fits: Fits) -> int:
        return 0 if not ids else sum(self._tell_one(call, kept, ids, fits) for kept in self._waiting())

    def _tell_one(self, call: RequestContext, kept: Kept, ids: Collection[str], fits: Fits) -> bool:
        matches = {hit.program_id: start for hit in self._found(kept, ids) if (start := fits(hit, kept)) is not None}
        return bool(matches) and retry_on_conflict(lambda: self._note(call, kept.saved.id, matches))

    def _note(self, call: RequestContext, id: str, matches: Mapping[str, date]) -> bool:
        loaded, now, today = self.store.load("SEARCH", id), self.clock.now(), self._today()
        saved = saved_search_of(loaded)
        news = saved.news(matches, today)
        if not news or not saved.waits(now):
            return False
        before = saved.told if saved.told_on == today else ()
        event = SearchMatched(status=saved.status, matches=news, told_on=today, told=(*before, *news))
        self.store.commit(UnitOfWork(transitions=(transition(loaded, event, call, now),)))
        return True

    def _found(self, kept: Kept, ids: Collection[str]) -> list[SearchHit]:
        today, wanted = self._today(), sorted(set(ids))
        facts = self.people.facts(kept.saved.trainee_id) if kept.query.eligible else None
        asked = for_reader(kept.query, facts, today).model_dump()
        found: list[SearchHit] = []
        for first in range(0, len(wanted), AT_ONCE):
            only = tuple(wanted[first : first + AT_ONCE])
            query = ReaderQuery(**{**asked, "only": only, "limit": AT_ONCE})
            try:
                found += self.open_index().search(query, today).hits
            except Invalid:  # saved when it could be asked, as a ZIP code that is no more: it finds nothing
                return []
        return found

    def _waiting(self) -> Iterator[Kept]:
        """Everybody who still waits: the due row of a saved search is at its end."""
        now = self.clock.now()
        ids = [(item.subject_kind, item.subject_id) for item in self.store.due(ALERTS, since=now)]
        for first in range(0, len(ids), READ):
            for loaded in self.store.load_many(ids[first : first + READ]).values():
                kept = kept_of(self.store, loaded)
                if kept and kept.saved.waits(now):
                    yield kept

    # --- what is so now -----------------------------------------------------------------------------------------------
    def _is_news(self, at: datetime) -> bool:
        return self.clock.now() - at < NEWS

    def _today(self) -> date:
        return local_date(self.clock.now(), CURRENT.business_zone)

    def _free(self, program: Program, weeks: Collection[str]) -> dict[str, int]:
        """Free seats by week around those that came back, as far as any length reaches."""
        years = {int(week[:4]) for week in weeks}
        last = horizon(self._today()).year + max(program.weeks_max, *LENGTHS) // 52
        asked = [(program.id, year) for year in range(min(years) - 1, min(max(years) + 1, last) + 1)]
        return free_by_week(self.store.seat_years(asked))
