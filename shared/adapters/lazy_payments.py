"""`PaymentGateway` that is made at the first question: reading a reservation needs neither Stripe's SDK (200 ms) nor
its key."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

from shared.ports import Checkout, CheckoutRequest, PaymentGateway


class LazyPayments:
    def __init__(self, make: Callable[[], PaymentGateway]) -> None:
        self._make = make

    @cached_property
    def _gateway(self) -> PaymentGateway:
        return self._make()

    def open_checkout(self, request: CheckoutRequest) -> Checkout:
        return self._gateway.open_checkout(request)

    def checkout(self, session_id: str) -> Checkout:
        return self._gateway.checkout(session_id)

    def expire(self, session_id: str) -> Checkout:
        return self._gateway.expire(session_id)

    def refund(self, payment_intent_id: str, amount_cents: int, key: str) -> str:
        return self._gateway.refund(payment_intent_id, amount_cents, key)
