"""The other peer: SQLite with FTS5, the index that comes with Python.

One row per program with columns for everything asked about; months and starts are bits of numbers. A question fills one
temporary table with what its words find and a bit for each filter that fails, and each facet groups the rows that
nothing but its own filter keeps out.
"""
# ruff: noqa: S608 (statements are put together from names of this file; whatever a question brings is bound)

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from infra.bench.search_answers import Answer
from infra.bench.search_catalogue import TODAY, months
from infra.bench.search_rows import Row
from shared.adapters.search.schema import TEXT
from shared.adapters.search.terms import PREFIX_FROM
from shared.adapters.search.text import query_words
from shared.domain.programs import specialties
from shared.domain.programs.program import ExperienceType
from shared.domain.search.query import LENGTHS, PRICE_STEPS, SearchQuery, Sort, month_of, start_window

MONTHS, WINDOW = tuple(months()), start_window(TODAY)
HALF = 62  # starts in a signed 64-bit number
NAMES = ("specialty", "state", "city", "experience_type", "month", "credit_friendly", "review_mode", "price")
BIT = {name: 1 << place for place, name in enumerate(NAMES)}
KINDS = tuple(str(kind) for kind in ExperienceType)
FILL = (
    "INSERT INTO found SELECT * FROM (SELECT program.place, program.price, {fails} AS fails, {score} AS score FROM "
    "{tables})"
)
TABLES = f"""
CREATE TABLE program (place INTEGER PRIMARY KEY, specialty, family, state, city, credit, review, price, price_rank,
  lengths, usual, {", ".join(KINDS)}, {", ".join(f"months_{weeks}" for weeks in LENGTHS)}, starts_0, starts_1);
CREATE TABLE card (place INTEGER PRIMARY KEY, id, card);
CREATE VIRTUAL TABLE words USING fts5({", ".join(TEXT)}, content='', tokenize='ascii');
"""


def build(rows: Iterable[Row], file: Path) -> None:
    with sqlite3.connect(file) as database:
        database.executescript(f"PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; {TABLES}")
        for place, row in enumerate(rows):
            values = _values(place, row)
            database.execute(f"INSERT INTO program VALUES ({', '.join('?' * len(values))})", values)
            database.execute("INSERT INTO card VALUES (?, ?, ?)", (place, row.program.id, row.card))
            marks = ", ".join("?" * (len(TEXT) + 1))
            database.execute(
                f"INSERT INTO words (rowid, {', '.join(TEXT)}) VALUES ({marks})",
                (place, *(row.text[name] for name in TEXT)),
            )
        database.executescript("INSERT INTO words(words) VALUES ('optimize'); ANALYZE;")
    database.close()


def _values(place: int, row: Row) -> tuple[Any, ...]:
    program = row.program
    starts = sum(1 << WINDOW.index(day) for day in row.starts)
    return (
        place,
        program.specialty,
        row.families[-1],
        program.place.state,
        row.city,
        program.credit_friendly,
        str(program.review_mode),
        program.price_4w_cents,
        row.price_rank,
        sum(1 << LENGTHS.index(weeks) for weeks in row.months if weeks),
        _bits(row.months[None]),
        *(kind in program.experience_types for kind in ExperienceType),
        *(_bits(row.months.get(weeks, ())) for weeks in LENGTHS),
        starts % (1 << HALF),
        starts >> HALF,
    )


def _bits(found: Iterable[str]) -> int:
    return sum(1 << MONTHS.index(month) for month in found)


