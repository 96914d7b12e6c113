"""Filters, and a count for every facet value: what choosing it would find, with everything else (seats included) as asked.

Facets without a choice share one pass over the programs found; a facet with a choice is counted without it. Where the answer depends on
more than a program's terms (the length of a stay in a month, rings around a ZIP code), each value is a count of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from itertools import accumulate, groupby, pairwise
from typing import Any

from tantivy import Query

from shared.adapters.search.asked import Asked
from shared.adapters.search.availability import is_whole_month
from shared.adapters.search.listed import listed, prices, split
from shared.adapters.search.schema import COUNTED, month_field
from shared.domain.program import ExperienceType
from shared.domain.search import CITIES, LENGTHS, RADII, FacetCount, Facets, month_of

SIZE = 2_000
KEPT = 200
EVERY = 65_000  # more than any facet has values: a part of the index that brings only its own largest would make the sums wrong
SINGLE = ("state", "review_mode", "credit_friendly")
"""A program has one of each: where one was counted over all that was asked, its sum is the total."""


def count(asked: Asked) -> tuple[Facets, int]:
    """The counts, and how many programs are found."""
    together = [name for name in (*COUNTED, "price") if name not in asked.filters]
    counts = _counted(asked, together)
    single = next((name for name in SINGLE if name in counts), "")
    total = sum(counts[single].values()) if single else asked.count(asked.all())
    for name in (*COUNTED, "price"):
        if name not in counts:
            counts |= _counted(asked, [name], but=name)
    counts["month"] = _months(asked, counts["month"])
    _one_by_one(asked, counts)
    return _facets(asked, counts, total), total


def _counted(asked: Asked, names: Sequence[str], but: str = "") -> dict[str, dict[str, int]]:
    """The counts of these facets under everything asked, without the filter called `but`. What the whole version holds is counted once:
    the page that most people begin with costs no pass over all programs."""
    if asked.query.text.strip() or asked.filters.keys() - {but}:
        return _terms(asked, asked.all(but=but), names)
    known, keys = asked.segments.everything, {name: repr(_wanted(asked, name)) for name in names}
    if len(known) > KEPT:  # each price that somebody types is another question
        known.clear()
    missing = [name for name in names if keys[name] not in known]
    known.update({keys[name]: counts for name, counts in _terms(asked, asked.all(but=but), missing).items()})
    return {name: dict(known[keys[name]]) for name in names}


def _terms(asked: Asked, query: Query, names: Sequence[str]) -> dict[str, dict[str, int]]:
    if not names:
        return {}
    wanted: dict[str, Any] = {name: _wanted(asked, name) for name in names}
    answer: dict[str, Any] = asked.segments.searcher.aggregate(query, wanted)
    return {name: {bucket["key"]: bucket["doc_count"] for bucket in answer[name]["buckets"]} for name in names}


def _wanted(asked: Asked, name: str) -> dict[str, Any]:
    if name == "price":
        return {"range": {"field": "price", "ranges": asked.price_ranges}}
    size = CITIES if name == "city" else SIZE
    field = month_field(asked.query.weeks) if name == "month" else name
    return {"terms": {"field": field, "size": size, "segment_size": EVERY}}


def _facets(asked: Asked, counts: Mapping[str, Mapping[str, int]], total: int) -> Facets:
    query = asked.query
    specialty, branches = split(counts["specialty"])
    low, high = prices(counts["price"].values(), asked.price_edges, query)
    flag = {"true": counts["credit_friendly"].get("true", 0)}
    return Facets(
        specialty=listed(specialty, query.specialty),
        subspecialty=listed(branches, query.subspecialty),
        state=listed(counts["state"], query.state),
        city=listed(counts["city"], query.city),
        within_miles=_rings(asked),
        experience_type=listed(counts["experience_type"], query.experience_type),
        month=listed(counts["month"], [query.month] if query.month else [], key=str),
        weeks=listed(counts["weeks"], [str(query.weeks)] if query.weeks else [], key=int),
        price_min_cents=low,
        price_max_cents=high,
        credit_friendly=listed(flag, ["true"] if query.credit_friendly else []),
        review_mode=listed(counts["review_mode"], query.review_mode),
        eligible=_eligible(asked, total),
    )


def _one_by_one(asked: Asked, counts: dict[str, dict[str, int]]) -> None:
    """Values whose count is more than that of a term under the other filters."""
    for city in asked.query.city:
        if city not in counts["city"]:  # not among the largest
            counts["city"][city] = asked.count(asked.instead(city=(city,)))
    if asked.query.month or asked.dated:
        counts["weeks"] = {str(weeks): asked.count(asked.instead(weeks=weeks)) for weeks in LENGTHS}
    if asked.for_reader:
        kinds = {str(kind): asked.count(asked.instead(experience_type=(kind,))) for kind in ExperienceType}
        counts["experience_type"] = kinds


# --- counts that depend on starts -------------------------------------------------------------------------------------------------------
def _months(asked: Asked, indexed: Mapping[str, int]) -> dict[str, int]:
    """Programs with an open start by month: as the index has it, plus what the overlay changes.

    The window usually cuts its first and last month; those are counted by their weeks.
    """
    if asked.dated:
        return {month: asked.count(asked.instead(month=month)) for month in _by_month(asked.window)}
    available, weeks = asked.available, asked.query.weeks
    changes, counts = available.changes_among(asked.all(but="month"), weeks), {}
    for month, mondays in _by_month(asked.window).items():
        counts[month] = indexed.get(month, 0)
        if month in _cut(asked.window):
            counts[month] = asked.count(asked.all(available.indexed(mondays, weeks), but="month"))
        if changes:
            mask = available.segments.mask(mondays)
            counts[month] += sum(bool(now & mask) - bool(before & mask) for before, now in changes)
    return counts


def _eligible(asked: Asked, total: int) -> tuple[FacetCount, ...]:
    if not asked.rules:
        return ()
    found = total if asked.for_reader else asked.count(asked.instead(eligible=True))
    return (FacetCount(value="true", count=found),)


# --- rings ------------------------------------------------------------------------------------------------------------------------------
def _rings(asked: Asked) -> tuple[FacetCount, ...]:
    """From the middle outwards, each ring once."""
    if asked.near is None:
        return ()
    edges = [0, *(asked.near.upto(radius) for radius in RADII)]
    rings = [
        asked.count(asked.all(asked.near.between(asked.segments.schema, inner, outer), but="distance")) if outer > inner else 0
        for inner, outer in pairwise(edges)
    ]
    return tuple(FacetCount(value=str(radius), count=found) for radius, found in zip(RADII, accumulate(rings), strict=True))


@lru_cache(maxsize=16)
def _cut(window: tuple[date, ...]) -> frozenset[str]:
    """The months of which the window holds only some Mondays."""
    return frozenset(month for month, mondays in _by_month(window).items() if not is_whole_month(mondays))


@lru_cache(maxsize=16)
def _by_month(window: tuple[date, ...]) -> dict[str, tuple[date, ...]]:
    return {month: tuple(days) for month, days in groupby(window, month_of)}
