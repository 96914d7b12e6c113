"""Search in memory over the fake store's live programs: every filter that a caller may rely on, no ranking but the id."""

from __future__ import annotations

from datetime import date

from shared.domain.errors import Busy
from shared.domain.program import Program, ProgramStatus
from shared.domain.search import Facets, SearchHit, SearchPage, SearchQuery
from tests.fakes.bus import FakeCatalogue
from tests.fakes.faults import Fault
from tests.fakes.store import FakeStore


class FakeSearch:
    """`asked` keeps the queries. Months are not looked at: an index may be behind the seats, and callers must read those."""

    def __init__(self, store: FakeStore) -> None:
        self._catalogue, self._fault = FakeCatalogue(store), Fault()
        self.asked: list[SearchQuery] = []

    def fail(self, calls: int = 1) -> None:
        self._fault.set(calls)

    def search(self, query: SearchQuery, today: date) -> SearchPage:
        if self._fault.strikes():
            raise Busy("The search index is being built for the first time.", "Try again in a moment.")
        self.asked.append(query)
        programs = self._catalogue.programs(self._catalogue.live_ids())
        found = [_hit(one) for _, one in sorted(programs.items()) if _fits(one, query)][: query.limit]
        return SearchPage(hits=tuple(found), total=len(found), facets=Facets(), next_cursor=None, index_version="memory")


def _fits(one: Program, query: SearchQuery) -> bool:
    return (
        one.status is ProgramStatus.LIVE
        and (not query.specialty or one.specialty in query.specialty)
        and (not query.state or one.place.state in query.state)
        and (not query.experience_type or bool(set(one.experience_types) & set(query.experience_type)))
    )


def _hit(one: Program) -> SearchHit:
    """What callers of the alternatives read of a hit; they look the rest up."""
    return SearchHit.model_construct(program_id=one.id, name=one.name, specialty=one.specialty, state=one.place.state)
