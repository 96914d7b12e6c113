"""The documents room: people's requests, and the bucket's word that a file has arrived."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from functions.documents import routes
from functions.documents.arrivals import Arrivals
from functions.documents.room import Settings, room

__all__ = ["Settings", "handler", "room", "routes"]


arrivals = Arrivals(
    "documents",
    lambda key, event_id: room.wiring.document_uploads.register(key, event_id),
    lambda key, event_id: room.wiring.document_uploads.scanned(key, event_id),
)


_http = room.handler()


def handler(event: Mapping[str, Any], context: Any) -> Any:
    """API Gateway's requests go to the room, a queue's batch to the arrivals."""
    return arrivals.answer(event, context) if "Records" in event else _http(event, context)
