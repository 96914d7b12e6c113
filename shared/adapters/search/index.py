"""One open index version answers queries: hits in order, keyset pages, facet counts, all with the overlay applied.

Opening is cheap (files are mapped, nothing is loaded); a version on disk is never written again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import reduce
from itertools import islice
from operator import or_
from pathlib import Path
from typing import cast

import tantivy
from tantivy import Occur, Query

from shared.adapters.search import cursor, facets
from shared.adapters.search.asked import Asked
from shared.adapters.search.availability import Availability, Segments, availability
from shared.adapters.search.cursor import MAX_RANK, ByDistance, ByRank, ByScore, ByStart, Key, Seal
from shared.adapters.search.near import THOUSANDTHS, Near, Places
from shared.adapters.search.runs import days_of, first_bit
from shared.adapters.search.schema import PLACES, PROGRAMS, WEEK_BYTES, read_facts
from shared.adapters.search.terms import text_query
from shared.adapters.search.text import query_words
from shared.domain.calendar import week_of
from shared.domain.errors import Busy, Invalid
from shared.domain.search import Overlay, SearchHit, SearchPage, SearchQuery, Sort

STARTS_SHOWN = 6
FEW = 1_000  # so many programs are sorted by start one by one; more are taken week by week
NEVER = WEEK_BYTES * 8
IN_SEGMENT = 10_000_000  # documents per segment, for cursors
BATCH = 16  # places looked at together when the nearest come first; doubled until the page is full
Found = tuple[Key, tantivy.DocAddress]


class TantivyIndex:
    """A version in a directory. `version` is the hash that names it, `programs` how many it holds."""

    def __init__(self, segments: Segments, places: Places, version: str, programs: int, few: int = FEW) -> None:
        self._segments, self._places, self._few = segments, places, few
        self.version = version
        self.programs = programs
        self._last: tuple[Overlay, Availability] | None = None

    @classmethod
    def open(cls, directory: Path, few: int = FEW) -> TantivyIndex:
        """`few` is how many programs found are sorted by start or distance one by one. Raises `Busy` when there is no index to read."""
        facts = read_facts(directory)
        try:
            index = tantivy.Index.open(str(directory))
            index.config_reader("manual")  # never watch the files: they do not change
            segments = Segments(index.searcher(), index.schema, facts.base_monday, (directory / PROGRAMS).read_bytes())
            places = Places((directory / PLACES).read_bytes())
        except (ValueError, OSError) as error:
            raise Busy("The search index cannot be read.", "Try again in a moment.") from error
        return cls(segments, places, facts.version, facts.programs, few)

    def search(self, query: SearchQuery, overlay: Overlay, today: date, seal: Seal | None = None) -> SearchPage:
        """`today` is the first possible start. Raises `Invalid` (fields `text`, `price_max_cents`, `zip`, `cursor`)."""
        words = query_words(query.text)
        _check(query)
        seal = seal or Seal()
        after = cursor.decode(query, self.version, _order_of(query, words), seal)
        near = self._places.near(query.zip) if query.zip else None
        searcher, schema = self._segments.searcher, self._segments.schema
        scored = text_query(searcher, schema, words) if words else Query.all_query()
        asked = Asked(query, scored, self._available(overlay), today, near)
        counts, total = facets.count(asked)
        found = self._found(asked, _order_of(query, words), after, total) if total else []
        more = len(found) > query.limit
        found = found[: query.limit]
        return SearchPage(
            hits=tuple(self._hit(address, asked) for _, address in found),
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

    # --- the four orders: each gives up to one hit more than the page shows ------------------------------------------------------------
    def _found(self, asked: Asked, order: type[Key], after: Key | None, total: int) -> list[Found]:
        wanted = asked.query.limit + 1
        if order is ByScore:
            return self._by_score(asked, cast(ByScore | None, after), wanted)
        if order is ByDistance:
            return self._by_distance(asked, cast(ByDistance | None, after), wanted, total)
        if order is ByRank:
            start = after.rank + 1 if isinstance(after, ByRank) else 0
            return [(ByRank(rank), address) for rank, address in self._ranked(asked.all(), start, wanted)]
        return self._by_start(asked, cast(ByStart | None, after), total)

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

    def _by_start(self, asked: Asked, after: ByStart | None, total: int) -> list[Found]:
        return self._by_start_of_few(asked, after) if total <= self._few else self._by_start_of_many(asked, after)

    def _by_start_of_few(self, asked: Asked, after: ByStart | None) -> list[Found]:
        """Looks at the starts of every program found; the sort is stable, so that the cheapest of a week stays first."""
        segments, mask, weeks = self._segments, self._segments.mask(asked.days), asked.query.weeks
        rows = [(asked.available.starts(rank, weeks) & mask, rank, at) for rank, at in segments.ranked(asked.all(), self._few)]
        rows.sort(key=lambda row: first_bit(row[0]) if row[0] else NEVER)
        keys = ((ByStart(week_of(next(days_of(bits, segments.base))) if bits else "", rank), address) for bits, rank, address in rows)
        found = ((key, address) for key, address in keys if after is None or _order(key) > _order(after))
        return list(islice(found, asked.query.limit + 1))

    def _by_start_of_many(self, asked: Asked, after: ByStart | None) -> list[Found]:
        """Week by week: the programs whose first open Monday it is, cheapest first, until the page is full; those without any come last."""
        available, query, window, found = asked.available, asked.query, asked.days, cast(list[Found], [])
        groups = [(week_of(day), window[number : number + 1], window[:number]) for number, day in enumerate(window)]
        if query.month is None:
            groups.append(("", (), window))
        for week, days, earlier in groups:
            if after and _order(ByStart(week, MAX_RANK)) <= _order(after):
                continue
            here = asked.all(available.having(days, query.weeks)) if days else asked.all()
            if earlier:
                here = Query.boolean_query([(Occur.Must, here), (Occur.MustNot, available.having(earlier, query.weeks))])
            first = after.rank + 1 if after and after.week == week else 0
            found += [(ByStart(week, rank), address) for rank, address in self._ranked(here, first, query.limit + 1 - len(found))]
            if len(found) > query.limit:
                break
        return found

    def _by_distance(self, asked: Asked, after: ByDistance | None, wanted: int, total: int) -> list[Found]:
        """Nearest first, the cheapest of a place first; of many programs, place after place until the page is full."""
        near = cast(Near, asked.near)
        if total <= self._few:
            return self._nearest(asked.all(), near, total, after)[:wanted]
        first, size, found = near.before(after.distance) if after else 0, BATCH, cast(list[Found], [])
        while first < len(near.numbers) and len(found) < wanted:
            # Places equally far belong to one batch, or their programs would come in the wrong order.
            last = near.before(near.distances[min(first + size, len(near.numbers)) - 1] + 1)
            here = asked.all(near.between(self._segments.schema, first, last))
            found += self._nearest(here, near, asked.count(here), after)
            first, size = last, size * 2
        return found[:wanted]

    def _nearest(self, query: Query, near: Near, count: int, after: ByDistance | None) -> list[Found]:
        if not count:
            return []
        rows = ((near.by_number[self._segments.place(rank)], rank, address) for rank, address in self._segments.ranked(query, count))
        keys = sorted(((ByDistance(distance, rank), address) for distance, rank, address in rows), key=lambda row: _nearness(row[0]))
        return [(key, address) for key, address in keys if after is None or _nearness(key) > _nearness(after)]

    def _ranked(self, query: Query, first: int, wanted: int) -> list[tuple[int, tantivy.DocAddress]]:
        """Cheapest first, from this price rank on."""
        if first:
            behind = Query.range_query(self._segments.schema, "price_rank", tantivy.FieldType.Unsigned, first)
            query = Query.boolean_query([(Occur.Must, query), (Occur.Must, behind)])
        return self._segments.ranked(query, wanted)

    def _hit(self, address: tantivy.DocAddress, asked: Asked) -> SearchHit:
        segments, card = self._segments, self._segments.card(address)
        rank = card.pop("rank")
        bits = asked.available.starts(rank, asked.query.weeks) & _mask(asked, card["experience_types"])
        miles = round(asked.near.by_number[segments.place(rank)] / THOUSANDTHS, 1) if asked.near else None
        return SearchHit(**card, starts=tuple(islice(days_of(bits, segments.base), STARTS_SHOWN)), miles=miles)


def _mask(asked: Asked, kinds: Sequence[str]) -> int:
    """The Mondays asked for; where eligibility is asked for and changes with the start, those that it allows for a program's kinds."""
    mask = asked.segments.mask
    if not asked.dated:
        return mask(asked.days)
    return reduce(or_, (mask(asked.under(rule)) for rule in asked.rules if set(asked.opened(rule)) & set(kinds)), 0)


def _order_of(query: SearchQuery, words: Sequence[str]) -> type[Key]:
    if query.sort is Sort.RELEVANCE:
        return ByScore if words else ByStart
    return {Sort.PRICE: ByRank, Sort.NEXT_START: ByStart, Sort.DISTANCE: ByDistance}[query.sort]


def _nearness(key: ByDistance) -> tuple[int, int]:
    return key.distance, key.rank


def _order(key: ByStart) -> tuple[bool, str, int]:
    """Programs without a start come after all weeks."""
    return key.week == "", key.week, key.rank


def _flat(address: tantivy.DocAddress) -> int:
    return int(address.segment_ord) * IN_SEGMENT + int(address.doc)


def _check(query: SearchQuery) -> None:
    low, high = query.price_min_cents, query.price_max_cents
    if low is not None and high is not None and low > high:
        raise Invalid(
            f"The lowest price (${low / 100:,.2f}) is above the highest (${high / 100:,.2f}).", "Swap the two.", field="price_max_cents"
        )
    if query.zip is None and (query.within_miles or query.sort is Sort.DISTANCE):
        raise Invalid("A distance is counted from a ZIP code, and none is given.", "Add the ZIP code you want to be near.", field="zip")
