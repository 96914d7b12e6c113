"""The lines of a Checkout Session, built from `line_items[n][price_data]`."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from infra.local.stripe.context import Tx
from infra.local.stripe.errors import invalid, missing, no_such
from infra.local.stripe.ids import new_id
from infra.local.stripe.objects.common import checked_currency, refuse_unsupported

Json = dict[str, Any]

LINE = {"price_data", "quantity", "price", "metadata"}
PRICE_DATA = {"currency", "product_data", "unit_amount", "unit_amount_decimal", "tax_behavior"}
PRODUCT_DATA = {"name", "description", "images", "metadata"}


def build(tx: Tx, asked: list[Json]) -> list[Json]:
    """Objects of type `item`, amounts in cents. Raises StripeError 400 for lines that Stripe refuses."""
    if not asked:
        raise missing("line_items")
    lines = [_line(tx, line, f"line_items[{index}]") for index, line in enumerate(asked)]
    if len({line["currency"] for line in lines}) > 1:
        raise invalid("All line items must have the same currency.", "line_items")
    return lines


def _line(tx: Tx, line: Json, name: str) -> Json:
    refuse_unsupported(line, LINE, name)
    if "price" in line:
        raise no_such("price", line["price"], f"{name}[price]")
    if "price_data" not in line:
        raise missing(f"{name}[price_data]")
    if "quantity" not in line:
        raise invalid(f"Quantity is required. Add `quantity` to `{name}`", f"{name}[quantity]")
    if line["quantity"] < 1:
        raise invalid("Invalid positive integer", f"{name}[quantity]", "parameter_invalid_integer")
    data = line["price_data"]
    refuse_unsupported(data, PRICE_DATA, f"{name}[price_data]")
    if "product_data" not in data:
        raise missing(f"{name}[price_data][product_data]")
    refuse_unsupported(data["product_data"], PRODUCT_DATA, f"{name}[price_data][product_data]")
    unit = _unit_amount(data, f"{name}[price_data]")
    currency = checked_currency(data["currency"], f"{name}[price_data][currency]")
    total = unit * line["quantity"]
    return {
        "id": new_id("li_1"),
        "object": "item",
        "adjustable_quantity": None,
        "amount_discount": 0,
        "amount_subtotal": total,
        "amount_tax": 0,
        "amount_total": total,
        "currency": currency,
        "description": data["product_data"]["name"],
        "metadata": line.get("metadata", {}),
        "price": _price(tx, currency, unit, data),
        "quantity": line["quantity"],
        "_detail": data["product_data"].get("description"),
    }


def _unit_amount(data: Json, name: str) -> int:
    if "unit_amount" in data and "unit_amount_decimal" in data:
        raise invalid(
            "You may only specify one of these parameters: unit_amount, unit_amount_decimal.", f"{name}[unit_amount]"
        )
    if "unit_amount_decimal" in data:
        try:
            amount = Decimal(str(data["unit_amount_decimal"]))
        except InvalidOperation as error:
            raise invalid("Invalid decimal", f"{name}[unit_amount_decimal]", "parameter_invalid_decimal") from error
        if amount != amount.to_integral_value():
            raise invalid("The local Stripe simulator takes whole cents only.", f"{name}[unit_amount_decimal]")
        cents = int(amount)
    elif "unit_amount" in data:
        cents = int(data["unit_amount"])
    else:
        raise missing(f"{name}[unit_amount]")
    if cents < 0:
        raise invalid("Invalid non-negative integer", f"{name}[unit_amount]", "parameter_invalid_integer")
    return cents


def _price(tx: Tx, currency: str, unit: int, data: Json) -> Json:
    """The one-time price that Stripe makes behind `price_data`; inactive, because it cannot be used again."""
    return {
        "id": new_id("price_1"),
        "object": "price",
        "active": False,
        "billing_scheme": "per_unit",
        "created": tx.now,
        "currency": currency,
        "custom_unit_amount": None,
        "livemode": False,
        "lookup_key": None,
        "metadata": {},
        "nickname": None,
        "product": new_id("prod_", 14),
        "recurring": None,
        "tax_behavior": data.get("tax_behavior", "unspecified"),
        "tiers_mode": None,
        "transform_quantity": None,
        "type": "one_time",
        "unit_amount": unit,
        "unit_amount_decimal": str(unit),
    }
