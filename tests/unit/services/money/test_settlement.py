"""Every payment ends in a seat or goes back in full: in time, late, twice, short, reordered, and killed after any
call."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from shared.domain.applications.application_machine import ApplicationStatus
from shared.domain.applications.values import Ending, Offer
from shared.domain.core.errors import Busy, Invalid, PaymentUnavailable
from shared.domain.core.instants import iso
from shared.domain.money.money import Account, balance, book_of
from shared.domain.reservations.reservation import Choice, ReservationStatus
from shared.ports import Checkout
from shared.services.money.settlement import Settled
from shared.services.reservations.reserve import PayLink
from tests.builders import START, TRAINEE
from tests.unit.services.reservations.reservation_scene import WEBHOOK, Scene


@pytest.fixture
def scene() -> Scene:
    made = Scene()
    made.apply()
    return made


def late(scene: Scene) -> tuple[PayLink, Checkout]:
    """Paid in time at Stripe, but our side heard nothing and gave the seat back: the session's end was asked for and
    its answer was wrong.

    Stripe keeps such a promise; a test must not, so the session is completed behind the gateway's back.
    """
    link = scene.checkout()
    scene.run_sweep(minutes=30)
    assert scene.reservation(link.reserved.id).status is ReservationStatus.RELEASED
    session = scene.payments.session_of(link.reserved.id)
    paid = replace(
        session, status="complete", payment_status="paid", payment_intent_id=f"pi_{session.id}", charge_id="ch_late"
    )
    scene.payments.sessions[session.id] = paid
    return link, paid


# --- in time ----------------------------------------------------------------------------------------------------------
def test_H11_payment_of_an_approved_application_reserves_the_seat(scene: Scene) -> None:
    link = scene.checkout()
    assert scene.webhook(scene.pay(link)) is Settled.CONFIRMED
    reserved, applied = scene.reservation(link.reserved.id), scene.application()
    assert (reserved.status, reserved.paid_cents, reserved.reserved_at) == (ReservationStatus.RESERVED, 69900, START)
    assert (applied.status, applied.live_reservation_id) == (ApplicationStatus.CONVERTED, reserved.id)
    assert (scene.taken(), scene.due("hold"), scene.due("offer"), scene.store.claims) == ({1}, [], [], {})
    assert balance(scene.store.journal(book_of(reserved.id)), Account.STRIPE) == 69900
    scene.check()


def test_H11_unpaid_session_reserves_nothing(scene: Scene) -> None:
    link = scene.checkout()
    assert scene.webhook(scene.payments.session_of(link.reserved.id)) is Settled.UNPAID
    scene.run_sweep(minutes=30)
    assert scene.webhook(scene.payments.session_of(link.reserved.id)) is Settled.UNPAID
    assert scene.reservation(link.reserved.id).status is ReservationStatus.RELEASED


def test_same_payment_delivered_again_days_later_changes_nothing(scene: Scene) -> None:
    link = scene.checkout()
    session = scene.pay(link)
    scene.webhook(session)
    commits = scene.store.commits
    scene.clock.move(timedelta(days=3))
    assert scene.webhook(session) is Settled.ALREADY
    assert (scene.store.commits, scene.payments.refunds) == (commits, {})


def test_session_of_a_reservation_that_we_do_not_know_is_dropped(scene: Scene) -> None:
    foreign = Checkout("cs_x", "", "complete", "paid", 69900, "of-another-shop", "pi_x", "ch_x")
    assert scene.settlement.settle(foreign, WEBHOOK) is Settled.UNKNOWN


def test_payment_of_a_session_that_was_never_written_down_counts_all_the_same(scene: Scene) -> None:
    scene.payments.unavailable_after()
    with pytest.raises(PaymentUnavailable):
        scene.checkout()
    (held,) = scene.reservations()
    assert held.checkout_session_id is None
    session = scene.payments.session_of(held.id)
    assert scene.webhook(scene.payments.pay(session.id)) is Settled.CONFIRMED
    scene.check()


# --- late -------------------------------------------------------------------------------------------------------------
def test_late_payment_takes_the_seat_again_when_it_is_free(scene: Scene) -> None:
    link, session = late(scene)
    assert scene.webhook(session) is Settled.CONFIRMED
    reserved = scene.reservation(link.reserved.id)
    assert (reserved.status, reserved.released_at, scene.taken()) == (ReservationStatus.RESERVED, None, {1})
    scene.check()


def test_late_payment_for_a_seat_taken_by_another_goes_back_in_full(scene: Scene) -> None:
    link, session = late(scene)
    scene.apply("application-2", "trainee-2", offer=Offer(expires_at=scene.clock.now() + timedelta(days=7)))
    scene.webhook(scene.pay(scene.checkout(id="application-2", trainee="trainee-2")))
    assert scene.webhook(session) is Settled.REFUNDED
    refunded = scene.reservation(link.reserved.id)
    assert (refunded.status, refunded.refund_cents, refunded.refund_id) == (ReservationStatus.REFUNDED, 69900, "re_1")
    assert [refund.cents for refund in scene.payments.refunds.values()] == [69900]
    assert scene.application().status is ApplicationStatus.APPROVED
    scene.check()


def test_late_payment_overlapping_another_rotation_of_the_trainee_goes_back() -> None:
    scene = Scene(seats=2)
    scene.apply()
    _, session = late(scene)
    scene.apply("application-2", start=scene.application().start, program_id=scene.program.id + "-2")
    scene.store.states[("PROGRAM", scene.program.id + "-2")] = scene.store.states[("PROGRAM", scene.program.id)]
    scene.store.trainee_weeks[(TRAINEE, "2027-W10")] = "another-reservation"
    assert scene.webhook(session) is Settled.REFUNDED


@pytest.mark.parametrize("status", ["EXPIRED", "WITHDRAWN", "CLOSED"])
def test_H11_late_payment_for_an_application_no_longer_approved_goes_back(scene: Scene, status: str) -> None:
    _, session = late(scene)
    loaded = scene.store.load("APPLICATION", "application-1")
    scene.store.states[("APPLICATION", "application-1")] = replace(loaded, state={**loaded.state, "status": status})
    assert scene.webhook(session) is Settled.REFUNDED
    assert scene.taken() == {0}


def test_late_payment_while_a_new_checkout_is_open_goes_back_and_the_new_hold_stays(scene: Scene) -> None:
    _, session = late(scene)
    second = scene.checkout().reserved
    assert scene.webhook(session) is Settled.REFUNDED
    assert scene.reservation(second.id).status is ReservationStatus.HELD
    assert scene.application().live_reservation_id == second.id
    scene.check()


def test_late_refund_that_stripe_does_not_answer_is_finished_by_the_sweep(scene: Scene) -> None:
    _, session = late(scene)
    scene.checkout()
    scene.payments.unavailable_after()
    assert scene.settlement.settle(session, WEBHOOK) is Settled.REFUND_DUE
    assert len(scene.due("refund")) == 1
    assert scene.run_sweep().done["refund: refunded"] == 1
    assert (scene.due("refund"), len(scene.payments.refunds)) == ([], 1)
    scene.check()


def test_refund_that_stripe_refuses_for_good_stays_due_for_a_person(scene: Scene) -> None:
    _, session = late(scene)
    scene.checkout()
    scene.payments.unavailable_before()
    scene.settlement.settle(session, WEBHOOK)
    scene.payments.refuse()
    swept = scene.run_sweep()
    assert [type(error) for _, error in swept.failures] == [Invalid]
    assert len(scene.due("refund")) == 1


# --- not as it should be ----------------------------------------------------------------------------------------------
def test_short_payment_buys_no_seat_and_goes_back(scene: Scene) -> None:
    link = scene.checkout()
    session = replace(scene.pay(link), amount_cents=69899)
    assert scene.settlement.settle(session, WEBHOOK) is Settled.REFUNDED
    reserved = scene.reservation(link.reserved.id)
    assert (reserved.status, reserved.refund_cents, scene.taken()) == (ReservationStatus.REFUNDED, 69899, {0})
    scene.check()


def test_second_payment_of_a_reserved_seat_goes_back_and_the_seat_stays(scene: Scene) -> None:
    link = scene.checkout()
    session = scene.pay(link)
    scene.webhook(session)
    twice = replace(session, id="cs_other", payment_intent_id="pi_other")
    for _ in range(2):
        assert scene.settlement.settle(twice, WEBHOOK) is Settled.REFUNDED
    assert [(r.payment_intent_id, r.cents) for r in scene.payments.refunds.values()] == [("pi_other", 69900)]
    reserved = scene.reservation(link.reserved.id)
    assert reserved.status is ReservationStatus.RESERVED
    assert (reserved.second_payment_intent_id, reserved.second_refund_id, reserved.second_refund_cents) == (
        "pi_other",
        "re_1",
        69900,
    )
    said = [row.type for row in scene.store.history("RESERVATION", reserved.id)]
    assert said.count("SecondPaymentRefunded.v1") == 1, "delivered twice, told once"
    scene.check()


def test_third_payment_is_told_as_well_and_each_only_once(scene: Scene) -> None:
    link = scene.checkout()
    session = scene.pay(link)
    scene.webhook(session)
    for intent in ("pi_2", "pi_3", "pi_2"):
        scene.settlement.settle(replace(session, payment_intent_id=intent), WEBHOOK)
    rows = [
        row for row in scene.store.history("RESERVATION", link.reserved.id) if row.type == "SecondPaymentRefunded.v1"
    ]
    assert [row.data["second_payment_intent_id"] for row in rows] == ["pi_2", "pi_3"]
    scene.check()


def test_second_payment_that_loses_the_race_for_the_seat_goes_back(scene: Scene) -> None:
    link = scene.checkout()
    session = scene.pay(link)
    real = scene.store.commit

    def other_payment_first(work: object) -> object:
        scene.store.commit = real  # type: ignore[method-assign]
        scene.settlement.settle(replace(session, payment_intent_id="pi_faster"), WEBHOOK)
        return real(work)  # type: ignore[arg-type]

    scene.store.commit = other_payment_first  # type: ignore[method-assign, assignment]
    assert scene.webhook(session) is Settled.REFUNDED
    assert scene.reservation(link.reserved.id).payment_intent_id == "pi_faster"
    assert [refund.payment_intent_id for refund in scene.payments.refunds.values()] == ["pi_1"]


# --- killed after any call --------------------------------------------------------------------------------------------
class Killed(BaseException):
    """The process is gone."""


class Killer:
    """Counts calls to the store and to Stripe, and kills after the nth has had its effect."""

    def __init__(self, scene: Scene, after: int) -> None:
        self.left = after
        for thing, names in (
            (scene.store, ("commit",)),
            (scene.payments, ("open_checkout", "checkout", "expire", "refund")),
        ):
            for name in names:
                setattr(thing, name, self._watched(getattr(thing, name)))

    def _watched(self, real: Callable[..., object]) -> Callable[..., object]:
        def call(*arguments: object) -> object:
            result = real(*arguments)
            self.left -= 1
            if self.left == 0:
                raise Killed
            return result

        return call


def journey_in_time(scene: Scene) -> None:
    scene.webhook(scene.pay(scene.checkout()))


def journey_to_a_refund(scene: Scene) -> None:
    link = scene.checkout()
    scene.run_sweep(minutes=30)
    session = scene.payments.session_of(link.reserved.id)
    scene.payments.sessions[session.id] = replace(
        session, status="complete", payment_status="paid", payment_intent_id="pi_late"
    )
    loaded = scene.store.load("APPLICATION", "application-1")
    scene.store.states[("APPLICATION", "application-1")] = replace(loaded, state={**loaded.state, "status": "EXPIRED"})
    scene.webhook(session)


@pytest.mark.parametrize("journey", [journey_in_time, journey_to_a_refund])
def test_killed_after_any_call_every_payment_is_answered_and_no_seat_is_sold_twice(
    journey: Callable[[Scene], None],
) -> None:
    for after in range(1, 12):
        scene = Scene()
        scene.apply()
        killer = Killer(scene, after)
        try:
            journey(scene)
        except Killed:
            killer.left = -1
            for _ in range(3):
                # What comes by itself: the queue's redelivery, Stripe's repetition, the minute's sweep.
                for session in list(scene.payments.sessions.values()):
                    scene.settlement.settle(session, WEBHOOK)
                scene.run_sweep(minutes=31)
        paid = [session for session in scene.payments.sessions.values() if session.payment_status == "paid"]
        for session in paid:
            status = scene.reservation(session.reservation_id).status
            assert status in (ReservationStatus.RESERVED, ReservationStatus.REFUNDED), after
            assert (status is ReservationStatus.REFUNDED) == (len(scene.payments.refunds) == 1), after
        if not paid:
            assert scene.taken() == {0}, after
        assert (scene.due("hold"), scene.due("refund")) == ([], [])


# --- siblings ---------------------------------------------------------------------------------------------------------
def test_other_applications_for_the_same_weeks_end_once_one_is_reserved() -> None:
    scene = Scene(seats=3)
    scene.apply()
    scene.apply("application-2", program_id="elsewhere", status="SUBMITTED")
    scene.apply("application-3", program_id="elsewhere-2", start="2027-03-29")
    scene.apply("application-4", program_id="elsewhere-3", status="DRAFT")
    scene.apply("application-5", "trainee-5")
    link = scene.checkout(Choice.FULL)
    scene.webhook(scene.pay(link))
    assert scene.overlapping_applications.withdraw(link.reserved.id, WEBHOOK) == 1
    assert scene.overlapping_applications.withdraw(link.reserved.id, WEBHOOK) == 0
    found = {f"application-{n}": scene.application(f"application-{n}").status.value for n in range(1, 6)}
    assert list(found.values()) == ["CONVERTED", "WITHDRAWN", "APPROVED", "DRAFT", "APPROVED"]
    assert "application-2" not in scene.store.claims.values()
    assert scene.due("review") == []
    assert [scene.application(f"application-{n}").ending for n in (1, 2, 3)] == [
        None,
        Ending(code="reserved_instead", reservation_id=link.reserved.id),
        None,
    ]


def test_store_that_cannot_answer_leaves_the_payment_to_the_next_delivery(scene: Scene) -> None:
    session = scene.pay(scene.checkout())
    scene.store.fail_before()
    with pytest.raises(Busy):
        scene.webhook(session)
    scene.store.fail_after_commit()
    with pytest.raises(Busy):
        scene.webhook(session)
    assert scene.webhook(session) is Settled.ALREADY
    assert iso(scene.reservations()[0].reserved_at or START) == iso(START)
    scene.check()
