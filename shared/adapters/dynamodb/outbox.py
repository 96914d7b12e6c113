"""`Outbox`: which mails went out. A claim outlives everything (no TTL), because a replay may bring an event back after
years (H13)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from shared.adapters.dynamodb import items
from shared.adapters.dynamodb.table import Table
from shared.domain.core.instants import iso, parse
from shared.ports import SENDING_TIME

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

PENDING, SENT = "PENDING", "SENT"


class DynamoOutbox:
    def __init__(self, client: DynamoDBClient, inbox_table: str) -> None:
        self._table = Table(client, inbox_table)

    def claim(self, mail_id: str, owner: str, now: datetime) -> str:
        """`claimed`, `sent`, `pending` or `unknown`. `owner` names one invocation, not one worker: when the SDK repeats
        our own put after a lost answer, the row that is there is ours, and only then is a pending claim still
        `claimed`."""
        values = {"state": PENDING, "owner": owner, "claimed_at": iso(now)}
        held = self._table.put_new(items.mail_key(mail_id) | items.marshal(values))
        if held is None:
            return "claimed"
        there = items.unmarshal(held)
        if there["state"] == SENT:
            return "sent"
        if there["owner"] == owner:
            return "claimed"
        return "pending" if now - parse(there["claimed_at"]) < SENDING_TIME else "unknown"

    def sent(self, mail_id: str, provider_id: str) -> None:
        names = {"#state": "state", "#provider": "provider_id"}
        values = items.marshal({":sent": SENT, ":provider": provider_id})
        self._table.update(
            items.mail_key(mail_id), "SET #state = :sent, #provider = :provider", "attribute_exists(pk)", names, values
        )

    def unclaim(self, mail_id: str) -> None:
        self._table.delete(items.mail_key(mail_id))
