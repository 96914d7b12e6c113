"""Search in memory over the fake store's live programs: every filter that a caller may rely on, no ranking but the
id."""

from __future__ import annotations

from datetime import date

from shared.domain.core.errors import Busy
from shared.domain.programs.program import Program
from shared.domain.search.query import Facets, SearchHit, SearchPage, SearchQuery
from tests.fakes.bus import FakeCatalogue
from tests.fakes.faults import Fault
from tests.fakes.store import FakeStore


class FakeSearch:
    """`asked` keeps the queries. Neither seats nor a pause are looked at: an index may be behind both, and callers must
    read them."""

    def __init__(self, store: FakeStore) -> None:
        self._store, self._catalogue, self._fault = store, FakeCatalogue(store), Fault()
        self.asked: list[SearchQuery] = []

    def fail(self, calls: int = 1) -> None:
        self._fault.set(calls)

    def search(self, query: SearchQuery, today: date) -> SearchPage:
        if self._fault.strikes():
            raise Busy("The search index is being built for the first time.", "Try again in a moment.")
        self.asked.append(query)
        programs = self._catalogue.programs([*self._store.program_ids("LIVE"), *self._store.program_ids("PAUSED")])
        found = [_hit(one) for _, one in sorted(programs.items()) if _fits(one, query)][: query.limit]
        return SearchPage(
            hits=tuple(found), total=len(found), facets=Facets(), next_cursor=None, index_version="memory"
        )


def _fits(one: Program, query: SearchQuery) -> bool:
    return (
        (not query.specialty or one.specialty in query.specialty)
        and (not query.state or one.place.state in query.state)
        and (not query.experience_type or bool(set(one.experience_types) & set(query.experience_type)))
    )


def _hit(one: Program) -> SearchHit:
    """What callers of the alternatives read of a hit; they look the rest up."""
    return SearchHit.model_construct(program_id=one.id, name=one.name, specialty=one.specialty, state=one.place.state)
