"""Refunds (https://docs.stripe.com/api/refunds): all or part of a charge, until nothing is left.

Most cards refund at once; two test cards make a refund that is pending first, or that fails after it succeeded.
"""

from __future__ import annotations

from typing import Any

from infra.local.stripe.context import Tx
from infra.local.stripe.errors import StripeError, invalid
from infra.local.stripe.ids import new_id
from infra.local.stripe.lists import as_list, page
from infra.local.stripe.objects import balance, charges
from infra.local.stripe.objects.common import merged_metadata, money, refuse_unsupported

Json = dict[str, Any]

BANK_ANSWERS_AFTER_SECONDS = 5.0
SUPPORTED = {"amount", "charge", "expand", "metadata", "payment_intent", "reason"}


def create(tx: Tx, params: Json, _: Json) -> Json:
    """POST /v1/refunds. Raises StripeError: nothing to refund, already refunded, more than is left."""
    refuse_unsupported(params, SUPPORTED)
    charge = charges.settle(tx, _charge_of(tx, params))
    left = charge["amount"] - charge["amount_refunded"]
    if left == 0:
        raise invalid(f"Charge {charge['id']} has already been refunded.", None, "charge_already_refunded")
    amount = params.get("amount", left)
    if amount < 1:
        raise invalid("Invalid positive integer", "amount", "parameter_invalid_integer")
    if amount > left:
        asked, remaining = money(amount, charge["currency"]), money(left, charge["currency"])
        raise invalid(f"Refund amount ({asked}) is greater than unrefunded amount on charge ({remaining})", "amount")
    refund = _build(tx, charge, amount, params)
    _announce(tx, charge, refund, amount)
    return refund


def _charge_of(tx: Tx, params: Json) -> Json:
    if "charge" in params and "payment_intent" in params:
        raise invalid("You may only specify one of these parameters: charge, payment_intent.", "charge")
    if "charge" in params:
        charge = tx.load("charge", params["charge"], "charge")
        if not charge["paid"]:
            raise invalid(
                f"This charge ({charge['id']}) did not succeed, so it cannot be refunded.",
                "charge",
                "charge_not_refundable",
            )
        return charge
    if "payment_intent" not in params:
        raise invalid("One of the following params should be provided for this request: payment_intent or charge.")
    intent = tx.load("payment_intent", params["payment_intent"], "payment_intent")
    if intent["status"] != "succeeded":
        message = f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund."
        raise StripeError(400, message, param="payment_intent")
    return tx.load("charge", intent["latest_charge"])


def _build(tx: Tx, charge: Json, amount: int, params: Json) -> Json:
    pending = charge["_refund_behaviour"] == "pending"
    refund: Json = {
        "id": new_id("re_3", 23),
        "object": "refund",
        "amount": amount,
        "balance_transaction": None,
        "charge": charge["id"],
        "created": tx.now,
        "currency": charge["currency"],
        "destination_details": {
            "card": {"reference_status": "pending", "reference_type": "acquirer_reference_number", "type": "refund"},
            "type": "card",
        },
        "metadata": params.get("metadata") or {},
        "payment_intent": charge["payment_intent"],
        "reason": params.get("reason"),
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": "pending" if pending else "succeeded",
        "transfer_reversal": None,
        "_waits_for_bank": charge["_refund_behaviour"],
    }
    refund["balance_transaction"] = balance.record(
        tx, "refund", {**refund, "description": charge["description"]}, -amount, 0
    )["id"]
    if pending:
        refund["pending_reason"] = "processing"
    return refund


def _announce(tx: Tx, charge: Json, refund: Json, amount: int) -> None:
    """Store both sides and emit refund.created, charge.refunded, and the bank's answer now or later."""
    before = {"amount_refunded": charge["amount_refunded"], "refunded": charge["refunded"]}
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount"]
    tx.store.put(charge)
    later = max(tx.settle_after, BANK_ANSWERS_AFTER_SECONDS if refund["_waits_for_bank"] else 0.0)
    tx.store.put(refund, due_at=tx.exact + later if later else None)
    tx.emit("refund.created", refund)
    tx.emit("charge.refunded", charge, before)
    if not later:
        bank_answered(tx, refund)


def bank_answered(tx: Tx, refund: Json) -> None:
    """The card network's answer to a refund: a reference number, the delayed success, or the failure."""
    outcome, refund["_waits_for_bank"] = refund["_waits_for_bank"], ""
    if outcome == "fails":
        _fail(tx, refund)
        return
    before: Json = {"destination_details": {"card": {"reference_status": "pending"}}}
    refund["destination_details"]["card"].update(reference=new_id("", 23).upper(), reference_status="available")
    before["destination_details"]["card"]["reference"] = None
    if outcome == "pending":
        before["status"] = "pending"
        refund["status"] = "succeeded"
        refund.pop("pending_reason")
    tx.store.put(refund)
    _updated(tx, refund, before)


def _updated(tx: Tx, refund: Json, before: Json) -> None:
    """Stripe announces a changed refund under the new name and, for cards, under the old one too."""
    tx.emit("refund.updated", refund, before)
    tx.emit("charge.refund.updated", refund, before)


def _fail(tx: Tx, refund: Json) -> None:
    """A refund that the bank sent back: the money returns to the balance and the charge is no longer refunded by it."""
    charge = tx.load("charge", refund["charge"])
    entry = balance.record(tx, "refund_failure", {**refund, "description": charge["description"]}, refund["amount"], 0)
    before = {"status": refund["status"]}
    refund.update(status="failed", failure_reason="lost_or_stolen_card", failure_balance_transaction=entry["id"])
    charge["amount_refunded"] -= refund["amount"]
    charge["refunded"] = False
    tx.store.put(charge)
    tx.store.put(refund)
    tx.emit("refund.failed", refund, before)
    _updated(tx, refund, before)


def retrieve(tx: Tx, _: Json, ids: Json) -> Json:
    return tx.load("refund", ids["refund"])


def update(tx: Tx, params: Json, ids: Json) -> Json:
    """POST /v1/refunds/{refund}: only metadata can change."""
    refund = tx.load("refund", ids["refund"])
    before = {"metadata": refund["metadata"]}
    refund["metadata"] = merged_metadata(refund["metadata"], params.get("metadata"))
    due_at = tx.exact + BANK_ANSWERS_AFTER_SECONDS if refund["_waits_for_bank"] else None
    tx.store.put(refund, due_at=due_at)
    if refund["metadata"] != before["metadata"]:
        _updated(tx, refund, before)
    return refund


def list_all(tx: Tx, params: Json, _: Json) -> Json:
    asked = {name: params[name] for name in ("charge", "payment_intent") if name in params}
    return page(
        tx, "refund", params, "/v1/refunds", lambda body: all(body[name] == value for name, value in asked.items())
    )


def of_charge(tx: Tx, charge: Json) -> Json:
    """The list that `expand[]=refunds` puts into a charge."""
    found = [body for body in tx.store.newest_first("refund") if body["charge"] == charge["id"]]
    return as_list(found[:10], f"/v1/charges/{charge['id']}/refunds", has_more=len(found) > 10)
