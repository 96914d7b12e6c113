"""One `Work` as one `TransactWriteItems`, and what a cancelled transaction means.

Each action is paired with the refusal that its failed condition stands for, so a cancellation is read by position, never by text
(https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shared.adapters.dynamodb import items
from shared.domain.aggregate import EventRow
from shared.domain.errors import Duplicate, OverlappingRotation, RotaError, SoldOut, VersionConflict
from shared.ports import SeatMove, Step, Work

MAX_ACTIONS = 100


@dataclass(frozen=True)
class Action:
    """A request for `TransactItems` and the refusal it means: `kind` of failure and `about` what."""

    request: dict[str, Any]
    kind: str
    about: str = ""


@dataclass(frozen=True)
class Tables:
    core: str
    ledger: str


def actions(work: Work, tables: Tables) -> tuple[list[EventRow], list[Action]]:
    """The event rows to be written and every action. Seats come first: the gate's own refusal is the one to report."""
    rows: list[EventRow] = []
    found: list[Action] = []
    for move in work.seats:
        found += _seat_actions(move, tables.core)
    for step in work.steps:
        row, step_actions = _step_actions(step, tables.core)
        rows.append(row)
        found += step_actions
    found += [
        Action(_put(tables.core, items.claim_key(c) | items.marshal({"owner": c.owner}), new=True), "claim", c.key) for c in work.claims
    ]
    found += [Action(_release(tables.core, items.claim_key(c), c.owner), "version", c.key) for c in work.releases]
    found += [Action(_put(tables.core, items.text_item(text), new=True), "claim", text.ref) for text in work.texts]
    found += [
        Action(_put(tables.core, items.seats_item(seats), new=True), "claim", f"{seats.program_id} {seats.year}") for seats in work.create
    ]
    found += [Action(_put(tables.ledger, items.journal_item(entry), new=True), "claim", entry.id) for entry in work.journal]
    if len(found) > MAX_ACTIONS:
        raise ValueError(f"{len(found)} actions do not fit one transaction")
    return rows, found


def refusal(found: Sequence[Action], reasons: Sequence[Mapping[str, Any]]) -> RotaError | None:
    """The refusal that the cancellation stands for; None when only conflicts (to be tried again) cancelled it."""
    failed = [action for action, reason in zip(found, reasons, strict=True) if reason.get("Code") == "ConditionalCheckFailed"]
    by_kind: dict[str, list[str]] = {}
    for action in failed:
        by_kind.setdefault(action.kind, []).append(action.about)
    # A lost race shows as a version conflict *and* full weeks; the caller re-reads before it believes "sold out".
    if "version" in by_kind:
        return VersionConflict(
            "Somebody changed this at the same moment.", "Look at it again and repeat the step.", about=by_kind["version"]
        )
    if "claim" in by_kind:
        return Duplicate("This exists already.", "Open the one that is there.", key=by_kind["claim"][0])
    if "overlap" in by_kind:
        return OverlappingRotation(
            "You already hold a seat in one of these weeks.",
            "Choose other weeks, or cancel the other reservation first.",
            weeks=by_kind["overlap"],
        )
    if "seat" in by_kind:
        weeks = sorted(week for about in by_kind["seat"] for week in about.split(","))
        return SoldOut("The last seat was taken a moment ago.", "Choose another start; nothing was charged.", weeks=weeks)
    return None


def _step_actions(step: Step, table: str) -> tuple[EventRow, list[Action]]:
    row, event, state = items.rows_of(step)
    kind, id, case = step.loaded.kind, step.loaded.id, step.draft.case_id
    put_state = _put(table, state, new=step.loaded.version == 0)
    if step.loaded.version:
        put_state["Put"] |= {
            "ConditionExpression": "version = :was",
            "ExpressionAttributeValues": {":was": {"N": str(step.loaded.version)}},
        }
    found = [Action(_put(table, event, new=True), "version", row.id), Action(put_state, "version", row.id)]
    found += [Action(_put(table, items.due_item(step.loaded, due, case)), "none") for due in step.due]
    replaced = {due.kind for due in step.due}
    found += [
        Action({"Delete": {"TableName": table, "Key": items.due_key(kind, id, done)}}, "none") for done in step.done if done not in replaced
    ]
    return row, found


def _seat_actions(move: SeatMove, table: str) -> list[Action]:
    found = [Action(_change_seats(table, move.program_id, year, weeks, +1), "seat", ",".join(weeks)) for year, weeks in _by_year(move.take)]
    found += [
        Action(_change_seats(table, move.program_id, year, weeks, -1), "version", move.program_id) for year, weeks in _by_year(move.give)
    ]
    found += [Action(_put(table, items.trainee_week_item(move, week), new=True), "overlap", week) for week in move.take]
    for week in move.give:
        found.append(
            Action(_release(table, items.trainee_week_key(move.trainee_id, week), move.reservation_id, "reservation_id"), "version", week)
        )
    return found


def _by_year(weeks: Iterable[str]) -> Iterator[tuple[int, list[str]]]:
    years: dict[int, list[str]] = {}
    for week in weeks:
        years.setdefault(int(week[:4]), []).append(week)
    yield from years.items()


def _change_seats(table: str, program_id: str, year: int, weeks: Sequence[str], by: int) -> dict[str, Any]:
    """All of one ISO year's weeks in one update: `taken` moves by one under `taken < capacity` (or `taken > 0` when giving back)."""
    names, sets, guards = {"#taken": "taken", "#weeks": "weeks"}, [], []
    for week in weeks:
        name = f"#{week[5:]}"
        names[name] = week[5:]
        path = f"#weeks.{name}.#taken"
        sets.append(f"{path} = {path} {'+' if by > 0 else '-'} :one")
        guards.append(f"{path} < #weeks.{name}.#capacity" if by > 0 else f"{path} > :none")
    if by > 0:
        names["#capacity"] = "capacity"
    return {
        "Update": {
            "TableName": table,
            "Key": items.seats_key(program_id, year),
            "UpdateExpression": "SET " + ", ".join(sets),
            "ConditionExpression": " AND ".join(guards),
            "ExpressionAttributeNames": names,
            "ExpressionAttributeValues": {":one": {"N": "1"}} | ({} if by > 0 else {":none": {"N": "0"}}),
        }
    }


def _put(table: str, item: items.Item, new: bool = False) -> dict[str, Any]:
    put: dict[str, Any] = {"TableName": table, "Item": item}
    if new:
        put["ConditionExpression"] = "attribute_not_exists(pk)"
    return {"Put": put}


def _release(table: str, key: items.Item, owner: str, attribute: str = "owner") -> dict[str, Any]:
    return {
        "Delete": {
            "TableName": table,
            "Key": key,
            "ConditionExpression": "#owner = :owner",
            "ExpressionAttributeNames": {"#owner": attribute},
            "ExpressionAttributeValues": {":owner": {"S": owner}},
        }
    }
