"""What happens to a reservation: the seat's own history."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from shared.domain.core.aggregate import AggregateType
from shared.domain.core.instants import Instant
from shared.domain.reservations.preparation import PrepKind
from shared.domain.reservations.reservation import Choice, ReservationStatus, Suggestion
from shared.events.base import EventData


class ReservationEvent(EventData):
    SUBJECT: ClassVar[AggregateType] = "RESERVATION"
    status: ReservationStatus


class SeatHeld(ReservationEvent):
    """The gate took a seat in every week (T27); the offer's checkout runs."""

    TYPE: ClassVar[str] = "SeatHeld.v1"
    id: str
    case_id: str
    application_id: str
    trainee_id: str
    program_id: str
    start: date
    weeks: int
    week_list: tuple[str, ...]
    choice: Choice
    charge_cents: int
    total_cents: int
    balance_cents: int
    balance_due_at: Instant | None
    late_fee_from: date | None
    policy_version: str
    created_at: Instant
    held_until: Instant
    session_expires_at: Instant
    prep_from: Instant | None = None
    offer_until: Instant | None = None
    paying: bool = True
    payment_number: int = 1


class PaymentBegun(ReservationEvent):
    """A seat that the waitlist offered is being paid: the bill as of now, and the payment page's number."""

    TYPE: ClassVar[str] = "PaymentBegun.v1"
    choice: Choice
    charge_cents: int
    total_cents: int
    balance_cents: int
    balance_due_at: Instant | None
    late_fee_from: date | None
    held_until: Instant
    session_expires_at: Instant
    paying: bool
    payment_number: int
    checkout_session_id: None = None


class PaymentLapsed(ReservationEvent):
    """Nothing was paid, and the waitlist's offer is not over: the seat waits on for its trainee."""

    TYPE: ClassVar[str] = "PaymentLapsed.v1"
    held_until: Instant
    paying: bool
    checkout_session_id: None = None


class CheckoutOpened(ReservationEvent):
    TYPE: ClassVar[str] = "CheckoutOpened.v1"
    checkout_session_id: str


class ReservationConfirmed(ReservationEvent):
    """H11, T27: paid. Also after a late payment that found the seat still free."""

    TYPE: ClassVar[str] = "ReservationConfirmed.v1"
    EMAILED: ClassVar[bool] = True
    payment_intent_id: str
    paid_cents: int
    reserved_at: Instant
    released_at: Instant | None = None


class SeatReleased(ReservationEvent):
    """The hold ended without payment: `release_code` is `expired` or `cancelled`; the gate gave every week back."""

    TYPE: ClassVar[str] = "SeatReleased.v1"
    released_at: Instant
    release_code: str


class RefundDue(ReservationEvent):
    """A payment that could not have its seat goes back in full."""

    TYPE: ClassVar[str] = "RefundDue.v1"
    EMAILED: ClassVar[bool] = True
    payment_intent_id: str
    paid_cents: int
    refund_cents: int


class ReservationRefunded(ReservationEvent):
    TYPE: ClassVar[str] = "ReservationRefunded.v1"
    EMAILED: ClassVar[bool] = True
    refund_id: str


class SecondPaymentRefunded(ReservationEvent):
    """Somebody paid twice for one seat: the second payment went back in full, the seat and the first payment stay."""

    TYPE: ClassVar[str] = "SecondPaymentRefunded.v1"
    EMAILED: ClassVar[bool] = True
    second_payment_intent_id: str
    second_refund_id: str
    second_refund_cents: int


class CoachMatched(ReservationEvent):
    """T30: the account that looks after this trainee from now on."""

    TYPE: ClassVar[str] = "CoachMatched.v1"
    EMAILED: ClassVar[bool] = True
    coach_id: str


class PreparationTicked(ReservationEvent):
    """H19: `prep_done` are all items that are done now, with when each was."""

    TYPE: ClassVar[str] = "PreparationTicked.v1"
    prep_done: dict[PrepKind, Instant]


class PreparationReminded(ReservationEvent):
    """H20: items are open and the next reminder was due; the trainee gets an email with what is open by then."""

    TYPE: ClassVar[str] = "PreparationReminded.v1"
    EMAILED: ClassVar[bool] = True
    prep_reminded_at: Instant


class PartnerSuggested(ReservationEvent):
    """T31: `suggestions` are all partners that the coach has suggested so far, the newest last."""

    TYPE: ClassVar[str] = "PartnerSuggested.v1"
    EMAILED: ClassVar[bool] = True
    suggestions: tuple[Suggestion, ...]


class CalendarFeedOpened(ReservationEvent):
    """The trainee made a calendar address; `feed_ref` names the erasable item with its secret."""

    TYPE: ClassVar[str] = "CalendarFeedOpened.v1"
    feed_ref: str


class CalendarFeedClosed(ReservationEvent):
    """The calendar address was taken back."""

    TYPE: ClassVar[str] = "CalendarFeedClosed.v1"
    feed_ref: None
