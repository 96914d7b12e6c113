"""An index version as tantivy alone would hold it: terms and columns for every filter, count and start, as they were
when it was made.

`RawWithOverlay` answers from it. Starts of the usual length and months of every length are terms; a start of another
length is looked up by its weeks.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import tantivy

from infra.bench.search_tantivy import EXACT
from shared.adapters.search.bits import days_of, runs
from shared.adapters.search.schema import ANYTHING, PHRASED, TEXT
from shared.domain.core.calendar import DEFAULT_WEEKS, monday_of, week_of
from shared.domain.search.query import LENGTHS, month_of

OTHER_LENGTHS = tuple(weeks for weeks in LENGTHS if weeks != DEFAULT_WEEKS)


def schema() -> tantivy.Schema:
    build = tantivy.SchemaBuilder()
    for name in TEXT:
        build.add_text_field(name, tokenizer_name="whitespace", index_option="position" if name in PHRASED else "freq")
    build.add_text_field(ANYTHING, tokenizer_name="whitespace", index_option="basic")
    for name in (*EXACT, *(f"month_{weeks}" for weeks in OTHER_LENGTHS)):
        build.add_text_field(name, tokenizer_name="raw", index_option="basic", fast=True)
    for name in ("id", "own_specialty", "start", "free"):
        build.add_text_field(name, tokenizer_name="raw", index_option="basic")
    build.add_unsigned_field("price", fast=True)
    build.add_unsigned_field("price_rank", fast=True)
    build.add_bytes_field("card", stored=True)
    return build.build()


def build(documents: Sequence[Mapping[str, Any]], directory: Path) -> None:
    """`documents` are the version's own, in their order."""
    directory.mkdir()
    fields = schema()
    ranked = sorted(documents, key=lambda row: (row["card"]["price_4w_cents"], row["id"]))
    ranks = {row["id"]: rank for rank, row in enumerate(ranked)}
    writer = tantivy.Index(fields, path=str(directory), reuse=False).writer(64_000_000, 1)
    for row in documents:
        writer.add_document(tantivy.Document.from_dict(_document(row, ranks[row["id"]]), fields))
    writer.commit()
    writer.wait_merging_threads()


def _document(row: Mapping[str, Any], rank: int) -> dict[str, Any]:
    card, free = row["card"], [date.fromisoformat(text) for text in row["free"]]
    base = free[0] if free else monday_of("2026-W01")
    bits = sum(1 << (monday - base).days // 7 for monday in free)
    starts = {weeks: list(days_of(runs(bits, weeks), base)) for weeks in {*row["lengths"], row["usual"]}}
    return {
        "id": row["id"],
        **{name: row[name] for name in TEXT},
        ANYTHING: " ".join(row[name] for name in TEXT),
        "own_specialty": card["specialty"],
        "specialty": [slug for slug in (card["specialty"], row["parent"]) if slug],
        "state": card["state"],
        "city": row["city"],
        "experience_type": card["experience_types"],
        "month": _months(starts[row["usual"]]),
        **{f"month_{weeks}": _months(starts[weeks]) for weeks in row["lengths"] if weeks in OTHER_LENGTHS},
        "weeks": [str(weeks) for weeks in row["lengths"]],
        "credit_friendly": str(card["credit_friendly"]).lower(),
        "review_mode": card["review_mode"],
        "start": [week_of(start) for start in starts[row["usual"]]],
        "free": [week_of(monday) for monday in free],
        "price": card["price_4w_cents"],
        "price_rank": rank,
        "card": json.dumps(card, separators=(",", ":")).encode(),
    }


def _months(starts: Iterable[date]) -> list[str]:
    return sorted({month_of(start) for start in starts})
