"""`Sessions`: a browser holds `<account id>.<random>`, the inbox table its hash. The account id in front lets one `BatchGetItem` read the
session and the account's present status and roles together, so that a sign-out or a lost role acts on the next click."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from shared.adapters.dynamodb import items
from shared.adapters.dynamodb.table import Table, batch_get
from shared.ports import Session

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

LIFE = timedelta(days=14)
RANDOM_BYTES = 32
ACTIVE = "ACTIVE"
MAX_ID_LENGTH = 200


class DynamoSessions:
    def __init__(
        self, client: DynamoDBClient, core_table: str, inbox_table: str, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        """`now` is wall time: cookies and TTL do not follow the business clock."""
        self._client, self._core, self._inbox, self._now = client, core_table, Table(client, inbox_table), now

    def open(self, account_id: str, name: str, zone: str) -> str:
        """The new session's id, good for 14 days."""
        session_id = f"{account_id}.{secrets.token_urlsafe(RANDOM_BYTES)}"
        values = {"account_id": account_id, "name": name, "zone": zone}
        self._inbox.put(items.session_key(session_id) | items.marshal(values) | items.ttl(self._now() + LIFE))
        return session_id

    def read(self, session_id: str) -> Session | None:
        account_id, dot, secret = session_id.partition(".")
        if not (account_id and dot and secret) or len(session_id) > MAX_ID_LENGTH:
            return None
        state, row = self._pair(items.state_key("ACCOUNT", account_id), self._inbox.name, items.session_key(session_id))
        # TTL deletes up to days late, so the time is checked here.
        if row is None or row["ttl"] <= self._now().timestamp():
            return None
        return _session(account_id, state, row)

    def of_account(self, account_id: str) -> Session | None:
        state, person = self._pair(items.state_key("ACCOUNT", account_id), self._core, items.person_key(account_id))
        return None if person is None else _session(account_id, state, person)

    def close(self, session_id: str) -> None:
        self._inbox.delete(items.session_key(session_id))

    def _pair(self, account: items.Item, table: str, other: items.Item) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
        """(the account's state, the other item), read in one request."""
        wanted = {self._core: [account, other]} if table == self._core else {self._core: [account], table: [other]}
        found = [items.unmarshal(item) for item in batch_get(self._client, wanted)]
        state = next((values["state"] for values in found if values["sk"] == items.STATE), None)
        return state, next((values for values in found if values["sk"] != items.STATE), None)


def _session(account_id: str, state: dict[str, Any] | None, who: dict[str, Any]) -> Session | None:
    if state is None or state["status"] != ACTIVE:
        return None
    return Session(account_id, who["name"], who["zone"], tuple(state["roles"]))
