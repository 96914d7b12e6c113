"""`Bus` on EventBridge. Publishing twice is harmless (consumers are idempotent by event id), losing an event is not."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from shared.domain.core.errors import Busy

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient

MAX_ENTRIES = 10
MAX_BYTES = 256 * 1024
TIME_BYTES = 14


class EventBridgeBus:
    def __init__(self, client: EventBridgeClient, bus_name: str, source: str = "rota") -> None:
        self._client, self._bus_name, self._source = client, bus_name, source

    def publish(self, events: Sequence[Mapping[str, Any]]) -> None:
        """Envelopes (keys of `shared.events.envelope`), any number. Raises `Busy` when any entry failed: the caller
        repeats all of them. Raises `ValueError` for an envelope that no call can carry."""
        for chunk in _chunks([self._entry(event) for event in events]):
            try:
                answer = self._client.put_events(Entries=chunk)  # type: ignore[arg-type]
            except (ClientError, BotoCoreError) as error:
                raise Busy("The event bus cannot be reached.", "The same events are sent again.") from error
            if answer["FailedEntryCount"]:
                codes = sorted({entry["ErrorCode"] for entry in answer["Entries"] if "ErrorCode" in entry})
                raise Busy("The event bus refused some events.", "The same events are sent again.", codes=codes)

    def _entry(self, event: Mapping[str, Any]) -> dict[str, Any]:
        detail = json.dumps(event, separators=(",", ":"), ensure_ascii=False)
        return {"EventBusName": self._bus_name, "Source": self._source, "DetailType": event["type"], "Detail": detail}


def size(entry: Mapping[str, Any]) -> int:
    """Bytes of an entry as EventBridge counts them
    (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html#eb-putevent-size)."""
    return TIME_BYTES + sum(len(entry[name].encode()) for name in ("Source", "DetailType", "Detail"))


def _chunks(entries: Sequence[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    chunk: list[dict[str, Any]] = []
    filled = 0
    for entry in entries:
        weight = size(entry)
        if weight > MAX_BYTES:
            raise ValueError(f"an event of {weight} bytes does not fit the bus")
        if len(chunk) == MAX_ENTRIES or filled + weight > MAX_BYTES:
            yield chunk
            chunk, filled = [], 0
        chunk.append(entry)
        filled += weight
    if chunk:
        yield chunk
