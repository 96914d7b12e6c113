"""The consistency check finds what does not hold: each promise broken by hand in sound tables is
named, and sound tables are called sound."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from infra.local.checks.consistency import ConsistencyReport, consistency_of
from shared.adapters.dynamodb import items
from tests.builders import PROGRAM, TRAINEE, WEEKS
from tests.fakes import FakeStore
from tests.unit.services.reservations.reservation_scene import Scene

Item = dict[str, Any]
FIRST = WEEKS[0]


def core_items(store: FakeStore) -> list[Item]:
    """The fake store's content as the core table would hold it."""
    found = [
        items.state_key(*key)
        | items.marshal({"version": one.version, "head": one.head, "state": items.storable(dict(one.state))})
        for key, one in store.states.items()
    ]
    for (kind, id), rows in store.rows.items():
        pk = items.aggregate_pk(kind, id)
        found += [
            items.key(pk, items.event_sk(row.seq)) | items.marshal(items.storable(row.model_dump(mode="json")))
            for row in rows
        ]
    found += [items.seats_item(year) for year in store.seats.values()]
    for (trainee, week), reservation in store.trainee_weeks.items():
        row = items.marshal({"reservation_id": reservation, "program_id": PROGRAM})
        found.append(items.trainee_week_key(trainee, week) | row)
    return found


class Tables:
    """A seat that was paid, one that lapsed, and one whose late payment went back: as DynamoDB gives it."""

    def __init__(self) -> None:
        scene = Scene(seats=1)
        scene.apply("application-1")
        lapsed = scene.checkout()
        late = scene.payments.session_of(lapsed.reserved.id)
        scene.run_sweep(minutes=31)
        scene.apply("application-2", "trainee-2")
        link = scene.checkout(id="application-2", trainee="trainee-2")
        self.reservation = link.reserved.id
        scene.webhook(scene.pay(link))
        scene.payments.sessions[late.id] = late
        scene.webhook(scene.payments.pay(late.id))
        self.refunded = lapsed.reserved.id
        scene.check()
        self.core, self.ledger = (
            core_items(scene.store),
            [items.journal_item(entry) for entry in scene.store.entries.values()],
        )

    def check(self) -> ConsistencyReport:
        return consistency_of(copy.deepcopy(self.core), copy.deepcopy(self.ledger))

    def item(self, pk: str, sk: str) -> Item:
        return next(item for item in self.core if (item["pk"]["S"], item["sk"]["S"]) == (pk, sk))

    def drop(self, pk: str, sk: str) -> None:
        self.core.remove(self.item(pk, sk))


@pytest.fixture
def tables() -> Tables:
    return Tables()


def test_sound_tables_hold_and_are_counted(tables: Tables) -> None:
    report = tables.check()
    assert report.broken == []
    assert (report.aggregates, report.weeks, report.entries) == (5, 4, 3)
    assert str(report) == f"5 aggregates, {report.rows} event rows, 4 weeks with seats taken, 3 ledger entries"
    assert report.rows > 10


def change_history(tables: Tables) -> None:
    tables.item(f"RESERVATION#{tables.reservation}", "EVENT#0000000001")["data"]["M"]["total_cents"] = {"N": "1"}


def change_actor(tables: Tables) -> None:
    tables.item(f"RESERVATION#{tables.reservation}", "EVENT#0000000001")["actor"]["M"]["id"] = {"S": "somebody"}


def lose_row(tables: Tables) -> None:
    tables.drop(f"RESERVATION#{tables.reservation}", "EVENT#0000000002")


def change_state(tables: Tables) -> None:
    tables.item(f"RESERVATION#{tables.reservation}", items.STATE)["state"]["M"]["total_cents"] = {"N": "1"}


def lose_state(tables: Tables) -> None:
    tables.drop("APPLICATION#application-1", items.STATE)


def count_one_more(tables: Tables) -> None:
    cell = tables.item(f"PROGRAM#{PROGRAM}", "SEATS#2027")["weeks"]["M"][FIRST[5:]]["M"]
    cell["taken"], cell["capacity"] = {"N": "2"}, {"N": "2"}


def forget_a_seat(tables: Tables) -> None:
    tables.item(f"PROGRAM#{PROGRAM}", "SEATS#2027")["weeks"]["M"][FIRST[5:]]["M"]["taken"] = {"N": "0"}


def sell_twice(tables: Tables) -> None:
    tables.item(f"PROGRAM#{PROGRAM}", "SEATS#2027")["weeks"]["M"][FIRST[5:]]["M"]["capacity"] = {"N": "0"}


def lose_week_row(tables: Tables) -> None:
    tables.drop("TRAINEE#trainee-2", f"WEEK#{FIRST}")


def leave_week_row(tables: Tables) -> None:
    row = items.trainee_week_key(TRAINEE, FIRST) | items.marshal({"reservation_id": "gone", "program_id": PROGRAM})
    tables.core.append(row)


def lose_payment(tables: Tables) -> None:
    tables.ledger = [one for one in tables.ledger if one["pk"]["S"] != f"RESERVATION#{tables.reservation}"]


def lose_refund(tables: Tables) -> None:
    tables.ledger = [one for one in tables.ledger if not one["sk"]["S"].startswith("ENTRY#refund:")]


def charge_twice(tables: Tables) -> None:
    paid = next(one for one in tables.ledger if one["pk"]["S"] == f"RESERVATION#{tables.reservation}")
    tables.ledger.append(copy.deepcopy(paid))


@pytest.mark.parametrize(
    ("spoil", "named"),
    [
        (change_history, "content does not match its hash"),
        (change_actor, "content does not match its hash"),
        (lose_row, "expected seq 2"),
        (change_state, "its rows do not add up to its state"),
        (lose_state, "APPLICATION#application-1: rows without a state"),
        (count_one_more, f"('{PROGRAM}', '{FIRST}'): 1 active reservations, counter 2"),
        (forget_a_seat, f"('{PROGRAM}', '{FIRST}'): 1 active reservations, counter 0"),
        (sell_twice, "1 taken of 0"),
        (lose_week_row, "1 active reservations, trainee week rows 0"),
        (leave_week_row, "1 active reservations, trainee week rows 2"),
        (lose_payment, "69900 cents by its state, 0 in the ledger"),
        (lose_refund, "0 cents by its state, 69900 in the ledger"),
        (charge_twice, "69900 cents by its state, 139800 in the ledger"),
    ],
)
def test_what_does_not_hold_is_named(tables: Tables, spoil: Callable[[Tables], None], named: str) -> None:
    spoil(tables)
    report = tables.check()
    assert any(named in broken for broken in report.broken), report.broken
    assert "BROKEN" in str(report)
