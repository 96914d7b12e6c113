"""`Links`: single-use tokens sent by mail; the inbox table keeps only their hash. One conditional update uses a link
up, so never twice."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from shared.adapters.dynamodb import items
from shared.adapters.dynamodb.table import Table
from shared.domain.core.errors import Expired, NotFound
from shared.domain.core.instants import iso, parse
from shared.ports import BusinessClock, Link

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

RANDOM_BYTES = 32
# Kept a while after it ran out, so that a late click hears "expired" and not "never heard of it".
KEPT = timedelta(days=30)


class DynamoLinks:
    def __init__(self, client: DynamoDBClient, inbox_table: str, clock: BusinessClock) -> None:
        """`clock` is business time: links run out by it, as every deadline does."""
        self._table, self._clock = Table(client, inbox_table), clock

    def make(self, purpose: str, account_id: str, expires_at: datetime, generation: int = 0) -> str:
        """The token for the address; it is stored nowhere."""
        token = secrets.token_urlsafe(RANDOM_BYTES)
        values = {
            "purpose": purpose,
            "account_id": account_id,
            "expires_at": iso(expires_at),
            "used": False,
            "generation": generation,
        }
        self._table.put(items.link_key(token) | items.marshal(values) | items.ttl(expires_at + KEPT))
        return token

    def read(self, token: str) -> Link | None:
        """As it stands, run out and used ones too."""
        item = self._table.get(items.link_key(token))
        return None if item is None else _link(item)

    def use(self, token: str) -> Link:
        """Marks it used. It runs out at `expires_at` to the second: from then on, and after a use, `Expired`. Unknown:
        `NotFound`.

        The mark names this call: the SDK repeats it after a lost answer, and then a link used by ourselves is no
        refusal.
        """
        mark = secrets.token_hex(8)
        done, item = self._table.update(
            items.link_key(token),
            "SET #used = :yes, #by = :by",
            "#used = :no AND #expires > :now",
            {"#used": "used", "#expires": "expires_at", "#by": "used_by"},
            items.marshal({":yes": True, ":no": False, ":now": iso(self._clock.now()), ":by": mark}),
        )
        if item is None:
            raise NotFound("There is no such link.", "Open the newest mail and use its link unchanged.")
        if not done and items.unmarshal(item).get("used_by") != mark:
            raise Expired("This link was used before or has run out.", "Ask for a new one.")
        return _link(item)


def _link(item: items.Item) -> Link:
    values = items.unmarshal(item)
    # Links of before had no generation: they are of none that an account may have.
    generation = values.get("generation", -1)
    return Link(values["purpose"], values["account_id"], parse(values["expires_at"]), values["used"], generation)
