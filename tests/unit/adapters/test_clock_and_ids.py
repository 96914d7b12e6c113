"""Business time follows its file; ids sort by time and repeat when derived."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.clock import MovableClock, WallClock
from shared.adapters.ids import ALPHABET, Ulids, encode

SECOND = timedelta(seconds=1)


def near_wall(moment: datetime, ahead: timedelta = timedelta()) -> bool:
    return abs(moment - datetime.now(UTC) - ahead) <= 2 * SECOND


def test_business_time_is_wall_time_to_the_second_without_a_file(tmp_path: Path) -> None:
    for clock in (WallClock(), MovableClock(tmp_path / "none")):
        assert near_wall(clock.now())
        assert (clock.now().tzinfo, clock.now().microsecond) == (UTC, 0)


def test_a_moved_clock_acts_on_the_next_call(tmp_path: Path) -> None:
    file = tmp_path / "clock"
    clock = MovableClock(file)
    for hours in (48, 0, 1000):
        file.write_text(f"{hours * 3600.0}\n")
        assert near_wall(clock.now(), timedelta(hours=hours))


def test_a_clock_file_that_is_no_number_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "clock").write_text("tomorrow")
    with pytest.raises(ValueError, match="tomorrow"):
        MovableClock(tmp_path / "clock").now()


def test_fresh_ids_are_different_and_sort_by_time() -> None:
    made = {Ulids().new() for _ in range(1000)}
    assert len(made) == 1000
    assert all(len(id) == 26 and set(id) <= set(ALPHABET) for id in made)
    later = encode((int(datetime(2030, 1, 1, tzinfo=UTC).timestamp()) * 1000) << 80)
    assert max(made) < later


@given(st.integers(0, 2**128 - 1), st.integers(0, 2**128 - 1))
def test_the_layout_keeps_the_order_of_numbers(one: int, other: int) -> None:
    assert (encode(one) < encode(other)) == (one < other)


@given(st.lists(st.text()), st.lists(st.text()))
def test_derived_ids_are_equal_exactly_for_equal_parts(one: list[str], other: list[str]) -> None:
    ids = Ulids()
    assert (ids.derived(*one) == ids.derived(*other)) == (one == other)
    assert len(ids.derived(*one)) == 26


def test_derived_ids_keep_where_one_part_ends() -> None:
    ids = Ulids()
    assert (
        len({ids.derived("ab", "c"), ids.derived("a", "bc"), ids.derived("abc"), ids.derived("1:a"), ids.derived("")})
        == 5
    )


def test_derived_ids_never_change() -> None:
    """They are stored: another recipe would make a repeated request a second application."""
    assert Ulids().derived("apply", "trainee-1", "key") == "7a0mdga7skz3zxgac4v3wdmfk0"
