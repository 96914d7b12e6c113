"""What a Stripe Checkout session means for us: a seat, or the money back. Every payment ends in one of the two (H11,
T27).

A trigger (webhook, sweep, the trainee's own cancellation) brings a session as Stripe has it *now*; duplicates, any
order and days of delay end in the same state, because each step starts from the stored state alone. Between two commits
there is at most one call to Stripe, made under a key of its own, so a process killed anywhere is finished by the next
trigger or by the due row.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from shared.domain.applications.application_machine import ApplicationStatus
from shared.domain.core.errors import (
    Duplicate,
    NotFound,
    OverlappingRotation,
    PaymentUnavailable,
    SoldOut,
    WaitlistFirst,
)
from shared.domain.core.machine import Actor
from shared.domain.money import money
from shared.domain.reservations.due_kinds import REFUND
from shared.domain.reservations.reservation import (
    RESERVATION,
    Reservation,
    ReservationEvent,
    ReservationStatus,
    late_payment,
    settles,
)
from shared.events.reservation import RefundDue, ReservationRefunded, SecondPaymentRefunded
from shared.ports import BusinessClock, Checkout, Due, PaymentGateway, Store, Transition, UnitOfWork
from shared.services.core.records import reservation_of
from shared.services.core.transitions import RequestContext, retry_on_conflict, transition
from shared.services.seats import seat_gate
from shared.services.seats.seat_gate import Case, Payment, read_case

UNDERPAID = "underpaid"


class Settled(StrEnum):
    """What became of a session."""

    UNPAID = "unpaid"
    UNKNOWN = "unknown reservation"
    CONFIRMED = "confirmed"
    ALREADY = "already settled"
    SECOND = "second payment"
    REFUND_DUE = "refund due"
    REFUNDED = "refunded"


@dataclass(frozen=True)
class Settlement:
    store: Store
    payment_gateway: PaymentGateway
    clock: BusinessClock

    def settle(self, session: Checkout, call: RequestContext) -> Settled:
        """Applies one session. `UNPAID` and `UNKNOWN` change nothing. Raises `PaymentUnavailable` only for a second
        payment that could not be given back yet (ask again), `Busy` or `VersionConflict` when the store could not
        decide."""
        if session.payment_status != "paid" or not session.payment_intent_id:
            return Settled.UNPAID
        reservation_id, paid = session.reservation_id, Payment(session.payment_intent_id, session.amount_cents)
        try:
            outcome = retry_on_conflict(lambda: self._apply(reservation_id, paid, call))
        except NotFound:
            return Settled.UNKNOWN
        if outcome is Settled.SECOND:
            return self._give_back_second(reservation_id, paid, call)
        return self.finish_refund(reservation_id, call) if outcome is Settled.REFUND_DUE else outcome

    def finish_refund(self, reservation_id: str, call: RequestContext) -> Settled:
        """Sends back what is due. `REFUND_DUE` means that Stripe did not answer: the due row asks again, under the same
        key.

        Raises `Invalid` when Stripe refuses the refund for good; the due row stays, for a person to look at.
        """
        reserved = reservation_of(self.store.load("RESERVATION", reservation_id))
        if reserved.status is not ReservationStatus.REFUND_DUE:
            return Settled.ALREADY
        assert reserved.payment_intent_id is not None
        assert reserved.refund_cents is not None
        try:
            refund_id = self.payment_gateway.refund(
                reserved.payment_intent_id, reserved.refund_cents, f"refund:{reservation_id}:1"
            )
        except PaymentUnavailable:
            return Settled.REFUND_DUE
        return retry_on_conflict(lambda: self._record_refund(reservation_id, refund_id, call))

    # --- the first payment of a reservation ---------------------------------------------------------------------------
    def _apply(self, reservation_id: str, paid: Payment, call: RequestContext) -> Settled:
        case, now = read_case(self.store, reservation_id), self.clock.now()
        if case.reserved.payment_intent_id not in (None, paid.intent_id):
            return Settled.SECOND
        status, covered = case.reserved.status, settles(case.reserved, paid.cents)
        if status is ReservationStatus.HELD and covered:
            self.store.commit(seat_gate.confirm(case, paid, call, now))
            return Settled.CONFIRMED
        if status is ReservationStatus.HELD:
            # Too little buys no seat: it goes back to others first. What comes then depends on what is stored by then.
            self.store.commit(seat_gate.release(case, ReservationEvent.EXPIRE, UNDERPAID, call, now))
            return self._apply(reservation_id, paid, call)
        if status is ReservationStatus.RELEASED:
            return self._apply_late(case, paid, covered, call)
        return Settled.REFUND_DUE if status is ReservationStatus.REFUND_DUE else Settled.ALREADY

    def _apply_late(self, case: Case, paid: Payment, covered: bool, call: RequestContext) -> Settled:
        """A payment for a seat that was given back. Whether one is free is decided by the gate, in the transaction that
        takes it; a newer hold of the same application has the trainee's weeks, so the gate says no then too."""
        waits = case.applied.status is ApplicationStatus.APPROVED and covered
        if late_payment(seat_free=True, application_approved=waits) is ReservationEvent.RETAKE:
            try:
                self.store.commit(seat_gate.retake(case, paid, call, self.clock.now()))
                return Settled.CONFIRMED
            except (SoldOut, WaitlistFirst, OverlappingRotation):
                # The answer to "is there a place": no. What was paid goes back, below.
                pass
        self.store.commit(self._refund_due(case.reserved, paid, case, call))
        return Settled.REFUND_DUE

    def _refund_due(self, reserved: Reservation, paid: Payment, case: Case, call: RequestContext) -> UnitOfWork:
        now = self.clock.now()
        arrow = RESERVATION.fire(reserved.status, ReservationEvent.REFUND_DUE, Actor.SYSTEM)
        due = RefundDue(
            status=ReservationStatus(arrow.target),
            payment_intent_id=paid.intent_id,
            paid_cents=paid.cents,
            refund_cents=paid.cents,
        )
        return UnitOfWork(
            transitions=(transition(case.reservation, due, call, now, due=(Due(REFUND, now, "system"),)),),
            journal=(money.payment(reserved.id, paid.intent_id, paid.cents, now),),
        )

    def _record_refund(self, reservation_id: str, refund_id: str, call: RequestContext) -> Settled:
        loaded, now = self.store.load("RESERVATION", reservation_id), self.clock.now()
        reserved = reservation_of(loaded)
        if reserved.status is not ReservationStatus.REFUND_DUE:
            return Settled.ALREADY
        arrow = RESERVATION.fire(reserved.status, ReservationEvent.REFUND_RECORDED, Actor.SYSTEM)
        refunded = ReservationRefunded(status=ReservationStatus(arrow.target), refund_id=refund_id)
        entry = money.refund(reservation_id, refund_id, reserved.refund_cents or 0, now)
        self.store.commit(
            UnitOfWork(transitions=(transition(loaded, refunded, call, now, done=(REFUND,)),), journal=(entry,))
        )
        return Settled.REFUNDED

    # --- a second payment ---------------------------------------------------------------------------------------------
    def _give_back_second(self, reservation_id: str, paid: Payment, call: RequestContext) -> Settled:
        """Another payment intent for a reservation that has one: in the ledger, and back in full. The seat is not
        touched.

        There is no arrow for it, so no due row either: until it is given back the trigger fails and is delivered again.
        """
        self._enter(money.payment(reservation_id, paid.intent_id, paid.cents, self.clock.now()))
        refund_id = self.payment_gateway.refund(paid.intent_id, paid.cents, f"refund:{reservation_id}:{paid.intent_id}")
        retry_on_conflict(lambda: self._record_second(reservation_id, paid, refund_id, call))
        return Settled.REFUNDED

    def _record_second(self, reservation_id: str, paid: Payment, refund_id: str, call: RequestContext) -> None:
        """The refund in the ledger and the event that tells the trainee, together: once, however often Stripe says
        so."""
        loaded, now = self.store.load("RESERVATION", reservation_id), self.clock.now()
        event = SecondPaymentRefunded(
            status=reservation_of(loaded).status,
            second_payment_intent_id=paid.intent_id,
            second_refund_id=refund_id,
            second_refund_cents=paid.cents,
        )
        self._enter(money.refund(reservation_id, refund_id, paid.cents, now), transition(loaded, event, call, now))

    def _enter(self, entry: money.JournalEntry, *steps: Transition) -> None:
        try:
            self.store.commit(UnitOfWork(transitions=steps, journal=(entry,)))
        except Duplicate:
            # An entry is named by the outside fact: it is there from an earlier delivery of the same payment.
            return
