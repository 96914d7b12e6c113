"""Which programs have a start, with the overlay applied.

The index knows the free weeks as they were. Programs that the overlay changes are *patched*: taken out of the index's own answer and put
back by their present starts, which are computed here from the stored weeks. So counts and hits agree to the last seat, and the work
grows with the overlay, not with the catalogue. A program is known here by its price rank; its free weeks are the bits of a number, bit 0
being the first week in which any program has seats.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, lru_cache
from typing import Any

import tantivy
from tantivy import Occur, Order, Query

from shared.adapters.search.runs import runs
from shared.adapters.search.schema import ROW, month_field
from shared.domain.calendar import DEFAULT_WEEKS, monday_of, week_of, weeks_covered
from shared.domain.search import WEEK, Overlay, month_of

SET_FROM = 48


@dataclass
class Segments:
    """One open version: tantivy's searcher, the Monday of bit 0, and a `ROW` of each program by price rank. `ranks` (by program) and
    `everything` (counts over all programs) are what it was asked before."""

    searcher: tantivy.Searcher
    schema: tantivy.Schema
    base: date
    rows: bytes
    ranks: dict[str, int | None] = field(default_factory=dict)
    everything: dict[str, dict[str, int]] = field(default_factory=dict)

    def card(self, address: tantivy.DocAddress) -> dict[str, Any]:
        card: dict[str, Any] = json.loads(self.searcher.doc(address)["card"][0])
        return card

    def free(self, rank: int) -> int:
        """The free weeks of a program as the version knows them."""
        return int.from_bytes(self.row(rank)[0], "little")

    def usual(self, rank: int) -> int:
        """Its usual length in weeks."""
        return self.row(rank)[1]

    def place(self, rank: int) -> int:
        return self.row(rank)[2]

    def row(self, rank: int) -> tuple[bytes, int, int]:
        return ROW.unpack_from(self.rows, rank * ROW.size)

    def count(self, query: Query) -> int:
        return int(self.searcher.search(query, 1).count)

    def rank(self, program_id: str) -> int | None:
        """None for a program that this version does not have."""
        if program_id not in self.ranks:
            found = self.ranked(Query.term_query(self.schema, "id", program_id), 1)
            self.ranks[program_id] = found[0][0] if found else None
        return self.ranks[program_id]

    def ranked(self, query: Query, wanted: int) -> list[tuple[int, tantivy.DocAddress]]:
        """(price rank, address) of the cheapest that a query finds."""
        hits = self.searcher.search(query, wanted, False, order_by_field="price_rank", order=Order.Asc).hits
        return [(int(rank), address) for rank, address in hits]

    def bit(self, monday: date) -> int:
        """0 for a Monday before bit 0."""
        weeks = (monday - self.base).days // 7
        return 1 << weeks if weeks >= 0 else 0

    def mask(self, mondays: Sequence[date]) -> int:
        """The bits of Mondays that follow each other."""
        return _mask(mondays[0], len(mondays), self.base) if mondays else 0


@dataclass(frozen=True)
class Availability:
    """`patched` maps price rank -> present free weeks of the programs that the overlay changes, `ids` their program ids. Every question
    takes the length that was asked for, None for each program's usual one. Queries are kept: most searches come with the same overlay."""

    segments: Segments
    patched: Mapping[int, int]
    ids: Mapping[int, str]
    _having: dict[tuple[tuple[date, ...], int | None], Query] = field(default_factory=dict)

    def starts(self, rank: int, weeks: int | None) -> int:
        """The present starts of a program."""
        row = self.segments.row(rank)
        free = self.patched[rank] if rank in self.patched else int.from_bytes(row[0], "little")
        return runs(free, weeks or row[1])

    def having(self, mondays: Sequence[date], weeks: int | None) -> Query:
        """Programs with a start on any of these Mondays, which follow each other."""
        if not self.patched:
            return self.indexed(mondays, weeks)
        key = tuple(mondays), weeks
        if key not in self._having:
            self._having[key] = self._with_changes(mondays, weeks)
        return self._having[key]

    def _with_changes(self, mondays: Sequence[date], weeks: int | None) -> Query:
        """Only the programs that gained their first start among these Mondays, or lost their last one, are other than the version says."""
        mask, gained, lost = self.segments.mask(mondays), list[str](), list[str]()
        for rank, id in self.ids.items():
            before = runs(self.segments.free(rank), weeks or self.segments.usual(rank)) & mask
            now = self.starts(rank, weeks) & mask
            if now and not before:
                gained.append(id)
            elif before and not now:
                lost.append(id)
        found = self.indexed(mondays, weeks)
        if lost:
            found = Query.boolean_query([(Occur.Must, found), (Occur.MustNot, self._are(lost))])
        if gained:
            found = Query.boolean_query([(Occur.Should, found), (Occur.Should, self._are(gained))])
        return found

    @cached_property
    def changed(self) -> Query:
        return self._are(self.ids.values())

    def indexed(self, mondays: Sequence[date], weeks: int | None) -> Query:
        """The same as the version knows it, without the overlay."""
        schema = self.segments.schema
        if is_whole_month(mondays):
            return Query.term_query(schema, month_field(weeks), month_of(mondays[0]))
        if weeks in (None, DEFAULT_WEEKS):
            return any_of(schema, "start", _weeks(tuple(mondays)))
        return Query.boolean_query([(Occur.Should, _all_free(schema, monday, weeks)) for monday in mondays])

    def changes_among(self, query: Query, weeks: int | None) -> list[tuple[int, int]]:
        """(starts in the index, starts now) of the patched programs that a query finds."""
        if not self.patched:
            return []
        both = Query.boolean_query([(Occur.Must, query), (Occur.Must, self.changed)])
        ranks = (rank for rank, _ in self.segments.ranked(both, len(self.patched)))
        return [(runs(self.segments.free(rank), weeks or self.segments.usual(rank)), self.starts(rank, weeks)) for rank in ranks]

    def _are(self, ids: Iterable[str]) -> Query:
        return any_of(self.segments.schema, "id", list(ids))


