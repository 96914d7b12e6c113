"""PaymentMethods: the card that a payer typed on the pay page, without its number."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from infra.local.stripe.cards import look_up
from infra.local.stripe.context import Tx
from infra.local.stripe.ids import new_id
from infra.local.stripe.objects.common import EMPTY_ADDRESS

Json = dict[str, Any]


@dataclass(frozen=True)
class CardEntry:
    """What the form of the pay page holds; `number` is digits only, the year has four digits."""

    number: str
    exp_month: int
    exp_year: int
    email: str | None
    name: str | None


def build(tx: Tx, entry: CardEntry) -> Json:
    """Store and return the PaymentMethod of an attempt."""
    card = look_up(entry.number)
    body: Json = {
        "id": new_id("pm_1"),
        "object": "payment_method",
        "allow_redisplay": "limited",
        "billing_details": {
            "address": EMPTY_ADDRESS,
            "email": entry.email,
            "name": entry.name,
            "phone": None,
            "tax_id": None,
        },
        "card": {
            "brand": card.brand,
            "checks": {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": "pass"},
            "country": "US",
            "display_brand": card.brand,
            "exp_month": entry.exp_month,
            "exp_year": entry.exp_year,
            "fingerprint": hashlib.sha256(entry.number.encode()).hexdigest()[:16],
            "funding": "credit",
            "generated_from": None,
            "last4": entry.number[-4:],
            "networks": {"available": [card.brand], "preferred": None},
            "regulated_status": "unregulated",
            "three_d_secure_usage": {"supported": True},
            "wallet": None,
        },
        "created": tx.now,
        "customer": None,
        "customer_account": None,
        "livemode": False,
        "metadata": {},
        "type": "card",
    }
    tx.store.put(body)
    return body


def retrieve(tx: Tx, _: Json, ids: Json) -> Json:
    return tx.load("payment_method", ids["payment_method"])
