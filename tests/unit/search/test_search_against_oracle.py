"""Generated catalogues, overlays, days and questions: the engine agrees with the obvious answer, page by page and count
by count."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.core.calendar import week_of
from shared.domain.programs.program import ExperienceType
from shared.domain.search.query import (
    LENGTHS,
    RADII,
    Facets,
    OpenTo,
    Overlay,
    Projection,
    ReaderQuery,
    SearchQuery,
    Sort,
)
from tests.unit.search.catalogue import facet, found, indexed, projection
from tests.unit.search.oracle import Oracle

FIRST = date(2026, 11, 16)
WEEKS = [week_of(FIRST + timedelta(weeks=n)) for n in range(18)]
SPECIALTIES = ("dermatology", "internal-medicine", "cardiovascular-disease", "nephrology", "dermatopathology")
MONTHS = (None, None, "2026-11", "2026-12", "2027-01", "2027-02")
TYPES = (("hands_on",), ("observership",), ("hands_on", "observership"))
BOUNDS = ((4, 4), (4, 4), (2, 8), (2, 3), (6, 12), (1, 12))
# Near one another: 60611 is 2 miles from 60614, Milwaukee 80, Austin and New York far.
SITES = {
    "IL": (("Chicago", "60611", 41.8971, -87.6223), ("Evanston", "60201", 42.0546, -87.6943)),
    "WI": (("Milwaukee", "53202", 43.0506, -87.8968),),
    "TX": (("Austin", "78701", 30.2713, -97.7426),),
    "NY": (("New York", "10016", 40.7459, -73.9781), ("Milwaukee", "13850", 42.0839, -76.0501)),
}
CITIES = [f"{state}/{city}" for state, sites in SITES.items() for city, *_ in sites]


# From programs that are full throughout to such that are free throughout: returned seats matter most where there were
# none.
seats = st.sampled_from(((0,), (0, 0, 1), (0, 1, 1, 1), (1,))).flatmap(
    lambda choices: st.lists(st.sampled_from(choices), min_size=len(WEEKS), max_size=len(WEEKS)).map(
        lambda free: dict(zip(WEEKS, free, strict=True))
    )
)


@st.composite
def catalogues(draw: st.DrawFn) -> list[Projection]:
    return [_one(draw, number) for number in range(draw(st.integers(1, 9)))]


def _one(draw: st.DrawFn, number: int) -> Projection:
    state = draw(st.sampled_from(sorted(SITES)))
    city, zip_code, north, east = draw(st.sampled_from(SITES[state]))
    shortest, longest = draw(st.sampled_from(BOUNDS))
    return projection(
        f"prog-{number}",
        draw(st.sampled_from(SPECIALTIES)),
        price=draw(st.sampled_from((99_900, 100_000, 150_000, 150_001, 419_900))),
        experience_types=draw(st.sampled_from(TYPES)),
        weeks=draw(seats),
        weeks_min=shortest,
        weeks_max=longest,
        credit_friendly=draw(st.booleans()),
        review_mode=draw(st.sampled_from(("operator", "host"))),
        place={"city": city, "state": state, "zip": zip_code, "zone": "UTC", "latitude": north, "longitude": east},
    )


def some(values: Iterable[str]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.sets(st.sampled_from(sorted(values)), max_size=2).map(tuple)


kinds = st.sampled_from(TYPES).map(lambda names: tuple(ExperienceType(name) for name in names))
middle = st.integers(0, 120).map(lambda n: FIRST + timedelta(days=n))
rules = st.one_of(
    st.just(()),
    kinds.map(lambda open_kinds: (OpenTo(experience_types=open_kinds),)),
    st.builds(
        lambda before, after, day: (
            OpenTo(experience_types=before, last=day),
            OpenTo(experience_types=after, first=day + timedelta(days=1)),
        ),
        kinds,
        kinds,
        middle,
    ),
)


@st.composite
def queries(draw: st.DrawFn) -> SearchQuery:
    zip_code = draw(st.sampled_from((None, "60614", "10016")))
    low = draw(st.sampled_from((None, None, 100_000, 120_000)))
    return ReaderQuery(
        specialty=draw(some(SPECIALTIES[:2])),
        subspecialty=draw(some(SPECIALTIES[2:])),
        state=draw(some(SITES)),
        city=draw(some(CITIES)),
        zip=zip_code,
        within_miles=draw(st.sampled_from((None, *RADII))) if zip_code else None,
        experience_type=draw(st.sampled_from(((), (), (ExperienceType.HANDS_ON,), (ExperienceType.OBSERVERSHIP,)))),
        month=draw(st.sampled_from(MONTHS)),
        weeks=draw(st.sampled_from((None, None, *LENGTHS))),
        price_min_cents=low,
        price_max_cents=draw(st.sampled_from((None, None, 120_000, 150_000, 400_000))),
        credit_friendly=draw(st.booleans()),
        review_mode=draw(some(("operator", "host"))),
        eligible=draw(st.booleans()),
        open_to=draw(rules),
        sort=draw(st.sampled_from((Sort.PRICE, Sort.NEXT_START, *((Sort.DISTANCE,) * bool(zip_code))))),
        limit=draw(st.integers(1, 4)),
    )


overlays = st.dictionaries(
    st.tuples(st.sampled_from([f"prog-{n}" for n in range(9)]), st.sampled_from(WEEKS)), st.booleans(), max_size=9
)
days = st.integers(0, 60).map(lambda n: FIRST + timedelta(days=n))
# Each facet alone now and then: with a dozen filters at once little is found.
narrow = st.sampled_from(
    [name for name in ReaderQuery.model_fields if name not in ("sort", "limit", "zip", "open_to", "cursor", "text")]
)


@st.composite
def asked(draw: st.DrawFn) -> SearchQuery:
    query = draw(queries())
    kept = {"sort", "limit", "zip", "open_to", *draw(st.sets(narrow, max_size=4))}
    return ReaderQuery(**{name: getattr(query, name) for name in kept})


@settings(max_examples=60, deadline=None)
@given(catalogues(), st.lists(st.tuples(overlays, asked(), days), min_size=1, max_size=6))
def test_T10_hits_order_pages_and_counts_are_those_of_the_obvious_answer(
    catalogue: list[Projection], questions: list[tuple[dict[tuple[str, str], bool], SearchQuery, date]]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        index = indexed(Path(folder), catalogue)
        for newer, query, today in questions:
            overlay = Overlay(newer)
            oracle = Oracle(catalogue, overlay, today)
            orders = {Sort.PRICE: oracle.by_price, Sort.NEXT_START: oracle.by_start, Sort.DISTANCE: oracle.by_distance}
            expected = orders[query.sort](query)
            page = index.search(query, overlay, today)
            assert page.total == len(expected)
            for name in Facets.model_fields:
                assert facet(page, name) == oracle.facet(query, name), name
            for hit in page.hits:
                assert list(hit.starts) == oracle.starts(hit.program_id, query)[:6]
                assert hit.miles == (round(oracle.miles(hit.program_id, query), 1) if query.zip else None)
            seen = found(page)
            while page.next_cursor:
                page = index.search(query.model_copy(update={"cursor": page.next_cursor}), overlay, today)
                assert page.hits
                seen += found(page)
                assert len(seen) <= len(expected)
            assert seen == expected
