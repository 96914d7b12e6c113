"""Generated catalogues, overlays, days and questions: the engine agrees with the obvious answer, page by page and count by count."""

from __future__ import annotations

import tempfile
from datetime import date, timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.calendar import week_of
from shared.domain.search import Overlay, Projection, SearchQuery, Sort
from tests.unit.search.catalogue import PLACES, facet, found, indexed, projection
from tests.unit.search.oracle import Oracle

FIRST = date(2026, 11, 16)
WEEKS = [week_of(FIRST + timedelta(weeks=n)) for n in range(14)]
SPECIALTIES = ("dermatology", "pediatrics", "cardiovascular-disease")
MONTHS = (None, "2026-11", "2026-12", "2027-01", "2027-02")
TYPES = (("hands_on",), ("observership",), ("hands_on", "observership"))


# From programs that are full throughout to such that are free throughout: returned seats matter most where there were none.
seats = st.sampled_from(((0,), (0, 0, 1), (0, 1, 1, 1), (1,))).flatmap(
    lambda choices: st.lists(st.sampled_from(choices), min_size=len(WEEKS), max_size=len(WEEKS)).map(
        lambda free: dict(zip(WEEKS, free, strict=True))
    )
)


@st.composite
def catalogues(draw: st.DrawFn) -> list[Projection]:
    count = draw(st.integers(1, 9))
    return [
        projection(
            f"prog-{number}",
            draw(st.sampled_from(SPECIALTIES)),
            draw(st.sampled_from(sorted(PLACES))),
            draw(st.sampled_from((99_900, 150_000, 150_000, 419_900))),
            experience_types=draw(st.sampled_from(TYPES)),
            weeks=draw(seats),
        )
        for number in range(count)
    ]


overlays = st.dictionaries(st.tuples(st.sampled_from([f"prog-{n}" for n in range(9)]), st.sampled_from(WEEKS)), st.booleans(), max_size=9)
queries = st.builds(
    SearchQuery,
    specialty=st.sets(st.sampled_from(SPECIALTIES), max_size=2).map(tuple),
    state=st.sets(st.sampled_from(sorted(PLACES)), max_size=2).map(tuple),
    experience_type=st.sets(st.sampled_from(("hands_on", "observership")), max_size=1).map(tuple),
    month=st.sampled_from(MONTHS),
    price_max_cents=st.sampled_from((None, 99_900, 150_000)),
    sort=st.sampled_from((Sort.PRICE, Sort.NEXT_START)),
    limit=st.integers(1, 4),
)
days = st.integers(0, 60).map(lambda n: FIRST + timedelta(days=n))


@settings(max_examples=40, deadline=None)
@given(catalogues(), st.sampled_from((0, 3, 1_000)), st.lists(st.tuples(overlays, queries, days), min_size=1, max_size=6))
def test_T10_hits_order_pages_and_counts_are_those_of_the_obvious_answer(
    catalogue: list[Projection], few: int, questions: list[tuple[dict[tuple[str, str], bool], SearchQuery, date]]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        index = indexed(Path(folder), catalogue, few)
        for starts, query, today in questions:
            overlay = Overlay(starts)
            oracle = Oracle(catalogue, overlay, today)
            expected = oracle.by_price(query) if query.sort is Sort.PRICE else oracle.by_start(query)
            page = index.search(query, overlay, today)
            assert page.total == len(expected)
            for name in ("specialty", "state", "experience_type", "month"):
                assert facet(page, name) == oracle.facet(query, name), name
            for hit in page.hits:
                assert list(hit.starts) == oracle.starts(hit.program_id, query.month)[:6]
            seen = found(page)
            while page.next_cursor:
                page = index.search(query.model_copy(update={"cursor": page.next_cursor}), overlay, today)
                assert page.hits
                seen += found(page)
                assert len(seen) <= len(expected)
            assert seen == expected
