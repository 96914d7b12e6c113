"""A reservation's guards: the hold's boundary second, what a payment must cover, late payments, overlaps and the
balance."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from shared.domain.core.policy import CURRENT
from shared.domain.reservations.reservation import (
    SEATED,
    Reservation,
    ReservationEvent,
    ReservationStatus,
    balance_overdue,
    hold_over,
    hold_window,
    late_payment,
    overlap,
    settles,
)
from tests.unit.domain.samples import NOW, a_reservation

SECOND = timedelta(seconds=1)
BALANCE_DUE = datetime(2027, 1, 16, 5, 59, 59, tzinfo=UTC)


def test_hold_lives_30_minutes_and_its_session_35() -> None:
    window = hold_window(NOW, CURRENT)
    assert window.held_until - NOW == timedelta(minutes=30)
    assert window.session_expires_at - NOW == timedelta(minutes=35)


def test_hold_stands_until_its_last_second_and_is_over_from_the_boundary_on() -> None:
    end = NOW + timedelta(minutes=30)
    assert not hold_over(a_reservation(), end - SECOND)
    assert hold_over(a_reservation(), end)
    assert not hold_over(a_reservation(status="RESERVED"), end + SECOND)


@pytest.mark.parametrize(("paid", "fine"), [(69899, False), (69900, True), (214900, True), (0, False)])
def test_H11_payment_settles_only_when_it_covers_the_charge(paid, fine) -> None:
    assert settles(a_reservation(), paid) is fine


@pytest.mark.parametrize(
    ("seat_free", "approved", "event"),
    [
        (True, True, ReservationEvent.RETAKE),
        (False, True, ReservationEvent.REFUND_DUE),
        (True, False, ReservationEvent.REFUND_DUE),
        (False, False, ReservationEvent.REFUND_DUE),
    ],
)
def test_payment_after_the_hold_takes_the_seat_again_or_goes_back(seat_free, approved, event) -> None:
    assert late_payment(seat_free, approved) is event


def test_overlap_names_the_shared_weeks_in_order() -> None:
    assert overlap(("2027-W10", "2027-W09"), ("2027-W11", "2027-W10", "2027-W09")) == ("2027-W09", "2027-W10")
    assert overlap(("2027-W09",), ("2027-W10",)) == ()


def test_T28_balance_is_on_time_through_the_last_second_of_the_due_day() -> None:
    reservation = a_reservation(status="RESERVED")
    assert not balance_overdue(reservation, BALANCE_DUE)
    assert balance_overdue(reservation, BALANCE_DUE + SECOND)


@pytest.mark.parametrize("fields", [{"balance_cents": 0}, {"balance_due_at": None}])
def test_T28_nothing_is_overdue_when_no_balance_is_due(fields) -> None:
    assert not balance_overdue(a_reservation(**fields), BALANCE_DUE + timedelta(days=99))


def test_seated_states_are_those_that_keep_a_seat() -> None:
    assert set(SEATED) == {ReservationStatus(name) for name in ("HELD", "RESERVED", "CLEARED", "IN_PROGRESS")}


def test_reservation_state_survives_json_and_refuses_unknown_fields() -> None:
    reservation = a_reservation()
    assert Reservation.model_validate(reservation.model_dump(mode="json")) == reservation
    with pytest.raises(ValueError, match="checkout_url"):
        a_reservation(checkout_url="https://example.com")
