"""`Wishes`: what was asked for by an address, for a day at most. The table's stream announces each by its id alone
(`announcements.py`)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from shared.adapters.dynamodb import items
from shared.adapters.dynamodb.table import Table
from shared.domain.core.instants import iso
from shared.ports import Wish

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

KEPT = timedelta(days=1)


class DynamoWishes:
    def __init__(
        self, client: DynamoDBClient, inbox_table: str, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        """`now` is wall time, for the TTL."""
        self._table, self._now = Table(client, inbox_table), now

    def put(self, wish: Wish) -> None:
        now = self._now()
        row = items.marshal({**asdict(wish), "asked_at": iso(now)})
        self._table.put(items.wish_key(wish.id) | row | items.ttl(now + KEPT))

    def read(self, wish_id: str) -> Wish | None:
        item = self._table.get(items.wish_key(wish_id))
        if item is None:
            return None
        values = items.unmarshal(item)
        return Wish(**{name: values[name] for name in Wish.__dataclass_fields__})

    def forget(self, wish_id: str) -> None:
        self._table.delete(items.wish_key(wish_id))
