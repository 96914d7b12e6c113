"""The end of a hold: kept to its last second, given back at the next, and never before Stripe has ended its payment
page."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.domain.core.errors import PaymentUnavailable, RotaError
from shared.domain.reservations.reservation import ReservationEvent, ReservationStatus
from shared.services.reservations.holds import Ended
from shared.services.seats import seat_gate
from tests.builders import START, TRAINEE
from tests.unit.services.reservations.reservation_scene import SWEEP, WEBHOOK, Scene, by


@pytest.fixture
def scene() -> Scene:
    made = Scene()
    made.apply()
    return made


def test_hold_is_kept_to_its_last_second_and_given_back_at_the_next(scene: Scene) -> None:
    link = scene.checkout()
    assert scene.run_sweep(minutes=30, seconds=-1).done == {}
    assert scene.taken() == {1}
    assert scene.run_sweep(seconds=1).done == {"hold: released": 1}
    reserved = scene.reservation(link.reserved.id)
    assert (reserved.status, reserved.release_code, scene.taken()) == (ReservationStatus.RELEASED, "expired", {0})
    assert scene.payments.session_of(link.reserved.id).status == "expired"
    assert scene.due("offer") == ["application-1"]
    scene.check()


def test_stripe_is_asked_to_end_the_session_before_the_seat_is_given_back(scene: Scene) -> None:
    scene.checkout()
    scene.payments.calls.clear()
    order: list[str] = []
    commit, expire = scene.store.commit, scene.payments.expire
    scene.store.commit = lambda work: (order.append("seat"), commit(work))[1]  # type: ignore[method-assign]
    scene.payments.expire = lambda id: (order.append("stripe"), expire(id))[1]  # type: ignore[method-assign]
    scene.run_sweep(minutes=30)
    assert order == ["stripe", "seat"]


def test_payment_that_no_webhook_told_is_found_when_the_hold_falls_due(scene: Scene) -> None:
    link = scene.checkout()
    scene.pay(link)
    assert scene.run_sweep(minutes=30).done == {"hold: paid": 1}
    assert scene.reservation(link.reserved.id).status is ReservationStatus.RESERVED
    scene.check()


def test_unreachable_stripe_keeps_the_hold_until_it_answers(scene: Scene) -> None:
    scene.checkout()
    scene.payments.unavailable_before()
    assert len(scene.run_sweep(minutes=30).failures) == 1
    assert scene.taken() == {1}
    assert scene.run_sweep(minutes=1).done == {"hold: released": 1}


def test_lost_session_is_found_and_ended_when_the_hold_falls_due(scene: Scene) -> None:
    scene.payments.unavailable_after()
    with pytest.raises(PaymentUnavailable):
        scene.checkout()
    assert scene.run_sweep(minutes=30).done == {"hold: released": 1}
    assert [session.status for session in scene.payments.sessions.values()] == ["expired"]


def test_lost_session_that_was_paid_is_found_when_the_hold_falls_due(scene: Scene) -> None:
    scene.payments.unavailable_after()
    with pytest.raises(PaymentUnavailable):
        scene.checkout()
    scene.payments.pay("cs_1")
    assert scene.run_sweep(minutes=30).done == {"hold: paid": 1}
    scene.check()


def test_session_that_was_never_made_lets_the_hold_go(scene: Scene) -> None:
    scene.payments.unavailable_before()
    with pytest.raises(PaymentUnavailable):
        scene.checkout()
    scene.payments.refuse()  # so late Stripe makes no session of five minutes
    assert scene.run_sweep(minutes=30).done == {"hold: released": 1}


def test_lost_session_of_an_erased_person_is_waited_for_until_its_own_end(scene: Scene) -> None:
    scene.payments.unavailable_after()
    with pytest.raises(PaymentUnavailable):
        scene.checkout()
    scene.people.erase(TRAINEE)
    assert len(scene.run_sweep(minutes=35, seconds=-1).failures) == 1
    assert scene.run_sweep(seconds=1).done == {"hold: released": 1}


def test_session_that_stripe_does_not_know_lets_the_hold_go(scene: Scene) -> None:
    scene.checkout()
    scene.payments.sessions.clear()
    assert scene.run_sweep(minutes=30).done == {"hold: released": 1}


def test_two_sweeps_at_once_give_the_seat_back_once(scene: Scene) -> None:
    link = scene.checkout()
    scene.clock.move(timedelta(minutes=30))
    real = scene.store.commit

    def other_sweep_first(work: object) -> object:
        scene.store.commit = real  # type: ignore[method-assign]
        assert scene.holds.end(link.reserved.id, ReservationEvent.EXPIRE, SWEEP) is Ended.RELEASED
        return real(work)  # type: ignore[arg-type]

    scene.store.commit = other_sweep_first  # type: ignore[method-assign, assignment]
    assert scene.holds.end(link.reserved.id, ReservationEvent.EXPIRE, SWEEP) is Ended.RELEASED
    scene.check()


def test_retake_and_release_of_the_gate_are_refused_from_other_states(scene: Scene) -> None:
    link = scene.checkout()
    case = seat_gate.Case(
        scene.store.load("APPLICATION", "application-1"), scene.store.load("RESERVATION", link.reserved.id)
    )
    with pytest.raises(RotaError):
        seat_gate.retake(case, seat_gate.Payment("pi", 1), WEBHOOK, START)
    scene.webhook(scene.pay(link))
    case = seat_gate.Case(
        scene.store.load("APPLICATION", "application-1"), scene.store.load("RESERVATION", link.reserved.id)
    )
    with pytest.raises(RotaError):
        seat_gate.release(case, ReservationEvent.CANCEL, "cancelled", by("trainee"), START)
