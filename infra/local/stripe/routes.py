"""Which operations the simulator has, by the paths of Stripe's OpenAPI document."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from infra.local.stripe import confirmation
from infra.local.stripe.context import Tx
from infra.local.stripe.objects import (
    balance,
    charges,
    checkout,
    customers,
    events,
    payment_intents,
    payment_methods,
    refunds,
    webhook_endpoints,
)

Json = dict[str, Any]
Operation = Callable[[Tx, Json, Json], Json]


@dataclass(frozen=True)
class Route:
    """`path` as in the OpenAPI document, e.g. `/v1/refunds/{refund}`; `run` gets the parameters and the ids of the
    path."""

    method: str
    path: str
    run: Operation

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        return re.compile("^" + re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", self.path) + "$")


ROUTES = (
    Route("POST", "/v1/checkout/sessions", checkout.create),
    Route("GET", "/v1/checkout/sessions", checkout.list_all),
    Route("GET", "/v1/checkout/sessions/{session}", checkout.retrieve),
    Route("POST", "/v1/checkout/sessions/{session}/expire", checkout.expire),
    Route("GET", "/v1/checkout/sessions/{session}/line_items", checkout.list_line_items),
    Route("POST", "/v1/payment_intents", confirmation.create),
    Route("GET", "/v1/payment_intents", payment_intents.list_all),
    Route("GET", "/v1/payment_intents/{intent}", payment_intents.retrieve),
    Route("POST", "/v1/payment_intents/{intent}/cancel", payment_intents.cancel),
    Route("GET", "/v1/payment_methods/{payment_method}", payment_methods.retrieve),
    Route("GET", "/v1/charges", charges.list_all),
    Route("GET", "/v1/charges/{charge}", charges.retrieve),
    Route("POST", "/v1/refunds", refunds.create),
    Route("GET", "/v1/refunds", refunds.list_all),
    Route("GET", "/v1/refunds/{refund}", refunds.retrieve),
    Route("POST", "/v1/refunds/{refund}", refunds.update),
    Route("POST", "/v1/customers", customers.create),
    Route("GET", "/v1/customers", customers.list_all),
    Route("GET", "/v1/customers/{customer}", customers.retrieve),
    Route("POST", "/v1/customers/{customer}", customers.update),
    Route("GET", "/v1/balance", balance.current),
    Route("GET", "/v1/balance_transactions/{id}", balance.retrieve),
    Route("GET", "/v1/events", events.list_all),
    Route("GET", "/v1/events/{id}", events.retrieve),
    Route("POST", "/v1/webhook_endpoints", webhook_endpoints.create),
    Route("GET", "/v1/webhook_endpoints", webhook_endpoints.list_all),
    Route("GET", "/v1/webhook_endpoints/{webhook_endpoint}", webhook_endpoints.retrieve),
    Route("POST", "/v1/webhook_endpoints/{webhook_endpoint}", webhook_endpoints.update),
    Route("DELETE", "/v1/webhook_endpoints/{webhook_endpoint}", webhook_endpoints.delete),
)


def match(method: str, path: str) -> tuple[Route, Json] | None:
    """The route of a request and the ids in its path; None when Stripe (or this part of it) has no such URL."""
    for route in ROUTES:
        found = route.pattern.match(path) if route.method == method else None
        if found:
            return route, found.groupdict()
    return None
