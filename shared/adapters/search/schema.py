"""The index's fields, and the small facts file that each version carries beside tantivy's own files."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

import tantivy

from shared.domain.errors import Busy

SCHEMA_VERSION = 2
FACTS = "rota.json"
STARTS = "starts.bin"
START_BYTES = 32  # 256 weeks: the two years ahead, the year before, and a version that stays current for long
# Text fields, in order of how much a match in them says; `anything` holds all of them and decides whether a word is known at all.
PHRASED = ("specialty_words", "alias_words", "name_words")
TEXT = (*PHRASED, "place_words", "other_words")
ANYTHING = "anything"
# Exact terms, each also a column that can be counted.
FACETS = ("specialty", "state", "experience_type", "month")


@dataclass(frozen=True)
class Facts:
    """`base` is the ISO date of the Monday that bit 0 of each program's starts stands for.

    The starts themselves lie in `STARTS`, `START_BYTES` per program in order of `price_rank`, little-endian.
    """

    schema: int
    version: str
    base: str
    programs: int

    @property
    def base_monday(self) -> date:
        return date.fromisoformat(self.base)

    def write(self, directory: Path) -> None:
        (directory / FACTS).write_text(json.dumps(asdict(self), sort_keys=True), "utf-8")


def read_facts(directory: Path) -> Facts:
    """Raises `Busy` when the directory holds no version that this code can read."""
    try:
        facts = Facts(**json.loads((directory / FACTS).read_text("utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise Busy("The search index cannot be read.", "Try again in a moment.") from error
    if facts.schema != SCHEMA_VERSION:
        raise Busy("The search index is being rebuilt.", "Try again in a moment.", schema=facts.schema)
    return facts


def schema() -> tantivy.Schema:
    build = tantivy.SchemaBuilder()
    build.add_text_field("id", tokenizer_name="raw", index_option="basic")
    for name in TEXT:
        build.add_text_field(name, tokenizer_name="whitespace", index_option="position" if name in PHRASED else "freq")
    build.add_text_field(ANYTHING, tokenizer_name="whitespace", index_option="basic")
    for name in FACETS:
        build.add_text_field(name, tokenizer_name="raw", index_option="basic", fast=True)
    build.add_text_field("start", tokenizer_name="raw", index_option="basic")
    build.add_unsigned_field("price", fast=True)
    build.add_unsigned_field("price_rank", fast=True)  # 0 for the cheapest, no two alike: sorts, breaks ties and pages
    build.add_bytes_field("card", stored=True)
    return build.build()
