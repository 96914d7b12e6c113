"""`Sessions`: a browser holds `<account id>.<random>`, the inbox table its hash. The account id in front lets one `BatchGetItem` read the
session, the account's present status and roles and the person's name together, so that a sign-out or a lost role acts on the next click."""

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

    def open(self, account_id: str) -> str:
        """The new session's id, good for 14 days. Its row names nobody: a person can be erased without looking for sessions."""
        session_id = f"{account_id}.{secrets.token_urlsafe(RANDOM_BYTES)}"
        self._inbox.put(items.session_key(session_id) | items.marshal({"account_id": account_id}) | items.ttl(self._now() + LIFE))
        return session_id

    def read(self, session_id: str) -> Session | None:
        account_id, dot, secret = session_id.partition(".")
        if not (account_id and dot and secret) or len(session_id) > MAX_ID_LENGTH:
            return None
        found = self._read(account_id, {self._inbox.name: [items.session_key(session_id)]})
        # TTL deletes up to days late, so the time is checked here.
        live = "SESSION" in found and found["SESSION"]["ttl"] > self._now().timestamp()
        return _session(account_id, found) if live else None

    def of_account(self, account_id: str) -> Session | None:
        return _session(account_id, self._read(account_id, {}))

    def close(self, session_id: str) -> None:
        self._inbox.delete(items.session_key(session_id))

    def _read(self, account_id: str, more: dict[str, list[items.Item]]) -> dict[str, dict[str, Any]]:
        """Account, person and `more`, by sort key, read in one request."""
        wanted = {self._core: [items.state_key("ACCOUNT", account_id), items.person_key(account_id)], **more}
        return {values["sk"]: values for values in (items.unmarshal(item) for item in batch_get(self._client, wanted))}


def _session(account_id: str, found: dict[str, dict[str, Any]]) -> Session | None:
    if items.STATE not in found or "PERSON" not in found or found[items.STATE]["state"]["status"] != ACTIVE:
        return None
    person = found["PERSON"]
    return Session(account_id, person["name"], person["zone"], tuple(found[items.STATE]["state"]["roles"]))
