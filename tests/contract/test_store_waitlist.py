"""The marks of those waiting, on both stores: who may set them, whom they keep out, and what a refusal says."""

from __future__ import annotations

import pytest

from shared.domain.core.errors import SoldOut, VersionConflict, WaitlistFirst
from shared.ports import SeatMove, Store, UnitOfWork
from tests.builders import PROGRAM, TRAINEE, WEEKS, step
from tests.contract.store_scene import OTHER, hold, open_seats, store, taken

__all__ = ["store"]
THIRD = "trainee-3"


def waiting(store: Store) -> dict[str, int]:
    found = store.seat_years([(PROGRAM, 2027)])
    return {f"{year.year}-{week}": cell.waiting for year in found for week, cell in year.weeks.items() if cell.waiting}


def wait(store: Store, *weeks: str, gone: tuple[str, ...] = ()) -> None:
    store.commit(UnitOfWork(transitions=(), seats=(SeatMove(PROGRAM, THIRD, "", wait=weeks, unwait=gone),)))


def give(store: Store, *weeks: str) -> None:
    store.commit(UnitOfWork(transitions=(), seats=(SeatMove(PROGRAM, TRAINEE, "reservation-1", give=weeks),)))


def offered(*marks: str) -> UnitOfWork:
    """A seat for somebody who waited, its marks gone in the same transaction."""
    data = {"id": "reservation-9", "status": "HELD", "trainee_id": THIRD, "created_at": "2026-11-23T15:00:00Z"}
    move = SeatMove(PROGRAM, THIRD, "reservation-9", take=WEEKS, unwait=marks, in_line=True)
    return UnitOfWork(transitions=(step("RESERVATION", "reservation-9", data),), seats=(move,))


def test_waitlist_a_full_week_is_marked_and_a_free_one_is_not(store: Store) -> None:
    open_seats(store, 1, *WEEKS)
    store.commit(hold(1, WEEKS[:2]))
    wait(store, *WEEKS[:2])
    wait(store, WEEKS[0])
    assert waiting(store) == {WEEKS[0]: 2, WEEKS[1]: 1}
    with pytest.raises(VersionConflict):
        wait(store, *WEEKS[1:3])
    assert waiting(store) == {WEEKS[0]: 2, WEEKS[1]: 1}


def test_waitlist_a_free_week_that_somebody_waits_for_may_be_marked_by_the_next(store: Store) -> None:
    open_seats(store, 1, *WEEKS)
    store.commit(hold(1, WEEKS))
    wait(store, *WEEKS)
    give(store, *WEEKS)
    wait(store, *WEEKS)
    assert waiting(store) == dict.fromkeys(WEEKS, 2)


def test_T27_waitlist_a_seat_that_came_back_is_refused_to_others_by_its_own_refusal_and_nothing_changes(
    store: Store,
) -> None:
    open_seats(store, 1, *WEEKS)
    store.commit(hold(1, WEEKS))
    wait(store, *WEEKS[1:3])
    give(store, *WEEKS)
    with pytest.raises(WaitlistFirst) as refused:
        store.commit(hold(2, WEEKS, OTHER))
    assert refused.value.facts["weeks"] == list(WEEKS[1:3])
    assert set(taken(store).values()) == {0}
    store.commit(hold(3, (WEEKS[0], WEEKS[3]), OTHER))


def test_T27_waitlist_full_weeks_are_named_before_waited_ones(store: Store) -> None:
    open_seats(store, 1, *WEEKS)
    store.commit(hold(1, WEEKS))
    wait(store, *WEEKS)
    give(store, *WEEKS[:3])
    with pytest.raises(SoldOut) as refused:
        store.commit(hold(2, WEEKS, OTHER))
    assert refused.value.facts["weeks"] == [WEEKS[3]]


def test_T27_waitlist_the_line_takes_a_marked_seat_once_and_never_a_full_one(store: Store) -> None:
    open_seats(store, 1, *WEEKS)
    store.commit(hold(1, WEEKS))
    wait(store, *WEEKS)
    with pytest.raises(SoldOut):
        store.commit(offered(*WEEKS))
    give(store, *WEEKS)
    store.commit(offered(*WEEKS))
    store.commit(offered(*WEEKS))  # the same work again, its answer lost
    assert (set(taken(store).values()), waiting(store)) == ({1}, {})
    with pytest.raises(SoldOut):
        store.commit(hold(2, WEEKS, OTHER))


def test_waitlist_a_mark_is_taken_away_once(store: Store) -> None:
    open_seats(store, 1, *WEEKS)
    store.commit(hold(1, WEEKS))
    wait(store, *WEEKS[:1])
    wait(store, *WEEKS[1:2], gone=WEEKS[:1])
    assert waiting(store) == {WEEKS[1]: 1}
    with pytest.raises(VersionConflict):
        wait(store, gone=WEEKS[:1])
    wait(store, gone=WEEKS[1:2])
    give(store, *WEEKS)
    store.commit(hold(2, WEEKS, OTHER))


def test_waitlist_a_week_that_is_not_open_is_not_waited_for(store: Store) -> None:
    open_seats(store, 1, *WEEKS[:2])
    with pytest.raises(VersionConflict):
        wait(store, WEEKS[3])
