"""A full rebuild: projections of all live programs become one index version in a directory.

The version's name is the hash of what was indexed, so the same programs give the same version; tantivy's own files
carry random segment names and differ from build to build.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import accumulate
from pathlib import Path
from typing import Any

import tantivy

from shared.adapters.search import columns
from shared.adapters.search.bits import members
from shared.adapters.search.schema import (
    ANYTHING,
    PLACE,
    PLACES,
    PROGRAMS,
    ROW,
    SCHEMA_VERSION,
    TEXT,
    WEEK_BYTES,
    Facts,
    schema,
)
from shared.adapters.search.text import words
from shared.domain.core.calendar import monday_of
from shared.domain.core.errors import NotFound
from shared.domain.money.fees import price
from shared.domain.programs import specialties
from shared.domain.programs.places import called
from shared.domain.programs.program import ProgramStatus
from shared.domain.programs.states import state_name
from shared.domain.search.query import Projection, city_key, lengths, usual_weeks

HEAP_BYTES = 64_000_000
FACETS = ("specialty", "state", "experience_type", "weeks", "credit_friendly", "review_mode", "usual", "free")
_EPOCH = date(2024, 1, 1)  # a Monday, for the case that no program has seats


def build(projections: Iterable[Projection], directory: Path) -> str:
    """Writes the index of all *live* programs among the projections (H10) into an empty directory; returns its
    version."""
    return write(documents(projections), directory)


def write(rows: Sequence[dict[str, Any]], directory: Path) -> str:
    """`build` for rows that `documents` made."""
    version = version_of(rows)
    base = _base(rows)
    directory.mkdir(parents=True, exist_ok=True)
    fields = schema()
    writer = tantivy.Index(fields, path=str(directory), reuse=False).writer(
        HEAP_BYTES, 1
    )  # one thread: one order, one segment
    ranked = sorted(rows, key=lambda row: (row["card"]["price_4w_cents"], row["id"]))
    ranks = {row["id"]: rank for rank, row in enumerate(ranked)}
    for row in rows:
        writer.add_document(tantivy.Document.from_dict(_fields(row, ranks[row["id"]]), fields))
    writer.commit()
    writer.wait_merging_threads()
    segments, found = addresses(directory, len(rows))
    _write_sets(ranked, found, base, directory)
    Facts(SCHEMA_VERSION, version, base.isoformat(), len(rows), segments).write(directory)
    return version


def addresses(directory: Path, size: int) -> tuple[tuple[int, ...], list[int]]:
    """How many programs each of tantivy's parts holds, and where each price rank lies, counted through all parts."""
    searcher = tantivy.Index.open(str(directory)).searcher()
    hits = searcher.search(
        tantivy.Query.all_query(), max(1, size), False, order_by_field="price_rank", order=tantivy.Order.Asc
    ).hits
    held = Counter(address.segment_ord for _, address in hits)
    segments = tuple(held[number] for number in range(max(held, default=0) + 1))
    firsts = [0, *accumulate(segments)]
    return segments, [firsts[address.segment_ord] + address.doc for _, address in hits]


def _write_sets(ranked: Sequence[dict[str, Any]], addresses: Sequence[int], base: date, directory: Path) -> None:
    places = {place: number for number, place in enumerate(sorted({tuple(row["place"]) for row in ranked}))}
    cities = {city: number for number, city in enumerate(sorted({row["city"] for row in ranked}))}
    sets: dict[str, dict[str, bytearray]] = {name: {} for name in FACETS}
    kept: list[bytes] = []
    for rank, row in enumerate(ranked):
        free = _bits(row, base)
        kept.append(ROW.pack(free.to_bytes(WEEK_BYTES, "little"), row["usual"]))
        for facet, values in (_facets(row) | {"free": map(str, members(free))}).items():
            for value in values:
                if value not in sets[facet]:
                    sets[facet][value] = bytearray(columns.set_bytes(len(ranked)))
                sets[facet][value][rank >> 3] |= 1 << (rank & 7)
    sets["free"] = _in_order(sets["free"], columns.set_bytes(len(ranked)))
    numbers = [[row["card"]["price_4w_cents"] for row in ranked], [cities[row["city"]] for row in ranked]]
    columns.write(directory, sets, list(cities), [*numbers, [places[tuple(row["place"])] for row in ranked], addresses])
    (directory / PROGRAMS).write_bytes(b"".join(kept))
    (directory / PLACES).write_bytes(b"".join(PLACE.pack(*place) for place in places))


def _in_order(free: dict[str, bytearray], width: int) -> dict[str, bytearray]:
    """Week after week, those in which nobody has a seat too."""
    weeks = range(max(map(int, free), default=-1) + 1)
    return {str(week): free.get(str(week), bytearray(width)) for week in weeks}


