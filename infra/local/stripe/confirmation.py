"""Payments without Checkout: a PaymentIntent that is made and confirmed in one call with one of Stripe's test payment
methods, as Stripe's command line does it. Rota itself never charges a card that way."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from infra.local.stripe.cards import METHODS, look_up
from infra.local.stripe.context import Tx, public
from infra.local.stripe.errors import StripeError, no_such, unsupported
from infra.local.stripe.objects import charges, payment_intents, payment_methods
from infra.local.stripe.objects.payment_methods import CardEntry
from infra.local.stripe.payment import charge_card

Json = dict[str, Any]


def create(tx: Tx, params: Json, _: Json) -> Json:
    """POST /v1/payment_intents. With `confirm` the card is charged at once: a decline is told as a card error, and the
    intent, its failed charge and their events stay."""
    number = _number(params)
    intent = payment_intents.create(tx, params, {})
    if number is None:
        return intent
    next_year = datetime.fromtimestamp(tx.now, UTC).year + 1
    method = payment_methods.build(tx, CardEntry(number, 12, next_year, None, None))
    if not params.get("confirm"):
        intent.update(status="requires_confirmation", payment_method=method["id"])
        tx.store.put(intent)
        return intent
    charge = charge_card(tx, intent, method, number, authenticated=False)
    if charge["paid"]:
        charges.settle_later_or_now(tx, charge)
    else:
        tx.declined = _declined(intent)
    return intent


def _number(params: Json) -> str | None:
    """The number of the card to charge; None when the call names no payment method. Raises StripeError."""
    name = params.get("payment_method")
    if name is None and params.get("confirm"):
        message = (
            "You cannot confirm this PaymentIntent because it's missing a payment method. You can either update the "
            "PaymentIntent with a payment method and then confirm it again, or confirm it again directly with a "
            "payment method or ConfirmationToken."
        )
        raise StripeError(400, message, code="payment_intent_unexpected_state")
    if name is None:
        return None
    if name not in METHODS:
        if name.startswith("pm_card_"):
            raise unsupported(f"the payment method {name}", "payment_method")
        raise no_such("PaymentMethod", name, "payment_method")
    if look_up(METHODS[name]).challenge:
        raise unsupported("3-D Secure outside of Checkout", "payment_method")
    return METHODS[name]


def _declined(intent: Json) -> StripeError:
    error = intent["last_payment_error"]
    named = {name: error[name] for name in ("charge", "decline_code")}
    shown = public(intent)
    return StripeError(402, error["message"], kind=error["type"], code=error["code"], **named, payment_intent=shown)
