"""`Browsers`: in which browsers somebody signed in with an address, in rows of the inbox table. A row's name is the
hash of both, so that it says neither."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from shared.adapters.dynamodb import items
from shared.adapters.dynamodb.table import Table

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

KEPT = timedelta(days=180)
RANDOM_BYTES = 32
LENGTH = 43


class DynamoBrowsers:
    def __init__(
        self, client: DynamoDBClient, inbox_table: str, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        """`now` is wall time, as for every cookie."""
        self._table, self._now = Table(client, inbox_table), now

    def known(self, email: str, browser: str) -> bool:
        if len(browser) != LENGTH:
            return False
        item = self._table.get(items.browser_key(email, browser))
        # TTL deletes up to days late, so the time is checked here.
        return item is not None and int(item["ttl"]["N"]) > self._now().timestamp()

    def remember(self, email: str, browser: str) -> str:
        """One secret for a browser, whoever signs in there."""
        secret = browser if len(browser) == LENGTH else secrets.token_urlsafe(RANDOM_BYTES)
        self._table.put(items.browser_key(email, secret) | items.ttl(self._now() + KEPT))
        return secret
