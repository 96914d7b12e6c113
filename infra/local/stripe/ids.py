"""Object ids in Stripe's shapes: a prefix that names the kind, then random letters and digits."""

from __future__ import annotations

import secrets
import string

ALPHABET = string.ascii_letters + string.digits


def new_id(prefix: str, length: int = 24) -> str:
    """E.g. `new_id("pi_3")` -> `pi_3Qx...`."""
    return prefix + "".join(secrets.choice(ALPHABET) for _ in range(length))


KIND_OF_PREFIX = {
    "cs_": "checkout.session",
    "pi_": "payment_intent",
    "ch_": "charge",
    "re_": "refund",
    "cus": "customer",
    "txn": "balance_transaction",
    "evt": "event",
    "we_": "webhook_endpoint",
    "pm_": "payment_method",
}


def kind_of(object_id: str) -> str | None:
    """The object type that an id belongs to, or None for a foreign id."""
    return KIND_OF_PREFIX.get(object_id[:3])
