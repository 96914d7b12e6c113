"""`Sessions`: a browser holds `<account id>.<random>`, a program the same as its access token, the inbox table the
hash. The account id in front lets one `BatchGetItem` read the session, the account's present status and roles and the
person's name together, so that a sign-out or a lost role acts on the next click. A token is no session and the other
way round: each row says which it is."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from shared.adapters.dynamodb import items
from shared.adapters.dynamodb.table import Table, batch_get
from shared.domain.accounts.second_factor import STAFF_ROLES
from shared.domain.core.instants import iso, parse
from shared.domain.core.limits import FRESH, SESSION, STAFF_IDLE, STAFF_SESSION, TOKEN
from shared.ports import OpenSession, Session

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

NOTED_AFTER, STAFF_NOTED_AFTER = timedelta(minutes=15), timedelta(minutes=1)
"""How old the note of when a session was last seen may become: one write a quarter of an hour, and not one a click. The
staff's is a minute's, since they are signed out when they are away."""
PROGRAM = "Program with a token"
RANDOM_BYTES = 32
ACTIVE = "ACTIVE"
MAX_ID_LENGTH = 200


class DynamoSessions:
    def __init__(
        self,
        client: DynamoDBClient,
        core_table: str,
        inbox_table: str,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`now` is wall time: cookies and TTL do not follow the business clock."""
        self._client, self._core, self._inbox, self._now = client, core_table, Table(client, inbox_table), now

    def wall(self) -> datetime:
        return self._now()

    def open(self, account_id: str, device: str = "", epoch: int = 0, proved: bool = False) -> str:
        """The new session's id. All of an account's sessions lie in one partition, where erasing finds them."""
        return self._put(account_id, device, epoch, SESSION, proved)

    def issue(self, account_id: str, epoch: int = 0, proved: bool = False) -> str:
        return self._put(account_id, PROGRAM, epoch, TOKEN, proved, token=True)

    def _put(self, account_id: str, device: str, epoch: int, life: timedelta, proved: bool, token: bool = False) -> str:
        session_id, now = f"{account_id}.{secrets.token_urlsafe(RANDOM_BYTES)}", self._now()
        values = {
            "account_id": account_id,
            "device": device,
            "epoch": epoch,
            "opened_at": iso(now),
            "seen_at": iso(now),
            "token": token,
            **({"proved_at": iso(now)} if proved else {}),
        }
        self._inbox.put(items.session_key(session_id) | items.marshal(values) | items.ttl(now + life))
        return session_id

    def read(self, session_id: str) -> Session | None:
        return self._live(session_id, token=False)

    def bearer(self, token: str) -> Session | None:
        return self._live(token, token=True)

    def _live(self, session_id: str, token: bool) -> Session | None:
        account_id, dot, secret = session_id.partition(".")
        if not (account_id and dot and secret) or len(session_id) > MAX_ID_LENGTH or not session_id.isascii():
            return None
        key, now = items.session_key(session_id), self._now()
        found = self._read(account_id, {self._inbox.name: [key]})
        row, session = found.get(key["sk"]["S"]), _session(account_id, found)
        # TTL deletes up to days late, so the time is checked here.
        if row is None or session is None or row["ttl"] <= now.timestamp() or row.get("token", False) is not token:
            return None
        if row["epoch"] != found[items.STATE]["state"].get("session_epoch", 0):
            return None
        staff, seen_at = not STAFF_ROLES.isdisjoint(session.roles), parse(row["seen_at"])
        if staff and (now - parse(row["opened_at"]) >= STAFF_SESSION or now - seen_at >= STAFF_IDLE):
            return None
        if now - seen_at >= (STAFF_NOTED_AFTER if staff else NOTED_AFTER):
            self._note(key, "seen_at")
        return replace(session, fresh="proved_at" in row and now - parse(row["proved_at"]) < FRESH)

    def prove(self, session_id: str) -> None:
        self._note(items.session_key(session_id), "proved_at")

    def _note(self, key: items.Item, what: str) -> None:
        """Only while the row is there: a session that ends at this moment must not come back."""
        names = {"#what": what, "#pk": "pk"}
        self._inbox.update(
            key, "SET #what = :now", "attribute_exists(#pk)", names, items.marshal({":now": iso(self._now())})
        )

    def close(self, session_id: str) -> None:
        self._inbox.delete(items.session_key(session_id))

    def listed(self, account_id: str) -> list[OpenSession]:
        rows = [items.unmarshal(item) for item in self._inbox.partition(items.sessions_pk(account_id))]
        live = [row for row in rows if row["ttl"] > self._now().timestamp()]
        found = [
            OpenSession(
                row["sk"].removeprefix(items.SESSION),
                row["device"],
                parse(row["opened_at"]),
                parse(row["seen_at"]),
                row["epoch"],
            )
            for row in live
        ]
        return sorted(found, key=lambda one: (one.opened_at, one.handle), reverse=True)

    def handle(self, session_id: str) -> str:
        return items.hashed(session_id)

    def end(self, account_id: str, handle: str) -> None:
        self._inbox.delete(items.session_by_handle(account_id, handle))

    def forget(self, account_id: str) -> int:
        keys = self._inbox.keys(items.sessions_pk(account_id))
        for key in keys:
            self._inbox.delete(key)
        return len(keys)

    def _read(self, account_id: str, more: dict[str, list[items.Item]]) -> dict[str, dict[str, Any]]:
        """Account, person and `more`, by sort key, read in one request."""
        wanted = {self._core: [items.state_key("ACCOUNT", account_id), items.person_key(account_id)], **more}
        return {values["sk"]: values for values in (items.unmarshal(item) for item in batch_get(self._client, wanted))}


def _session(account_id: str, found: dict[str, dict[str, Any]]) -> Session | None:
    if items.STATE not in found or "PERSON" not in found or found[items.STATE]["state"]["status"] != ACTIVE:
        return None
    person, state = found["PERSON"], found[items.STATE]["state"]
    return Session(account_id, person["name"], person["zone"], tuple(state["roles"]), tuple(state.get("hosts", ())))
