"""The alternatives of a no, asked of a real index with its overlay: what search promises of freshness holds for them
too."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from shared.adapters.search.builder import build
from shared.adapters.search.index import TantivyIndex
from shared.domain.search.query import Projection
from shared.domain.seats.seats import free_by_week
from tests import builders
from tests.builders import WEEKS
from tests.unit.functions.catalogue_scene import LocalIndex
from tests.unit.services.applications.application_scene import AS_REVIEWER, Desk

HEART = {"specialty": "cardiovascular-disease"}
LATER = tuple(f"2027-W{week}" for week in range(20, 24))


def add(desk: Desk, id: str, weeks: tuple[str, ...] = WEEKS, **changes: Any) -> None:
    made = builders.stored_program(desk.store, **{"id": id, **HEART, **changes})
    desk.store.open_seats(made.id, dict.fromkeys(weeks, 1))


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    made = Desk().scene(**HEART)
    add(made, "same-month")
    add(made, "later", weeks=LATER)
    add(made, "family", specialty="internal-medicine")
    add(made, "sold-since", weeks=WEEKS)
    years = {id: made.store.seat_years([(id, 2027)]) for id in made.catalogue.live_ids()}
    projections = [
        Projection(program=made.catalogue.program(id), weeks=free_by_week(found)) for id, found in years.items()
    ]
    build(projections, tmp_path)
    index = LocalIndex(TantivyIndex.open(tmp_path))
    made.search_index.search = index.search  # type: ignore[method-assign]  # the real engine in the fake's place
    made.store.open_seats("sold-since", dict.fromkeys(WEEKS, 0))
    return made


def test_a_real_index_finds_the_likest_open_ones_and_what_was_sold_since_is_left_out(desk: Desk) -> None:
    rejected = desk.review.reject(AS_REVIEWER, desk.claimed().id, "other", "No place.")
    assert (rejected.rejection.alternatives, rejected.rejection.alternatives_searched, desk.faults) == (
        ("same-month", "later", "family"),
        True,
        [],
    )


def test_an_index_that_breaks_in_the_middle_does_not_stop_the_no(desk: Desk) -> None:
    def broken(*_: Any) -> Any:
        raise OSError("the file is gone")

    desk.search_index.search = broken  # type: ignore[method-assign]
    rejected = desk.review.reject(AS_REVIEWER, desk.claimed().id, "other", "No place.")
    assert (rejected.rejection.alternatives, rejected.rejection.alternatives_searched) == ((), False)
    assert [type(fault) for fault in desk.faults] == [OSError]
