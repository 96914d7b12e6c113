"""Checkout Sessions (https://docs.stripe.com/api/checkout/sessions): mode payment, hosted page, cards.

The PaymentIntent is created by the payer's first attempt, so `payment_intent` is null until then. A session lives 30
minutes to 24 hours of business time and ends complete or expired, never both.
"""

from __future__ import annotations

from typing import Any

from infra.local.stripe.context import Tx
from infra.local.stripe.errors import invalid, missing, unsupported
from infra.local.stripe.ids import new_id
from infra.local.stripe.lists import page, paginate
from infra.local.stripe.objects import line_items, payment_intents
from infra.local.stripe.objects.common import checked_amount, checked_email, checked_url, refuse_unsupported

Json = dict[str, Any]

SHORTEST_SECONDS, LONGEST_SECONDS = 30 * 60, 24 * 3600
SUPPORTED = {
    "cancel_url",
    "client_reference_id",
    "custom_text",
    "customer",
    "customer_creation",
    "customer_email",
    "expand",
    "expires_at",
    "line_items",
    "locale",
    "metadata",
    "mode",
    "payment_intent_data",
    "payment_method_types",
    "submit_type",
    "success_url",
    "ui_mode",
}
PAYMENT_INTENT_DATA = {
    "description",
    "metadata",
    "receipt_email",
    "statement_descriptor",
    "statement_descriptor_suffix",
    "transfer_group",
}
NULLS = (
    "after_expiration",
    "allow_promotion_codes",
    "billing_address_collection",
    "client_secret",
    "collected_information",
    "consent",
    "consent_collection",
    "currency_conversion",
    "customer_account",
    "invoice",
    "origin_context",
    "payment_link",
    "payment_method_configuration_details",
    "permissions",
    "recovered_from",
    "saved_payment_method_options",
    "setup_intent",
    "shipping_address_collection",
    "shipping_cost",
    "subscription",
    "wallet_options",
)


def create(tx: Tx, params: Json, _: Json) -> Json:
    """POST /v1/checkout/sessions. Raises StripeError for what Stripe refuses and for what the simulator does not
    implement."""
    _check(tx, params)
    lines = line_items.build(tx, params.get("line_items", []))
    total = sum(line["amount_total"] for line in lines)
    currency = lines[0]["currency"]
    if total:
        checked_amount(total, currency, "The Checkout Session's total amount due", "line_items")
    session = _fresh(tx, params, currency, total)
    session["_line_items"] = lines
    session["_payment_intent_data"] = params.get("payment_intent_data", {})
    tx.store.put(session, due_at=session["expires_at"])
    return session


def _check(tx: Tx, params: Json) -> None:
    refuse_unsupported(params, SUPPORTED)
    refuse_unsupported(params.get("payment_intent_data", {}), PAYMENT_INTENT_DATA, "payment_intent_data")
    if "mode" not in params:
        raise missing("mode")
    if params["mode"] != "payment":
        raise unsupported(f"Checkout Sessions in {params['mode']} mode", "mode")
    if params.get("ui_mode", "hosted_page") != "hosted_page":
        raise unsupported(f"the ui_mode {params['ui_mode']}", "ui_mode")
    if params.get("payment_method_types", ["card"]) != ["card"]:
        raise unsupported("payment methods other than card", "payment_method_types")
    if "success_url" not in params:
        raise missing("success_url")
    for name in ("success_url", "cancel_url"):
        if name in params:
            checked_url(params[name], name)
    if "customer" in params and "customer_email" in params:
        raise invalid("You may only specify one of these parameters: customer, customer_email.", "customer")
    if "customer_email" in params:
        checked_email(params["customer_email"], "customer_email")
    if "customer" in params:
        tx.load("customer", params["customer"], "customer")
    _check_expiry(tx, params.get("expires_at"))


def _check_expiry(tx: Tx, expires_at: int | None) -> None:
    """Stripe names no `param` here in some versions; the texts are what clients see."""
    if expires_at is None:
        return
    if expires_at < tx.now + SHORTEST_SECONDS:
        raise invalid(
            "The `expires_at` timestamp must be at least 30 minutes from Checkout Session creation.", "expires_at"
        )
    if expires_at > tx.now + LONGEST_SECONDS:
        raise invalid(
            "The `expires_at` timestamp must be less than 24 hours from Checkout Session creation.", "expires_at"
        )


