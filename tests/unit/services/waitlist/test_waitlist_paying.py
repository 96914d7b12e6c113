"""A seat that the waitlist offered is paid like any other: its page, its clock, and what comes too late."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.domain.applications.application_machine import ApplicationStatus
from shared.domain.core.errors import Expired, NotAllowedNow, PaymentUnavailable, TermsNotSigned
from shared.domain.reservations.reservation import Choice
from shared.ports import Checkout, CheckoutRequest
from shared.services.money.settlement import Settled
from tests.unit.services.reservations.reservation_scene import by
from tests.unit.services.waitlist.waitlist_scene import FIRST, HOLDER, SECOND, Line, W


@pytest.fixture
def line() -> Line:
    return Line()


def test_H11_offered_seat_is_paid_as_usual_and_then_taken(line: Line) -> None:
    line.offered()
    link = line.take(FIRST, Choice.FULL)
    assert (link.reserved.id, link.reserved.charge_cents) == (line.application(FIRST[0]).live_reservation_id, 214900)
    assert line.webhook(line.pay(link)) is Settled.CONFIRMED
    assert (line.entry(FIRST), line.application(FIRST[0]).status) == (W.TAKEN, ApplicationStatus.CONVERTED)
    assert line.entry(SECOND) is W.WAITING
    line.check()


def test_T24_offered_seat_is_not_paid_before_the_terms_are_signed() -> None:
    line = Line()
    line.apply("unsigned", "trainee-9", terms=None)
    line.join(("unsigned", "trainee-9"))
    line.run_sweep(minutes=30)
    with pytest.raises(TermsNotSigned):
        line.take(("unsigned", "trainee-9"))
    assert not line.reservation(line.application("unsigned").live_reservation_id or "").paying


def test_waitlist_who_waits_cannot_also_walk_up(line: Line) -> None:
    line.join(FIRST)
    with pytest.raises(NotAllowedNow):
        line.take(FIRST)


def test_waitlist_payment_page_ends_no_later_than_its_hold_and_a_double_click_opens_one(line: Line) -> None:
    line.offered()
    first, again = line.take(FIRST), line.take(FIRST)
    assert (first.url, again.reserved.payment_number) == (again.url, 1)
    assert first.reserved.session_expires_at == first.reserved.held_until == line.clock.now() + timedelta(minutes=35)
    with pytest.raises(NotAllowedNow):
        line.take(FIRST, Choice.FULL)


def test_waitlist_payment_that_lapses_keeps_the_seat_until_48_hours_are_over(line: Line) -> None:
    line.offered()
    first = line.take(FIRST)
    assert line.run_sweep(minutes=35, seconds=-1).done.get("hold: offered again") is None
    assert line.run_sweep(seconds=1).done["hold: offered again"] == 1
    held = line.reservation(first.reserved.id)
    assert (held.paying, held.held_until, held.checkout_session_id, line.entry(FIRST)) == (
        False,
        held.offer_until,
        None,
        W.OFFERED,
    )
    second = line.take(FIRST, Choice.FULL)
    assert (second.reserved.payment_number, second.url != first.url) == (2, True)
    line.webhook(line.pay(second))
    assert line.entry(FIRST) is W.TAKEN
    line.check()


def test_waitlist_payment_begun_in_the_last_second_may_be_finished_and_one_begun_at_48_hours_is_refused(
    line: Line,
) -> None:
    line.offered()
    line.clock.move(timedelta(hours=48, seconds=-1))
    link = line.take(FIRST)
    line.run_sweep(minutes=34)
    assert line.webhook(line.pay(link)) is Settled.CONFIRMED
    late = Line().offered()
    late.clock.move(timedelta(hours=48))
    with pytest.raises(Expired):
        late.take(FIRST)


def test_waitlist_payment_begun_in_the_last_second_and_not_finished_lapses_with_its_page(line: Line) -> None:
    line.offered()
    line.clock.move(timedelta(hours=48, seconds=-1))
    link = line.take(FIRST)
    line.run_sweep(minutes=35)
    assert (line.entry(FIRST), line.entry(SECOND)) == (W.LAPSED, W.OFFERED)
    assert line.payments.sessions[line.payments.session_of(link.reserved.id).id].status == "expired"
    line.check()


def test_T27_payment_of_an_earlier_hold_does_not_push_in_before_those_who_wait(line: Line) -> None:
    """The holder's money arrives after the hold ended, while the seat is kept for the line: it goes back in full."""
    line.join(FIRST)
    line.join(SECOND)
    line.reserve.cancel(by("trainee", HOLDER[1]), line.hold.reserved.id)
    line.payments.sessions["cs_1"] = replace(
        line.payments.sessions["cs_1"], status="complete", payment_status="paid", payment_intent_id="pi_late"
    )
    assert line.webhook(line.payments.sessions["cs_1"]) is Settled.REFUNDED
    line.run_sweep()
    assert line.entry(FIRST) is W.OFFERED
    line.check()


def test_waitlist_stripe_that_refuses_a_page_keeps_the_offered_seat(line: Line) -> None:
    line.offered()
    line.payments.refuse()
    with pytest.raises(PaymentUnavailable):
        line.take(FIRST)
    assert (line.entry(FIRST), line.reservation(line.application(FIRST[0]).live_reservation_id or "").paying) == (
        W.OFFERED,
        False,
    )
    line.webhook(line.pay(line.take(FIRST)))
    assert line.entry(FIRST) is W.TAKEN


def test_waitlist_page_that_opened_when_its_time_was_over_is_closed_and_the_offer_goes_on(line: Line) -> None:
    """Stripe took more than half an hour to answer: the sweep has ended that payment meanwhile."""
    line.offered()
    opened = line.payments.open_checkout

    def slowly(request: CheckoutRequest) -> Checkout:
        line.payments.open_checkout = opened  # type: ignore[method-assign]
        session = opened(request)
        line.run_sweep(minutes=35)
        return session

    line.payments.open_checkout = slowly  # type: ignore[method-assign]
    with pytest.raises(Expired):
        line.take(FIRST)
    held = line.reservation(line.application(FIRST[0]).live_reservation_id or "")
    assert (held.paying, held.checkout_session_id, line.entry(FIRST)) == (False, None, W.OFFERED)
    assert line.payments.session_of(held.id).status == "expired"
    line.check()
