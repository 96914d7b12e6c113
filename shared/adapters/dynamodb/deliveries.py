"""`Deliveries`: one conditional put per Stripe webhook. Nothing else is imported here (no pydantic, no items): the
webhook starts with it.

The index attributes are those of `items.by_day`; a test holds them equal.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from shared.domain.core.errors import Busy

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from shared.ports import Delivery

KEPT = timedelta(days=90)


class DynamoDeliveries:
    def __init__(
        self, client: DynamoDBClient, inbox_table: str, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        """`now` is wall time, for the TTL."""
        self._client, self._table, self._now = client, inbox_table, now

    def store(self, delivery: Delivery, raw: str) -> bool:
        """Once under the event's id, kept 90 days; False when it was there. Raises `Busy`: answer 503 and Stripe sends
        it again."""
        now = self._now()
        moment = now.strftime("%Y-%m-%dT%H:%M:%SZ")
        values = {
            "pk": f"STRIPE#{delivery.event_id}",
            "sk": "DELIVERY",
            "event_id": delivery.event_id,
            "type": delivery.type,
            "object_id": delivery.object_id,
            "raw": raw,
            "day_pk": f"DAY#{moment[:10]}",
            "day_sk": f"{moment}#{delivery.event_id}",
        }
        item = {name: {"S": value} for name, value in values.items()} | {
            "ttl": {"N": str(int((now + KEPT).timestamp()))}
        }
        try:
            self._client.put_item(TableName=self._table, Item=item, ConditionExpression="attribute_not_exists(pk)")
        except ClientError as error:
            if error.response["Error"]["Code"] == "ConditionalCheckFailedException":
                return False
            raise _busy() from error
        except BotoCoreError as error:
            raise _busy() from error
        return True


def _busy() -> Busy:
    return Busy("The delivery could not be stored.", "Send it again later.")
