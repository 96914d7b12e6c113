"""Filters, and a count for every facet value: what choosing it would find, with everything else (seats included) as asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import groupby
from typing import Any

import tantivy
from tantivy import Occur, Query

from shared.adapters.search.availability import Availability, any_of, is_whole_month
from shared.adapters.search.schema import FACETS
from shared.domain.search import FacetCount, Facets, SearchQuery, month_of, start_window

SIZE = 2_000
PLAIN = ("specialty", "state", "experience_type")


@dataclass(frozen=True)
class Asked:
    """A query taken apart: `words` scores and must match, `filters` (by facet, and "price") must match and score nothing."""

    words: Query
    filters: Mapping[str, Query]
    available: Availability
    window: tuple[date, ...]  # all Mondays until the horizon, whatever month was asked for
    chosen: Mapping[str, tuple[str, ...]]

    def all(self, *more: Query, but: str = "") -> Query:
        """Everything asked, without the filter called `but`."""
        parts = [query for name, query in self.filters.items() if name != but]
        return Query.boolean_query(
            [(Occur.Must, self.words), *((Occur.Must, Query.const_score_query(query, 0.0)) for query in (*parts, *more))]
        )


def ask(query: SearchQuery, words: Query, available: Availability, today: date) -> Asked:
    schema = available.segments.schema
    chosen = {
        "specialty": query.specialty,
        "state": query.state,
        "experience_type": tuple(t.value for t in query.experience_type),
        "month": (query.month,) if query.month else (),
    }
    filters = {name: any_of(schema, name, chosen[name]) for name in PLAIN if chosen[name]}
    if query.month:
        filters["month"] = available.having(start_window(today, query.month))
    low, high = query.price_min_cents, query.price_max_cents
    if low is not None or high is not None:
        filters["price"] = Query.range_query(schema, "price", tantivy.FieldType.Unsigned, low, high)
    return Asked(words, filters, available, start_window(today), chosen)


def count(asked: Asked) -> tuple[Facets, int]:
    """The counts, and how many programs are found. A facet with a chosen value is counted without it; all others share one pass."""
    free = [name for name in FACETS if not asked.chosen[name]]
    counts = _terms(asked, asked.all(), free)
    total = _total(asked, counts)
    for name in FACETS:
        if name not in counts:
            counts |= _terms(asked, asked.all(but=name), [name])
    counts["month"] = _months(asked, counts["month"])
    return Facets(**{name: _listed(counts[name], asked.chosen[name], in_order=name == "month") for name in FACETS}), total


def _terms(asked: Asked, query: Query, names: Sequence[str]) -> dict[str, dict[str, int]]:
    if not names:
        return {}
    wanted = {name: {"terms": {"field": name, "size": SIZE, "segment_size": SIZE}} for name in names}
    answer: dict[str, Any] = asked.available.segments.searcher.aggregate(query, wanted)
    return {name: {bucket["key"]: bucket["doc_count"] for bucket in answer[name]["buckets"]} for name in names}


def _total(asked: Asked, counts: Mapping[str, Mapping[str, int]]) -> int:
    """A program has one specialty and one state: where one was counted anyway, its sum is the total."""
    for name in ("specialty", "state"):
        if name in counts:
            return sum(counts[name].values())
    return int(asked.available.segments.searcher.search(asked.all(), 1).count)


def _months(asked: Asked, indexed: Mapping[str, int]) -> dict[str, int]:
    """Programs with an open start by month: as the index has it, plus what the overlay changes.

    The window usually cuts its first and last month; those are counted by their weeks.
    """
    available, base = asked.available, asked.all(but="month")
    changes, counts = available.changes_among(base), {}
    for month, mondays in _by_month(asked.window).items():
        mask = available.segments.mask(mondays) if changes else 0
        found = indexed.get(month, 0)
        if not is_whole_month(mondays):
            found = available.segments.searcher.search(asked.all(available.indexed(mondays), but="month"), 1).count
        counts[month] = found + sum(bool(now & mask) - bool(before & mask) for before, now in changes)
    return counts


@lru_cache(maxsize=16)
def _by_month(window: tuple[date, ...]) -> dict[str, tuple[date, ...]]:
    return {month: tuple(days) for month, days in groupby(window, month_of)}


def _listed(counts: Mapping[str, int], chosen: Iterable[str], *, in_order: bool) -> tuple[FacetCount, ...]:
    found = {value: number for value, number in counts.items() if number} | {value: counts.get(value, 0) for value in chosen}
    ordered = sorted(found.items()) if in_order else sorted(found.items(), key=lambda item: (-item[1], item[0]))
    return tuple(FacetCount(value=value, count=number) for value, number in ordered)
