"""Raw counts as the facets that a page shows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from shared.domain.core.errors import NotFound
from shared.domain.programs import specialties
from shared.domain.search.query import PRICE_STEPS, FacetCount, SearchQuery


def listed(
    counts: Mapping[str, int], chosen: Iterable[str], *, key: Callable[[str], Any] | None = None
) -> tuple[FacetCount, ...]:
    """Most frequent first, or in the order of `key`; what is chosen even when it finds nothing."""
    found = {value: number for value, number in counts.items() if number} | {
        str(value): counts.get(value, 0) for value in chosen
    }
    ordered = sorted(found.items(), key=lambda item: key(item[0]) if key else (-item[1], item[0]))
    return tuple(FacetCount(value=value, count=number) for value, number in ordered)


def split(counts: Mapping[str, int]) -> tuple[dict[str, int], dict[str, int]]:
    """Specialties, and branches of one."""
    whole: dict[str, int] = {}
    branches: dict[str, int] = {}
    for slug, number in counts.items():
        (branches if _is_branch(slug) else whole)[slug] = number
    return whole, branches


def _is_branch(slug: str) -> bool:
    try:
        return specialties.get(slug).parent is not None
    except NotFound:
        return False


def prices(
    under: Callable[[int], int], total: int, query: SearchQuery
) -> tuple[tuple[FacetCount, ...], tuple[FacetCount, ...]]:
    """(from a price on, up to a price): each with the other bound as asked. `under` counts the programs that cost less,
    whatever price was asked for; `total` are all of them."""
    least = under(query.price_min_cents) if query.price_min_cents is not None else 0
    most = under(query.price_max_cents + 1) if query.price_max_cents is not None else total
    low = tuple(
        FacetCount(value=str(cents), count=max(0, most - under(cents))) for cents in _with(query.price_min_cents)
    )
    high = tuple(
        FacetCount(value=str(cents), count=max(0, under(cents + 1) - least)) for cents in _with(query.price_max_cents)
    )
    return low, high


def _with(chosen: int | None) -> list[int]:
    return sorted({*PRICE_STEPS, *([] if chosen is None else [chosen])})
