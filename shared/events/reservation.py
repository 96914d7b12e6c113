"""What happens to a reservation: the seat's own history."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from shared.domain.aggregate import Kind
from shared.domain.instants import Instant
from shared.domain.reservation import Choice, ReservationStatus
from shared.events.base import EventData


class ReservationEvent(EventData):
    SUBJECT: ClassVar[Kind] = "RESERVATION"
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


class CheckoutOpened(ReservationEvent):
    TYPE: ClassVar[str] = "CheckoutOpened.v1"
    checkout_session_id: str


class ReservationConfirmed(ReservationEvent):
    """H11, T27: paid. Also after a late payment that found the seat still free."""

    TYPE: ClassVar[str] = "ReservationConfirmed.v1"
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
    payment_intent_id: str
    paid_cents: int
    refund_cents: int


class ReservationRefunded(ReservationEvent):
    TYPE: ClassVar[str] = "ReservationRefunded.v1"
    refund_id: str


class SecondPaymentRefunded(ReservationEvent):
    """Somebody paid twice for one seat: the second payment went back in full, the seat and the first payment stay."""

    TYPE: ClassVar[str] = "SecondPaymentRefunded.v1"
    second_payment_intent_id: str
    second_refund_id: str
    second_refund_cents: int


class CoachMatched(ReservationEvent):
    """T30: the account that looks after this trainee from now on."""

    TYPE: ClassVar[str] = "CoachMatched.v1"
    coach_id: str


class CalendarFeedOpened(ReservationEvent):
    """The trainee made a calendar address; `feed_ref` names the erasable item with its secret."""

    TYPE: ClassVar[str] = "CalendarFeedOpened.v1"
    feed_ref: str


class CalendarFeedClosed(ReservationEvent):
    """The calendar address was taken back."""

    TYPE: ClassVar[str] = "CalendarFeedClosed.v1"
    feed_ref: None


class HostMailUncertain(ReservationEvent):
    """H13: the host's mail was handed over and no answer came back. It is never sent again by itself; a coordinator finds out."""

    TYPE: ClassVar[str] = "HostMailUncertain.v1"
    uncertain_mail: str
