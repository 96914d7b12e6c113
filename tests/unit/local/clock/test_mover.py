"""Moving business time: how it is asked for, the order in which things fall due, what happens to rows that stay."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from infra.local.clock.business_clock import BusinessClock, duration, target_of
from infra.local.clock.mover import ATTEMPTS, DueItem, Mover
from infra.local.stack.child_process import StackError
from shared.adapters.clock import MovableClock
from shared.domain.core.instants import iso

NOW = datetime(2027, 1, 1, 12, 0, tzinfo=UTC)


def at(hours: float) -> datetime:
    return NOW + timedelta(hours=hours)


@pytest.mark.parametrize(
    ("text", "hours"),
    [("48h", 48), ("30m", 0.5), ("7d", 168), ("1w", 168), ("2d12h", 60), ("3600s", 1)],
    ids=lambda value: str(value),
)
def test_a_length_of_time_is_read_with_its_units(text: str, hours: float) -> None:
    assert duration(text) == timedelta(hours=hours)


@pytest.mark.parametrize("text", ["", "48", "h", "48 h", "-1h", "1y", "1.5h"])
def test_anything_else_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(StackError, match="Write it like 48h"):
        duration(text)


def test_the_target_is_a_length_from_now_or_an_instant_and_exactly_one_of_them() -> None:
    assert target_of(NOW, "2h", "") == at(2)
    assert target_of(NOW, "", "2027-01-01T13:00:00Z") == at(1)
    for by, to in (("", ""), ("1h", "2027-01-02T00:00:00Z")):
        with pytest.raises(StackError, match="make clock BY=48h"):
            target_of(NOW, by, to)


def test_business_time_never_goes_back_and_an_unreadable_instant_is_refused() -> None:
    with pytest.raises(StackError, match="already 2027-01-01T12:00:00Z"):
        target_of(NOW, "", "2027-01-01T11:59:59Z")
    with pytest.raises(StackError, match="is not an instant"):
        target_of(NOW, "", "tomorrow")


def test_the_clock_that_was_set_reads_the_same_for_the_functions(tmp_path: Path) -> None:
    clock = BusinessClock(tmp_path / "clock")
    assert clock.offset == 0.0
    clock.set(NOW)
    assert abs((clock.now() - NOW).total_seconds()) <= 1
    assert MovableClock(tmp_path / "clock").now() >= NOW
    assert [path.name for path in tmp_path.iterdir()] == ["clock"]


class FakeWorld:
    """Rows that wait. Running removes what is due and adds what `follows` from it; rows in `stuck` stay."""

    def __init__(self, clock: BusinessClock, rows: list[DueItem]) -> None:
        self.clock = clock
        self.rows = rows
        self.follows: dict[str, DueItem] = {}
        self.stuck: set[str] = set()
        self.ran: list[tuple[str, list[str]]] = []

    def due_items(self) -> list[DueItem]:
        return sorted(self.rows)

    def run_what_is_due(self) -> None:
        now = self.clock.now()
        due = [row for row in sorted(self.rows) if row.due_at <= now and row.key not in self.stuck]
        self.ran.append((iso(now), [row.key for row in due]))
        for row in due:
            self.rows.remove(row)
            if row.key in self.follows:
                self.rows.append(self.follows[row.key])


@pytest.fixture
def world(tmp_path: Path) -> FakeWorld:
    clock = BusinessClock(tmp_path / "clock")
    clock.set(NOW)
    return FakeWorld(clock, [DueItem(at(3), "offer", "c"), DueItem(at(1), "hold", "a"), DueItem(at(2), "hold", "b")])


def test_everything_falls_due_in_order_each_at_its_own_instant(world: FakeWorld) -> None:
    steps = Mover(world.clock, world).move(at(3))
    assert [(iso(step.at), [item.key for item in step.fell_due]) for step in steps] == [
        (iso(at(1)), ["a"]),
        (iso(at(2)), ["b"]),
        (iso(at(3)), ["c"]),
    ]
    assert [keys for _, keys in world.ran] == [["a"], ["b"], ["c"], []]
    assert world.clock.now() >= at(3)


def test_a_row_that_appears_on_the_way_gets_its_turn_and_one_after_the_target_does_not(world: FakeWorld) -> None:
    world.follows = {"a": DueItem(at(1.5), "reminder", "a2"), "b": DueItem(at(9), "later", "z")}
    Mover(world.clock, world).move(at(3))
    assert [keys for _, keys in world.ran] == [["a"], ["a2"], ["b"], ["c"], []]
    assert [row.key for row in world.rows] == ["z"]


def test_a_row_that_stays_due_is_tried_again_but_does_not_stop_the_clock(world: FakeWorld) -> None:
    world.stuck = {"a"}
    steps = Mover(world.clock, world).move(at(3))
    tried = [step for step in steps if any(item.key == "a" for item in step.fell_due)]
    assert len(tried) == ATTEMPTS
    assert all([item.key for item in step.left] == ["a"] for step in tried)
    assert world.clock.now() >= at(3)
    assert [row.key for row in world.rows] == ["a"]


def test_what_is_overdue_already_runs_first_without_moving_the_clock_back(world: FakeWorld) -> None:
    world.clock.set(at(2.5))
    steps = Mover(world.clock, world).move(at(2.6))
    assert [[item.key for item in step.fell_due] for step in steps] == [["a", "b"]]
    assert steps[0].at >= at(2.5)


def test_the_exact_second_of_the_target_is_included(world: FakeWorld) -> None:
    assert [step.at for step in Mover(world.clock, world).move(at(1))] == [at(1)]
