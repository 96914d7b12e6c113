"""A stored webhook delivery, announced from the inbox table's stream. A trigger, not a fact: the object is fetched
again from Stripe."""

from __future__ import annotations

from typing import ClassVar

from shared.domain.core.aggregate import AggregateType
from shared.events.base import EventData


class StripeDelivered(EventData):
    TYPE: ClassVar[str] = "StripeDelivered.v1"
    SUBJECT: ClassVar[AggregateType] = "STRIPE"
    event_id: str
    event_type: str
    object_id: str
