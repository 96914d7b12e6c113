"""The account's balance, and the transactions that make it: what a charge or refund does to it, with Stripe's US card
fee of 2.9 % + 30 cents."""

from __future__ import annotations

from collections import Counter
from typing import Any

from infra.local.stripe.context import Tx
from infra.local.stripe.ids import new_id

Json = dict[str, Any]

AVAILABLE_AFTER_SECONDS = 2 * 24 * 3600
FEE_PER_MILLE, FEE_FIXED_CENTS = 29, 30


def record(tx: Tx, kind: str, source: Json, amount: int, fee: int) -> Json:
    """Store a balance transaction of `amount` cents (negative = leaves the balance) and return it."""
    details = [
        {
            "amount": fee,
            "application": None,
            "currency": source["currency"],
            "description": "Stripe processing fees",
            "type": "stripe_fee",
        }
    ]
    body = {
        "id": new_id("txn_3", 23),
        "object": "balance_transaction",
        "amount": amount,
        "available_on": tx.now + AVAILABLE_AFTER_SECONDS,
        "balance_type": "payments",
        "created": tx.now,
        "currency": source["currency"],
        "description": source.get("description"),
        "exchange_rate": None,
        "fee": fee,
        "fee_details": details if fee else [],
        "net": amount - fee,
        "reporting_category": kind,
        "source": source["id"],
        "status": "pending",
        "type": kind,
    }
    tx.store.put(body)
    return body


def card_fee(amount: int) -> int:
    """Cents that Stripe keeps of a US card charge of `amount` cents, half a cent rounded up."""
    return (amount * FEE_PER_MILLE + 500) // 1000 + FEE_FIXED_CENTS


def current(tx: Tx, _: Json, __: Json) -> Json:
    """GET /v1/balance: the sums of what has become available and of what has not, by currency."""
    sums: dict[str, Counter[str]] = {"available": Counter(usd=0), "pending": Counter(usd=0)}
    for entry in tx.store.newest_first("balance_transaction"):
        sums[presented(tx, entry)["status"]][entry["currency"]] += entry["net"]
    shown = {
        state: [
            {"amount": cents, "currency": currency, "source_types": {"card": cents}}
            for currency, cents in sorted(found.items())
        ]
        for state, found in sums.items()
    }
    return {"object": "balance", "livemode": False, **shown}


def retrieve(tx: Tx, _: Json, ids: Json) -> Json:
    return tx.load("balance_transaction", ids["id"])


def presented(tx: Tx, body: Json) -> Json:
    """The status follows the clock: pending until `available_on`."""
    return {**body, "status": "available" if tx.now >= body["available_on"] else "pending"}
