"""The index's fields, and the small facts file that each version carries beside tantivy's own files."""

from __future__ import annotations

import json
import struct
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

import tantivy

from shared.domain.calendar import DEFAULT_WEEKS
from shared.domain.errors import Busy
from shared.domain.search import LENGTHS

SCHEMA_VERSION = 3
FACTS = "rota.json"
PROGRAMS = "programs.bin"
WEEK_BYTES = 32  # 256 weeks: the two years ahead, the year before, and a version that stays current for long
ROW = struct.Struct(f"<{WEEK_BYTES}sII")  # free weeks, the usual length, the number of the place
PLACES = "places.bin"
PLACE = struct.Struct("<dd")  # degrees north and east
# Text fields, in order of how much a match in them says; `anything` holds all of them and decides whether a word is known at all.
PHRASED = ("specialty_words", "alias_words", "name_words")
TEXT = (*PHRASED, "place_words", "other_words")
ANYTHING = "anything"
# Exact terms, each also a column that can be counted. A program has its own specialty and the one that this is a branch of.
COUNTED = ("specialty", "state", "city", "experience_type", "month", "weeks", "credit_friendly", "review_mode")
OTHER_LENGTHS = tuple(weeks for weeks in LENGTHS if weeks != DEFAULT_WEEKS)


def month_field(weeks: int | None) -> str:
    """Where the months with a start are, for a length that was asked for. Whoever offers four weeks has them as the usual length."""
    return "month" if weeks in (None, DEFAULT_WEEKS) else f"month_{weeks}"


@dataclass(frozen=True)
class Facts:
    """`base` is the ISO date of the Monday that bit 0 of each program's free weeks stands for.

    The weeks themselves lie in `PROGRAMS`, a `ROW` per program in order of `price_rank`; the places in `PLACES`, in order of number.
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
    for name in (*COUNTED, *(month_field(weeks) for weeks in OTHER_LENGTHS)):
        build.add_text_field(name, tokenizer_name="raw", index_option="basic", fast=True)
    for name in ("own_specialty", "start", "free", "place"):
        build.add_text_field(name, tokenizer_name="raw", index_option="basic")
    build.add_unsigned_field("price", fast=True)
    build.add_unsigned_field("price_rank", fast=True)  # 0 for the cheapest, no two alike: sorts, breaks ties and pages
    build.add_bytes_field("card", stored=True)
    return build.build()
