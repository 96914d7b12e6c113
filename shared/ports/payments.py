"""Stripe, as the rules need it: amounts in cents."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True)
class Checkout:
    """A Stripe Checkout session as the rules need it, in cents.

    `status` is open, complete or expired; `payment_status` paid, unpaid or no_payment_required.
    """

    id: str
    url: str
    status: str
    payment_status: str
    amount_cents: int
    reservation_id: str
    payment_intent_id: str
    charge_id: str


@dataclass(frozen=True)
class CheckoutRequest:
    """`number` counts the payment pages of one reservation; there is one, but for a seat that the waitlist offered."""

    reservation_id: str
    application_id: str
    amount_cents: int
    description: str
    email: str
    expires_at: datetime
    success_url: str
    cancel_url: str
    number: int = 1


class PaymentGateway(Protocol):
    """Stripe. `PaymentUnavailable` means *indeterminate*: it may have happened; ask again or wait for the webhook."""

    def open_checkout(self, request: CheckoutRequest) -> Checkout:
        """The idempotency key is the reservation's with the page's number: repeated, the same session. Raises `Invalid`
        when Stripe refuses for good."""
        ...

    def checkout(self, session_id: str) -> Checkout: ...
    def expire(self, session_id: str) -> Checkout:
        """Asks Stripe to expire it; returns what it is now (`complete` when the person was faster)."""
        ...

    def refund(self, payment_intent_id: str, amount_cents: int, key: str) -> str:
        """The refund's id. Repeating the key returns the same refund."""
        ...


@dataclass(frozen=True)
class Delivery:
    """A stored webhook delivery: ids only, the object is fetched again from Stripe."""

    event_id: str
    type: str
    object_id: str


class Deliveries(Protocol):
    def store(self, delivery: Delivery, raw: str) -> bool:
        """Once under the event's id; False when it was there."""
        ...
