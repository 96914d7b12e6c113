"""What the webhook reads of a delivery and what its environment tells it. Standard library only: this room starts with
nothing else."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shared.domain.core.errors import Malformed


@dataclass(frozen=True)
class Settings:
    """As the pydantic models of the other rooms, without pydantic (200 ms)."""

    stage: str
    inbox_table: str
    webhook_secret_arn: str
    business_clock_file: str = ""
    call_log_file: str = ""

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> Settings:
        """Raises KeyError for what is missing."""
        required = {name: environment[name.upper()] for name in ("stage", "inbox_table", "webhook_secret_arn")}
        optional = {name: environment.get(name.upper(), "") for name in ("business_clock_file", "call_log_file")}
        return cls(**required, **optional)


@dataclass(frozen=True)
class StripeDelivery:
    """The ids of one delivery (https://docs.stripe.com/api/events/object). Its content is not believed; it is asked for
    again."""

    event_id: str
    type: str
    object_id: str


def delivery_of(raw: bytes) -> StripeDelivery:
    """Raises `Malformed` for anything that is not a Stripe event about an object with an id."""
    try:
        event: Any = json.loads(raw)
        ids = (event["id"], event["type"], event["data"]["object"].get("id", ""))
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Malformed("The body is not a Stripe event.", "Send the event as Stripe made it.") from None
    if not all(isinstance(value, str) for value in ids) or not ids[0].startswith("evt_"):
        raise Malformed("The body is not a Stripe event.", "Send the event as Stripe made it.")
    return StripeDelivery(*ids)
