"""`Guesses`: how often a password was tried for a mail address, in a row of the inbox table that ends by itself. The
row knows the address by its hash alone, and whether somebody has that address plays no part in it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from shared.adapters.dynamodb import items
from shared.adapters.dynamodb.table import ROUNDS, Table
from shared.domain.accounts.account_input import GUESS_PAUSE, GUESSES
from shared.domain.core.errors import Busy
from shared.domain.core.instants import iso, parse

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

COUNT = "SET #tries = if_not_exists(#tries, :none) + :one, #ends = :ends, #ttl = :ttl"
BEGIN = "SET #tries = :one, #ends = :ends, #ttl = :ttl"
NAMES = {"#tries": "tries", "#ends": "ends", "#ttl": "ttl"}


class DynamoGuesses:
    def __init__(
        self, client: DynamoDBClient, inbox_table: str, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        """`now` is wall time: business time may be moved, and nobody's patience with it."""
        self._table, self._now = Table(client, inbox_table), now

    def begin(self, email: str) -> datetime | None:
        """Counted before the password is looked at, so that tries in the same second are counted each."""
        key, now = items.guesses_key(email), self._now()
        ends = now + GUESS_PAUSE
        values = items.marshal({":one": 1, ":ends": iso(ends), ":now": iso(now)}) | {":ttl": items.ttl(ends)["ttl"]}
        for _ in range(ROUNDS):
            limits = items.marshal({":most": GUESSES, ":none": 0})
            condition = "attribute_not_exists(#ends) OR (#ends > :now AND #tries < :most)"
            done, held = self._table.update(key, COUNT, condition, NAMES, values | limits)
            until = parse(items.unmarshal(held)["ends"]) if held else now
            if done or until > now:
                return None if done else until
            # The last tries are too long ago to count. Whoever loses this race counts on in the next round.
            if self._table.update(key, BEGIN, "#ends <= :now", NAMES, values)[0]:
                return None
        raise Busy("Many sign in with this address at the same moment.", "Try again in a minute.")

    def take_back(self, email: str) -> None:
        one = items.marshal({":one": 1})
        self._table.update(
            items.guesses_key(email), "SET #tries = #tries - :one", "#tries >= :one", {"#tries": "tries"}, one
        )

    def forget(self, email: str) -> None:
        self._table.delete(items.guesses_key(email))
