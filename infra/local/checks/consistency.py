"""What must hold on a running stack, read from its tables: histories replay to the stored state, hash chains hold, and
per week the active reservations are exactly what the seat counters say. The tables of a laptop are small, so here (and
only here) they are read whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from infra.local.stack.stack_info import StackInfo
from shared.adapters.dynamodb import items
from shared.domain.core.aggregate import EventRow, chain_breaks, fold
from shared.domain.money.money import Account, balance
from shared.domain.reservations.reservation import SEATED


@dataclass
class ConsistencyReport:
    """What was looked at, and everything that does not hold (empty is sound)."""

    aggregates: int = 0
    rows: int = 0
    weeks: int = 0
    entries: int = 0
    broken: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        looked = (
            f"{self.aggregates} aggregates, {self.rows} event rows, {self.weeks} weeks with seats taken, "
            f"{self.entries} ledger entries"
        )
        return looked if not self.broken else f"{looked}; BROKEN: " + "; ".join(self.broken)


def check_consistency(info: StackInfo) -> ConsistencyReport:
    """Reads both tables and checks every promise that can be checked from them."""
    client = info.aws.client("dynamodb")
    return consistency_of(
        list(all_items(client, info.outputs["CoreTable"])), list(all_items(client, info.outputs["LedgerTable"]))
    )


def all_items(client: Any, table: str) -> Iterator[dict[str, Any]]:
    for page in client.get_paginator("scan").paginate(TableName=table, ConsistentRead=True):
        yield from page["Items"]


def consistency_of(core: list[dict[str, Any]], ledger: list[dict[str, Any]]) -> ConsistencyReport:
    """`core` and `ledger` are the tables' items as DynamoDB gives them."""
    report = ConsistencyReport()
    histories: dict[str, list[EventRow]] = {}
    states: dict[str, dict[str, Any]] = {}
    taken: Counter[tuple[str, str]] = Counter()
    week_rows: Counter[tuple[str, str]] = Counter()
    waiting: Counter[tuple[str, str]] = Counter()
    for item in core:
        pk, sk = item["pk"]["S"], item["sk"]["S"]
        if sk.startswith("EVENT#"):
            histories.setdefault(pk, []).append(items.event_of(item))
        elif sk == items.STATE:
            states[pk] = dict(items.loaded_of(item).state)
        elif sk.startswith("SEATS#"):
            year = items.seats_of(item)
            taken.update(
                {
                    (year.program_id, f"{year.year}-{week}"): cell.taken
                    for week, cell in year.weeks.items()
                    if cell.taken
                }
            )
            waiting.update(
                {
                    (year.program_id, f"{year.year}-{week}"): cell.waiting
                    for week, cell in year.weeks.items()
                    if cell.waiting
                }
            )
            report.broken += [
                f"{pk} {week}: {c.taken} taken of {c.capacity}"
                for week, c in year.weeks.items()
                if c.taken > c.capacity
            ]
        elif sk.startswith("WEEK#"):
            week_rows[(item["program_id"]["S"], sk.removeprefix("WEEK#"))] += 1
    _replays(report, histories, states)
    _seats(report, states, taken, week_rows)
    _lines(report, states, waiting)
    _money(report, states, ledger)
    return report


def _replays(
    report: ConsistencyReport, histories: dict[str, list[EventRow]], states: dict[str, dict[str, Any]]
) -> None:
    report.aggregates, report.rows = len(states), sum(len(rows) for rows in histories.values())
    report.broken += [f"{pk}: rows without a state" for pk in histories.keys() - states.keys()]
    for pk, state in states.items():
        rows = sorted(histories.get(pk, []), key=lambda row: row.seq)
        report.broken += chain_breaks(rows)
        if fold(rows) != state:
            report.broken.append(f"{pk}: its rows do not add up to its state")


def _seats(
    report: ConsistencyReport,
    states: dict[str, dict[str, Any]],
    taken: Counter[tuple[str, str]],
    week_rows: Counter[tuple[str, str]],
) -> None:
    active: Counter[tuple[str, str]] = Counter()
    for pk, state in states.items():
        if pk.startswith("RESERVATION#") and state["status"] in SEATED:
            active.update((state["program_id"], week) for week in state["week_list"])
    report.weeks = len(taken)
    for name, counted in (("counter", taken), ("trainee week rows", week_rows)):
        for week in active.keys() | counted.keys():
            if active[week] != counted[week]:
                report.broken.append(f"{week}: {active[week]} active reservations, {name} {counted[week]}")


def _lines(report: ConsistencyReport, states: dict[str, dict[str, Any]], waiting: Counter[tuple[str, str]]) -> None:
    """The marks on the weeks are those of the places in line."""
    places = [place for pk, state in states.items() if pk.startswith("WAITLIST#") for place in state["line"]]
    marks = Counter((place["program_id"], week) for place in places for week in place["marks"])
    report.broken += [
        f"{week}: {marks[week]} places wait, marked {waiting[week]}"
        for week in marks | waiting
        if marks[week] != waiting[week]
    ]


def _money(report: ConsistencyReport, states: dict[str, dict[str, Any]], ledger: list[dict[str, Any]]) -> None:
    """Every cent of a reservation is in its book: what was paid less what went back."""
    entries = [items.journal_of(item) for item in ledger]
    report.entries = len(entries)
    for pk, state in states.items():
        if not pk.startswith("RESERVATION#"):
            continue
        book = [entry for entry in entries if entry.book == pk]
        refunded = state.get("refund_cents") or 0 if state["status"] == "REFUNDED" else 0
        expected = (state.get("paid_cents") or 0) - refunded
        if balance(book, Account.STRIPE) != expected:
            report.broken.append(f"{pk}: {expected} cents by its state, {balance(book, Account.STRIPE)} in the ledger")
