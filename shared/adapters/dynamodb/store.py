"""`Store` on the core and ledger tables: strongly consistent reads, and one guarded transaction for every write."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from shared.adapters.dynamodb import items
from shared.adapters.dynamodb.transaction import Tables, actions, refusal
from shared.domain.core.aggregate import AggregateType, EventRow
from shared.domain.core.errors import Busy, NotFound, Unconfirmed, VersionConflict
from shared.domain.core.instants import iso
from shared.domain.money.money import JournalEntry
from shared.domain.seats.seats import SeatYear
from shared.ports import DueItem, Ids, Stored, UniqueKey, UnitOfWork

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

ATTEMPTS = 8
THROTTLED = {
    "ProvisionedThroughputExceededException",
    "ThrottlingException",
    "RequestLimitExceeded",
    "TransactionInProgressException",
}

UNDECIDED = {"InternalServerError", "InternalFailure", "ServiceUnavailable"}
"""Answers of DynamoDB that say nothing about whether the request was carried out."""


def busy(error: Exception) -> Busy:
    """What a caller hears when the table cannot answer; the cause stays attached for the log."""
    refused = Busy("Our records cannot be reached for a moment.", "Try again in a minute.")
    refused.__cause__ = error
    return refused


def unconfirmed() -> Unconfirmed:
    """A transaction was sent, and nobody knows whether it was taken."""
    return Unconfirmed(
        "Our records did not answer in time, so we do not know whether this was saved.",
        "Send it again in a minute: that is safe, because nothing is done twice.",
    )


class DynamoStore:
    def __init__(
        self, client: DynamoDBClient, tables: Tables, ids: Ids, pause: Callable[[float], None] = time.sleep
    ) -> None:
        self._client, self._tables, self._ids, self._pause = client, tables, ids, pause

    def load(self, kind: AggregateType, id: str) -> Stored:
        item = self._get(self._tables.core, items.state_key(kind, id))
        if item is None:
            raise NotFound(f"There is no {kind.lower()} {id}.", "Check the address, or start again from your list.")
        return items.loaded_of(item)

    def load_many(self, keys: Iterable[tuple[AggregateType, str]]) -> dict[tuple[AggregateType, str], Stored]:
        wanted = [items.state_key(kind, id) for kind, id in dict.fromkeys(keys)]
        found = (items.loaded_of(item) for item in self.batch(self._tables.core, wanted))
        return {(loaded.kind, loaded.id): loaded for loaded in found}

    def history(self, kind: AggregateType, id: str) -> list[EventRow]:
        return [items.event_of(item) for item in self.query(self._tables.core, items.aggregate_pk(kind, id), "EVENT#")]

    def commit(self, work: UnitOfWork) -> list[EventRow]:
        rows, found = actions(work, self._tables)
        request = [action.request for action in found]
        token, under_way = self._ids.new(), False
        for attempt in range(ATTEMPTS):
            try:
                self._client.transact_write_items(TransactItems=request, ClientRequestToken=token)  # type: ignore[arg-type]
                return rows
            except self._client.exceptions.TransactionCanceledException as error:
                refused = refusal(found, error.response["CancellationReasons"])
                if isinstance(refused, VersionConflict) and self._recorded(rows):
                    return rows
                if refused:
                    raise refused from error
            except ClientError as error:
                code = error.response["Error"]["Code"]
                if code in UNDECIDED:
                    raise unconfirmed() from error
                if code not in THROTTLED:
                    raise busy(error) from error
                under_way = code == "TransactionInProgressException"
            except BotoCoreError as error:
                raise unconfirmed() from error
            # Full jitter: items of one program are touched by many at once, and equal waits would meet again.
            self._pause(random.uniform(0, min(0.02 * 2**attempt, 0.5)))  # noqa: S311 - spreading load, not a secret
        if under_way:
            raise unconfirmed()
        raise Busy("Many people are booking this at the same moment.", "Try again.")

    def _recorded(self, rows: Sequence[EventRow]) -> bool:
        """Whether exactly these rows are stored: the same work was committed before and its answer lost. A row's hash
        covers it all. Raises `Unconfirmed` when that cannot be read."""
        keys = [items.key(items.aggregate_pk(row.kind, row.aggregate_id), items.event_sk(row.seq)) for row in rows]
        try:
            stored = {item["hash"]["S"] for item in self.batch(self._tables.core, keys)}
        except Busy as error:
            raise unconfirmed() from error
        return bool(rows) and stored == {row.hash for row in rows}

    def owned(self, kind: AggregateType, owner_id: str, limit: int = 50) -> list[Stored]:
        found = self._ask(
            lambda: self._client.query(
                TableName=self._tables.core,
                IndexName="owner",
                KeyConditionExpression="owner_pk = :owner",
                ExpressionAttributeValues={":owner": {"S": f"{kind}#{owner_id}"}},
                ScanIndexForward=False,
                Limit=limit,
            )
        )
        # The index may be a moment behind and holds keys only: the states are read from the table itself.
        keys = [(kind, item["pk"]["S"].split("#", 1)[1]) for item in found["Items"]]
        states = self.load_many(keys)
        return [states[key] for key in keys if key in states]

    def program_ids(self, status: str) -> list[str]:
        """Every program of one status, from the owner index."""
        return self._owned_by(f"PROGRAM#{status}")

    def coaches(self) -> list[str]:
        return self._owned_by(items.COACHES)

    def staff(self) -> list[str]:
        return sorted([*self._owned_by(items.COACHES), *self._owned_by(items.STAFF)])

    def _owned_by(self, owner: str) -> list[str]:
        """The sort keys under one key of the owner index."""
        return [item["owner_sk"]["S"] for item in self._indexed("owner", "owner_pk = :owner", {":owner": owner})]

    def _indexed(
        self, index: str, condition: str, values: Mapping[str, str], limit: int | None = None
    ) -> list[dict[str, Any]]:
        """What an index of the core table holds under a condition: to the last page, or the first `limit`."""
        return self._pages(
            TableName=self._tables.core,
            IndexName=index,
            KeyConditionExpression=condition,
            ExpressionAttributeValues={name: {"S": value} for name, value in values.items()},
            PaginationConfig={"MaxItems": limit, "PageSize": limit} if limit else {},
        )

    def due(
        self, reader: str, *, since: datetime | None = None, until: datetime | None = None, limit: int | None = None
    ) -> list[DueItem]:
        condition, values = "due_pk = :shard", {}
        if since is not None or until is not None:
            condition += " AND due_at BETWEEN :since AND :until"
            values = {":since": iso(since) if since else "0", ":until": iso(until) if until else "9"}
        found = [
            items.due_of(item)
            for shard in range(items.DUE_SHARDS)
            for item in self._indexed("due", condition, values | {":shard": f"{reader}#{shard}"}, limit)
        ]
        return sorted(found, key=_when)[:limit]

    def postpone_due(self, item: DueItem, at: datetime) -> None:
        self._as_read(
            item,
            self._client.update_item,
            UpdateExpression="SET due_at = :later",
            ExpressionAttributeValues={":at": {"S": iso(item.due.at)}, ":later": {"S": iso(at)}},
        )

    def forget_due(self, item: DueItem) -> None:
        self._as_read(item, self._client.delete_item, ExpressionAttributeValues={":at": {"S": iso(item.due.at)}})

    def _as_read(self, item: DueItem, change: Callable[..., Any], **how: Any) -> None:
        """Changes a due row unless another one has taken its place, or none is there."""
        key = items.due_key(item.subject_kind, item.subject_id, item.due.kind)
        try:
            change(TableName=self._tables.core, Key=key, ConditionExpression="due_at = :at", **how)
        except self._client.exceptions.ConditionalCheckFailedException:
            return
        except (ClientError, BotoCoreError) as error:
            raise busy(error) from error

    def seat_years(self, keys: Sequence[tuple[str, int]], weeks: Collection[str] = ()) -> list[SeatYear]:
        wanted = [items.seats_key(*key) for key in dict.fromkeys(keys)]
        return [items.seats_of(item) for item in self.batch(self._tables.core, wanted, items.seats_projection(weeks))]

    def claimed_by(self, key: str) -> str | None:
        item = self._get(self._tables.core, items.claim_key(UniqueKey(key, "")))
        return None if item is None else str(items.unmarshal(item)["owner"])

    def claimed_by_all(self, keys: Iterable[str]) -> dict[str, str]:
        wanted = [items.claim_key(UniqueKey(key, "")) for key in dict.fromkeys(keys)]
        found = (items.unmarshal(item) for item in self.batch(self._tables.core, wanted))
        return {one["pk"].removeprefix("UNIQUE#"): str(one["owner"]) for one in found}

    def claimants(self, name: str, first: str, last: str) -> list[str]:
        return self._listed_owners(name, first, last)

    def seated(self, program_id: str, first: str, last: str) -> list[str]:
        return list(dict.fromkeys(self._listed_owners(items.seated_list(program_id), first, last)))

    def _listed_owners(self, name: str, first: str, last: str) -> list[str]:
        values = {":list": name, ":first": first, ":last": f"{last}~"}  # after every "#<owner>"
        found = self._indexed("owner", "owner_pk = :list AND owner_sk BETWEEN :first AND :last", values)
        return [items.listed_owner(item) for item in found]

    def text(self, ref: str) -> Mapping[str, Any] | None:
        item = self._get(self._tables.core, items.text_key(ref))
        return None if item is None else items.unmarshal(item)["body"]

    def listed(self, name: str, since: str, limit: int = 100) -> list[Mapping[str, Any]]:
        found = self._ask(
            lambda: self._client.query(
                TableName=self._tables.core,
                IndexName="owner",
                KeyConditionExpression="owner_pk = :list AND owner_sk >= :since",
                ExpressionAttributeValues={":list": {"S": name}, ":since": {"S": since}},
                ScanIndexForward=False,
                Limit=limit,
            )
        )
        return self._bodies(found["Items"])

    def all_listed(self, name: str, since: str) -> list[Mapping[str, Any]]:
        found = self._indexed("owner", "owner_pk = :list AND owner_sk >= :since", {":list": name, ":since": since})
        return self._bodies(found[::-1])

    def _bodies(self, found: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        """The texts that an index found, in its order."""
        keys = [{"pk": item["pk"], "sk": item["sk"]} for item in found]
        # As with `owned`: the index holds keys only, and a batch answers in any order.
        bodies = {(item["pk"]["S"], item["sk"]["S"]): item for item in self.batch(self._tables.core, keys)}
        found_in_order = (bodies.get((key["pk"]["S"], key["sk"]["S"])) for key in keys)
        return [items.unmarshal(item)["body"] for item in found_in_order if item]

    def journal(self, account: str) -> list[JournalEntry]:
        entries = [items.journal_of(item) for item in self.query(self._tables.ledger, account, "ENTRY#")]
        return sorted(entries, key=lambda entry: (entry.at, entry.id))

    # --- reads shared by the other adapters of this package -----------------------------------------------------------
    def query(self, table: str, pk: str, prefix: str) -> list[dict[str, Any]]:
        return self._pages(
            TableName=table,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :prefix)",
            ConsistentRead=True,
            ExpressionAttributeValues={":pk": {"S": pk}, ":prefix": {"S": prefix}},
        )

    def _pages(self, **asked: Any) -> list[dict[str, Any]]:
        """The items of a query, to the last page. Raises `Busy`."""

        def read() -> list[dict[str, Any]]:
            pages = self._client.get_paginator("query").paginate(**asked)
            return [item for page in pages for item in page["Items"]]

        found: list[dict[str, Any]] = self._ask(read)
        return found

    def batch(
        self, table: str, keys: Sequence[items.Item], projection: Mapping[str, Any] | None = None
    ) -> list[dict[str, Any]]:
        """`BatchGetItem`, 100 keys at a time; what the service leaves unprocessed is asked for again."""
        found: list[dict[str, Any]] = []
        for start in range(0, len(keys), 100):
            wanted: Any = {
                table: {"Keys": list(keys[start : start + 100]), "ConsistentRead": True, **(projection or {})}
            }
            for attempt in range(ATTEMPTS):
                answer = self._ask(lambda: self._client.batch_get_item(RequestItems=wanted))  # noqa: B023 - called at once
                found += answer["Responses"].get(table, [])
                wanted = answer.get("UnprocessedKeys")
                if not wanted:
                    break
                self._pause(random.uniform(0, 0.02 * 2**attempt))  # noqa: S311
            else:
                raise Busy("Our records answer slowly at the moment.", "Try again in a minute.")
        return found

    def _get(self, table: str, key: items.Item) -> dict[str, Any] | None:
        found: dict[str, Any] | None = self._ask(
            lambda: self._client.get_item(TableName=table, Key=key, ConsistentRead=True)
        ).get("Item")
        return found

    def _ask(self, call: Callable[[], Any]) -> Any:
        try:
            return call()
        except (ClientError, BotoCoreError) as error:
            raise busy(error) from error


def _when(item: DueItem) -> tuple[datetime, str]:
    return item.due.at, item.subject_id
