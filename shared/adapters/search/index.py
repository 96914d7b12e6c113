"""One open index version answers queries: hits in order, keyset pages, facet counts, all with the overlay applied.

tantivy finds the words and scores them; filters, counts and the other orders come from the version's sets (`columns`).
A version on disk is never written again.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import reduce
from itertools import islice
from operator import or_
from pathlib import Path
from typing import cast

import tantivy

from shared.adapters.search import cursor, facets
from shared.adapters.search.asked import Asked
from shared.adapters.search.availability import Availability, Contents, availability
from shared.adapters.search.bits import below, chosen, days_of, flags, from_flags, members
from shared.adapters.search.columns import read
from shared.adapters.search.cursor import ByDistance, ByRank, ByScore, ByStart, Key
from shared.adapters.search.near import THOUSANDTHS, Near, Places
from shared.adapters.search.schema import PLACES, PROGRAMS, read_facts
from shared.adapters.search.sealing import Seal, Unsealed
from shared.adapters.search.terms import text_query
from shared.adapters.search.text import query_words
from shared.domain.core.calendar import week_of
from shared.domain.core.errors import Busy, Invalid
from shared.domain.search.query import Overlay, SearchHit, SearchPage, SearchQuery, Sort

STARTS_SHOWN = 6
Found = tuple[Key, int]


@dataclass(frozen=True)
class Scored:
    """What words find: price ranks, the best first, and the set of them; and the words that no program has."""

    ranks: Sequence[int]
    programs: int
    left_out: tuple[str, ...]


class TantivyIndex:
    """A version in a directory. `version` is the hash that names it, `programs` how many it holds."""

    def __init__(self, contents: Contents, places: Places, version: str) -> None:
        self._contents, self._places = contents, places
        self.version = version
        self.programs = contents.columns.size
        self._last: tuple[Overlay, Availability] | None = None

    @classmethod
    def open(cls, directory: Path) -> TantivyIndex:
        """Raises `Busy` when there is no index to read."""
        facts = read_facts(directory)
        try:
            index = tantivy.Index.open(str(directory))
            index.config_reader("manual")  # never watch the files: they do not change
            columns = read(directory, facts.programs)
            rows, places = (directory / PROGRAMS).read_bytes(), (directory / PLACES).read_bytes()
            contents = Contents(index.searcher(), index.schema, facts.base_monday, facts.segments, rows, columns)
        except (ValueError, OSError, LookupError, TypeError) as error:
            raise Busy("The search index cannot be read.", "Try again in a moment.") from error
        return cls(contents, Places(places, columns.places), facts.version)

    def search(self, query: SearchQuery, overlay: Overlay, today: date, seal: Seal | None = None) -> SearchPage:
        """`today` is the first possible start. Raises `Invalid` (fields `text`, `price_max_cents`, `zip`, `cursor`)."""
        words = query_words(query.text)
        _check(query)
        seal = seal or Unsealed()
        order = _order_of(query, words)
        after = cursor.decode(query, self.version, order, seal)
        near = self._places.near(query.zip) if query.zip else None
        scored = self._scored(words) if words else None
        with_words = scored.programs if scored else self._contents.columns.everything
        asked = Asked(query, with_words, self._available(overlay), today, near)
        found = list(islice(self._from(asked, order, after, scored), query.limit + 1))
        more = len(found) > query.limit
        found = found[: query.limit]
        return SearchPage(
            hits=tuple(self._hit(rank, asked) for _, rank in found),
            total=asked.found.bit_count(),
            facets=facets.count(asked),
            next_cursor=cursor.encode(found[-1][0], query, self.version, seal) if more else None,
            index_version=self.version,
            left_out=scored.left_out if scored else (),
        )

    def _available(self, overlay: Overlay) -> Availability:
        """The same overlay comes with most calls; it is worked out once."""
        if self._last is None or self._last[0] != overlay:
            self._last = overlay, availability(self._contents, overlay)
        return self._last[1]

    def _scored(self, words: Sequence[str]) -> Scored:
        contents = self._contents
        query, left_out = text_query(contents.searcher, contents.schema, words)
        ranks = contents.scored(query)
        found = bytearray(self.programs)
        for rank in ranks:
            found[rank] = 1
        return Scored(ranks, from_flags(found), left_out)

    # --- the four orders: keys and price ranks of what is found, from behind the cursor on ----------------------------
    def _from(self, asked: Asked, order: type[Key], after: Key | None, scored: Scored | None) -> Iterator[Found]:
        if order is ByScore and scored:
            return self._by_score(asked, cast(ByScore | None, after), scored)
        if order is ByDistance:
            return self._by_distance(asked, cast(ByDistance | None, after))
        if order is ByRank:
            start = after.rank + 1 if isinstance(after, ByRank) else 0
            return ((ByRank(rank), rank) for rank in members(asked.found & ~below(start)))
        return self._by_start(asked, cast(ByStart | None, after))

    def _by_score(self, asked: Asked, after: ByScore | None, scored: Scored) -> Iterator[Found]:
        """What the words found, best first, without what the filters take out."""
        passes = flags(asked.found, self.programs)
        first = after.seen if after else 0
        for seen, rank in enumerate(islice(scored.ranks, first, None), first + 1):
            if passes[rank]:
                yield ByScore(seen), rank

    def _by_start(self, asked: Asked, after: ByStart | None) -> Iterator[Found]:
        """Monday by Monday: the programs whose first open one it is, cheapest first; those without any come last."""
        rest = asked.found
        for monday in asked.days:
            here = rest & asked.available.on(monday, asked.query.weeks)
            rest ^= here
            yield from self._starting(week_of(monday), here, after)
        yield from self._starting("", rest, after)

    @staticmethod
    def _starting(week: str, programs: int, after: ByStart | None) -> Iterator[Found]:
        if after and week == after.week:
            programs &= ~below(after.rank + 1)
        elif after and _order(ByStart(week, 0)) < _order(after):
            return
        for rank in members(programs):
            yield ByStart(week, rank), rank

    def _by_distance(self, asked: Asked, after: ByDistance | None) -> Iterator[Found]:
        """Nearest first, the cheapest of a place first."""
        distances = cast(Near, asked.near).distances
        ranks = chosen(range(self.programs), asked.found)
        if after:
            ranks = (rank for rank in ranks if (distances[rank], rank) > (after.distance, after.rank))
        nearest = heapq.nsmallest(asked.query.limit + 1, ranks, key=distances.__getitem__)
        return ((ByDistance(distances[rank], rank), rank) for rank in nearest)

    def _hit(self, rank: int, asked: Asked) -> SearchHit:
        card = self._contents.card(rank)
        bits = asked.available.of(rank, asked.query.weeks) & self._mask(asked, card["experience_types"])
        miles = round(asked.near.distances[rank] / THOUSANDTHS, 1) if asked.near else None
        return SearchHit(**card, starts=tuple(islice(days_of(bits, self._contents.base), STARTS_SHOWN)), miles=miles)

    def _mask(self, asked: Asked, kinds: Sequence[str]) -> int:
        """The Mondays asked for; where eligibility is asked for and changes with the start, those that it allows for a
        program's kinds."""
        if not asked.dated:
            return self._weeks(asked.days)
        return reduce(
            or_, (self._weeks(asked.under(rule)) for rule in asked.rules if set(asked.opened(rule)) & set(kinds)), 0
        )

    def _weeks(self, mondays: Sequence[date]) -> int:
        """The bits of Mondays that follow each other."""
        if not mondays:
            return 0
        first = self._contents.week(mondays[0])
        bits = below(len(mondays))
        return bits << first if first >= 0 else bits >> -first


def _order_of(query: SearchQuery, words: Sequence[str]) -> type[Key]:
    if query.sort is Sort.RELEVANCE:
        return ByScore if words else ByStart
    return {Sort.PRICE: ByRank, Sort.NEXT_START: ByStart, Sort.DISTANCE: ByDistance}[query.sort]


def _order(key: ByStart) -> tuple[bool, str, int]:
    """Programs without a start come after all weeks."""
    return key.week == "", key.week, key.rank


def _check(query: SearchQuery) -> None:
    low, high = query.price_min_cents, query.price_max_cents
    if low is not None and high is not None and low > high:
        raise Invalid(
            f"The lowest price (${low / 100:,.2f}) is above the highest (${high / 100:,.2f}).",
            "Swap the two.",
            field="price_max_cents",
        )
    if query.zip is None and (query.within_miles or query.sort is Sort.DISTANCE):
        raise Invalid(
            "A distance is counted from a ZIP code, and none is given.",
            "Add the ZIP code you want to be near.",
            field="zip",
        )
