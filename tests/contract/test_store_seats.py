"""Seats on both stores: who gets the last one, what a refusal names, and what is given back."""

from __future__ import annotations

import pytest

from shared.domain.core.errors import Duplicate, OverlappingRotation, SoldOut, VersionConflict
from shared.domain.seats.seats import WeekSeats
from shared.ports import SeatMove, Store, Transition, UnitOfWork
from tests.builders import PROGRAM, TRAINEE, WEEKS, draft, step
from tests.contract.store_scene import OTHER, TURN_OF_YEAR, hold, open_seats, store, taken, years

__all__ = ["store"]


def test_T27_a_sold_out_week_is_named_and_nothing_is_taken(store: Store) -> None:
    open_seats(store, 1, *WEEKS)
    store.commit(hold(1, WEEKS[1:2]))
    with pytest.raises(SoldOut) as refused:
        store.commit(hold(2, WEEKS, OTHER))
    assert refused.value.facts["weeks"] == ["2027-W10"]
    assert taken(store) == {"2027-W09": 0, "2027-W10": 1, "2027-W11": 0, "2027-W12": 0}
    assert store.load_many([("RESERVATION", "reservation-2")]) == {}


def test_weeks_that_are_not_open_are_sold_out(store: Store) -> None:
    open_seats(store, 1, "2027-W09")
    with pytest.raises(SoldOut) as unopened_week:
        store.commit(hold(1, ("2027-W09", "2027-W10")))
    with pytest.raises(SoldOut) as unopened_year:
        store.commit(hold(1, ("2028-W01",)))
    assert unopened_week.value.facts["weeks"] == ["2027-W10"]
    assert unopened_year.value.facts["weeks"] == ["2028-W01"]


def test_a_second_seat_in_one_week_overlaps(store: Store) -> None:
    open_seats(store, 5, *WEEKS)
    store.commit(hold(1, WEEKS[:2]))
    with pytest.raises(OverlappingRotation) as refused:
        store.commit(hold(2, WEEKS))
    assert refused.value.facts["weeks"] == ["2027-W09", "2027-W10"]
    assert taken(store) == {"2027-W09": 1, "2027-W10": 1, "2027-W11": 0, "2027-W12": 0}


def test_a_rotation_across_the_turn_of_the_iso_year_moves_both_seat_items(store: Store) -> None:
    open_seats(store, 1, *TURN_OF_YEAR)
    store.commit(hold(1, TURN_OF_YEAR))
    assert taken(store) == dict.fromkeys(TURN_OF_YEAR, 1)
    with pytest.raises(SoldOut) as refused:
        store.commit(hold(2, TURN_OF_YEAR, OTHER))
    assert refused.value.facts["weeks"] == list(TURN_OF_YEAR)


def test_a_seat_given_back_is_free_for_the_next_and_for_the_same_trainee(store: Store) -> None:
    open_seats(store, 1, *WEEKS)
    store.commit(hold(1, WEEKS))
    back = SeatMove(PROGRAM, TRAINEE, "reservation-1", give=WEEKS)
    store.commit(
        UnitOfWork(
            transitions=(Transition(store.load("RESERVATION", "reservation-1"), draft({"status": "RELEASED"})),),
            seats=(back,),
        )
    )
    assert set(taken(store).values()) == {0}
    store.commit(hold(2, WEEKS))
    assert set(taken(store).values()) == {1}


def test_giving_back_twice_is_a_conflict_and_never_goes_below_zero(store: Store) -> None:
    open_seats(store, 2, *WEEKS)
    store.commit(hold(1, WEEKS))
    store.commit(hold(2, WEEKS, OTHER))
    back = SeatMove(PROGRAM, TRAINEE, "reservation-1", give=WEEKS)
    for _ in range(2):
        loaded = store.load("RESERVATION", "reservation-1")
        work = UnitOfWork(transitions=(Transition(loaded, draft({"status": "RELEASED"})),), seats=(back,))
        if loaded.version == 1:
            store.commit(work)
        else:
            with pytest.raises(VersionConflict):
                store.commit(work)
    assert set(taken(store).values()) == {1}


def test_a_switch_touches_only_the_differing_weeks(store: Store) -> None:
    weeks = (*WEEKS, "2027-W13")
    open_seats(store, 1, *weeks)
    store.commit(hold(1, WEEKS))
    move = SeatMove(PROGRAM, TRAINEE, "reservation-1", take=("2027-W13",), give=("2027-W09",))
    store.commit(
        UnitOfWork(
            transitions=(Transition(store.load("RESERVATION", "reservation-1"), draft({"start": "2027-03-08"})),),
            seats=(move,),
        )
    )
    assert taken(store) == {"2027-W09": 0, "2027-W10": 1, "2027-W11": 1, "2027-W12": 1, "2027-W13": 1}


def test_opening_a_seat_year_twice_is_a_duplicate(store: Store) -> None:
    open_seats(store, 1, *WEEKS)
    with pytest.raises(Duplicate):
        store.commit(UnitOfWork(transitions=(step("PROGRAM", "other", {"status": "LIVE"}),), create=years(9, *WEEKS)))
    assert store.seat_years([(PROGRAM, 2027)])[0].weeks["W09"] == WeekSeats(capacity=1)


