"""Paces on DynamoDB: one write each, whoever is faster; over to the second; and the row names nobody. And the browsers
and wishes beside them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError

from shared.adapters.dynamodb.announcements import envelope_of
from shared.adapters.dynamodb.browsers import DynamoBrowsers
from shared.adapters.dynamodb.paces import DynamoPaces
from shared.adapters.dynamodb.wishes import DynamoWishes
from shared.domain.core.errors import Busy
from shared.domain.core.limits import SIGN_UPS_OF_SOURCE, WRONG_PASSWORDS
from shared.ports import Wish
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
    paces = DynamoPaces(dynamodb, "inbox", wall)
    assert [paces.count(WRONG_PASSWORDS, MAIL) for _ in range(10)] == [None] * 10
    until = WALL + timedelta(minutes=15)
    assert paces.count(WRONG_PASSWORDS, MAIL) == until
    wall.at = until - timedelta(seconds=1)
    assert paces.count(WRONG_PASSWORDS, MAIL) == until, "a try that is not looked at makes the pause no longer"
    wall.at = until
    assert [paces.count(WRONG_PASSWORDS, MAIL) for _ in range(10)] == [None] * 10
    assert paces.count(WRONG_PASSWORDS, MAIL) == until + timedelta(minutes=15)


def test_each_address_counts_for_itself_and_a_right_password_begins_anew(dynamodb: Any, wall: Wall) -> None:
    paces = DynamoPaces(dynamodb, "inbox", wall)
    for _ in range(10):
        paces.count(WRONG_PASSWORDS, MAIL)
    assert paces.count(WRONG_PASSWORDS, "other@example.org") is None
    paces.forget(WRONG_PASSWORDS, MAIL)
    paces.forget(WRONG_PASSWORDS, MAIL)
    assert paces.count(WRONG_PASSWORDS, MAIL) is None


def test_a_try_taken_back_is_free_again_and_never_less_than_none(dynamodb: Any, wall: Wall) -> None:
    paces = DynamoPaces(dynamodb, "inbox", wall)
    paces.take_back(WRONG_PASSWORDS, MAIL)
    for _ in range(10):
        paces.count(WRONG_PASSWORDS, MAIL)
    paces.take_back(WRONG_PASSWORDS, MAIL)
    assert (paces.count(WRONG_PASSWORDS, MAIL), paces.count(WRONG_PASSWORDS, MAIL)) == (
        None,
        WALL + timedelta(minutes=15),
    )


def test_a_try_is_one_conditional_write_so_that_none_slips_in_between(dynamodb: Any, wall: Wall) -> None:
    recording = Recording(dynamodb)
    paces = DynamoPaces(recording, "inbox", wall)  # type: ignore[arg-type]  # stands for a client
    for _ in range(11):
        paces.count(WRONG_PASSWORDS, MAIL)
    assert recording.calls == ["update_item"] * 11


def test_who_begins_anew_at_the_same_moment_as_another_is_counted_after_them(dynamodb: Any, wall: Wall) -> None:
    paces = DynamoPaces(dynamodb, "inbox", wall)
    paces.count(WRONG_PASSWORDS, MAIL)
    wall.at += timedelta(minutes=15)
    late = DynamoPaces(Overtaken(dynamodb, 2, lambda: paces.count(WRONG_PASSWORDS, MAIL)), "inbox", wall)  # type: ignore[arg-type]  # stands for a client
    assert late.count(WRONG_PASSWORDS, MAIL) is None
    assert [paces.count(WRONG_PASSWORDS, MAIL) for _ in range(9)].count(None) == 8


def test_the_row_ends_by_itself_and_does_not_hold_the_address(dynamodb: Any, wall: Wall) -> None:
    DynamoPaces(dynamodb, "inbox", wall).count(WRONG_PASSWORDS, MAIL)
    (row,) = dynamodb.scan(TableName="inbox")["Items"]
    assert row["ttl"] == {"N": str(int((WALL + timedelta(minutes=15)).timestamp()))}
    assert "amara" not in str(row)


def test_a_table_that_cannot_answer_lets_nobody_guess(wall: Wall) -> None:
    paces = DynamoPaces(Unreachable(ReadTimeoutError(endpoint_url="x")), "inbox", wall)  # type: ignore[arg-type]  # stands for a client
    for call in (paces.count, paces.take_back, paces.forget):
        with pytest.raises(Busy):
            call(WRONG_PASSWORDS, MAIL)


def test_a_window_that_lasts_ends_at_its_time_however_many_came_in_between(dynamodb: Any, wall: Wall) -> None:
    paces, source = DynamoPaces(dynamodb, "inbox", wall), "8.8.8.8"
    for _ in range(20):
        wall.at += timedelta(minutes=2)
        assert paces.count(SIGN_UPS_OF_SOURCE, source) is None
    until = WALL + timedelta(minutes=62)
    assert paces.count(SIGN_UPS_OF_SOURCE, source) == until
    assert paces.count(SIGN_UPS_OF_SOURCE, "8.8.4.4") is None
    assert paces.count(WRONG_PASSWORDS, source) is None, "each pace counts for itself"
    wall.at = until
    assert paces.count(SIGN_UPS_OF_SOURCE, source) is None


def test_a_browser_is_known_for_the_address_that_signed_in_there_for_half_a_year(dynamodb: Any, wall: Wall) -> None:
    browsers = DynamoBrowsers(dynamodb, "inbox", wall)
    secret = browsers.remember(MAIL, "")
    assert browsers.remember("other@example.org", secret) == secret, "one secret for a browser"
    assert browsers.remember(MAIL, "made up") != "made up"
    assert (browsers.known(MAIL, secret), browsers.known("third@example.org", secret)) == (True, False)
    assert not browsers.known(MAIL, "")
    stored = str(dynamodb.scan(TableName="inbox")["Items"])
    assert (secret in stored, "amara" in stored) == (False, False)
    wall.at += timedelta(days=180)
    assert not browsers.known(MAIL, secret)


def test_a_wish_reads_back_until_it_is_forgotten_and_ends_within_a_day(dynamodb: Any, wall: Wall) -> None:
    wishes = DynamoWishes(dynamodb, "inbox", wall)
    wish = Wish("wish-1", "sign-up", MAIL, "Amara Okafor", "Africa/Lagos", "/programs", "request-1")
    wishes.put(wish)
    assert wishes.read("wish-1") == wish
    (row,) = dynamodb.scan(TableName="inbox")["Items"]
    assert row["ttl"] == {"N": str(int((WALL + timedelta(days=1)).timestamp()))}
    announced = envelope_of(row)
    assert (announced.type, announced.subject.id, announced.emailed) == ("AskedByAddress.v1", "wish-1", True)
    assert not [word for word in ("amara", "Amara", "Lagos", "programs") if word in announced.model_dump_json()]
    for _ in range(2):
        wishes.forget("wish-1")
    assert wishes.read("wish-1") is None
