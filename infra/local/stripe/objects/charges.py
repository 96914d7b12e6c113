"""Charges (https://docs.stripe.com/api/charges): made by a payment attempt, read through the API.

With asynchronous capture the balance transaction is not there at first; `settle` adds it and announces
`charge.updated`.
"""

from __future__ import annotations

from typing import Any

from infra.local.stripe.cards import Decline, look_up
from infra.local.stripe.context import Tx
from infra.local.stripe.ids import new_id
from infra.local.stripe.lists import page
from infra.local.stripe.objects import balance
from infra.local.stripe.objects.common import refuse_unsupported

Json = dict[str, Any]

NULLS = (
    "application",
    "application_fee",
    "application_fee_amount",
    "balance_transaction",
    "failure_balance_transaction",
    "failure_code",
    "failure_message",
    "on_behalf_of",
    "receipt_number",
    "receipt_url",
    "review",
    "source_transfer",
    "transfer_data",
)
COPIED = (
    "amount",
    "currency",
    "customer",
    "description",
    "metadata",
    "receipt_email",
    "shipping",
    "statement_descriptor",
    "statement_descriptor_suffix",
    "transfer_group",
)
FILTERS = ("customer", "payment_intent", "transfer_group")


def build(tx: Tx, intent: Json, method: Json, number: str, decline: Decline | None, authenticated: bool) -> Json:
    """Store and return the charge of one attempt: succeeded, or failed with `decline`."""
    charge_id = new_id("ch_3", 23)
    paid = decline is None
    charge: Json = {
        "id": charge_id,
        "object": "charge",
        **dict.fromkeys(NULLS),
        **{name: intent[name] for name in COPIED},
        "amount_captured": intent["amount"] if paid else 0,
        "amount_refunded": 0,
        "billing_details": method["billing_details"],
        "calculated_statement_descriptor": "ROTA",
        "captured": paid,
        "created": tx.now,
        "disputed": False,
        "fraud_details": {},
        "livemode": False,
        "outcome": _outcome(decline),
        "paid": paid,
        "payment_intent": intent["id"],
        "payment_method": method["id"],
        "payment_method_details": {
            "card": _card_details(method["card"], intent["amount"], authenticated),
            "type": "card",
        },
        "radar_options": {},
        "refunded": False,
        "status": "succeeded" if paid else "failed",
        "_refund_behaviour": look_up(number).refund,
        "_unsettled": paid,
    }
    if decline:
        charge.update(failure_code=decline.code, failure_message=decline.message)
    else:
        charge["receipt_url"] = f"{tx.public_url}/receipts/{charge_id}"
    tx.store.put(charge)
    return charge


def _outcome(decline: Decline | None) -> Json:
    return {
        "advice_code": None,
        "network_advice_code": None,
        "network_decline_code": None,
        "network_status": "declined_by_network" if decline else "approved_by_network",
        "reason": decline.decline_code if decline else None,
        "risk_level": "normal",
        "risk_score": 20,
        "seller_message": "The bank did not return any further details with this decline."
        if decline
        else "Payment complete.",
        "type": "issuer_declined" if decline else "authorized",
    }


def _card_details(card: Json, amount: int, authenticated: bool) -> Json:
    secured = {
        "authentication_flow": "challenge",
        "electronic_commerce_indicator": "05",
        "exemption_indicator": None,
        "result": "authenticated",
        "result_reason": None,
        "transaction_id": None,
        "version": "2.2.0",
    }
    kept = (
        "brand",
        "checks",
        "country",
        "exp_month",
        "exp_year",
        "fingerprint",
        "funding",
        "last4",
        "regulated_status",
        "wallet",
    )
    return {
        **{name: card[name] for name in kept},
        "amount_authorized": amount,
        "authorization_code": None,
        "extended_authorization": {"status": "disabled"},
        "incremental_authorization": {"status": "unavailable"},
        "installments": None,
        "mandate": None,
        "multicapture": {"status": "unavailable"},
        "network": card["brand"],
        "network_token": {"used": False},
        "network_transaction_id": None,
        "overcapture": {"maximum_amount_capturable": amount, "status": "unavailable"},
        "three_d_secure": secured if authenticated else None,
    }


def settle_later_or_now(tx: Tx, charge: Json) -> None:
    """Settle at once, or after the seconds of business time that a control asked for."""
    if tx.settle_after > 0:
        tx.store.put(charge, due_at=tx.exact + tx.settle_after)
    else:
        settle(tx, charge)


def settle(tx: Tx, charge: Json) -> Json:
    """Give the charge its balance transaction, once."""
    if not charge["_unsettled"]:
        return charge
    entry = balance.record(tx, "charge", charge, charge["amount"], balance.card_fee(charge["amount"]))
    charge.update(balance_transaction=entry["id"], _unsettled=False)
    tx.store.put(charge)
    tx.emit("charge.updated", charge, {"balance_transaction": None})
    return charge


def retrieve(tx: Tx, _: Json, ids: Json) -> Json:
    return tx.load("charge", ids["charge"])


def list_all(tx: Tx, params: Json, _: Json) -> Json:
    refuse_unsupported(params, {"created", "ending_before", "expand", "limit", "starting_after", *FILTERS})
    asked = {name: params[name] for name in FILTERS if name in params}
    return page(
        tx, "charge", params, "/v1/charges", lambda body: all(body[name] == value for name, value in asked.items())
    )
