"""Customers (https://docs.stripe.com/api/customers): who pays, with e-mail, name, phone, description and metadata."""

from __future__ import annotations

from typing import Any

from infra.local.stripe.context import Tx
from infra.local.stripe.ids import new_id
from infra.local.stripe.lists import page
from infra.local.stripe.objects.common import checked_email, merged_metadata, refuse_unsupported

Json = dict[str, Any]

PLAIN = ("description", "email", "name", "phone")
SUPPORTED = {"expand", "metadata", *PLAIN}


def create(tx: Tx, params: Json, _: Json) -> Json:
    """POST /v1/customers. Raises StripeError 400 for an ill-formed e-mail address."""
    refuse_unsupported(params, SUPPORTED)
    return build(tx, params)


def build(tx: Tx, asked: Json) -> Json:
    """Store and announce a customer from API parameters, or from what a payer typed."""
    if asked.get("email"):
        checked_email(asked["email"], "email")
    customer: Json = {
        "id": new_id("cus_", 14),
        "object": "customer",
        "address": None,
        "balance": 0,
        "created": tx.now,
        "currency": None,
        "customer_account": None,
        "default_source": None,
        "delinquent": False,
        "discount": None,
        "invoice_prefix": new_id("", 8).upper(),
        "invoice_settings": {
            "custom_fields": None,
            "default_payment_method": None,
            "footer": None,
            "rendering_options": None,
        },
        "livemode": False,
        "metadata": merged_metadata({}, asked.get("metadata")),
        "next_invoice_sequence": 1,
        "preferred_locales": [],
        "shipping": None,
        "tax_exempt": "none",
        "test_clock": None,
        **{name: asked.get(name) or None for name in PLAIN},
    }
    tx.store.put(customer)
    tx.emit("customer.created", customer)
    return customer


def retrieve(tx: Tx, _: Json, ids: Json) -> Json:
    return tx.load("customer", ids["customer"])


def update(tx: Tx, params: Json, ids: Json) -> Json:
    """POST /v1/customers/{customer}; announces `customer.updated` with what was there before, if anything changed."""
    refuse_unsupported(params, SUPPORTED)
    customer = tx.load("customer", ids["customer"])
    if params.get("email"):
        checked_email(params["email"], "email")
    after: Json = {name: params[name] or None for name in PLAIN if name in params}
    after["metadata"] = merged_metadata(customer["metadata"], params.get("metadata"))
    before = {name: customer[name] for name, value in after.items() if customer[name] != value}
    customer.update(after)
    tx.store.put(customer)
    if before:
        tx.emit("customer.updated", customer, before)
    return customer


def list_all(tx: Tx, params: Json, _: Json) -> Json:
    refuse_unsupported(params, {"created", "email", "ending_before", "expand", "limit", "starting_after"})

    def keep(body: Json) -> bool:
        return "email" not in params or bool(body["email"] == params["email"])  # Stripe: case-sensitive

    return page(tx, "customer", params, "/v1/customers", keep)
