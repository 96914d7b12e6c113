"""What one operation works with: the store inside a transaction, the business second, and the way to announce an
event."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any, Protocol

from infra.local.stripe.errors import StripeError, no_such
from infra.local.stripe.ids import new_id
from infra.local.stripe.store import Store

Json = dict[str, Any]

API_VERSION = "2026-05-27.dahlia"

NOUNS = {
    "checkout.session": ("checkout.session", "session"),
    "payment_intent": ("payment_intent", "intent"),
    "charge": ("charge", "charge"),
    "refund": ("refund", "refund"),
    "customer": ("customer", "customer"),
    "balance_transaction": ("balance transaction", "id"),
    "event": ("event", "id"),
    "webhook_endpoint": ("webhook endpoint", "webhook_endpoint"),
    "payment_method": ("PaymentMethod", "payment_method"),
}


class Announcer(Protocol):
    """Takes the finished event inside the transaction that caused it."""

    def announce(self, tx: Tx, event: Json) -> None: ...


def public(body: Json) -> Json:
    """An object as the API shows it: without the simulator's private members."""
    return {key: value for key, value in body.items() if not key.startswith("_")}


@dataclass
class Tx:
    """One operation. `exact` is business time in fractional seconds, `request_id` is None when no API call caused
    it. `declined` is what the client is told although what was done stays."""

    store: Store
    exact: float
    public_url: str
    announcer: Announcer
    settle_after: float = 0.0
    request_id: str | None = None
    idempotency_key: str | None = None
    announced: list[Json] = field(default_factory=list)
    declined: StripeError | None = None

    @property
    def now(self) -> int:
        """Business time as Stripe stamps it: whole Unix seconds."""
        return math.floor(self.exact)

    def load(self, kind: str, object_id: str, param: str | None = None) -> Json:
        """The stored object, private members included. Raises StripeError 404 `resource_missing`."""
        body = self.store.get(object_id)
        if body is None or body["object"] != kind:
            noun, usual = NOUNS[kind]
            raise no_such(noun, object_id, param or usual)
        return body

    def emit(self, kind: str, subject: Json, previous: Json | None = None) -> None:
        """Record the event `kind` with a snapshot of `subject`, and queue it for the webhook endpoints that want it."""
        data: Json = {"object": public(subject)}
        if previous is not None:
            data["previous_attributes"] = previous
        event: Json = {
            "id": new_id("evt_1"),
            "object": "event",
            "api_version": API_VERSION,
            "created": self.now,
            "data": data,
            "livemode": False,
            "pending_webhooks": 0,
            "request": {"id": self.request_id, "idempotency_key": self.idempotency_key},
            "type": kind,
        }
        self.announcer.announce(self, event)
        self.announced.append(event)
