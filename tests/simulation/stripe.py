"""Stripe in memory with what `FakePayments` leaves out: sessions end by themselves, events that arrive twice, late,
reordered or never."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from shared.domain.core.errors import Invalid
from shared.ports import BusinessClock, Checkout, CheckoutRequest
from tests.fakes import FakePayments

SHORTEST_SESSION = timedelta(minutes=30)
SECRET = "whsec_simulation"


@dataclass(frozen=True)
class StripeEvent:
    id: str
    type: str
    session_id: str

    def request(self, secret: str = SECRET, at: float = 0.0) -> dict[str, Any]:
        """The HTTP event of API Gateway with this delivery, signed at `at` (Unix seconds)."""
        body = json.dumps(
            {"id": self.id, "object": "event", "type": self.type, "data": {"object": {"id": self.session_id}}}
        )
        signature = hmac.new(secret.encode(), f"{int(at)}.{body}".encode(), hashlib.sha256).hexdigest()
        headers = {"stripe-signature": f"t={int(at)},v1={signature}"}
        return {"body": body, "headers": headers, "requestContext": {"requestId": "r"}, "isBase64Encoded": False}


class Stripe(FakePayments):
    """`undelivered` are events on their way to us; `events` all that ever were."""

    def __init__(self, clock: BusinessClock) -> None:
        super().__init__()
        self._clock = clock
        self.events: list[StripeEvent] = []
        self.undelivered: list[StripeEvent] = []

    def open_checkout(self, request: CheckoutRequest) -> Checkout:
        known = f"checkout:{request.reservation_id}:{request.number}" in self.requests
        if not known and request.expires_at - self._clock.now() < SHORTEST_SESSION:
            raise Invalid(
                "The payment service refused this request.", "Start again from your reservation.", param="expires_at"
            )
        return super().open_checkout(request)

    def pay(self, session_id: str) -> Checkout:
        paid = super().pay(session_id)
        self._tell("checkout.session.completed", session_id)
        return paid

    def lapse(self, session_id: str) -> Checkout:
        ended = super().lapse(session_id)
        self._tell("checkout.session.expired", session_id)
        return ended

    def tick(self) -> None:
        """Sessions end at the moment that they were opened for."""
        for id, session in list(self.sessions.items()):
            if session.status == "open" and self._ends(session) <= self._clock.now():
                self.lapse(id)

    def _ends(self, session: Checkout) -> datetime:
        return self.requests[next(key for key, id in self.opened.items() if id == session.id)].expires_at

    # --- what Stripe promises not to do, and what must be answered all the same ---------------------------------------
    def pay_after_its_end(self, session_id: str) -> Checkout:
        """The bank said yes although the session had ended."""
        return self._force(session_id, session_id, self.sessions[session_id].amount_cents)

    def pay_again(self, session_id: str) -> Checkout:
        """A second payment for the same reservation, by another session."""
        return self._force(session_id, f"cs_{len(self.sessions) + 1}", self.sessions[session_id].amount_cents)

    def pay_short(self, session_id: str) -> Checkout:
        return self._force(session_id, session_id, self.sessions[session_id].amount_cents - 1)

    def _force(self, session_id: str, id: str, cents: int) -> Checkout:
        paid = replace(
            self.sessions[session_id],
            id=id,
            status="complete",
            payment_status="paid",
            amount_cents=cents,
            url="",
            payment_intent_id=f"pi_forced_{id}",
            charge_id=f"ch_{id}",
        )
        self.sessions[id] = paid
        self._tell("checkout.session.completed", id)
        return paid

    def _tell(self, type: str, session_id: str) -> None:
        event = StripeEvent(f"evt_{len(self.events) + 1}", type, session_id)
        self.events.append(event)
        self.undelivered.append(event)
