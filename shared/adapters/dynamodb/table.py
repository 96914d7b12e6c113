"""One table, item by item: what people, sessions, links and the outbox need. Aggregates go through `store.py`, never
through here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from shared.adapters.dynamodb.items import Item
from shared.adapters.dynamodb.store import busy
from shared.domain.core.errors import Busy

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

ROUNDS = 5
FAILED = "ConditionalCheckFailedException"


class Table:
    """Strongly consistent reads. Every method raises `Busy` when the table cannot answer."""

    def __init__(self, client: DynamoDBClient, name: str) -> None:
        self._client, self.name = client, name

    def get(self, key: Item) -> Item | None:
        found = ask(lambda: self._client.get_item(TableName=self.name, Key=key, ConsistentRead=True))
        item: Item | None = found.get("Item")
        return item

    def put(self, item: Item) -> None:
        """Last write wins."""
        ask(lambda: self._client.put_item(TableName=self.name, Item=item))

    def put_new(self, item: Item) -> Item | None:
        """None when it was put; otherwise the item that is there already."""
        return self._guarded(
            lambda: self._client.put_item(
                TableName=self.name,
                Item=item,
                ConditionExpression="attribute_not_exists(pk)",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        )[1]

    def update(
        self, key: Item, change: str, condition: str, names: dict[str, str], values: Item
    ) -> tuple[bool, Item | None]:
        """(done, item): the changed item, or the one that failed `condition` (None when there is none)."""
        return self._guarded(
            lambda: self._client.update_item(
                TableName=self.name,
                Key=key,
                UpdateExpression=change,
                ConditionExpression=condition,
                ExpressionAttributeNames=names,
                ExpressionAttributeValues=values,
                ReturnValues="ALL_NEW",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        )

    def delete(self, key: Item) -> None:
        """Also fine when nothing is there."""
        ask(lambda: self._client.delete_item(TableName=self.name, Key=key))

    def keys(self, pk: str) -> list[Item]:
        """The keys of one partition, all pages."""
        return self._partition(pk, {"ProjectionExpression": "pk, sk"})

    def partition(self, pk: str, beginning: str = "") -> list[Item]:
        """Everything in one partition, or what of it begins so, all pages: for partitions that stay small."""
        return self._partition(pk, {}, beginning)

    def _partition(self, pk: str, projection: Mapping[str, Any], beginning: str = "") -> list[Item]:
        condition = "pk = :pk AND begins_with(sk, :sk)" if beginning else "pk = :pk"
        values = {":pk": {"S": pk}} | ({":sk": {"S": beginning}} if beginning else {})

        def pages() -> Iterator[Any]:
            return iter(
                self._client.get_paginator("query").paginate(
                    TableName=self.name,
                    KeyConditionExpression=condition,
                    ExpressionAttributeValues=values,
                    ConsistentRead=True,
                    **projection,
                )
            )

        found: list[Item] = ask(lambda: [item for page in pages() for item in page["Items"]])
        return found

    def _guarded(self, call: Callable[[], Any]) -> tuple[bool, Item | None]:
        try:
            return True, call().get("Attributes")
        except ClientError as error:
            if error.response["Error"]["Code"] != FAILED:
                raise busy(error) from error
            held: Item | None = error.response.get("Item")  # type: ignore[assignment] # botocore-stubs do not know it
            return False, held
        except BotoCoreError as error:
            raise busy(error) from error


def batch_get(client: DynamoDBClient, wanted: Mapping[str, Sequence[Item]]) -> list[Item]:
    """Table name -> keys, at most 100 in all, in one `BatchGetItem`; what the service leaves unprocessed is asked for
    again."""
    request: Any = {table: {"Keys": list(keys), "ConsistentRead": True} for table, keys in wanted.items()}
    found: list[Item] = []
    for _ in range(ROUNDS):
        answer = ask(lambda: client.batch_get_item(RequestItems=request))  # noqa: B023 - called at once
        found += [item for items in answer["Responses"].values() for item in items]
        request = answer.get("UnprocessedKeys")
        if not request:
            return found
    raise Busy("Our records answer slowly at the moment.", "Try again in a minute.")


def ask(call: Callable[[], Any]) -> Any:
    try:
        return call()
    except (ClientError, BotoCoreError) as error:
        raise busy(error) from error