def _all_free(schema: tantivy.Schema, monday: date, weeks: int) -> Query:
    """Programs with a seat in each of the weeks from this Monday on."""
    return Query.boolean_query([(Occur.Must, Query.term_query(schema, "free", week)) for week in weeks_covered(monday, weeks)])


def any_of(schema: tantivy.Schema, name: str, values: Sequence[str]) -> Query:
    """Programs that have any of these terms; a set has a price of its own that only pays from `SET_FROM` terms on."""
    if len(values) >= SET_FROM:
        return Query.term_set_query(schema, name, values)
    return Query.boolean_query([(Occur.Should, Query.term_query(schema, name, value)) for value in values])


def is_whole_month(mondays: Sequence[date]) -> bool:
    """Whether these Mondays, which follow each other, are all those of one month."""
    return bool(mondays) and mondays[0].day <= 7 and month_of(mondays[0]) == month_of(mondays[-1]) != month_of(mondays[-1] + WEEK)


def availability(segments: Segments, overlay: Overlay) -> Availability:
    patched, ids = {}, {}
    for program_id, newer in overlay.by_program().items():
        rank = segments.rank(program_id)
        if rank is None:
            continue
        before = segments.free(rank)
        bits = _apply(segments, before, newer)
        if bits != before:
            patched[rank], ids[rank] = bits, program_id
    return Availability(segments, patched, ids)


def _apply(segments: Segments, bits: int, newer: Mapping[str, bool]) -> int:
    for week, free in newer.items():
        bit = segments.bit(monday_of(week))
        bits = bits | bit if free else bits & ~bit
    return bits


@lru_cache(maxsize=512)
def _weeks(mondays: tuple[date, ...]) -> list[str]:
    return [week_of(monday) for monday in mondays]


@lru_cache(maxsize=512)
def _mask(first: date, count: int, base: date) -> int:
    offset = (first - base).days // 7
    bits = (1 << count) - 1
    return bits << offset if offset >= 0 else bits >> -offset
