"""Rows as they are announced, from the tables' `day` index: everything of a span, both ends and every day between, from
both tables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError
from moto import mock_aws

from infra.local.stack.tables import create_tables
from shared.adapters.dynamodb.announcements import Announcements, envelope_of
from shared.adapters.dynamodb.deliveries import DynamoDeliveries
from shared.adapters.dynamodb.store import DynamoStore
from shared.adapters.dynamodb.transaction import Tables
from shared.adapters.ids import Ulids
from shared.domain.core.errors import Busy
from shared.events.envelope import Envelope
from shared.ports import Delivery, UnitOfWork
from tests.builders import draft, step
from tests.fakes.clock import START
from tests.integration.adapters.conftest import Recording, Unreachable, client

SECOND = timedelta(seconds=1)


class Tablet:
    """Both tables on moto, and what is announced from them."""

    def __init__(self) -> None:
        self.client = client("dynamodb")
        create_tables(self.client)
        self.store = DynamoStore(self.client, Tables("core", "ledger"), Ulids(), pause=lambda seconds: None)

    def row(self, id: str, at: datetime) -> Envelope:
        made = step("APPLICATION", id, {"status": "DRAFT"})
        (stored,) = self.store.commit(UnitOfWork(transitions=(replace(made, draft=draft({"status": "DRAFT"}, at=at)),)))
        return Envelope.of(stored)

    def delivery(self, id: str, at: datetime) -> None:
        stored = DynamoDeliveries(self.client, "inbox", lambda: at).store(
            Delivery(id, "charge.updated", "ch_1"), '{"name": "Amara"}'
        )
        assert stored

    def between(self, since: datetime, until: datetime, reader: Any = None) -> list[Envelope]:
        return list(Announcements(self.store, reader or self.client, ("core", "inbox")).between(since, until))

    def ids(self, since: datetime, until: datetime) -> list[str]:
        return [envelope.subject.id for envelope in self.between(since, until)]


@pytest.fixture
def tables() -> Iterator[Tablet]:
    with mock_aws():
        yield Tablet()


def test_a_row_is_announced_again_exactly_as_the_publisher_announced_it(tables: Tablet) -> None:
    told = tables.row("a", START)
    item = tables.client.get_item(
        TableName="core", Key={"pk": {"S": "APPLICATION#a"}, "sk": {"S": "EVENT#0000000001"}}
    )["Item"]
    assert tables.between(START, START) == [told] == [envelope_of(item)]


def test_a_delivery_is_announced_by_its_ids_and_its_body_stays_in_the_table(tables: Tablet) -> None:
    tables.delivery("evt_1", START)
    (told,) = tables.between(START, START)
    assert (told.type, told.id, told.occurred_at) == ("StripeDelivered.v1", "STRIPE#evt_1", START)
    assert told.data == {"event_id": "evt_1", "event_type": "charge.updated", "object_id": "ch_1"}
    assert "Amara" not in told.model_dump_json()


def test_both_ends_are_included_and_the_seconds_around_them_are_not(tables: Tablet) -> None:
    until = START + timedelta(hours=2)
    for name, at in {"before": START - SECOND, "first": START, "last": until, "after": until + SECOND}.items():
        tables.row(name, at)
        tables.delivery(f"evt_{name}", at)
    assert tables.ids(START, until) == ["first", "last", "evt_first", "evt_last"]


def test_several_days_come_in_order_with_their_midnights(tables: Tablet) -> None:
    midnight = datetime(2026, 11, 25, tzinfo=UTC)
    at = {"d": midnight + timedelta(days=1), "b": midnight - SECOND, "c": midnight, "a": midnight - timedelta(days=2)}
    for name, moment in at.items():
        tables.row(name, moment)
    assert tables.ids(midnight - timedelta(days=2), midnight + timedelta(days=1)) == ["a", "b", "c", "d"]
    assert tables.ids(midnight, midnight) == ["c"]


def test_a_span_of_another_zone_is_the_same_span(tables: Tablet) -> None:
    first, last, east = (
        datetime(2026, 11, 25, 20, tzinfo=UTC),
        datetime(2026, 11, 26, 18, tzinfo=UTC),
        timezone(timedelta(hours=5)),
    )
    tables.row("a", first)
    tables.row("b", last)
    assert tables.ids(first.astimezone(east), last.astimezone(east)) == ["a", "b"]
    fraction = first + timedelta(microseconds=900_000)
    assert tables.ids(fraction, fraction) == ["a"], "the tables know whole seconds"


def test_the_rows_of_one_second_come_in_the_order_of_their_aggregate(tables: Tablet) -> None:
    first = tables.row("a", START)
    loaded = tables.store.load("APPLICATION", "a")
    made = step("APPLICATION", "a", {"status": "SUBMITTED"})
    tables.store.commit(UnitOfWork(transitions=(replace(made, loaded=loaded),)))
    assert [told.seq for told in tables.between(START, START)] == [first.seq, 2]


def test_a_day_of_more_rows_than_one_page_or_one_batch_is_announced_whole(tables: Tablet) -> None:
    for number in range(130):
        tables.delivery(f"evt_{number:03}", START)

    class Pages(Recording):
        """Answers queries 50 keys at a time, as DynamoDB does at a megabyte."""

        def __getattr__(self, name: str) -> Any:
            found = super().__getattr__(name)
            return (lambda **arguments: found(**arguments, Limit=50)) if name == "query" else found

    pages = Pages(tables.client)
    assert len({told.id for told in tables.between(START, START, pages)}) == 130
    assert pages.calls.count("query") >= 3


def test_a_span_without_rows_announces_nothing(tables: Tablet) -> None:
    tables.row("a", START)
    assert tables.between(START + SECOND, START + timedelta(days=3)) == []
    assert tables.between(START, START - SECOND) == []


@pytest.mark.parametrize(
    "error",
    [
        ClientError({"Error": {"Code": "ThrottlingException"}}, "Query"),
        ReadTimeoutError(endpoint_url="http://127.0.0.1"),
    ],
)
def test_a_table_that_cannot_answer_is_busy(tables: Tablet, error: Exception) -> None:
    with pytest.raises(Busy):
        tables.between(START, START, Unreachable(error))
