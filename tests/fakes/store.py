"""`Store` in memory under one lock, with the guards of the real one in the real one's order, and faults on demand."""

from __future__ import annotations

import json
import threading
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from shared.adapters.dynamodb.store import unconfirmed
from shared.adapters.dynamodb.transaction import erased
from shared.domain.accounts.second_factor import STAFF_ROLES
from shared.domain.core.aggregate import AggregateType, EventRow, canonical, record
from shared.domain.core.errors import (
    Busy,
    Duplicate,
    NotFound,
    OverlappingRotation,
    RotaError,
    SoldOut,
    VersionConflict,
    WaitlistFirst,
)
from shared.domain.core.instants import to_utc
from shared.domain.money.money import JournalEntry
from shared.domain.seats.seats import SeatYear, WeekSeats
from shared.ports import Due, DueItem, IndexEntry, SeatMove, Stored, Transition, UnitOfWork
from tests.fakes.faults import Fault

Key = tuple[AggregateType, str]


def plain(value: Any) -> Any:
    """As it comes back from a table: JSON only, tuples as lists. Raises `TypeError` for what no table takes."""
    return json.loads(canonical(value))


class FakeStore:
    """Public dicts are for looking at in tests; `open_seats` sets a scene without a transaction."""

    def __init__(self) -> None:
        self.states: dict[Key, Stored] = {}
        self.rows: dict[Key, list[EventRow]] = {}
        self.seats: dict[tuple[str, int], SeatYear] = {}
        self.trainee_weeks: dict[tuple[str, str], str] = {}
        self.week_programs: dict[tuple[str, str], str] = {}
        self.claims: dict[str, str] = {}
        self.claim_listings: dict[str, IndexEntry] = {}
        self.texts: dict[str, Mapping[str, Any]] = {}
        self.listings: dict[str, IndexEntry] = {}
        self.entries: dict[tuple[str, str], JournalEntry] = {}
        self.waiting: dict[tuple[AggregateType, str, str], DueItem] = {}
        self.gone: set[str] = set()
        self.commits = 0
        self._lock = threading.RLock()
        self._before, self._after, self._conflict = Fault(), Fault(), Fault()

    # --- faults -------------------------------------------------------------------------------------------------------
    def fail_before(self, calls: int = 1) -> None:
        """The next commits raise `Busy` and change nothing."""
        self._before.set(calls)

    def fail_after_commit(self, calls: int = 1) -> None:
        """The next commits happen, but their answer is lost: `Unconfirmed`."""
        self._after.set(calls)

    def conflict(self, calls: int = 1) -> None:
        """The next commits lose a race: `VersionConflict`, nothing changed."""
        self._conflict.set(calls)

    # --- scene --------------------------------------------------------------------------------------------------------
    def open_seats(self, program_id: str, weeks: Mapping[str, int]) -> None:
        """ISO week -> capacity, nothing taken."""
        for week, capacity in weeks.items():
            key = (program_id, int(week[:4]))
            year = self.seats.get(key, SeatYear(program_id=program_id, year=key[1], weeks={}))
            self.seats[key] = year.model_copy(update={"weeks": {**year.weeks, week[5:]: WeekSeats(capacity=capacity)}})

    def taken(self, program_id: str, week: str) -> int:
        return self.seats[(program_id, int(week[:4]))].weeks[week[5:]].taken

    # --- reads --------------------------------------------------------------------------------------------------------
    def load(self, kind: AggregateType, id: str) -> Stored:
        with self._lock:
            if (kind, id) not in self.states:
                raise NotFound(f"There is no {kind.lower()} {id}.", "Check the address, or start again from your list.")
            return self.states[(kind, id)]

    def load_many(self, keys: Iterable[Key]) -> dict[Key, Stored]:
        with self._lock:
            return {key: self.states[key] for key in dict.fromkeys(keys) if key in self.states}

    def history(self, kind: AggregateType, id: str) -> list[EventRow]:
        with self._lock:
            return list(self.rows.get((kind, id), []))

    def owned(self, kind: AggregateType, owner_id: str, limit: int = 50) -> list[Stored]:
        with self._lock:
            mine = [
                state
                for (k, _), state in self.states.items()
                if k == kind and state.state.get("trainee_id") == owner_id and "created_at" in state.state
            ]
        return sorted(mine, key=lambda loaded: loaded.state["created_at"], reverse=True)[:limit]

    def coaches(self) -> list[str]:
        with self._lock:
            accounts = [(id, state.state) for (kind, id), state in self.states.items() if kind == "ACCOUNT"]
        return sorted(id for id, state in accounts if state["status"] == "ACTIVE" and "coach" in state["roles"])

    def staff(self) -> list[str]:
        with self._lock:
            accounts = [(id, state.state) for (kind, id), state in self.states.items() if kind == "ACCOUNT"]
        return sorted(id for id, state in accounts if STAFF_ROLES & set(state["roles"]))

    def program_ids(self, status: str) -> list[str]:
        with self._lock:
            return sorted(
                id for (kind, id), state in self.states.items() if kind == "PROGRAM" and state.state["status"] == status
            )

    def due(
        self, reader: str, *, since: datetime | None = None, until: datetime | None = None, limit: int | None = None
    ) -> list[DueItem]:
        with self._lock:
            found = [
                item
                for item in self.waiting.values()
                if item.due.reader == reader
                and (since is None or item.due.at >= to_utc(since))
                and (until is None or item.due.at <= to_utc(until))
            ]
        return sorted(found, key=lambda item: (item.due.at, item.subject_id))[:limit]

    def rows_of(self, kind: str) -> list[DueItem]:
        """For tests: the due rows of one kind, whoever reads them."""
        found = [item for item in self.waiting.values() if item.due.kind == kind]
        return sorted(found, key=lambda item: (item.due.at, item.subject_id))

    def postpone_due(self, item: DueItem, at: datetime) -> None:
        with self._lock:
            key = (item.subject_kind, item.subject_id, item.due.kind)
            if key in self.waiting and self.waiting[key].due.at == item.due.at:
                self.waiting[key] = replace(item, due=replace(item.due, at=to_utc(at)))

    def forget_due(self, item: DueItem) -> None:
        with self._lock:
            key = (item.subject_kind, item.subject_id, item.due.kind)
            if key in self.waiting and self.waiting[key].due.at == item.due.at:
                del self.waiting[key]

    def seat_years(self, keys: Sequence[tuple[str, int]], weeks: Collection[str] = ()) -> list[SeatYear]:
        with self._lock:
            found = [self.seats[key] for key in dict.fromkeys(keys) if key in self.seats]
        named = [{week: cell for week, cell in year.weeks.items() if not weeks or week in weeks} for year in found]
        return [year.model_copy(update={"weeks": some}) for year, some in zip(found, named, strict=True)]

    def claimed_by(self, key: str) -> str | None:
        with self._lock:
            return self.claims.get(key)

    def claimants(self, name: str, first: str, last: str) -> list[str]:
        with self._lock:
            listed = [(one.order, self.claims[key]) for key, one in self.claim_listings.items() if one.name == name]
        return [owner for order, owner in sorted(listed) if first <= order <= last]

    def seated(self, program_id: str, first: str, last: str) -> list[str]:
        with self._lock:
            found = [
                (key[1], self.trainee_weeks[key])
                for key, program in self.week_programs.items()
                if program == program_id
            ]
        return list(dict.fromkeys(reservation for week, reservation in sorted(found) if first <= week <= last))

    def text(self, ref: str) -> Mapping[str, Any] | None:
        with self._lock:
            return self.texts.get(ref)

    def listed(self, name: str, since: str, limit: int = 100) -> list[Mapping[str, Any]]:
        with self._lock:
            found = {
                listing.order: ref
                for ref, listing in self.listings.items()
                if listing.name == name and listing.order >= since
            }
            newest = [found[order] for order in sorted(found, reverse=True)[:limit]]
            return [self.texts[ref] for ref in newest if ref in self.texts]

    def all_listed(self, name: str, since: str) -> list[Mapping[str, Any]]:
        return self.listed(name, since, len(self.listings))

    def journal(self, account: str) -> list[JournalEntry]:
        with self._lock:
            return sorted(
                (entry for (book, _), entry in self.entries.items() if book == account),
                key=lambda entry: (entry.at, entry.id),
            )

    # --- the one transaction ------------------------------------------------------------------------------------------
    def commit(self, work: UnitOfWork) -> list[EventRow]:
        with self._lock:
            if self._before.strikes():
                raise Busy("Our records cannot be reached for a moment.", "Try again in a minute.")
            if self._conflict.strikes():
                raise VersionConflict(
                    "Somebody changed this at the same moment.", "Look at it again and repeat the step."
                )
            rows = [_row(step) for step in work.transitions]
            if rows and all(row in self.rows.get((row.kind, row.aggregate_id), []) for row in rows):
                return rows  # the same call again, after its answer was lost
            refused = self._refusal(work)
            if refused:
                raise refused
            self._apply(work, rows)
            self.commits += 1
            if self._after.strikes():
                raise unconfirmed()
            return rows

    def _refusal(self, work: UnitOfWork) -> RotaError | None:
        stale = [step.loaded.id for step in work.transitions if self._version(step) != step.loaded.version]
        stale += [claim.key for claim in work.released_keys if self.claims.get(claim.key) != claim.owner]
        stale += [week for move in work.seats for week in move.give if not self._gives(move, week)]
        stale += [week for move in work.seats for week in move.wait if not self._markable(move.program_id, week)]
        stale += [week for move in work.seats for week in move.unwait if not self._waiting(move.program_id, week)]
        stale += [
            f"{year.program_id} {year.year}" for year in work.open if (year.program_id, year.year) not in self.seats
        ]
        if stale:
            return VersionConflict(
                "Somebody changed this at the same moment.", "Look at it again and repeat the step.", about=stale
            )
        written = {text.ref.split("/", 1)[0] for text in (*work.records, *work.replaced_records)}
        if written & self.gone:
            return erased()
        names = [claim.key for claim in work.keys if claim.key in self.claims]
        names += [text.ref for text in work.records if text.ref in self.texts]
        names += [
            f"{year.program_id} {year.year}" for year in work.create if (year.program_id, year.year) in self.seats
        ]
        names += [entry.id for entry in work.journal if (entry.book, entry.id) in self.entries]
        if names:
            return Duplicate("This exists already.", "Open the one that is there.", key=names[0])
        overlap = [week for move in work.seats for week in move.take if (move.trainee_id, week) in self.trainee_weeks]
        if overlap:
            return OverlappingRotation(
                "You already hold a seat in one of these weeks.", "Choose other weeks.", weeks=overlap
            )
        freed = {(move.program_id, week) for move in work.seats for week in move.give}
        takes = {(move.program_id, week) for move in work.seats for week in move.take}
        full = sorted(week for program_id, week in takes - freed if not self._free(program_id, week))
        if full:
            return SoldOut(
                "The last seat was taken a moment ago.", "Choose another start; nothing was charged.", weeks=full
            )
        walk_up = {(move.program_id, week) for move in work.seats if not move.in_line for week in move.take}
        waited = sorted(week for program_id, week in walk_up - freed if self._waiting(program_id, week))
        if waited:
            return WaitlistFirst(
                "A seat came back, and others were waiting for it.",
                "Join the waitlist, or choose another start.",
                weeks=waited,
            )
        return None

    def _version(self, step: Transition) -> int:
        stored = self.states.get((step.loaded.kind, step.loaded.id))
        return stored.version if stored else 0

    def _gives(self, move: SeatMove, week: str) -> bool:
        return (
            self.trainee_weeks.get((move.trainee_id, week)) == move.reservation_id
            and self.taken(move.program_id, week) > 0
        )

    def _free(self, program_id: str, week: str) -> bool:
        year = self.seats.get((program_id, int(week[:4])))
        cell = year.weeks.get(week[5:]) if year else None
        return cell is not None and cell.taken < cell.capacity

    def _waiting(self, program_id: str, week: str) -> int:
        year = self.seats.get((program_id, int(week[:4])))
        cell = year.weeks.get(week[5:]) if year else None
        return cell.waiting if cell else 0

    def _markable(self, program_id: str, week: str) -> bool:
        year = self.seats.get((program_id, int(week[:4])))
        cell = year.weeks.get(week[5:]) if year else None
        return cell is not None and (cell.taken >= cell.capacity or cell.waiting > 0)

    def _apply(self, work: UnitOfWork, rows: Sequence[EventRow]) -> None:
        for step, row in zip(work.transitions, rows, strict=True):
            self._apply_step(step, row)
        for move in work.seats:
            for week in move.take:
                self._shift(move.program_id, week, +1)
                self.trainee_weeks[(move.trainee_id, week)] = move.reservation_id
                self.week_programs[(move.trainee_id, week)] = move.program_id
            for week in move.give:
                self._shift(move.program_id, week, -1)
                del self.trainee_weeks[(move.trainee_id, week)], self.week_programs[(move.trainee_id, week)]
            for week in move.wait:
                self._shift(move.program_id, week, marks=+1)
            for week in move.unwait:
                self._shift(move.program_id, week, marks=-1)
        self.claims.update({claim.key: claim.owner for claim in work.keys})
        self.claim_listings.update({claim.key: claim.listing for claim in work.keys if claim.listing})
        for claim in work.released_keys:
            del self.claims[claim.key]
            self.claim_listings.pop(claim.key, None)
        for ref in (*work.dropped_records, *(text.ref for text in work.replaced_records)):
            self.texts.pop(ref, None)
            self.listings.pop(ref, None)
        texts = (*work.records, *work.replaced_records)
        self.texts.update({text.ref: plain(dict(text.body)) for text in texts})
        self.listings.update({text.ref: text.listing for text in texts if text.listing})
        self.gone.update(work.erases)
        self.seats.update({(year.program_id, year.year): year for year in work.create})
        for year in work.open:
            there = self.seats[(year.program_id, year.year)]
            self.seats[(year.program_id, year.year)] = there.model_copy(update={"weeks": {**year.weeks, **there.weeks}})
        self.entries.update({(entry.book, entry.id): entry for entry in work.journal})

    def _apply_step(self, step: Transition, row: EventRow) -> None:
        kind, id = step.loaded.kind, step.loaded.id
        state = plain({**step.loaded.state, **step.draft.data, "version": row.seq})
        self.states[(kind, id)] = Stored(kind, id, state, row.seq, row.hash)
        self.rows.setdefault((kind, id), []).append(row)
        for done in step.done:
            self.waiting.pop((kind, id, done), None)
        for due in step.due:
            whole_seconds = Due(due.kind, to_utc(due.at), due.who, due.reader)
            self.waiting[(kind, id, due.kind)] = DueItem(whole_seconds, kind, id, step.draft.case_id)

    def _shift(self, program_id: str, week: str, by: int = 0, marks: int = 0) -> None:
        key = (program_id, int(week[:4]))
        cell = self.seats[key].weeks[week[5:]]
        moved = cell.model_copy(update={"taken": cell.taken + by, "waiting": cell.waiting + marks})
        weeks = {**self.seats[key].weeks, week[5:]: moved}
        self.seats[key] = self.seats[key].model_copy(update={"weeks": weeks})


def _row(step: Transition) -> EventRow:
    return record(step.draft, step.loaded.kind, step.loaded.id, step.loaded.version + 1, step.loaded.head)
