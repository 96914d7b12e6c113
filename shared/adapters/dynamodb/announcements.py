"""Rows as they are announced: from a stream record for the publisher, from the `day` index for a replay. One way for
both."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from shared.adapters.dynamodb import items
from shared.adapters.dynamodb.table import ask
from shared.domain.core.aggregate import Actor
from shared.domain.core.instants import iso, parse, to_utc
from shared.events.account import AskedByAddress
from shared.events.envelope import Envelope, Subject
from shared.events.stripe import StripeDelivered

if TYPE_CHECKING:
    from shared.adapters.dynamodb.store import DynamoStore


def envelope_of(item: Mapping[str, Any]) -> Envelope:
    """The envelope of an event row, of a stored Stripe delivery, or of a wish; the delivery and the wish themselves
    never leave the table."""
    if item["sk"]["S"] == items.WISH:
        return _wished({name: value["S"] for name, value in item.items() if "S" in value})
    if item["sk"]["S"] == "DELIVERY":
        return _delivered({name: value["S"] for name, value in item.items() if "S" in value})
    return Envelope.of(items.event_of(item))


def _delivered(row: Mapping[str, str]) -> Envelope:
    data = StripeDelivered(event_id=row["event_id"], event_type=row["type"], object_id=row["object_id"])
    return Envelope(
        id=row["pk"],
        type=StripeDelivered.TYPE,
        occurred_at=parse(row["day_sk"].split("#")[0]),
        actor=Actor(role="system", id="stripe"),
        subject=Subject(kind="STRIPE", id=row["event_id"]),
        seq=1,
        data=data.model_dump(mode="json"),
    )


def _wished(row: Mapping[str, str]) -> Envelope:
    return Envelope(
        id=row["pk"],
        type=AskedByAddress.TYPE,
        occurred_at=parse(row["asked_at"]),
        actor=Actor(role="account", id="unknown"),
        subject=Subject(kind=AskedByAddress.SUBJECT, id=row["id"]),
        seq=1,
        correlation_id=row["correlation_id"],
        emailed=True,  # the worker of emails does it: most of them end in one
        data=AskedByAddress(wish_id=row["id"]).model_dump(mode="json"),
    )


class Announcements:
    """Everything that was or should have been announced in a span of time, per table the oldest first."""

    def __init__(self, store: DynamoStore, client: Any, tables: tuple[str, ...]) -> None:
        self._store, self._client, self._tables = store, client, tables

    def between(self, since: datetime, until: datetime) -> Iterator[Envelope]:
        """Both ends included, UTC, to the second. Event rows go by business time, deliveries by the wall time of their
        arrival. Rows of the last moments may still be missing: the index follows its table. Raises `Busy`."""
        first, last = to_utc(since), to_utc(until)
        for table in self._tables:
            day = first.replace(hour=0, minute=0, second=0)
            while day <= last:
                keys = list(self._keys(table, iso(day)[:10], iso(first), iso(last)))
                found = [envelope_of(item) for item in self._store.batch(table, keys)]
                yield from sorted(found, key=lambda envelope: (envelope.occurred_at, envelope.subject.id, envelope.seq))
                day += timedelta(days=1)

    def _keys(self, table: str, day: str, since: str, until: str) -> Iterator[items.Item]:
        start: dict[str, Any] = {}
        while True:
            # "~" sorts after everything that a key may have behind its instant, so that the last second is included.
            page = ask(
                lambda: self._client.query(
                    TableName=table,
                    IndexName="day",
                    KeyConditionExpression="day_pk = :day AND day_sk BETWEEN :since AND :until",
                    ExpressionAttributeValues={
                        ":day": {"S": f"DAY#{day}"},
                        ":since": {"S": since},
                        ":until": {"S": f"{until}~"},
                    },
                    **start,  # noqa: B023 - called at once
                )
            )
            yield from ({"pk": item["pk"], "sk": item["sk"]} for item in page["Items"])
            if "LastEvaluatedKey" not in page:
                return
            start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}