class Fts5:
    """One connection with everything in memory that SQLite likes to have there."""

    def __init__(self, file: Path) -> None:
        self._database = sqlite3.connect(file)
        self._database.executescript(
            "PRAGMA mmap_size=4000000000; PRAGMA cache_size=-400000; PRAGMA temp_store=MEMORY; PRAGMA query_only=0;"
            "CREATE TEMP TABLE found (place INTEGER PRIMARY KEY, price, fails, score);"
        )

    def close(self) -> None:
        self._database.close()

    def answer(self, query: SearchQuery) -> Answer:
        """The first page."""
        self._fill(query)
        ids = tuple(id for id, card in self._page(query) if json.loads(card))
        ((total,),) = self._all("SELECT count(*) FROM found WHERE fails = 0")
        return Answer(total, ids, self._counts(query))

    def _all(self, text: str, values: Sequence[object] = ()) -> list[Any]:
        return self._database.execute(text, values).fetchall()

    def _fill(self, query: SearchQuery) -> None:
        self._all("DELETE FROM found")
        fails, values = _fails(query)
        if not query.text:
            self._all(FILL.format(fails=fails, score="0", tables="program") + _KEPT, values)
            return
        words = " ".join(f'"{word}"{"*" if len(word) >= PREFIX_FROM else ""}' for word in query_words(query.text))
        tables = "words JOIN program ON program.place = words.rowid WHERE words MATCH ?"
        self._all(
            FILL.format(fails=fails, score="bm25(words, 6.0, 4.0, 4.0, 4.0, 1.0)", tables=tables) + _KEPT,
            [*values, words],
        )

    def _page(self, query: SearchQuery) -> list[Any]:
        order, values = "price_rank", list[object]()
        if query.sort is Sort.RELEVANCE and query.text:
            order = "score, found.place"
        elif query.sort is not Sort.PRICE:
            masks = _masks([day for day in WINDOW if query.month in (None, month_of(day))])
            # The lowest bit of a number is its first start; none is last.
            order = "CASE WHEN starts_0 & ? THEN 0 WHEN starts_1 & ? THEN 1 ELSE 2 END, "
            order += (
                "CASE WHEN starts_0 & ? THEN (starts_0 & ?) & -(starts_0 & ?) ELSE (starts_1 & ?) & -(starts_1 & "
                "?) END, price_rank"
            )
            values = [*masks, masks[0], masks[0], masks[0], masks[1], masks[1]]
        inner = f"SELECT found.place FROM found JOIN program USING (place) WHERE fails = 0 ORDER BY {order} LIMIT ?"
        return self._all(f"SELECT id, card FROM ({inner}) JOIN card USING (place)", [*values, query.limit])

    # --- counts -------------------------------------------------------------------------------------------------------
    def _counts(self, query: SearchQuery) -> dict[str, dict[str, int]]:
        own = self._grouped("specialty", "specialty")
        whole = self._grouped("specialty", "family")
        return {
            "specialty": whole,
            "subspecialty": {slug: count for slug, count in own.items() if specialties.get(slug).parent},
            "state": self._grouped("state", "state"),
            "city": self._grouped("city", "city"),
            "review_mode": self._grouped("review_mode", "review"),
            "experience_type": self._summed("experience_type", dict(zip(KINDS, KINDS, strict=True))),
            "credit_friendly": self._summed("credit_friendly", {"true": "credit"}),
            "month": self._summed("month", {month: f"(usual >> {place}) & 1" for place, month in enumerate(MONTHS)}),
            "weeks": self._summed("month" if query.month else "", _lengths(query.month)),
            "price_min_cents": self._summed("price", _at_least(query.price_max_cents)),
            "price_max_cents": self._summed("price", _at_most(query.price_max_cents)),
        }

    def _grouped(self, facet: str, column: str) -> dict[str, int]:
        return dict(
            self._all(
                f"SELECT {column}, count(*) FROM found JOIN program USING (place) WHERE fails & ? = 0 GROUP BY 1",
                [~BIT[facet]],
            )
        )

    def _summed(self, facet: str, values: dict[str, str]) -> dict[str, int]:
        sums = ", ".join(f"sum({value})" for value in values.values())
        tables = "found" if facet == "price" else "found JOIN program USING (place)"
        (row,) = self._all(f"SELECT {sums} FROM {tables} WHERE fails & ? = 0", [~BIT.get(facet, 0)])
        return {name: count or 0 for name, count in zip(values, row, strict=True)}


_KEPT = " WHERE fails & (fails - 1) = 0"
"""A row that two filters keep out is counted nowhere."""


def _fails(query: SearchQuery) -> tuple[str, list[object]]:
    """An SQL expression with a bit for each filter that a row fails, and its values."""
    parts, values = ["0"], list[object]()

    def part(name: str, condition: str, *given: object) -> None:
        parts.append(f"CASE WHEN {condition} THEN 0 ELSE {BIT[name]} END")
        values.extend(given)

    slugs = (*query.specialty, *query.subspecialty)
    if slugs:
        part("specialty", f"specialty IN ({_marks(slugs)}) OR family IN ({_marks(slugs)})", *slugs, *slugs)
    for name, column in (("state", "state"), ("city", "city"), ("review_mode", "review")):
        if chosen := [str(value) for value in getattr(query, name)]:
            part(name, f"{column} IN ({_marks(chosen)})", *chosen)
    if query.experience_type:
        part("experience_type", " OR ".join(query.experience_type))
    if query.month:
        part("month", f"(usual >> {MONTHS.index(query.month)}) & 1")
    if query.credit_friendly:
        part("credit_friendly", "credit")
    if query.price_max_cents is not None:
        part("price", "program.price <= ?", query.price_max_cents)
    return " + ".join(parts), values


def _marks(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))


def _masks(days: Sequence[date]) -> tuple[int, int]:
    bits = sum(1 << WINDOW.index(day) for day in days)
    return bits % (1 << HALF), bits >> HALF


def _lengths(month: str | None) -> dict[str, str]:
    """Who offers a length; with a month, who has a start of that length in it."""
    if month is None:
        return {str(weeks): f"(lengths >> {place}) & 1" for place, weeks in enumerate(LENGTHS)}
    return {str(weeks): f"(months_{weeks} >> {MONTHS.index(month)}) & 1" for weeks in LENGTHS}


def _at_least(most: int | None) -> dict[str, str]:
    limit = "" if most is None else f" AND price <= {most}"
    return {str(cents): f"price >= {cents}{limit}" for cents in PRICE_STEPS}


def _at_most(most: int | None) -> dict[str, str]:
    return {str(cents): f"price <= {cents}" for cents in sorted({*PRICE_STEPS, *(() if most is None else (most,))})}
