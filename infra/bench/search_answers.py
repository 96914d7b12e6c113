"""One form for the answers of every engine, so that they are compared before anything is timed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from shared.domain.search.query import CITIES, SearchPage

PRICES = ("price_min_cents", "price_max_cents")
Counts = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True)
class Answer:
    """`counts` is facet -> value -> programs; `cards` are what the page would show, their ids in order."""

    total: int
    ids: tuple[str, ...]
    counts: Counts

    @classmethod
    def of(cls, page: SearchPage) -> Answer:
        names = [name for name in type(page.facets).model_fields if getattr(page.facets, name)]
        return cls(
            page.total,
            tuple(hit.program_id for hit in page.hits),
            {name: {entry.value: entry.count for entry in getattr(page.facets, name)} for name in names},
        )


class Disagreement(Exception):
    """Two engines answer the same question differently, so there is nothing to compare."""


def compare(question: object, ours: Answer, theirs: Answer, *, order: bool = True) -> None:
    """Raises `Disagreement`. Zeros are not compared (a chosen value is listed with one), nor which of the equally large
    cities are listed; without `order` only how many are shown."""
    ids = (ours.ids, theirs.ids) if order else (len(ours.ids), len(theirs.ids))
    differences = [("total", ours.total, theirs.total), ("ids", *ids)]
    differences += [
        (name, _plain(name, ours.counts.get(name, {})), _plain(name, theirs.counts.get(name, {})))
        for name in sorted({*ours.counts, *theirs.counts})
    ]
    for what, mine, other in differences:
        if mine != other:
            raise Disagreement(f"{question}\n{what}: ours {mine}\n{what}: theirs {other}")


def _plain(name: str, counts: Mapping[str, int]) -> object:
    found = {value: count for value, count in counts.items() if count}
    return sorted(found.values(), reverse=True)[:CITIES] if name == "city" else found
