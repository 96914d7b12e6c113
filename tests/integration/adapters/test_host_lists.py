"""A host's lists on DynamoDB: its programs, its managers, what it was asked; found by the index, each once, gone with
their people."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from shared.adapters.dynamodb.catalogue import DynamoCatalogue
from shared.adapters.dynamodb.people import DynamoPeople
from shared.adapters.dynamodb.store import DynamoStore
from shared.adapters.dynamodb.transaction import Tables
from shared.ports import PersonalRecord, UnitOfWork
from shared.services.programs.host_index import HostIndex, asked_listing, manager_entry
from shared.services.programs.publishing import Publishing
from tests.builders import HOST, START, TRAINEE, program, stored_account
from tests.fakes import CountingIds, FrozenClock
from tests.unit.services.accounts.account_scene import OPERATOR


@pytest.fixture
def lists(store: DynamoStore) -> HostIndex:
    return HostIndex(store, DynamoCatalogue(store))


def test_a_published_program_is_found_by_its_host(store: DynamoStore, clock: FrozenClock, lists: HostIndex) -> None:
    publishing = Publishing(store, clock)
    for id, name, host in (("bbb", "Surgery", HOST), ("aaa", "Wards", HOST), ("ccc", "Elsewhere", "host-2")):
        for published in (True, False):
            assert publishing.publish(OPERATOR, program(id=id, name=name, host_id=host)) is published
    assert [one.name for one in lists.programs(HOST)] == ["Surgery", "Wards"]
    assert lists.programs("no-such-host") == ()


def test_managers_are_found_once_and_sign_in_only_while_they_act_for_the_host(
    store: DynamoStore, lists: HostIndex
) -> None:
    stored_account(store, "manager-1", ("host",), hosts=(HOST,))
    for version in (1, 3):
        entry = manager_entry("manager-1", HOST, version, START + timedelta(seconds=version))
        store.commit(UnitOfWork(transitions=(), records=(entry,)))
    assert (lists.managers(HOST), lists.signs_in(HOST), lists.signs_in("host-2")) == (["manager-1"], True, False)


class TwoAPage:
    """A client whose index answers two entries at a time, as a large one would after 1 MB."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def query(self, **asked: Any) -> Any:
        return self._client.query(**asked, Limit=2)


def test_a_list_is_read_to_its_last_page(dynamodb: Any) -> None:
    store = DynamoStore(TwoAPage(dynamodb), Tables("core", "ledger"), CountingIds())  # type: ignore[arg-type]
    texts = [
        PersonalRecord(
            f"{TRAINEE}/asked-{n}",
            {"secret": "s", "application_id": str(n)},
            asked_listing(HOST, str(n), START + timedelta(hours=n)),
        )
        for n in range(7)
    ]
    store.commit(UnitOfWork(transitions=(), records=tuple(texts)))
    assert HostIndex(store, DynamoCatalogue(store)).asked(HOST, START + timedelta(hours=1)) == [
        "6",
        "5",
        "4",
        "3",
        "2",
        "1",
    ]


def test_what_a_host_was_asked_comes_newest_first_and_goes_with_the_trainee(
    dynamodb: Any, store: DynamoStore, lists: HostIndex
) -> None:
    for hours, id in ((0, "a"), (1, "b"), (2, "a")):
        at = START + timedelta(hours=hours)
        body = {"secret": "s", "application_id": id}
        store.commit(
            UnitOfWork(
                transitions=(), records=(PersonalRecord(f"{TRAINEE}/asked-{hours}", body, asked_listing(HOST, id, at)),)
            )
        )
    assert (lists.asked(HOST, START), lists.asked(HOST, START + timedelta(hours=2))) == (["a", "b"], ["a"])
    DynamoPeople(dynamodb, "core").erase(TRAINEE)
    assert lists.asked(HOST, START) == []
