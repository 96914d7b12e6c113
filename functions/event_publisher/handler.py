"""Table streams -> bus. Publishing twice is harmless, losing is not: any failure raises for the whole batch, which then
comes again.

The event source filters hand in only new event rows and new Stripe deliveries (template.yaml); nothing is published by
hand anywhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shared.adapters.dynamodb.announcements import envelope_of
from shared.ports import Bus
from shared.runtime.entry import Entry
from shared.runtime.log import log, with_context
from shared.runtime.settings import BusSettings

NAME = "event_publisher"


class Settings(BusSettings):
    """The bus, and nothing else: the stream brings the rows."""


def publish(event: Mapping[str, Any], bus: Bus) -> dict[str, int]:
    """Puts every row of the batch on the bus. Raises `Busy` when the bus does not take all of them, `ValueError` for a
    row that is none."""
    envelopes = [envelope_of(record["dynamodb"]["NewImage"]).model_dump(mode="json") for record in event["Records"]]
    bus.publish(envelopes)
    log(NAME, "published", count=len(envelopes), events=[envelope["id"] for envelope in envelopes])
    return {"published": len(envelopes)}


entry = Entry(NAME, Settings).started(lambda wiring: wiring.bus)


def _answer(event: Mapping[str, Any], _context: Any) -> dict[str, int]:
    return publish(event, entry.wiring.bus)


handler = with_context(NAME, _answer)
