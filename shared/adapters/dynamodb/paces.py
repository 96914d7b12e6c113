"""`Paces`: how much of what somebody did, in rows of the inbox table that end by themselves. A row knows by a hash
alone for whom it counts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from shared.adapters.dynamodb import items
from shared.adapters.dynamodb.table import ROUNDS, Table
from shared.domain.core.errors import Busy
from shared.domain.core.instants import iso, parse
from shared.domain.core.limits import Pace

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

COUNT = "SET #tries = if_not_exists(#tries, :none) + :one, "
AFRESH = COUNT + "#ends = :ends, #ttl = :ttl"
ON = COUNT + "#ends = if_not_exists(#ends, :ends), #ttl = if_not_exists(#ttl, :ttl)"
BEGIN = "SET #tries = :one, #ends = :ends, #ttl = :ttl"
NAMES = {"#tries": "tries", "#ends": "ends", "#ttl": "ttl"}


class DynamoPaces:
    def __init__(
        self, client: DynamoDBClient, inbox_table: str, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        """`now` is wall time: business time may be moved, and nobody's patience with it."""
        self._table, self._now = Table(client, inbox_table), now

    def wall(self) -> datetime:
        return self._now()

    def count(self, pace: Pace, whom: str) -> datetime | None:
        """One conditional update, so that what happens in the same second is counted each."""
        key, now = items.pace_key(pace.name, whom), self._now()
        ends = now + pace.within
        values = items.marshal({":one": 1, ":ends": iso(ends), ":now": iso(now)}) | {":ttl": items.ttl(ends)["ttl"]}
        for _ in range(ROUNDS):
            limits = items.marshal({":most": pace.most, ":none": 0})
            condition = "attribute_not_exists(#ends) OR (#ends > :now AND #tries < :most)"
            done, held = self._table.update(key, AFRESH if pace.afresh else ON, condition, NAMES, values | limits)
            until = parse(items.unmarshal(held)["ends"]) if held else now
            if done or until > now:
                return None if done else until
            # The last ones are too long ago to count. Whoever loses this race counts on in the next round.
            if self._table.update(key, BEGIN, "#ends <= :now", NAMES, values)[0]:
                return None
        raise Busy("Many do the same at this moment.", "Try again in a minute.")

    def take_back(self, pace: Pace, whom: str) -> None:
        self._table.update(
            items.pace_key(pace.name, whom),
            "SET #tries = #tries - :one",
            "#tries >= :one",
            {"#tries": "tries"},
            items.marshal({":one": 1}),
        )

    def forget(self, pace: Pace, whom: str) -> None:
        self._table.delete(items.pace_key(pace.name, whom))
