"""Aggregates as stored, one transaction (`UnitOfWork`) that changes them, and the store that does it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from shared.domain.core.aggregate import AggregateType, EventRow, NewEvent
from shared.domain.core.due_readers import SWEEP
from shared.domain.money.money import JournalEntry
from shared.domain.seats.seats import SeatYear


@dataclass(frozen=True)
class Stored:
    """An aggregate as stored. `version` is the last event's seq, 0 when it does not exist yet; `head` the last event's
    hash."""

    kind: AggregateType
    id: str
    state: Mapping[str, Any]
    version: int
    head: str


@dataclass(frozen=True)
class Due:
    """Something waits until `at` (UTC): `kind` picks the rule, `who` is the role that owes the next step, `reader` acts
    on the row or lists it (`shared.domain.core.due_readers`)."""

    kind: str
    at: datetime
    who: str
    reader: str = SWEEP


@dataclass(frozen=True)
class DueItem:
    """A due row as read back: which aggregate waits."""

    due: Due
    subject_kind: AggregateType
    subject_id: str
    case_id: str


@dataclass(frozen=True)
class Transition:
    """One aggregate moves by one event. The new state is `{**loaded.state, **draft.data}`. `due` replaces rows of its
    kinds, `done` removes rows of those kinds; both in the same transaction."""

    loaded: Stored
    draft: NewEvent
    due: tuple[Due, ...] = ()
    done: tuple[str, ...] = ()


@dataclass(frozen=True)
class SeatMove:
    """What the gate changes for one reservation. Weeks are ISO weeks (`2027-W09`); a switch names only the difference.

    `wait` marks weeks that have no seat for everybody, `unwait` takes a mark away. A seat of a marked week is refused
    (`WaitlistFirst`) unless it goes to the line itself (`in_line`).
    """

    program_id: str
    trainee_id: str
    reservation_id: str
    take: tuple[str, ...] = ()
    give: tuple[str, ...] = ()
    wait: tuple[str, ...] = ()
    unwait: tuple[str, ...] = ()
    in_line: bool = False


@dataclass(frozen=True)
class IndexEntry:
    """Where a text or a claim is found again besides by its name: in the list `name`, in order of `order`. Neither may
    say anything about a person."""

    name: str
    order: str


@dataclass(frozen=True)
class UniqueKey:
    """A name that may exist once (`open-application:<trainee>:<program>:<start>`), held by `owner`. Released by key and
    owner alone."""

    key: str
    owner: str
    listing: IndexEntry | None = None


@dataclass(frozen=True)
class PersonalRecord:
    """Free text or personal data in an erasable item of its own; event rows keep only `ref` (`<whose>/<name>`) and the
    text's hash."""

    ref: str
    body: Mapping[str, Any]
    listing: IndexEntry | None = None


@dataclass(frozen=True)
class UnitOfWork:
    """One `TransactWriteItems`: everything here happens, or nothing. `create` are seat years that are not there yet,
    `open` weeks to be added to years that are; a week that has counters keeps them. `records` are not there yet;
    `replaced_records` take the place of what may be there under their refs, and of `dropped_records` (refs) nothing is
    left: a transition's version guards both. `erases` are people (account ids) about whom no record is written any
    more: whatever brings one is refused with `NotFound` from then on."""

    transitions: tuple[Transition, ...]
    seats: tuple[SeatMove, ...] = ()
    keys: tuple[UniqueKey, ...] = ()
    released_keys: tuple[UniqueKey, ...] = ()
    journal: tuple[JournalEntry, ...] = ()
    records: tuple[PersonalRecord, ...] = ()
    create: tuple[SeatYear, ...] = field(default=())
    open: tuple[SeatYear, ...] = ()
    replaced_records: tuple[PersonalRecord, ...] = ()
    dropped_records: tuple[str, ...] = ()
    erases: tuple[str, ...] = ()


class Store(Protocol):
    """The core and ledger tables. Every write goes through `commit`."""

    def load(self, kind: AggregateType, id: str) -> Stored:
        """Strongly consistent. Raises `NotFound`."""
        ...

    def load_many(self, keys: Iterable[tuple[AggregateType, str]]) -> dict[tuple[AggregateType, str], Stored]:
        """One `BatchGetItem` per 100 keys; what does not exist is left out."""
        ...

    def history(self, kind: AggregateType, id: str) -> list[EventRow]: ...

    def commit(self, work: UnitOfWork) -> list[EventRow]:
        """All or nothing; returns the event rows written. Raises `VersionConflict`, `NotFound` (a record about somebody
        who was erased), `SoldOut(weeks=)`, `WaitlistFirst(weeks=)`, `OverlappingRotation(weeks=)`, `Duplicate(key=)`,
        `Busy` when conflict retries run out and nothing was written, or `Unconfirmed` when the answer was lost. A
        repeated call after an unknown outcome is answered as the first."""
        ...

    def owned(self, kind: AggregateType, owner_id: str, limit: int = 50) -> list[Stored]:
        """A trainee's aggregates of one kind, newest first."""
        ...

    def coaches(self) -> list[str]:
        """Account ids of the active coaches, from an index: a changed role shows a moment later."""
        ...

    def staff(self) -> list[str]:
        """Account ids of everybody with a role of the staff, from an index: active, invited and disabled."""
        ...

    def due(
        self, reader: str, *, since: datetime | None = None, until: datetime | None = None, limit: int | None = None
    ) -> list[DueItem]:
        """The due rows of one reader from `since` to `until`, both included, in order of `at`: all of them, however
        many, or the first `limit`. A new row shows a moment later."""
        ...

    def postpone_due(self, item: DueItem, at: datetime) -> None:
        """Moves a due row as it was read to a later moment: somebody else has what it waits for. One that has taken its
        place since, or is gone, stays as it is."""
        ...

    def forget_due(self, item: DueItem) -> None:
        """Removes a due row as it was read: one that has taken its place since, for another moment, stays."""
        ...

    def seat_years(self, keys: Sequence[tuple[str, int]], weeks: Collection[str] = ()) -> list[SeatYear]:
        """(program id, ISO year) -> seats; years not opened yet are left out. Of each year all weeks, or those named
        ("W09")."""
        ...

    def claimed_by(self, key: str) -> str | None:
        """The owner of a claim, strongly consistent; None when nobody holds it."""
        ...

    def claimants(self, name: str, first: str, last: str) -> list[str]:
        """The owners of the claims of a list whose order is between `first` and `last`, both included, in that order,
        however many. A claim made or released shows a moment later."""
        ...

    def seated(self, program_id: str, first: str, last: str) -> list[str]:
        """The reservations that have a seat of this program in any ISO week from `first` to `last`. A change shows a
        moment later."""
        ...

    def text(self, ref: str) -> Mapping[str, Any] | None:
        """An erasable item, or None once erased."""
        ...

    def listed(self, name: str, since: str, limit: int = 100) -> list[Mapping[str, Any]]:
        """The texts of a list whose order is `since` or later, newest first, at most `limit`. Erased ones are gone at
        once; a new one may show a moment later."""
        ...

    def all_listed(self, name: str, since: str) -> list[Mapping[str, Any]]:
        """As `listed`, however many."""
        ...

    def journal(self, account: str) -> list[JournalEntry]:
        """The ledger entries of one book (`rotation:<reservation id>`), oldest first."""
        ...
