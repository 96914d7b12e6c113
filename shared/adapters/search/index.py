"""One open index version answers queries: hits in order, keyset pages, facet counts, all with the overlay applied.

Opening is cheap (files are mapped, nothing is loaded); a version on disk is never written again.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import cast

import tantivy
from tantivy import Occur, Order, Query

from shared.adapters.search import cursor, facets
from shared.adapters.search.availability import Availability, Segments, availability, place_of
from shared.adapters.search.cursor import ByRank, ByScore, ByStart, Key, Seal
from shared.adapters.search.facets import Asked
from shared.adapters.search.schema import read_facts
from shared.adapters.search.terms import text_query
from shared.adapters.search.text import query_words
from shared.domain.calendar import week_of
from shared.domain.errors import Busy, Invalid
from shared.domain.search import Overlay, SearchHit, SearchPage, SearchQuery, Sort, start_window

STARTS_SHOWN = 8
PLACES = 10_000_000  # documents per segment, for cursors
Found = tuple[Key, tantivy.DocAddress]


class TantivyIndex:
    """A version in a directory. `version` is the hash that names it, `programs` how many it holds."""

    def __init__(self, segments: Segments, version: str, programs: int) -> None:
        self._segments = segments
        self.version = version
        self.programs = programs

    @classmethod
    def open(cls, directory: Path) -> TantivyIndex:
        """Raises `Busy` when there is no index that this code can read."""
        facts = read_facts(directory)
        try:
            index = tantivy.Index.open(str(directory))
            index.config_reader("manual")  # never watch the files: they do not change
            segments = Segments(index.searcher(), index.schema, facts.base_monday)
        except (ValueError, OSError) as error:
            raise Busy("The search index cannot be read.", "Try again in a moment.") from error
        return cls(segments, facts.version, facts.programs)

    def search(self, query: SearchQuery, overlay: Overlay, today: date, seal: Seal | None = None) -> SearchPage:
        """`today` is the first possible start. Raises `Invalid` (fields `text`, `price_max_cents`, `cursor`)."""
        words = query_words(query.text)
        _check_prices(query)
        seal = seal or Seal()
        order: type[Key] = ByRank if query.sort is Sort.PRICE else ByScore if words and query.sort is Sort.RELEVANCE else ByStart
        after = cursor.decode(query, self.version, order, seal)
        searcher, schema = self._segments.searcher, self._segments.schema
        scored = text_query(searcher, schema, words) if words else Query.all_query()
        asked = facets.ask(query, scored, availability(self._segments, overlay), today)
        total = searcher.search(asked.all(), 1).count
        found = self._found(asked, order, after, query, today) if total else []
        more = len(found) > query.limit
        found = found[: query.limit]
        return SearchPage(
            hits=tuple(self._hit(address, asked.available, start_window(today, query.month)) for _, address in found),
            total=total,
            facets=facets.count(asked),
            next_cursor=cursor.encode(found[-1][0], query, self.version, seal) if more else None,
            index_version=self.version,
        )

    # --- the three orders: each gives up to one hit more than the page shows ------------------------------------------------------------
    def _found(self, asked: Asked, order: type[Key], after: Key | None, query: SearchQuery, today: date) -> list[Found]:
        if order is ByScore:
            return self._by_score(asked, cast(ByScore | None, after), query.limit + 1)
        if order is ByRank:
            start = after.rank + 1 if isinstance(after, ByRank) else 0
            return [(ByRank(rank), address) for rank, address in self._ranked(asked.all(), start, query.limit + 1)]
        return self._by_start(asked, cast(ByStart | None, after), query, today)

    def _by_score(self, asked: Asked, after: ByScore | None, wanted: int) -> list[Found]:
        """tantivy cannot start after a score: take the list from the top, longer each time, until enough lies behind the cursor."""
        query, take = asked.all(), wanted + (after.seen if after else 0)
        while True:
            hits = self._segments.searcher.search(query, take, False).hits
            ordered = sorted((-float(score), _flat(address), address) for score, address in hits)
            keys: list[tuple[ByScore, tantivy.DocAddress]] = [
                (ByScore(-score, place, seen), address) for seen, (score, place, address) in enumerate(ordered, 1)
            ]
            rest = [(key, a) for key, a in keys if after is None or (-key.score, key.place) > (-after.score, after.place)]
            if len(rest) >= wanted or len(hits) < take:
                return [(key, address) for key, address in rest[:wanted]]
            take *= 2

    def _by_start(self, asked: Asked, after: ByStart | None, query: SearchQuery, today: date) -> list[Found]:
        """Week by week: the programs whose first open Monday it is, cheapest first; those without any come last."""
        window, available, found = start_window(today, query.month), asked.available, cast(list[Found], [])
        for number, monday in enumerate(window):
            week = week_of(monday)
            if after and (after.week == "" or week < after.week):
                continue
            here = asked.all(available.having([monday]))
            if number:
                here = _without(here, available.having(window[:number]))
            first = after.rank + 1 if after and after.week == week else 0
            wanted = query.limit + 1 - len(found)
            found += [(ByStart(week, rank), address) for rank, address in self._ranked(here, first, wanted)]
            if len(found) > query.limit:
                return found
        if query.month is None:
            never = _without(asked.all(), available.having(window)) if window else asked.all()
            first = after.rank + 1 if after and after.week == "" else 0
            found += [(ByStart("", rank), a) for rank, a in self._ranked(never, first, query.limit + 1 - len(found))]
        return found

    def _ranked(self, query: Query, first: int, wanted: int) -> Iterator[tuple[int, tantivy.DocAddress]]:
        """Cheapest first, from this price rank on."""
        if first:
            behind = Query.range_query(self._segments.schema, "price_rank", tantivy.FieldType.Unsigned, first)
            query = Query.boolean_query([(Occur.Must, query), (Occur.Must, behind)])
        hits = self._segments.searcher.search(query, wanted, False, order_by_field="price_rank", order=Order.Asc).hits
        return ((int(rank), address) for rank, address in hits)

    def _hit(self, address: tantivy.DocAddress, available: Availability, window: tuple[date, ...]) -> SearchHit:
        card, stored = self._segments.card(address)
        bits = available.places.get(place_of(address), stored)
        starts = [monday for monday in window if bits & self._segments.bit(monday)]
        return SearchHit(**card, starts=tuple(starts[:STARTS_SHOWN]))


def _without(query: Query, unwanted: Query) -> Query:
    return Query.boolean_query([(Occur.Must, query), (Occur.MustNot, unwanted)])


def _flat(address: tantivy.DocAddress) -> int:
    return int(address.segment_ord) * PLACES + int(address.doc)


def _check_prices(query: SearchQuery) -> None:
    low, high = query.price_min_cents, query.price_max_cents
    if low is not None and high is not None and low > high:
        raise Invalid(
            f"The lowest price (${low / 100:,.2f}) is above the highest (${high / 100:,.2f}).", "Swap the two.", field="price_max_cents"
        )
