"""What the payer does on the pay page: attempts with a card, 3-D Secure, success; with Stripe's objects and events in
Stripe's order.

A success emits payment_intent.created, charge.succeeded, payment_intent.succeeded, checkout.session.completed,
charge.updated, all with the same `created` second, as Stripe does: nothing may be ordered by it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from infra.local.stripe.cards import AUTHENTICATION_FAILED, Decline, look_up
from infra.local.stripe.context import Tx, public
from infra.local.stripe.errors import DOCS
from infra.local.stripe.objects import charges, checkout, customers, payment_intents, payment_methods
from infra.local.stripe.objects.payment_methods import CardEntry

Json = dict[str, Any]
SUCCESS_PLACEHOLDER = "{CHECKOUT_SESSION_ID}"


@dataclass(frozen=True)
class Outcome:
    """`url` is where the payer goes next (success page or challenge), `message` is what a declined payer reads."""

    kind: Literal["paid", "declined", "challenge"]
    url: str = ""
    message: str = ""


def attempt(tx: Tx, session: Json, entry: CardEntry) -> Outcome:
    """Try to pay an open session with a card."""
    if session["amount_total"] == 0:
        return _complete(tx, session, None, entry)
    intent = _intent_of(tx, session)
    method = payment_methods.build(tx, entry)
    intent.update(_number=entry.number, _method=method["id"], last_payment_error=None, next_action=None)
    card = look_up(entry.number)
    if card.challenge:
        return _challenge(tx, session, intent, method)
    return _capture(tx, session, intent, method, authenticated=False)


def answer_challenge(tx: Tx, session: Json, passed: bool) -> Outcome:
    """The payer's answer on the 3-D Secure page of the attempt that waits for it."""
    intent = tx.load("payment_intent", session["payment_intent"])
    method = tx.load("payment_method", intent["_method"])
    intent["next_action"] = None
    if passed:
        return _capture(tx, session, intent, method, authenticated=True)
    code = "payment_intent_authentication_failure"
    _mark_failed(
        tx,
        intent,
        {
            "code": code,
            "doc_url": DOCS + code.replace("_", "-"),
            "message": AUTHENTICATION_FAILED,
            "payment_method": public(method),
            "type": "invalid_request_error",
        },
    )
    return Outcome("declined", message=AUTHENTICATION_FAILED)


def awaits_challenge(tx: Tx, session: Json) -> bool:
    """Whether an open session has an attempt that stands at the 3-D Secure page."""
    return (
        bool(session["payment_intent"])
        and tx.load("payment_intent", session["payment_intent"])["status"] == "requires_action"
    )


def _intent_of(tx: Tx, session: Json) -> Json:
    """The session's PaymentIntent, made at the first attempt."""
    if session["payment_intent"]:
        return tx.load("payment_intent", session["payment_intent"])
    asked = {**session["_payment_intent_data"], "customer": session["customer"]}
    intent = payment_intents.build(tx, session["amount_total"], session["currency"], asked)
    intent["_checkout_session"] = session["id"]
    tx.store.put(intent)
    session["payment_intent"] = intent["id"]
    tx.store.put(session, due_at=session["expires_at"])
    tx.emit("payment_intent.created", intent)
    return intent


def _challenge(tx: Tx, session: Json, intent: Json, method: Json) -> Outcome:
    url = f"{tx.public_url}/pay/{session['id']}/challenge"
    redirect = {"return_url": f"{tx.public_url}/pay/{session['id']}", "url": url}
    action = {"redirect_to_url": redirect, "type": "redirect_to_url"}
    intent.update(status="requires_action", payment_method=method["id"], next_action=action)
    tx.store.put(intent)
    tx.emit("payment_intent.requires_action", intent)
    return Outcome("challenge", url=url)


def _capture(tx: Tx, session: Json, intent: Json, method: Json, authenticated: bool) -> Outcome:
    """Charge the card of the attempt."""
    charge = charge_card(tx, intent, method, intent["_number"], authenticated)
    if not charge["paid"]:
        return Outcome("declined", message=charge["failure_message"])
    entry = CardEntry(intent["_number"], 0, 0, method["billing_details"]["email"], method["billing_details"]["name"])
    outcome = _complete(tx, session, intent, entry)
    charges.settle_later_or_now(tx, charge)
    return outcome


def charge_card(tx: Tx, intent: Json, method: Json, number: str, authenticated: bool) -> Json:
    """One attempt: the charge, which succeeded (and has not settled yet) or failed, and the intent that follows from
    it."""
    decline = look_up(number).decline
    charge = charges.build(tx, intent, method, number, decline, authenticated)
    intent["latest_charge"] = charge["id"]
    if decline:
        tx.emit("charge.failed", charge)
        _mark_failed(tx, intent, _card_error(decline, charge, method))
        return charge
    intent.update(status="succeeded", amount_received=intent["amount"], payment_method=method["id"])
    tx.emit("charge.succeeded", charge)
    tx.emit("payment_intent.succeeded", intent)
    tx.store.put(intent)
    return charge


def _card_error(decline: Decline, charge: Json, method: Json) -> Json:
    return {
        "charge": charge["id"],
        "code": decline.code,
        "decline_code": decline.decline_code,
        "doc_url": DOCS + decline.code.replace("_", "-"),
        "message": decline.message,
        "payment_method": public(method),
        "type": "card_error",
    }


def _mark_failed(tx: Tx, intent: Json, error: Json) -> None:
    intent.update(status="requires_payment_method", payment_method=None, last_payment_error=error)
    tx.store.put(intent)
    tx.emit("payment_intent.payment_failed", intent)


def _complete(tx: Tx, session: Json, intent: Json | None, entry: CardEntry) -> Outcome:
    """Open -> complete; from here on the session can neither expire nor be paid again."""
    email = entry.email or session["customer_email"]
    if session["customer_creation"] == "always":
        session["customer"] = customers.build(tx, {"email": email, "name": entry.name})["id"]
    if intent is not None:
        session["payment_status"] = "paid"
    session.update(status="complete", url=None, customer_details=checkout.payer_details(email, entry.name))
    tx.store.put(session)
    tx.emit("checkout.session.completed", session)
    return Outcome("paid", url=session["success_url"].replace(SUCCESS_PLACEHOLDER, session["id"]))