def test_H17_weeks_are_added_to_a_seat_year_and_those_that_are_there_keep_what_they_counted(store: Store) -> None:
    open_seats(store, 2, "2027-W09")
    store.commit(hold(1, ("2027-W09",)))
    more = UnitOfWork(
        transitions=(step("PROGRAM", "other", {"status": "LIVE"}),), open=years(5, "2027-W09", "2027-W10")
    )
    store.commit(more)
    (year,) = store.seat_years([(PROGRAM, 2027)])
    assert year.weeks == {"W09": WeekSeats(capacity=2, taken=1), "W10": WeekSeats(capacity=5)}
    store.commit(hold(2, ("2027-W10",), "trainee-2"))


def test_H17_weeks_of_a_year_that_is_not_there_are_decided_again(store: Store) -> None:
    open_seats(store, 2, "2027-W09")
    with pytest.raises(VersionConflict):
        store.commit(UnitOfWork(transitions=(step("PROGRAM", "other", {"status": "LIVE"}),), open=years(5, "2028-W01")))
    assert store.seat_years([(PROGRAM, 2028)]) == []


def test_seats_of_named_weeks_are_those_weeks_alone_and_a_closed_one_is_missing(store: Store) -> None:
    open_seats(store, 2, "2027-W09", "2027-W10", "2027-W11")
    store.commit(hold(1, ("2027-W10",)))
    (year,) = store.seat_years([(PROGRAM, 2027), (PROGRAM, 2028)], {"W10", "W11", "W30"})
    assert year.weeks == {"W10": WeekSeats(capacity=2, taken=1), "W11": WeekSeats(capacity=2)}
    (closed,) = store.seat_years([(PROGRAM, 2027)], {"W30"})
    assert (closed.year, closed.weeks) == (2027, {})


def test_who_has_a_seat_in_a_span_of_weeks_is_found_once_until_it_is_given_back(store: Store) -> None:
    open_seats(store, 2, *TURN_OF_YEAR)
    store.commit(hold(1, TURN_OF_YEAR[:2]))
    store.commit(hold(2, TURN_OF_YEAR[1:], OTHER))
    assert store.seated(PROGRAM, TURN_OF_YEAR[0], TURN_OF_YEAR[3]) == ["reservation-1", "reservation-2"]
    assert store.seated(PROGRAM, TURN_OF_YEAR[0], TURN_OF_YEAR[0]) == ["reservation-1"]
    assert store.seated(PROGRAM, TURN_OF_YEAR[2], TURN_OF_YEAR[3]) == ["reservation-2"]
    assert store.seated("another", TURN_OF_YEAR[0], TURN_OF_YEAR[3]) == []
    back = SeatMove(PROGRAM, OTHER, "reservation-2", give=TURN_OF_YEAR[1:])
    store.commit(
        UnitOfWork(transitions=(Transition(store.load("RESERVATION", "reservation-2"), draft({})),), seats=(back,))
    )
    assert store.seated(PROGRAM, TURN_OF_YEAR[0], TURN_OF_YEAR[3]) == ["reservation-1"]


def test_T27_the_last_seat_goes_to_one_and_the_other_hears_sold_out(store: Store) -> None:
    open_seats(store, 1, *WEEKS)
    store.commit(hold(1, WEEKS))
    with pytest.raises(SoldOut) as refused:
        store.commit(hold(2, WEEKS, OTHER))
    assert refused.value.facts["weeks"] == list(WEEKS)
    assert set(taken(store).values()) == {1}
    assert store.load_many([("RESERVATION", "reservation-2")]) == {}


def test_a_switch_into_a_full_week_names_that_week_and_keeps_the_old_one(store: Store) -> None:
    weeks = (*WEEKS, "2027-W13")
    open_seats(store, 1, *weeks)
    store.commit(hold(1, WEEKS))
    store.commit(hold(2, ("2027-W13",), OTHER))
    move = SeatMove(PROGRAM, TRAINEE, "reservation-1", take=("2027-W13",), give=("2027-W09",))
    with pytest.raises(SoldOut) as refused:
        store.commit(
            UnitOfWork(
                transitions=(Transition(store.load("RESERVATION", "reservation-1"), draft({"start": "2027-03-08"})),),
                seats=(move,),
            )
        )
    assert refused.value.facts["weeks"] == ["2027-W13"]
    assert taken(store) == dict.fromkeys(weeks, 1)


def test_a_seat_passes_from_one_trainee_to_the_next_in_one_work(store: Store) -> None:
    open_seats(store, 1, *WEEKS)
    store.commit(hold(1, WEEKS))
    back = SeatMove(PROGRAM, TRAINEE, "reservation-1", give=WEEKS)
    released = Transition(store.load("RESERVATION", "reservation-1"), draft({"status": "RELEASED"}))
    passed_on = hold(2, WEEKS, OTHER)
    store.commit(UnitOfWork(transitions=(released, *passed_on.transitions), seats=(back, *passed_on.seats)))
    assert set(taken(store).values()) == {1}
    store.commit(hold(3, (), TRAINEE))
