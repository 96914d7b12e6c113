"""A small catalogue whose programs differ in exactly what the tests ask about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from shared.adapters.search.builder import build
from shared.adapters.search.index import TantivyIndex
from shared.domain.core.calendar import mondays, week_of
from shared.domain.programs.program import Program
from shared.domain.search.query import Overlay, Projection, ReaderQuery, SearchPage, SearchQuery

TODAY = date(2026, 11, 9)  # who applies today may start from 2026-11-23, 2026-W48
PLACES = {
    "TX": ("Austin", "78701", "America/Chicago", 30.2713, -97.7426),
    "IL": ("Chicago", "60611", "America/Chicago", 41.8971, -87.6223),
    "CA": ("San José", "95112", "America/Los_Angeles", 37.3445, -121.8832),
    "NY": ("New York", "10016", "America/New_York", 40.7459, -73.9781),
}


def program(
    id: str, specialty: str = "dermatology", state: str = "TX", price: int = 150_000, **changes: Any
) -> Program:
    city, zip_code, zone, north, east = PLACES[state]
    values: dict[str, Any] = {
        "id": id,
        "name": f"{id.replace('-', ' ').title()} Practice",
        "host_id": f"host-{id}",
        "host_kind": "physician",
        "setting": "Outpatient clinic",
        "summary": "You see patients with the preceptor.",
        "specialty": specialty,
        "experience_types": ("hands_on",),
        "place": {"city": city, "state": state, "zip": zip_code, "zone": zone, "latitude": north, "longitude": east},
        "price_4w_cents": price,
        "capacity": 2,
        "stipend_week_cents": 20_000,
    }
    return Program.model_validate(values | changes)


def weeks(first: date, last: date, free: int = 1) -> dict[str, int]:
    return {week_of(monday): free for monday in mondays(first, last)}


ALL_2027 = weeks(date(2026, 11, 16), date(2028, 11, 27))


def projection(
    id: str, specialty: str = "dermatology", state: str = "TX", price: int = 150_000, **changes: Any
) -> Projection:
    open_weeks: Mapping[str, int] = changes.pop("weeks", ALL_2027)
    return Projection(program=program(id, specialty, state, price, **changes), weeks=dict(open_weeks))


def indexed(directory: Path, projections: Iterable[Projection]) -> TantivyIndex:
    build(projections, directory)
    return TantivyIndex.open(directory)


def found(page: SearchPage) -> list[str]:
    return [hit.program_id for hit in page.hits]


def ask(
    index: TantivyIndex, text: str = "", overlay: Overlay | None = None, today: date = TODAY, **asked: Any
) -> SearchPage:
    made = ReaderQuery if "open_to" in asked else SearchQuery
    return index.search(made(text=text, **asked), overlay or Overlay(), today)


def facet(page: SearchPage, name: str) -> dict[str, int]:
    return {entry.value: entry.count for entry in getattr(page.facets, name)}
