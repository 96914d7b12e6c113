"""One open index version answers queries: hits in order, keyset pages, facet counts, all with the overlay applied.

Opening is cheap (files are mapped, nothing is loaded); a version on disk is never written again.
"""

from __future__ import annotations

from datetime import date
from itertools import islice
from pathlib import Path
from typing import cast

import tantivy
from tantivy import Occur, Query

from shared.adapters.search import cursor, facets
from shared.adapters.search.availability import Availability, Segments, availability, first_bit
from shared.adapters.search.cursor import MAX_RANK, ByRank, ByScore, ByStart, Key, Seal
from shared.adapters.search.facets import Asked
from shared.adapters.search.schema import START_BYTES, STARTS, read_facts
from shared.adapters.search.terms import text_query
from shared.adapters.search.text import query_words
from shared.domain.calendar import week_of
from shared.domain.errors import Busy, Invalid
from shared.domain.search import Overlay, SearchHit, SearchPage, SearchQuery, Sort, start_window

STARTS_SHOWN = 6
FEW = 1_000  # so many programs are sorted by start one by one; more are taken week by week
NEVER = START_BYTES * 8
PLACES = 10_000_000  # documents per segment, for cursors
Found = tuple[Key, tantivy.DocAddress]


class TantivyIndex:
    """A version in a directory. `version` is the hash that names it, `programs` how many it holds."""

    def __init__(self, segments: Segments, version: str, programs: int, few: int = FEW) -> None:
        self._segments, self._few = segments, few
        self.version = version
        self.programs = programs
        self._last: tuple[Overlay, Availability] | None = None

    @classmethod
    def open(cls, directory: Path, few: int = FEW) -> TantivyIndex:
        """`few` is how many programs found are sorted by start one by one. Raises `Busy` when there is no index that this code can read."""
        facts = read_facts(directory)
        try:
            index = tantivy.Index.open(str(directory))
            index.config_reader("manual")  # never watch the files: they do not change
            segments = Segments(index.searcher(), index.schema, facts.base_monday, (directory / STARTS).read_bytes())
        except (ValueError, OSError) as error:
            raise Busy("The search index cannot be read.", "Try again in a moment.") from error
        return cls(segments, facts.version, facts.programs, few)

    def search(self, query: SearchQuery, overlay: Overlay, today: date, seal: Seal | None = None) -> SearchPage:
        """`today` is the first possible start. Raises `Invalid` (fields `text`, `price_max_cents`, `cursor`)."""
        words = query_words(query.text)
        _check_prices(query)
        seal = seal or Seal()
        order: type[Key] = ByRank if query.sort is Sort.PRICE else ByScore if words and query.sort is Sort.RELEVANCE else ByStart
        after = cursor.decode(query, self.version, order, seal)
        searcher, schema = self._segments.searcher, self._segments.schema
        scored = text_query(searcher, schema, words) if words else Query.all_query()
        asked = facets.ask(query, scored, self._available(overlay), today)
        window = start_window(today, query.month)
        counts, total = facets.count(asked)
        found = self._found(asked, order, after, query, window, total) if total else []
        more = len(found) > query.limit
        found = found[: query.limit]
        mask = self._segments.mask(window)
        return SearchPage(
            hits=tuple(self._hit(address, asked.available, mask) for _, address in found),
            total=total,
            facets=counts,
            next_cursor=cursor.encode(found[-1][0], query, self.version, seal) if more else None,
            index_version=self.version,
        )

    def _available(self, overlay: Overlay) -> Availability:
        """The same overlay comes with most calls; it is worked out once."""
        if self._last is None or self._last[0] != overlay:
            self._last = overlay, availability(self._segments, overlay)
        return self._last[1]

    # --- the three orders: each gives up to one hit more than the page shows ------------------------------------------------------------
    def _found(
        self, asked: Asked, order: type[Key], after: Key | None, query: SearchQuery, window: tuple[date, ...], total: int
    ) -> list[Found]:
        if order is ByScore:
            return self._by_score(asked, cast(ByScore | None, after), query.limit + 1)
        if order is ByRank:
            start = after.rank + 1 if isinstance(after, ByRank) else 0
            return [(ByRank(rank), address) for rank, address in self._ranked(asked.all(), start, query.limit + 1)]
        return self._by_start(asked, cast(ByStart | None, after), query, window, total)

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

    def _by_start(self, asked: Asked, after: ByStart | None, query: SearchQuery, window: tuple[date, ...], total: int) -> list[Found]:
        if total <= self._few:
            return self._by_start_of_few(asked, after, query, window)
        return self._by_start_of_many(asked, after, query, window)

    def _by_start_of_few(self, asked: Asked, after: ByStart | None, query: SearchQuery, window: tuple[date, ...]) -> list[Found]:
        """Looks at the starts of every program found; the sort is stable, so that the cheapest of a week stays first."""
        segments, mask = self._segments, self._segments.mask(window)
        rows = [(asked.available.starts(rank) & mask, rank, address) for rank, address in segments.ranked(asked.all(), self._few)]
        rows.sort(key=lambda row: first_bit(row[0]) if row[0] else NEVER)
        keys = ((ByStart(week_of(next(segments.mondays(bits))) if bits else "", rank), address) for bits, rank, address in rows)
        return list(islice(((key, address) for key, address in keys if after is None or _order(key) > _order(after)), query.limit + 1))

    def _by_start_of_many(self, asked: Asked, after: ByStart | None, query: SearchQuery, window: tuple[date, ...]) -> list[Found]:
        """Week by week: the programs whose first open Monday it is, cheapest first, until the page is full; those without any come last."""
        available, found = asked.available, cast(list[Found], [])
        groups = [(week_of(monday), available.having([monday]), window[:number]) for number, monday in enumerate(window)]
        if query.month is None:
            groups.append(("", Query.all_query(), window))
        for week, having, earlier in groups:
            if after and _order(ByStart(week, MAX_RANK)) <= _order(after):
                continue
            here = asked.all(having)
            if earlier:
                here = Query.boolean_query([(Occur.Must, here), (Occur.MustNot, available.having(earlier))])
            first = after.rank + 1 if after and after.week == week else 0
            found += [(ByStart(week, rank), address) for rank, address in self._ranked(here, first, query.limit + 1 - len(found))]
            if len(found) > query.limit:
                break
        return found

    def _ranked(self, query: Query, first: int, wanted: int) -> list[tuple[int, tantivy.DocAddress]]:
        """Cheapest first, from this price rank on."""
        if first:
            behind = Query.range_query(self._segments.schema, "price_rank", tantivy.FieldType.Unsigned, first)
            query = Query.boolean_query([(Occur.Must, query), (Occur.Must, behind)])
        return self._segments.ranked(query, wanted)

    def _hit(self, address: tantivy.DocAddress, available: Availability, mask: int) -> SearchHit:
        card = self._segments.card(address)
        bits = available.starts(card.pop("rank")) & mask
        return SearchHit(**card, starts=tuple(islice(self._segments.mondays(bits), STARTS_SHOWN)))


def _order(key: ByStart) -> tuple[bool, str, int]:
    """Programs without a start come after all weeks."""
    return key.week == "", key.week, key.rank


def _flat(address: tantivy.DocAddress) -> int:
    return int(address.segment_ord) * PLACES + int(address.doc)


def _check_prices(query: SearchQuery) -> None:
    low, high = query.price_min_cents, query.price_max_cents
    if low is not None and high is not None and low > high:
        raise Invalid(
            f"The lowest price (${low / 100:,.2f}) is above the highest (${high / 100:,.2f}).", "Swap the two.", field="price_max_cents"
        )
