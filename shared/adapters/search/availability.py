"""Which programs have a start, with the overlay applied.

A version knows for each week which programs have a seat in it. What the overlay says is newer is set or cleared there,
and everything else follows: starts of any length, months, hits and counts agree to the last seat because they come from
the same sets.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import reduce
from itertools import accumulate, zip_longest
from operator import or_
from typing import Any

import tantivy
from tantivy import Order, Query

from shared.adapters.search.bits import runs
from shared.adapters.search.columns import Columns
from shared.adapters.search.schema import ROW, WEEK_BYTES
from shared.domain.core.calendar import monday_of
from shared.domain.search.query import Overlay

Starts = Sequence[int]
"""For each week, counted from the version's first: the programs with a start in it."""


@dataclass
class Contents:
    """One open version: tantivy's searcher, the Monday of week 0, a `ROW` of each program by price rank, and the sets.
    `ranks` (by program) is what it was asked before."""

    searcher: tantivy.Searcher
    schema: tantivy.Schema
    base: date
    segments: Sequence[int]
    rows: bytes
    columns: Columns
    ranks: dict[str, int | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._firsts = [0, *accumulate(self.segments)]
        if len(self.rows) != self.columns.size * ROW.size:
            raise ValueError(f"{len(self.rows)} bytes of programs")

    def card(self, rank: int) -> dict[str, Any]:
        place = self.columns.addresses[rank]
        segment = bisect_right(self._firsts, place) - 1
        found = self.searcher.doc(tantivy.DocAddress(segment, place - self._firsts[segment]))
        card: dict[str, Any] = json.loads(found["card"][0])
        return card

    def scored(self, query: Query) -> list[int]:
        """The price ranks of all that a query finds, best first; those of equal score are in the order of the index."""
        hits = self.searcher.search(query, max(1, self.columns.size), False).hits
        firsts, ranks = self._firsts, self.columns.ranks
        return [ranks[firsts[address.segment_ord] + address.doc] for _, address in hits]

    def week(self, monday: date) -> int:
        """Negative for a Monday before week 0."""
        return (monday - self.base).days // 7

    def rank(self, program_id: str) -> int | None:
        """None for a program that this version does not have."""
        if program_id not in self.ranks:
            query = Query.term_query(self.schema, "id", program_id)
            hits = self.searcher.search(query, 1, False, order_by_field="price_rank", order=Order.Asc).hits
            self.ranks[program_id] = int(hits[0][0]) if hits else None
        return self.ranks[program_id]


@dataclass(frozen=True)
class Availability:
    """`free` are the programs with a seat by week, `patched` the free weeks of those that the overlay changes. Every
    question takes the length that was asked for, None for each program's usual one. Answers are kept: most searches
    come with the same overlay."""

    contents: Contents
    free: Starts
    patched: Mapping[int, int]
    _starts: dict[int | None, Starts] = field(default_factory=dict)
    _having: dict[tuple[int, int, int | None], int] = field(default_factory=dict)

    def of(self, rank: int, weeks: int | None) -> int:
        """The present starts of a program as bits, bit 0 being week 0."""
        row, usual = ROW.unpack_from(self.contents.rows, rank * ROW.size)
        free = self.patched[rank] if rank in self.patched else int.from_bytes(row, "little")
        return runs(free, weeks or usual)

    def starts(self, weeks: int | None) -> Starts:
        if weeks not in self._starts:
            self._starts[weeks] = self._of_length(weeks) if weeks else self._usual()
        return self._starts[weeks]

    def on(self, monday: date, weeks: int | None) -> int:
        """Programs with a start on this Monday."""
        week, starts = self.contents.week(monday), self.starts(weeks)
        return starts[week] if 0 <= week < len(starts) else 0

    def having(self, mondays: Sequence[date], weeks: int | None) -> int:
        """Programs with a start on any of these Mondays, which follow each other."""
        if not mondays:
            return 0
        first = self.contents.week(mondays[0])
        key = first, len(mondays), weeks
        if key not in self._having:
            self._having[key] = reduce(or_, self.starts(weeks)[max(0, first) : max(0, first + len(mondays))], 0)
        return self._having[key]

    def _of_length(self, weeks: int) -> Starts:
        """As `runs`, for all programs at once."""
        starts, have = list(self.free), 1
        while have < weeks:
            step = min(have, weeks - have)
            starts = [now & later for now, later in zip(starts, starts[step:], strict=False)]
            have += step
        return starts

    def _usual(self) -> Starts:
        by_length = (
            [week & who for week in self.starts(int(weeks))]
            for weeks, who in self.contents.columns.sets["usual"].items()
        )
        return [reduce(or_, week) for week in zip_longest(*by_length, fillvalue=0)]


def availability(contents: Contents, overlay: Overlay) -> Availability:
    free = list(contents.columns.sets["free"].values())
    patched: dict[int, int] = {}
    for program_id, newer in overlay.by_program().items():
        rank = contents.rank(program_id)
        if rank is None:
            continue
        bits = int.from_bytes(ROW.unpack_from(contents.rows, rank * ROW.size)[0], "little")
        for week, has_seat in newer.items():
            place = contents.week(monday_of(week))
            if (
                not 0 <= place < WEEK_BYTES * 8
            ):  # before what anybody offers, or beyond where anybody may start for years (H17)
                continue
            free += [0] * (place + 1 - len(free))
            free[place] = free[place] | 1 << rank if has_seat else free[place] & ~(1 << rank)
            bits = bits | 1 << place if has_seat else bits & ~(1 << place)
        patched[rank] = bits
    return Availability(contents, free, patched)
