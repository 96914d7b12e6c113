"""Which programs have a start, with the overlay applied.

The index knows the starts as they were. Programs that the overlay changes are *patched*: taken out of the index's own answer and put
back by their present starts, which are computed here from the stored ones. So counts and hits agree to the last seat, and the work
grows with the overlay, not with the catalogue.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import tantivy
from tantivy import Occur, Query

from shared.domain.calendar import monday_of, week_of
from shared.domain.search import Overlay

Place = tuple[int, int]


@dataclass
class Segments:
    """One open version: tantivy's searcher, and the Monday of bit 0. Bits are the starts of one program, one per week."""

    searcher: tantivy.Searcher
    schema: tantivy.Schema
    base: date
    known: dict[str, tuple[Place, int] | None] = field(default_factory=dict)

    def card(self, address: tantivy.DocAddress) -> tuple[dict[str, Any], int]:
        """(the stored card, the stored starts)."""
        card, bits = json.loads(self.searcher.doc(address)["card"][0])
        return card, int(bits, 16)

    def starts(self, program_id: str) -> tuple[Place, int] | None:
        """(its place in the index, its stored starts); None for a program that this version does not have."""
        if program_id not in self.known:
            hits = self.searcher.search(Query.term_query(self.schema, "id", program_id), 1).hits
            self.known[program_id] = (place_of(hits[0][1]), self.card(hits[0][1])[1]) if hits else None
        return self.known[program_id]

    def bit(self, monday: date) -> int:
        """0 for a Monday before the version's first start."""
        weeks = (monday - self.base).days // 7
        return 1 << weeks if weeks >= 0 else 0

    def mask(self, mondays: Iterable[date]) -> int:
        return sum(self.bit(monday) for monday in mondays)


def place_of(address: tantivy.DocAddress) -> Place:
    return address.segment_ord, address.doc


@dataclass(frozen=True)
class Availability:
    """`patched` maps program id -> present starts, `places` the same by place in the index."""

    segments: Segments
    patched: Mapping[str, int]
    places: Mapping[Place, int]

    def having(self, mondays: Sequence[date]) -> Query:
        """Programs with a start on any of these Mondays."""
        schema = self.segments.schema
        indexed = Query.term_set_query(schema, "start", [week_of(monday) for monday in mondays])
        if not self.patched:
            return indexed
        mask = self.segments.mask(mondays)
        now = [program_id for program_id, bits in self.patched.items() if bits & mask]
        kept = Query.boolean_query([(Occur.Must, indexed), (Occur.MustNot, self._is_patched())])
        return Query.boolean_query([(Occur.Should, kept), (Occur.Should, Query.term_set_query(schema, "id", now))])

    def unpatched(self, query: Query) -> Query:
        return Query.boolean_query([(Occur.Must, query), (Occur.MustNot, self._is_patched())]) if self.patched else query

    def patched_among(self, query: Query) -> list[int]:
        """The present starts of the patched programs that a query finds."""
        if not self.patched:
            return []
        both = Query.boolean_query([(Occur.Must, query), (Occur.Must, self._is_patched())])
        hits = self.segments.searcher.search(both, len(self.patched), False).hits
        return [self.places[place_of(address)] for _, address in hits]

    def _is_patched(self) -> Query:
        return Query.const_score_query(Query.term_set_query(self.segments.schema, "id", list(self.patched)), 0.0)


def availability(segments: Segments, overlay: Overlay) -> Availability:
    patched, places = {}, {}
    for program_id, starts in overlay.by_program().items():
        stored = segments.starts(program_id)
        if stored is None:
            continue
        place, before = stored
        bits = _apply(segments, before, starts)
        if bits != before:
            patched[program_id] = places[place] = bits
    return Availability(segments, patched, places)


def _apply(segments: Segments, bits: int, starts: Mapping[str, bool]) -> int:
    for week, free in starts.items():
        bit = segments.bit(monday_of(week))
        bits = bits | bit if free else bits & ~bit
    return bits