def _fresh(tx: Tx, params: Json, currency: str, total: int) -> Json:
    session_id = new_id("cs_test_a1", 56)
    custom_text = params.get("custom_text", {})
    return {
        "id": session_id,
        "object": "checkout.session",
        **dict.fromkeys(NULLS),
        "adaptive_pricing": {"enabled": False},
        "amount_subtotal": total,
        "amount_total": total,
        "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
        "branding_settings": {
            "background_color": "#ffffff",
            "border_style": "rounded",
            "button_color": "#0b5a63",
            "display_name": "Rota",
            "font_family": "default",
            "icon": None,
            "logo": None,
        },
        "cancel_url": params.get("cancel_url"),
        "client_reference_id": params.get("client_reference_id"),
        "created": tx.now,
        "currency": currency,
        "custom_fields": [],
        "custom_text": {
            name: custom_text.get(name) or None
            for name in ("after_submit", "shipping_address", "submit", "terms_of_service_acceptance")
        },
        "customer": params.get("customer"),
        "customer_creation": None if "customer" in params else params.get("customer_creation", "if_required"),
        "customer_details": _customer_details(tx, params),
        "customer_email": params.get("customer_email"),
        "discounts": [],
        "excluded_payment_method_types": [],
        "expires_at": params.get("expires_at", tx.now + LONGEST_SECONDS),
        "invoice_creation": {
            "enabled": False,
            "invoice_data": {
                "account_tax_ids": None,
                "custom_fields": None,
                "description": None,
                "footer": None,
                "issuer": None,
                "metadata": {},
                "rendering_options": None,
            },
        },
        "livemode": False,
        "locale": params.get("locale"),
        "metadata": params.get("metadata", {}),
        "mode": "payment",
        "name_collection": {},
        "payment_intent": None,
        "payment_method_collection": "if_required",
        "payment_method_options": {"card": {"request_three_d_secure": "automatic"}},
        "payment_method_types": ["card"],
        "payment_status": "unpaid" if total else "no_payment_required",
        "phone_number_collection": {"enabled": False},
        "redirect_on_completion": "always",
        "shipping_options": [],
        "status": "open",
        "submit_type": params.get("submit_type"),
        "success_url": params["success_url"],
        "tax_id_collection": {"enabled": False, "required": "never"},
        "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
        "ui_mode": "hosted_page",
        "url": f"{tx.public_url}/pay/{session_id}",
    }


def _customer_details(tx: Tx, params: Json) -> Json | None:
    email = params.get("customer_email")
    if "customer" in params:
        email = tx.load("customer", params["customer"])["email"]
    return payer_details(email, None) if email else None


def payer_details(email: str | None, name: str | None) -> Json:
    return {
        "address": None,
        "business_name": None,
        "email": email,
        "individual_name": None,
        "name": name,
        "phone": None,
        "tax_exempt": "none",
        "tax_ids": None,
    }


def retrieve(tx: Tx, _: Json, ids: Json) -> Json:
    return tx.load("checkout.session", ids["session"])


def list_all(tx: Tx, params: Json, _: Json) -> Json:
    """GET /v1/checkout/sessions, filtered by payment_intent, customer, status, customer_details[email]."""
    email = params.get("customer_details", {}).get("email")

    def keep(body: Json) -> bool:
        details = body["customer_details"] or {}
        plain = all(body[name] == params[name] for name in ("payment_intent", "customer", "status") if name in params)
        return plain and (email is None or details.get("email") == email)

    refuse_unsupported(
        params,
        {
            "created",
            "customer",
            "customer_details",
            "ending_before",
            "expand",
            "limit",
            "payment_intent",
            "starting_after",
            "status",
        },
    )
    return page(tx, "checkout.session", params, "/v1/checkout/sessions", keep)


def list_line_items(tx: Tx, params: Json, ids: Json) -> Json:
    session = tx.load("checkout.session", ids["session"])
    return paginate(session["_line_items"], params, f"/v1/checkout/sessions/{session['id']}/line_items")


def expire(tx: Tx, _: Json, ids: Json) -> Json:
    """POST /v1/checkout/sessions/{session}/expire: only an open session can be expired."""
    session = tx.load("checkout.session", ids["session"])
    if session["status"] != "open":
        message = (
            'Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a '
            f"status of `{session['status']}`."
        )
        raise invalid(message, "session")
    return close_as_expired(tx, session)


def close_as_expired(tx: Tx, session: Json) -> Json:
    """Open -> expired, by the clock or by request; a PaymentIntent that an attempt left behind is canceled with it."""
    session.update(status="expired", url=None)
    tx.store.put(session)
    if session["payment_intent"]:
        payment_intents.cancel_now(tx, tx.load("payment_intent", session["payment_intent"]), "expired")
    tx.emit("checkout.session.expired", session)
    return session
