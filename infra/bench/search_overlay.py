"""Tantivy on an index of the version's documents, made before some seats changed: the peer that answers what
`TantivyIndex` is asked.

It calls tantivy as directly as the question allows. The programs whose seats changed are taken out of what the version
says and put back by their present starts; how those are worked out is not timed, and neither is making the answer
anything but plain values.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path

import tantivy
from tantivy import Occur, Order, Query

from infra.bench.search_catalogue import TODAY, months
from infra.bench.search_rows import Row
from infra.bench.search_tantivy import RawTantivy
from shared.domain.core.calendar import DEFAULT_WEEKS, weeks_covered
from shared.domain.search.query import SearchQuery, month_of, start_window

FEW = 1_000
WINDOW = start_window(TODAY)
CUT = {month_of(WINDOW[0]), month_of(WINDOW[-1])}
"""Months of which the version knows starts that nobody may choose today."""


class RawWithOverlay(RawTantivy):
    """`before` and `now` are the programs whose seats changed; `starts` are the present ones of all programs by price
    rank."""

    def __init__(
        self, directory: Path, before: Iterable[Row], now: Iterable[Row], starts: Sequence[tuple[date, ...]]
    ) -> None:
        super().__init__(directory)
        self._before, self._now = {row.program.id: row for row in before}, {row.program.id: row for row in now}
        self._by_rank, self._starts = {row.price_rank: row.program.id for row in self._now.values()}, starts
        self._changed = self._any("id", self._now)

    def _starting(self, month: str, weeks: int | None) -> Query:
        now = [id for id, row in self._now.items() if month in row.months.get(weeks, ())]
        return self._corrected(self._indexed(month, weeks), now)

    def _on(self, mondays: Sequence[date]) -> Query:
        now = [id for id, row in self._now.items() if set(row.starts) & set(mondays)]
        return self._corrected(super()._on(mondays), now)

    def _corrected(self, indexed: Query, now: Iterable[str]) -> Query:
        unchanged = Query.boolean_query([(Occur.Must, indexed), (Occur.MustNot, self._changed)])
        return Query.boolean_query([(Occur.Should, unchanged), (Occur.Should, self._any("id", now))])

    def _indexed(self, month: str, weeks: int | None) -> Query:
        field = "month" if weeks in (None, DEFAULT_WEEKS) else f"month_{weeks}"
        if month not in CUT:
            return self._any(field, [month])
        mondays = [day for day in WINDOW if month_of(day) == month]
        if field == "month":
            return super()._on(mondays)
        return Query.boolean_query([(Occur.Should, self._free(day, weeks or 0)) for day in mondays])

    def _free(self, monday: date, weeks: int) -> Query:
        return Query.boolean_query([(Occur.Must, self._any("free", [week])) for week in weeks_covered(monday, weeks)])

    def _months(self, words: Query | None, filters: Mapping[str, Query], indexed: Mapping[str, int]) -> dict[str, int]:
        counts = {month: indexed.get(month, 0) for month in months()}
        for month in CUT:
            counts[month] = self._count(self._all(words, filters, "month", self._indexed(month, None)))
        for id in self._changed_among(self._all(words, filters, "month", self._changed)):
            for rows, sign in ((self._before, -1), (self._now, 1)):
                for month in rows[id].months[None]:
                    counts[month] += sign
        return counts

    def _changed_among(self, found: Query) -> list[str]:
        hits = self.searcher.search(found, len(self._now), False, order_by_field="price_rank", order=Order.Asc).hits
        return [self._by_rank[int(rank)] for rank, _ in hits]

    def _next(
        self, query: SearchQuery, words: Query | None, filters: Mapping[str, Query], total: int
    ) -> list[tantivy.DocAddress]:
        days = [day for day in WINDOW if query.month in (None, month_of(day))]
        if total > FEW:
            return self.week_by_week(query, words, filters, days)
        hits = (
            self.searcher.search(
                self._all(words, filters), FEW, False, order_by_field="price_rank", order=Order.Asc
            ).hits
            if total
            else []
        )
        first, last = days[0], days[-1]
        ordered = sorted(
            hits, key=lambda hit: next((day for day in self._starts[int(hit[0])] if first <= day <= last), date.max)
        )
        return [address for _, address in ordered[: query.limit]]
