"""A count for every facet value: what choosing it would find, with everything else (seats included) as asked.

A facet with a choice is counted without it. A count is the size of what two sets share; where the answer depends on
more than a program's own values (the length of a stay in a month), each value is a question of its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from itertools import groupby

from shared.adapters.search.asked import Asked
from shared.adapters.search.bits import below, chosen
from shared.adapters.search.listed import listed, prices, split
from shared.domain.programs.program import ExperienceType
from shared.domain.search.query import CITIES, LENGTHS, RADII, FacetCount, Facets, month_of


def count(asked: Asked) -> Facets:
    query = asked.query
    specialty, branches = split(_counted(asked, "specialty"))
    low, high = _prices(asked)
    return Facets(
        specialty=listed(specialty, query.specialty),
        subspecialty=listed(branches, query.subspecialty),
        state=listed(_counted(asked, "state"), query.state),
        city=listed(_cities(asked), query.city),
        within_miles=_rings(asked),
        experience_type=listed(_kinds(asked), query.experience_type),
        month=listed(_months(asked), [query.month] if query.month else [], key=str),
        weeks=listed(_lengths(asked), [str(query.weeks)] if query.weeks else [], key=int),
        price_min_cents=low,
        price_max_cents=high,
        credit_friendly=listed(_counted(asked, "credit_friendly"), ["true"] if query.credit_friendly else []),
        review_mode=listed(_counted(asked, "review_mode"), query.review_mode),
        eligible=_eligible(asked),
    )


def _others(asked: Asked, name: str) -> int:
    """What everything but this facet's own choice finds."""
    return asked.all(but=name) if name in asked.filters else asked.found


def _counted(asked: Asked, name: str) -> dict[str, int]:
    found = _others(asked, name)
    return {value: (programs & found).bit_count() for value, programs in asked.contents.columns.sets[name].items()}


def _cities(asked: Asked) -> dict[str, int]:
    """The largest, and those chosen. There are nearly as many cities as programs, so it is the programs found that are
    looked at."""
    columns = asked.contents.columns
    found = _others(asked, "city")
    counts = Counter(chosen(columns.cities, found)) if found != columns.everything else columns.by_city
    least = sorted(counts.values(), reverse=True)[CITIES - 1] if len(counts) > CITIES else 0
    # Cities are numbered in order of name, which decides among the equally large.
    largest = sorted((-programs, city) for city, programs in counts.items() if programs >= least)[:CITIES]
    listed_ones = {columns.city_names[city]: -programs for programs, city in largest}
    return listed_ones | {city: (columns.in_city(city) & found).bit_count() for city in asked.query.city}


def _kinds(asked: Asked) -> Mapping[str, int]:
    if not asked.for_reader:
        return _counted(asked, "experience_type")
    return {str(kind): asked.instead(experience_type=(kind,)).bit_count() for kind in ExperienceType}


def _lengths(asked: Asked) -> Mapping[str, int]:
    """Programs that offer a length; with a month or dates, those with a start of that length there."""
    if not (asked.query.month or asked.dated):
        return _counted(asked, "weeks")
    return {str(weeks): asked.instead(weeks=weeks).bit_count() for weeks in LENGTHS}


def _months(asked: Asked) -> dict[str, int]:
    """Programs with an open start by month."""
    by_month = _by_month(asked.window)
    if asked.dated:
        return {month: asked.instead(month=month).bit_count() for month in by_month}
    found, having, weeks = _others(asked, "month"), asked.available.having, asked.query.weeks
    return {month: (having(mondays, weeks) & found).bit_count() for month, mondays in by_month.items()}


def _prices(asked: Asked) -> tuple[tuple[FacetCount, ...], tuple[FacetCount, ...]]:
    found, columns = _others(asked, "price"), asked.contents.columns
    return prices(lambda cents: (found & below(columns.cheaper(cents))).bit_count(), found.bit_count(), asked.query)


def _eligible(asked: Asked) -> tuple[FacetCount, ...]:
    if not asked.rules:
        return ()
    found = asked.found if asked.for_reader else asked.instead(eligible=True)
    return (FacetCount(value="true", count=found.bit_count()),)


def _rings(asked: Asked) -> tuple[FacetCount, ...]:
    if asked.near is None:
        return ()
    found = _others(asked, "distance")
    return tuple(
        FacetCount(value=str(radius), count=(asked.near.within(radius) & found).bit_count()) for radius in RADII
    )


@lru_cache(maxsize=16)
def _by_month(window: tuple[date, ...]) -> dict[str, tuple[date, ...]]:
    return {month: tuple(days) for month, days in groupby(window, month_of)}
