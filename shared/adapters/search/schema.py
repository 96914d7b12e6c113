"""What a version consists of beside tantivy's own files, and the fields of those: tantivy finds words, everything else
is sets."""

from __future__ import annotations

import json
import struct
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

import tantivy

from shared.domain.core.errors import Busy

SCHEMA_VERSION = 4
FACTS = "rota.json"
PROGRAMS = "programs.bin"
WEEK_BYTES = 32  # 256 weeks: the two years ahead, the year before, and a version that stays current for long
ROW = struct.Struct(f"<{WEEK_BYTES}sI")  # free weeks, the usual length
PLACES = "places.bin"
PLACE = struct.Struct("<dd")  # degrees north and east
# Text fields, in order of how much a match in them says; `anything` holds all of them and decides whether a word is
# known at all.
PHRASED = ("specialty_words", "alias_words", "name_words")
TEXT = (*PHRASED, "place_words", "other_words")
ANYTHING = "anything"


@dataclass(frozen=True)
class Facts:
    """`base` is the ISO date of the Monday that bit 0 of each program's free weeks stands for; `segments` says how many
    programs each of tantivy's parts holds.

    The weeks themselves lie in `PROGRAMS`, a `ROW` per program in order of price rank; the places in `PLACES`, in order
    of number; what is counted and filtered in the files of `columns`.
    """

    schema: int
    version: str
    base: str
    programs: int
    segments: tuple[int, ...]

    @property
    def base_monday(self) -> date:
        return date.fromisoformat(self.base)

    def write(self, directory: Path) -> None:
        (directory / FACTS).write_text(json.dumps(asdict(self), sort_keys=True), "utf-8")


def read_facts(directory: Path) -> Facts:
    """Raises `Busy` when the directory holds no version that this code can read."""
    try:
        values = json.loads((directory / FACTS).read_text("utf-8"))
        if values["schema"] != SCHEMA_VERSION:
            raise Busy("The search index is being rebuilt.", "Try again in a moment.", schema=values["schema"])
        return Facts(**values | {"segments": tuple(values["segments"])})
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise Busy("The search index cannot be read.", "Try again in a moment.") from error


def schema() -> tantivy.Schema:
    build = tantivy.SchemaBuilder()
    build.add_text_field("id", tokenizer_name="raw", index_option="basic")
    for name in TEXT:
        build.add_text_field(name, tokenizer_name="whitespace", index_option="position" if name in PHRASED else "freq")
    build.add_text_field(ANYTHING, tokenizer_name="whitespace", index_option="basic")
    build.add_text_field("own_specialty", tokenizer_name="raw", index_option="basic")
    build.add_unsigned_field("price_rank", fast=True)  # 0 for the cheapest, no two alike: a program's bit in every set
    build.add_bytes_field("card", stored=True)
    return build.build()
