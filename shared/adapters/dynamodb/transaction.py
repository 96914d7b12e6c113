"""One `UnitOfWork` as one `TransactWriteItems`, and what a cancelled transaction means.

Each action is paired with the refusal that its failed condition stands for, so a cancellation is read by position,
never by text (https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shared.adapters.dynamodb import items
from shared.domain.core.aggregate import EventRow
from shared.domain.core.errors import (
    Duplicate,
    NotFound,
    OverlappingRotation,
    RotaError,
    SoldOut,
    VersionConflict,
    WaitlistFirst,
)
from shared.domain.seats.seats import SeatYear
from shared.ports import SeatMove, Transition, UnitOfWork

MAX_ACTIONS = 100


@dataclass(frozen=True)
class Action:
    """A request for `TransactItems` and the refusal it means: `kind` of failure and `about` what."""

    request: dict[str, Any]
    kind: str
    about: str = ""


@dataclass(frozen=True)
class Change:
    """What one work changes in one week: seats taken, marks of who waits, and whether the seat goes to the line."""

    seats: int = 0
    marks: int = 0
    in_line: bool = False

    def __add__(self, other: Change) -> Change:
        return Change(self.seats + other.seats, self.marks + other.marks, self.in_line or other.in_line)


@dataclass(frozen=True)
class Tables:
    core: str
    ledger: str


def actions(work: UnitOfWork, tables: Tables) -> tuple[list[EventRow], list[Action]]:
    """The event rows to be written and every action. Seats come first: the gate's own refusal is the one to report."""
    rows: list[EventRow] = []
    found: list[Action] = []
    found += _seat_actions(work.seats, tables.core)
    for step in work.transitions:
        row, step_actions = _step_actions(step, tables.core)
        rows.append(row)
        found += step_actions
    found += [Action(_put(tables.core, items.claim_item(c), new=True), "claim", c.key) for c in work.keys]
    found += [Action(_release(tables.core, items.claim_key(c), c.owner), "version", c.key) for c in work.released_keys]
    found += [Action(still_there(tables.core, whose), "erased", whose) for whose in _written_about(work)]
    found += [Action(_put(tables.core, items.erased_key(whose)), "none") for whose in work.erases]
    found += [Action(_put(tables.core, items.text_item(text), new=True), "claim", text.ref) for text in work.records]
    found += [Action(_put(tables.core, items.text_item(text)), "none") for text in work.replaced_records]
    found += [
        Action({"Delete": {"TableName": tables.core, "Key": items.text_key(ref)}}, "none")
        for ref in work.dropped_records
    ]
    found += [
        Action(_put(tables.core, items.seats_item(seats), new=True), "claim", f"{seats.program_id} {seats.year}")
        for seats in work.create
    ]
    found += [
        Action(_open_weeks(tables.core, seats), "version", f"{seats.program_id} {seats.year}") for seats in work.open
    ]
    found += [
        Action(_put(tables.ledger, items.journal_item(entry), new=True), "claim", entry.id) for entry in work.journal
    ]
    if len(found) > MAX_ACTIONS:
        raise ValueError(f"{len(found)} actions do not fit one transaction")
    return rows, found


def refusal(found: Sequence[Action], reasons: Sequence[Mapping[str, Any]]) -> RotaError | None:
    """The refusal that the cancellation stands for; None when only conflicts (to be tried again) cancelled it."""
    by_kind: dict[str, list[str]] = {}
    for action, reason in zip(found, reasons, strict=True):
        if reason.get("Code") == "ConditionalCheckFailed":
            kind, about = _seat_refusal(action, reason) if action.kind == "seat" else (action.kind, [action.about])
            by_kind.setdefault(kind, []).extend(about)
    # A lost race shows as a version conflict *and* full weeks; the caller re-reads before it believes "sold out".
    if "version" in by_kind:
        return VersionConflict(
            "Somebody changed this at the same moment.",
            "Look at it again and repeat the step.",
            about=by_kind["version"],
        )
    if "erased" in by_kind:
        return erased()
    if "claim" in by_kind:
        return Duplicate("This exists already.", "Open the one that is there.", key=by_kind["claim"][0])
    if "overlap" in by_kind:
        return OverlappingRotation(
            "You already hold a seat in one of these weeks.",
            "Choose other weeks, or cancel the other reservation first.",
            weeks=by_kind["overlap"],
        )
    if "seat" in by_kind:
        return SoldOut(
            "The last seat was taken a moment ago.",
            "Choose another start; nothing was charged.",
            weeks=sorted(by_kind["seat"]),
        )
    if "waited" in by_kind:
        return WaitlistFirst(
            "A seat came back, and others were waiting for it.",
            "Join the waitlist, or choose another start.",
            weeks=sorted(by_kind["waited"]),
        )
    return None


def _written_about(work: UnitOfWork) -> list[str]:
    """Whose records are written, each once."""
    texts = (*work.records, *work.replaced_records)
    return [whose for whose in dict.fromkeys(text.ref.split("/", 1)[0] for text in texts) if whose not in work.erases]


def still_there(table: str, whose: str) -> dict[str, Any]:
    """Nothing is written about somebody who was erased, however long ago it was begun."""
    return {
        "ConditionCheck": {
            "TableName": table,
            "Key": items.erased_key(whose),
            "ConditionExpression": "attribute_not_exists(pk)",
        }
    }


def erased() -> NotFound:
    return NotFound("This person was erased.", "Nothing about them is kept any more.")


