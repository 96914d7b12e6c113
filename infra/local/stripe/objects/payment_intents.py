"""PaymentIntents (https://docs.stripe.com/api/payment_intents). Checkout makes and confirms them; the API makes, reads,
lists and cancels."""

from __future__ import annotations

from typing import Any

from infra.local.stripe.context import Tx, public
from infra.local.stripe.errors import StripeError, invalid
from infra.local.stripe.ids import new_id
from infra.local.stripe.lists import page
from infra.local.stripe.objects.common import EMPTY_ADDRESS, checked_amount, checked_currency, refuse_unsupported

Json = dict[str, Any]

CANCELABLE = ("requires_payment_method", "requires_capture", "requires_confirmation", "requires_action", "processing")
SUPPORTED = {
    "amount",
    "confirm",
    "currency",
    "customer",
    "description",
    "expand",
    "metadata",
    "payment_method",
    "payment_method_types",
    "receipt_email",
    "statement_descriptor",
    "statement_descriptor_suffix",
    "transfer_group",
    "automatic_payment_methods",
    "shipping",
}
NULLS = (
    "application",
    "application_fee_amount",
    "automatic_payment_methods",
    "canceled_at",
    "cancellation_reason",
    "customer_account",
    "excluded_payment_method_types",
    "last_payment_error",
    "latest_charge",
    "managed_payments",
    "next_action",
    "on_behalf_of",
    "payment_method",
    "payment_method_configuration_details",
    "processing",
    "review",
    "setup_future_usage",
    "shipping",
    "transfer_data",
)
COPIED = (
    "customer",
    "description",
    "receipt_email",
    "statement_descriptor",
    "statement_descriptor_suffix",
    "transfer_group",
)


def build(tx: Tx, amount: int, currency: str, asked: Json) -> Json:
    """A PaymentIntent that waits for a payment method; `amount` in cents."""
    intent_id = new_id("pi_3", 23)
    return {
        "id": intent_id,
        "object": "payment_intent",
        **dict.fromkeys(NULLS),
        **{name: asked.get(name) for name in COPIED},
        "amount": amount,
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "capture_method": "automatic_async",
        "client_secret": f"{intent_id}_secret_{new_id('', 25)}",
        "confirmation_method": "automatic",
        "created": tx.now,
        "currency": currency,
        "livemode": False,
        "metadata": asked.get("metadata", {}),
        "payment_method_options": {
            "card": {
                "installments": None,
                "mandate_options": None,
                "network": None,
                "request_three_d_secure": "automatic",
            }
        },
        "payment_method_types": ["card"],
        "status": "requires_payment_method",
        "_checkout_session": None,
    }


def create(tx: Tx, params: Json, _: Json) -> Json:
    """The intent of POST /v1/payment_intents as it is before an attempt."""
    refuse_unsupported(params, SUPPORTED)
    if params["amount"] < 1:
        raise invalid("Invalid positive integer", "amount", "parameter_invalid_integer")
    currency = checked_currency(params["currency"], "currency")
    checked_amount(params["amount"], currency, "Amount", "amount")
    if "customer" in params:
        tx.load("customer", params["customer"], "customer")
    intent = build(tx, params["amount"], currency, params)
    intent["shipping"] = _shipping(params["shipping"]) if "shipping" in params else None
    tx.store.put(intent)
    tx.emit("payment_intent.created", intent)
    return intent


def _shipping(asked: Json) -> Json:
    return {
        **dict.fromkeys(("carrier", "name", "phone", "tracking_number")),
        **asked,
        "address": {**EMPTY_ADDRESS, **asked["address"]},
    }


def retrieve(tx: Tx, params: Json, ids: Json) -> Json:
    refuse_unsupported(params, {"expand"})
    return tx.load("payment_intent", ids["intent"])


def list_all(tx: Tx, params: Json, _: Json) -> Json:
    refuse_unsupported(params, {"created", "customer", "ending_before", "expand", "limit", "starting_after"})

    def keep(body: Json) -> bool:
        return "customer" not in params or bool(body["customer"] == params["customer"])

    return page(tx, "payment_intent", params, "/v1/payment_intents", keep)


def cancel(tx: Tx, params: Json, ids: Json) -> Json:
    """POST /v1/payment_intents/{intent}/cancel. One that belongs to Checkout is ended by expiring its session."""
    intent = tx.load("payment_intent", ids["intent"])
    if intent["_checkout_session"]:
        message = (
            "You cannot cancel this PaymentIntent because it was created by a Checkout Session. "
            "Expire the Checkout Session to cancel the PaymentIntent."
        )
        raise _unexpected(message, intent)
    if intent["status"] not in CANCELABLE:
        message = (
            f"You cannot cancel this PaymentIntent because it has a status of {intent['status']}. "
            f"Only a PaymentIntent with one of the following statuses may be canceled: {', '.join(CANCELABLE)}."
        )
        raise _unexpected(message, intent)
    return cancel_now(tx, intent, params.get("cancellation_reason"))


def _unexpected(message: str, intent: Json) -> StripeError:
    return StripeError(400, message, code="payment_intent_unexpected_state", payment_intent=public(intent))


def cancel_now(tx: Tx, intent: Json, reason: str | None) -> Json:
    intent.update(status="canceled", canceled_at=tx.now, cancellation_reason=reason, next_action=None)
    tx.store.put(intent)
    tx.emit("payment_intent.canceled", intent)
    return intent
