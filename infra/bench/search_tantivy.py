"""Tantivy as somebody would use it whose index is made for one day and knows every seat: no overlay to apply, no window
to cut, the order of next starts is a column. What no answer can do without is left: the query for the words, filters,
one pass for all free facets, one for each chosen one, the hits, and their stored cards. `search_overlay` is the same
for an index that some seats have changed since.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any

import tantivy
from tantivy import Occur, Order, Query

from infra.bench.search_answers import Answer
from infra.bench.search_catalogue import TODAY, months
from infra.bench.search_rows import Row
from shared.adapters.search.schema import ANYTHING, PHRASED, TEXT
from shared.domain.core.calendar import week_of
from shared.domain.programs import specialties
from shared.domain.search.query import CITIES, LENGTHS, PRICE_STEPS, SearchQuery, Sort, month_of, start_window

EXACT = ("specialty", "state", "city", "experience_type", "month", "weeks", "credit_friendly", "review_mode")
LISTS = ("state", "city", "experience_type", "review_mode")
SIZE, EVERY = 2_000, 65_000
PRICE_EDGES = sorted({cents + more for cents in PRICE_STEPS for more in (0, 1)})


def schema() -> tantivy.Schema:
    build = tantivy.SchemaBuilder()
    for name in TEXT:
        build.add_text_field(name, tokenizer_name="whitespace", index_option="position" if name in PHRASED else "freq")
    build.add_text_field(ANYTHING, tokenizer_name="whitespace", index_option="basic")
    for name in (*EXACT, *(f"month_{weeks}" for weeks in LENGTHS)):
        build.add_text_field(name, tokenizer_name="raw", index_option="basic", fast=True)
    for name in ("own_specialty", "start"):
        build.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in ("price", "price_rank", "start_rank"):
        build.add_unsigned_field(name, fast=True)
    build.add_bytes_field("card", stored=True)
    return build.build()


def build(rows: Iterable[Row], directory: Path) -> None:
    directory.mkdir()
    fields = schema()
    writer = tantivy.Index(fields, path=str(directory), reuse=False).writer(64_000_000, 1)
    for row in rows:
        writer.add_document(tantivy.Document.from_dict(_document(row), fields))
    writer.commit()
    writer.wait_merging_threads()


def _document(row: Row) -> dict[str, Any]:
    program = row.program
    return {
        **row.text,
        ANYTHING: " ".join(row.text[name] for name in TEXT),
        "own_specialty": program.specialty,
        "specialty": list(row.families),
        "state": program.place.state,
        "city": row.city,
        "experience_type": [str(kind) for kind in program.experience_types],
        "month": list(row.months[None]),
        **{f"month_{weeks}": list(row.months[weeks]) for weeks in LENGTHS if weeks in row.months},
        "weeks": [str(weeks) for weeks in row.months if weeks],
        "credit_friendly": str(program.credit_friendly).lower(),
        "review_mode": str(program.review_mode),
        "start": [week_of(start) for start in row.starts],
        "price": program.price_4w_cents,
        "price_rank": row.price_rank,
        "start_rank": row.start_rank,
        "card": row.card.encode(),
    }


class RawTantivy:
    def __init__(self, directory: Path) -> None:
        index = tantivy.Index.open(str(directory))
        index.config_reader("manual")
        self.searcher, self.schema = index.searcher(), index.schema

    def answer(self, query: SearchQuery, words: Query | None) -> Answer:
        """The first page. `words` is the scored query for the text, None without text."""
        filters = self._filters(query)
        counts = self._counts(query, words, filters)
        # A program has one state: where those were counted over all that was asked, their sum is the total.
        total = self._count(self._all(words, filters)) if query.state else sum(counts["state"].values())
        cards = [
            json.loads(self.searcher.doc(address)["card"][0]) for address in self._hits(query, words, filters, total)
        ]
        return Answer(total, tuple(card["program_id"] for card in cards), counts)

    def _count(self, found: Query) -> int:
        return int(self.searcher.search(found, 1).count)

    # --- filters ------------------------------------------------------------------------------------------------------
    def _filters(self, query: SearchQuery) -> dict[str, Query]:
        found = {name: self._any(name, getattr(query, name)) for name in LISTS if getattr(query, name)}
        if query.specialty or query.subspecialty:
            found["specialty"] = self._any("specialty", (*query.specialty, *query.subspecialty))
        if query.credit_friendly:
            found["credit_friendly"] = self._any("credit_friendly", ["true"])
        if query.price_max_cents is not None:
            found["price"] = Query.range_query(
                self.schema, "price", tantivy.FieldType.Unsigned, None, query.price_max_cents
            )
        if query.month:
            found["month"] = self._starting(query.month, None)
        return found

    def _starting(self, month: str, weeks: int | None) -> Query:
        """Programs with a start of a length in a month."""
        return self._any(f"month_{weeks}" if weeks else "month", [month])

    def _any(self, name: str, values: Iterable[object]) -> Query:
        return Query.boolean_query(
            [(Occur.Should, Query.term_query(self.schema, name, str(value))) for value in values]
        )

    @staticmethod
    def _all(words: Query | None, filters: Mapping[str, Query], but: str = "", *more: Query) -> Query:
        parts = [query for name, query in filters.items() if name != but]
        scored = words or Query.all_query()
        return Query.boolean_query(
            [(Occur.Must, scored), *((Occur.Must, Query.const_score_query(part, 0.0)) for part in (*parts, *more))]
        )

    # --- counts -------------------------------------------------------------------------------------------------------
    def _counts(
        self, query: SearchQuery, words: Query | None, filters: Mapping[str, Query]
    ) -> dict[str, dict[str, int]]:
        names = (*EXACT, "price")
        counts = self._terms(query, self._all(words, filters), [name for name in names if name not in filters])
        for name in names:
            if name in filters:
                counts |= self._terms(query, self._all(words, filters, name), [name])
        counts["month"] = self._months(words, filters, counts["month"])
        if query.month:
            counts["weeks"] = {str(weeks): self._of_length(weeks, query.month, words, filters) for weeks in LENGTHS}
        whole, branches = dict[str, int](), dict[str, int]()
        for slug, number in counts.pop("specialty").items():
            (branches if specialties.get(slug).parent else whole)[slug] = number
        counts |= {"specialty": whole, "subspecialty": branches}
        counts["credit_friendly"].pop("false", None)
        return counts | _prices(list(counts.pop("price").values()), query.price_max_cents)

    def _terms(self, query: SearchQuery, found: Query, names: Sequence[str]) -> dict[str, dict[str, int]]:
        if not names:
            return {}
        wanted = {name: _wanted(query, name) for name in names}
        answer: dict[str, Any] = self.searcher.aggregate(found, wanted)
        return {name: {bucket["key"]: bucket["doc_count"] for bucket in answer[name]["buckets"]} for name in names}

    def _months(
        self,
        words: Query | None,  # noqa: ARG002 (an index that some seats have changed since counts some months anew)
        filters: Mapping[str, Query],  # noqa: ARG002
        indexed: Mapping[str, int],
    ) -> dict[str, int]:
        return {month: indexed.get(month, 0) for month in months()}

    def _of_length(self, weeks: int, month: str, words: Query | None, filters: Mapping[str, Query]) -> int:
        others = {name: query for name, query in filters.items() if name not in ("weeks", "month")}
        return self._count(self._all(words, others, "", self._any("weeks", [weeks]), self._starting(month, weeks)))

    # --- hits ---------------------------------------------------------------------------------------------------------
    def _hits(
        self, query: SearchQuery, words: Query | None, filters: Mapping[str, Query], total: int
    ) -> list[tantivy.DocAddress]:
        found = self._all(words, filters)
        if query.sort is Sort.RELEVANCE and words is not None:
            return [address for _, address in self.searcher.search(found, query.limit, False).hits]
        if query.sort is Sort.PRICE:
            return self._by("price_rank", found, query.limit)
        return self._next(query, words, filters, total)

    def _next(
        self,
        query: SearchQuery,
        words: Query | None,
        filters: Mapping[str, Query],
        total: int,  # noqa: ARG002 (the order of this index is a column, however many are found)
    ) -> list[tantivy.DocAddress]:
        """The soonest start first, then the cheapest."""
        if query.month is None:
            return self._by("start_rank", self._all(words, filters), query.limit)
        return self.week_by_week(
            query, words, filters, [day for day in start_window(TODAY) if month_of(day) == query.month]
        )

    def _by(self, column: str, found: Query, wanted: int) -> list[tantivy.DocAddress]:
        return [
            address
            for _, address in self.searcher.search(found, wanted, False, order_by_field=column, order=Order.Asc).hits
        ]

    def week_by_week(
        self, query: SearchQuery, words: Query | None, filters: Mapping[str, Query], mondays: Sequence[date]
    ) -> list[tantivy.DocAddress]:
        found: list[tantivy.DocAddress] = []
        for number, monday in enumerate(mondays):
            here = self._all(words, filters, "", self._on([monday]))
            if number:
                earlier = self._on(mondays[:number])
                here = Query.boolean_query([(Occur.Must, here), (Occur.MustNot, earlier)])
            found += self._by("price_rank", here, query.limit - len(found))
            if len(found) == query.limit:
                break
        return found

    def _on(self, mondays: Sequence[date]) -> Query:
        """Programs with a start on one of these Mondays."""
        return self._any("start", [week_of(day) for day in mondays])


def _wanted(query: SearchQuery, name: str) -> dict[str, Any]:
    if name == "price":
        at = _edges(query.price_max_cents)
        between = [{"from": low, "to": high} for low, high in pairwise(at)]
        return {"range": {"field": "price", "ranges": [{"to": at[0]}, *between, {"from": at[-1]}]}}
    size = CITIES if name == "city" else SIZE
    return {"terms": {"field": name, "size": size, "segment_size": EVERY}}


def _edges(most: int | None) -> list[int]:
    return sorted({*PRICE_EDGES, *(() if most is None else (most, most + 1))})


def _prices(counts: Sequence[int], most: int | None) -> dict[str, dict[str, int]]:
    """From each step on (up to `most`), and up to each step and to `most`."""
    at = _edges(most)
    under = dict(zip(at, accumulate(counts), strict=False))
    limit = sum(counts) if most is None else under[most + 1]
    upto = sorted({*PRICE_STEPS, *(() if most is None else (most,))})
    return {
        "price_min_cents": {str(cents): max(0, limit - under[cents]) for cents in PRICE_STEPS},
        "price_max_cents": {str(cents): under[cents + 1] for cents in upto},
    }