def _step_actions(step: Transition, table: str) -> tuple[EventRow, list[Action]]:
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
        Action({"Delete": {"TableName": table, "Key": items.due_key(kind, id, done)}}, "none")
        for done in step.done
        if done not in replaced
    ]
    return row, found


def _seat_actions(moves: Sequence[SeatMove], table: str) -> list[Action]:
    changes: dict[tuple[str, int], dict[str, Change]] = {}
    for move in moves:
        sides = (
            (move.take, Change(seats=+1, in_line=move.in_line)),
            (move.give, Change(seats=-1)),
            (move.wait, Change(marks=+1)),
            (move.unwait, Change(marks=-1)),
        )
        for weeks, by in sides:
            for week in weeks:
                year = changes.setdefault((move.program_id, int(week[:4])), {})
                year[week] = year.get(week, Change()) + by
    found = [
        _change_seats(table, program_id, year, change)
        for (program_id, year), change in changes.items()
        if any(one.seats or one.marks for one in change.values())
    ]
    for move in moves:
        found += [
            Action(_put(table, items.trainee_week_item(move, week), new=True), "overlap", week) for week in move.take
        ]
        for week in move.give:
            row = items.trainee_week_key(move.trainee_id, week)
            found.append(Action(_release(table, row, move.reservation_id, "reservation_id"), "version", week))
    return found


def _change_seats(table: str, program_id: str, year: int, change: Mapping[str, Change]) -> Action:
    """Every change of one seat item in one update, since a transaction touches an item once (a switch takes and gives
    in one year).

    `taken` goes up by one under `taken < capacity` and, unless the seat goes to the line, with nobody waiting; down by
    one under `taken > 0`; given back and taken again, a week stays as it is. `waiting` goes up by one where there is no
    seat for everybody.
    """
    sets, guards = [], []
    for week, by in change.items():
        if by.seats not in (-1, 0, 1) or by.marks not in (-1, 0, 1):
            raise ValueError(f"{week} would move by {by.seats} seats and {by.marks} marks in one transaction")
        cell = f"#weeks.#{week[5:]}"
        nobody_waits = f"(attribute_not_exists({cell}.#waiting) OR {cell}.#waiting = :none)"
        if by.seats:
            sets.append(f"{cell}.#taken = {cell}.#taken {'+' if by.seats > 0 else '-'} :one")
            guards.append(f"{cell}.#taken < {cell}.#capacity" if by.seats > 0 else f"{cell}.#taken > :none")
        if by.seats > 0 and not by.in_line:
            guards.append(nobody_waits)
        if by.marks > 0:
            sets.append(f"{cell}.#waiting = if_not_exists({cell}.#waiting, :none) + :one")
            guards.append(f"({cell}.#taken >= {cell}.#capacity OR {cell}.#waiting > :none)")
        if by.marks < 0:
            sets.append(f"{cell}.#waiting = {cell}.#waiting - :one")
            guards.append(f"{cell}.#waiting > :none")
    update = {
        "TableName": table,
        "Key": items.seats_key(program_id, year),
        "UpdateExpression": "SET " + ", ".join(sets),
        "ConditionExpression": " AND ".join(guards),
        **_named(" ".join(sets + guards), {week[5:] for week in change}),
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    }
    return Action({"Update": update}, "seat", ",".join(week for week, by in change.items() if by.seats > 0))


def _named(text: str, weeks: Iterable[str]) -> dict[str, Any]:
    """The names and values that an expression uses: DynamoDB refuses those that it does not."""
    names = {
        f"#{name}": name for name in ("weeks", "taken", "capacity", "waiting", *sorted(weeks)) if f"#{name}" in text
    }
    values = {name: {"N": number} for name, number in ((":one", "1"), (":none", "0")) if name in text}
    return {"ExpressionAttributeNames": names, "ExpressionAttributeValues": values}


def _seat_refusal(action: Action, reason: Mapping[str, Any]) -> tuple[str, list[str]]:
    """What a seat item's failed condition means, and for which weeks, read from the item as the condition saw it. Weeks
    to take that are full; else those that others wait for; else somebody was faster with a seat to give back or a mark:
    a version conflict."""
    wanted = [week for week in action.about.split(",") if week]
    if not reason.get("Item"):
        return ("seat", wanted) if wanted else ("version", [action.about])  # without an item no week is open
    cells = items.seats_of(reason["Item"]).weeks
    full = [week for week in wanted if week[5:] not in cells or cells[week[5:]].spare == 0]
    waited = [week for week in wanted if week[5:] in cells and cells[week[5:]].waiting]
    if full:
        return "seat", full
    return ("waited", waited) if waited else ("version", [action.about])


def _open_weeks(table: str, seats: SeatYear) -> dict[str, Any]:
    """Adds weeks to a seat item that is there; what a week has counted stays."""
    cells = items.seats_item(seats)["weeks"]["M"]
    return {
        "Update": {
            "TableName": table,
            "Key": items.seats_key(seats.program_id, seats.year),
            "UpdateExpression": "SET "
            + ", ".join(f"#weeks.#{week} = if_not_exists(#weeks.#{week}, :{week})" for week in cells),
            "ConditionExpression": "attribute_exists(pk)",
            "ExpressionAttributeNames": {"#weeks": "weeks", **{f"#{week}": week for week in cells}},
            "ExpressionAttributeValues": {f":{week}": cell for week, cell in cells.items()},
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
