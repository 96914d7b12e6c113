"""Small parts that several objects share: metadata merging, URLs, e-mail addresses, currencies and amounts."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from infra.local.stripe.errors import invalid, unsupported

Json = dict[str, Any]

EMAIL = re.compile(r"^[^@\s]+@[^@\s]+\.[^@\s]+$")
CURRENCIES = {"usd": "$", "eur": "€", "gbp": "£", "cad": "CA$"}
MINIMUM_CENTS, MAXIMUM_CENTS = 50, 99_999_999
EMPTY_ADDRESS = {"city": None, "country": None, "line1": None, "line2": None, "postal_code": None, "state": None}


def merged_metadata(old: Json, asked: Json | str | None) -> Json:
    """Stripe's rule: new keys are merged, an empty value removes its key, an empty `metadata` removes all."""
    if asked is None:
        return dict(old)
    if isinstance(asked, str):
        return {}
    return {key: value for key, value in {**old, **asked}.items() if value != ""}


def refuse_unsupported(params: Json, supported: set[str], prefix: str = "") -> None:
    """Stripe knows these parameters, the simulator does not act on them: refuse rather than ignore."""
    for name in params:
        if name not in supported:
            full = f"{prefix}[{name}]" if prefix else name
            raise unsupported(f"the parameter `{full}`", full)


def checked_url(value: str, param: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise invalid("Not a valid URL", param, "url_invalid")
    return value


def checked_email(value: str, param: str) -> str:
    if not EMAIL.match(value):
        raise invalid(f"Invalid email address: {value}", param, "email_invalid")
    return value


def checked_currency(value: str, param: str) -> str:
    currency = value.lower()
    if currency not in CURRENCIES:
        raise invalid(f"Invalid currency: {value}. The local Stripe simulator takes: {', '.join(CURRENCIES)}", param)
    return currency


def checked_amount(cents: int, currency: str, what: str, param: str) -> int:
    """`cents` within Stripe's limits for one payment. Raises StripeError `amount_too_small` or `amount_too_large`."""
    if cents < MINIMUM_CENTS:
        raise invalid(f"{what} must be at least {money(MINIMUM_CENTS, currency)} {currency}", param, "amount_too_small")
    if cents > MAXIMUM_CENTS:
        raise invalid(f"{what} must be no more than {money(MAXIMUM_CENTS, currency)}", param, "amount_too_large")
    return cents


def money(cents: int, currency: str) -> str:
    """E.g. 69900, "usd" -> "$699.00"; all supported currencies have two decimals."""
    return f"{CURRENCIES[currency]}{cents // 100:,}.{cents % 100:02d}"