def _facets(row: dict[str, Any]) -> dict[str, Iterable[str]]:
    """A program's values by facet. It has its own specialty and the one that this is a branch of."""
    card = row["card"]
    return {
        "specialty": [slug for slug in (card["specialty"], row["parent"]) if slug],
        "state": [card["state"]],
        "experience_type": card["experience_types"],
        "weeks": [str(weeks) for weeks in row["lengths"]],
        "credit_friendly": ["true"] if card["credit_friendly"] else [],
        "review_mode": [card["review_mode"]],
        "usual": [str(row["usual"])],
    }


def version_of(rows: Sequence[dict[str, Any]]) -> str:
    """64 hex digits: sha-256 over the canonical rows and the schema's number."""
    digest = hashlib.sha256(f"rota-search-{SCHEMA_VERSION}\n".encode())
    for row in rows:
        digest.update(json.dumps(row, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode())
        digest.update(b"\n")
    return digest.hexdigest()


def documents(projections: Iterable[Projection]) -> list[dict[str, Any]]:
    """What the index holds, as JSON values, in order of id. Only *whether* a week has a seat is in it, never how many
    are left."""
    live = {p.program.id: p for p in projections if p.program.status is ProgramStatus.LIVE}
    return [_document(live[id]) for id in sorted(live)]


def _document(projection: Projection) -> dict[str, Any]:
    program = projection.program
    name, aliases, wider = _specialty_words(program.specialty)
    place = program.place
    return {
        "id": program.id,
        "from": monday_of(min(projection.weeks)).isoformat() if projection.weeks else None,
        "free": sorted(monday_of(week).isoformat() for week, seats in projection.weeks.items() if seats > 0),
        "usual": usual_weeks(program),
        "lengths": list(lengths(program)),
        "place": [place.latitude, place.longitude],
        "parent": specialties.parent_of(program.specialty),
        "city": city_key(place),
        "specialty_words": _text(name),
        "alias_words": _text(program.specialty, *aliases),
        "name_words": _text(program.name),
        "place_words": _text(
            place.city, *called(place.city, place.state), state_name(place.state), place.state, place.zip
        ),
        "other_words": _text(
            program.setting,
            program.host_kind.value,
            program.summary,
            *(t.value for t in program.experience_types),
            *wider,
        ),
        "card": {
            "program_id": program.id,
            "name": program.name,
            "host_kind": program.host_kind.value,
            "zone": program.place.zone,
            "setting": program.setting,
            "summary": program.summary,
            "specialty": program.specialty,
            "specialty_name": name,
            "city": place.city,
            "state": place.state,
            "zip": place.zip,
            "experience_types": [t.value for t in program.experience_types],
            "price_4w_cents": program.price_4w_cents,
            "prices": {str(weeks): price(program, weeks) for weeks in lengths(program)},
            "weeks_min": program.weeks_min,
            "weeks_max": program.weeks_max,
            "review_mode": program.review_mode.value,
            "credit_friendly": program.credit_friendly,
            "letter_possible": program.letter_possible,
        },
    }


def _specialty_words(slug: str) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """(name, aliases and the parent's name, the parent's aliases); a slug outside the vocabulary is named by its own
    words."""
    try:
        found = specialties.get(slug)
    except NotFound:
        return specialties.name_of(slug), (), ()
    parent = specialties.get(found.parent) if found.parent else None
    return found.name, (*found.aliases, *([parent.name] if parent else [])), parent.aliases if parent else ()


def _text(*parts: str) -> str:
    return " ".join(word for part in parts for word in words(part))


def _base(rows: Sequence[dict[str, Any]]) -> date:
    """The first week that any program has seats in, free or not: a seat may be returned before the first start that is
    open now."""
    firsts = [row["from"] for row in rows if row["from"]]
    return date.fromisoformat(min(firsts)) if firsts else _EPOCH


def _bits(row: dict[str, Any], base: date) -> int:
    """Weeks beyond the last bit lie where nobody may start for years to come (H17)."""
    weeks = ((date.fromisoformat(text) - base).days // 7 for text in row["free"])
    return sum(1 << week for week in weeks if week < WEEK_BYTES * 8)


def _fields(row: dict[str, Any], price_rank: int) -> dict[str, Any]:
    card = row["card"]
    return {
        "id": row["id"],
        **{name: row[name] for name in TEXT},
        ANYTHING: " ".join(row[name] for name in TEXT),
        "own_specialty": card["specialty"],
        "price_rank": price_rank,
        "card": json.dumps(card, separators=(",", ":"), ensure_ascii=False).encode(),
    }
