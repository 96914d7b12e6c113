"""One event row, four jobs: lock, outbox, audit log and history of an aggregate (an application, a reservation, a
program, an account ...).

An aggregate's state is the fold of its events: each event's `data` holds the fields that it set, so `fold(events)` is
the stored state. Rows hold ids, codes, cents, dates and hashes only; names and free text live in erasable items that
they refer to, so that a person can be erased while `fold` and `chain_breaks` still hold.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, StringConstraints

from shared.domain.core.instants import Instant, iso

AggregateType = Annotated[str, StringConstraints(pattern=r"^[A-Z_]+$")]
"""What an aggregate is (APPLICATION, PROGRAM ...): a name of its context's own, in capitals."""
GENESIS = "0" * 64


class Actor(BaseModel):
    """Who did it: `role` as in the state machines (trainee, reviewer, system ...), `id` an account id, or the function
    for system."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    role: str
    id: str


class NewEvent(BaseModel):
    """An event about to be recorded: `type` with its version (`ReservationConfirmed.v1`), `data` the state fields that
    it sets."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    type: str
    data: dict[str, Any]
    actor: Actor
    occurred_at: Instant
    case_id: str = ""
    correlation_id: str = ""
    causation_id: str = ""


class EventRow(NewEvent):
    """A recorded event. `seq` counts from 1 and is the aggregate's version; `hash` covers everything here and the row
    before."""

    kind: AggregateType
    aggregate_id: str
    seq: int
    previous_hash: str
    hash: str

    @property
    def id(self) -> str:
        """Stable across republishing: consumers are idempotent by it."""
        return f"{self.kind}#{self.aggregate_id}#{self.seq}"


def canonical(value: Any) -> str:
    """JSON with sorted keys and no spaces (RFC 8785 for the values used here: text, numbers, booleans, null, lists,
    maps)."""
    return json.dumps(_whole(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _whole(value: Any) -> Any:
    """41.0 as 41, as RFC 8785 writes it: a table keeps the number, not how it was typed, and the hash must survive
    that."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, Mapping):
        return {name: _whole(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_whole(inner) for inner in value]
    return value


def text_hash(text: str) -> str:
    """SHA-256 of a free text, the only trace of it that an event row may keep."""
    return hashlib.sha256(text.encode()).hexdigest()


def row_hash(row: Mapping[str, Any]) -> str:
    return hashlib.sha256(
        canonical({name: value for name, value in row.items() if name != "hash"}).encode()
    ).hexdigest()


def record(draft: NewEvent, kind: AggregateType, aggregate_id: str, seq: int, previous_hash: str) -> EventRow:
    """The row that follows `previous_hash` (`GENESIS` for the first)."""
    body = {
        **draft.model_dump(mode="json"),
        "kind": kind,
        "aggregate_id": aggregate_id,
        "seq": seq,
        "previous_hash": previous_hash,
        "occurred_at": iso(draft.occurred_at),
    }
    return EventRow.model_validate({**body, "hash": row_hash(body)})


def fold(rows: Iterable[EventRow]) -> dict[str, Any]:
    """Replay: the state that these rows, from the first on and in order, add up to; its `version` is the last `seq`."""
    state: dict[str, Any] = {}
    for row in rows:
        state = {**state, **row.data, "version": row.seq}
    return state


def chain_breaks(rows: Iterable[EventRow]) -> list[str]:
    """What is wrong with a history: gaps in `seq`, a row whose hash does not match, a row that does not follow the one
    before."""
    breaks: list[str] = []
    previous, expected = GENESIS, 1
    for row in rows:
        if row.seq != expected:
            breaks.append(f"{row.id}: expected seq {expected}")
        if row.previous_hash != previous:
            breaks.append(f"{row.id}: does not follow the row before")
        if row_hash(row.model_dump(mode="json")) != row.hash:
            breaks.append(f"{row.id}: content does not match its hash")
        previous, expected = row.hash, row.seq + 1
    return breaks
