"""Tries per mail address on DynamoDB: one write each, whoever is faster; over to the second; and the row names
nobody."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError
from shared.adapters.dynamodb.guesses import DynamoGuesses

from shared.domain.core.errors import Busy
from tests.integration.adapters.conftest import Recording, Unreachable

MAIL = "amara@example.org"
WALL = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)


class Wall:
    """Wall time that a test moves."""

    def __init__(self) -> None:
        self.at = WALL

    def __call__(self) -> datetime:
        return self.at


class Overtaken:
    """A client before whose nth call somebody else is faster."""

    def __init__(self, inner: Any, nth: int, first: Callable[[], object]) -> None:
        self._inner, self._left, self._first = inner, nth, first

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._inner, name)
        if name != "update_item":
            return found

        def call(**arguments: Any) -> Any:
            self._left -= 1
            if self._left == 0:
                self._first()
            return found(**arguments)

        return call


@pytest.fixture
def wall() -> Wall:
    return Wall()


def test_ten_tries_are_let_through_and_the_next_after_the_pause_to_the_second(dynamodb: Any, wall: Wall) -> None:
    guesses = DynamoGuesses(dynamodb, "inbox", wall)
    assert [guesses.begin(MAIL) for _ in range(10)] == [None] * 10
    until = WALL + timedelta(minutes=15)
    assert guesses.begin(MAIL) == until
    wall.at = until - timedelta(seconds=1)
    assert guesses.begin(MAIL) == until, "a try that is not looked at makes the pause no longer"
    wall.at = until
    assert [guesses.begin(MAIL) for _ in range(10)] == [None] * 10
    assert guesses.begin(MAIL) == until + timedelta(minutes=15)


def test_each_address_counts_for_itself_and_a_right_password_begins_anew(dynamodb: Any, wall: Wall) -> None:
    guesses = DynamoGuesses(dynamodb, "inbox", wall)
    for _ in range(10):
        guesses.begin(MAIL)
    assert guesses.begin("other@example.org") is None
    guesses.forget(MAIL)
    guesses.forget(MAIL)
    assert guesses.begin(MAIL) is None


def test_a_try_taken_back_is_free_again_and_never_less_than_none(dynamodb: Any, wall: Wall) -> None:
    guesses = DynamoGuesses(dynamodb, "inbox", wall)
    guesses.take_back(MAIL)
    for _ in range(10):
        guesses.begin(MAIL)
    guesses.take_back(MAIL)
    assert (guesses.begin(MAIL), guesses.begin(MAIL)) == (None, WALL + timedelta(minutes=15))


def test_a_try_is_one_conditional_write_so_that_none_slips_in_between(dynamodb: Any, wall: Wall) -> None:
    recording = Recording(dynamodb)
    guesses = DynamoGuesses(recording, "inbox", wall)  # type: ignore[arg-type]  # stands for a client
    for _ in range(11):
        guesses.begin(MAIL)
    assert recording.calls == ["update_item"] * 11


def test_who_begins_anew_at_the_same_moment_as_another_is_counted_after_them(dynamodb: Any, wall: Wall) -> None:
    guesses = DynamoGuesses(dynamodb, "inbox", wall)
    guesses.begin(MAIL)
    wall.at += timedelta(minutes=15)
    late = DynamoGuesses(Overtaken(dynamodb, 2, lambda: guesses.begin(MAIL)), "inbox", wall)  # type: ignore[arg-type]  # stands for a client
    assert late.begin(MAIL) is None
    assert [guesses.begin(MAIL) for _ in range(9)].count(None) == 8


def test_the_row_ends_by_itself_and_does_not_hold_the_address(dynamodb: Any, wall: Wall) -> None:
    DynamoGuesses(dynamodb, "inbox", wall).begin(MAIL)
    (row,) = dynamodb.scan(TableName="inbox")["Items"]
    assert row["ttl"] == {"N": str(int((WALL + timedelta(minutes=15)).timestamp()))}
    assert "amara" not in str(row)


def test_a_table_that_cannot_answer_lets_nobody_guess(wall: Wall) -> None:
    guesses = DynamoGuesses(Unreachable(ReadTimeoutError(endpoint_url="x")), "inbox", wall)  # type: ignore[arg-type]  # stands for a client
    for call in (guesses.begin, guesses.take_back, guesses.forget):
        with pytest.raises(Busy):
            call(MAIL)
