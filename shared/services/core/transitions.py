"""What every use case shares: who calls, how a typed event becomes a step, and deciding again after somebody else was
faster."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from shared.domain.core.aggregate import GENESIS, Actor, AggregateType, NewEvent
from shared.domain.core.errors import VersionConflict
from shared.domain.core.self_decision import forbid_self_decision
from shared.events.base import EventData
from shared.ports import Due, Store, Stored, Transition

Answer = TypeVar("Answer")
ATTEMPTS = 5


@dataclass(frozen=True)
class RequestContext:
    """One request or event being served: who acts, and the ids that tie its event rows together."""

    actor: Actor
    correlation_id: str = ""
    causation_id: str = ""


def unsaved(kind: AggregateType, id: str) -> Stored:
    """An aggregate that does not exist yet."""
    return Stored(kind, id, {}, 0, GENESIS)


def find(store: Store, kind: AggregateType, id: str | None) -> Stored | None:
    """The aggregate as it is (strongly consistent), or None: for what may not exist, and for ids that come with an
    address or an event."""
    return store.load_many([(kind, id)]).get((kind, id)) if id else None


def transition(
    loaded: Stored,
    event: EventData,
    call: RequestContext,
    now: datetime,
    *,
    due: tuple[Due, ...] = (),
    done: tuple[str, ...] = (),
    case_id: str = "",
) -> Transition:
    """`event` moves `loaded`; only the fields that were given are set. The case is the state's, or the event's own for
    a first event; `case_id` names it for what belongs to none by itself.

    Raises `WrongRole` where somebody would act as staff, or for a host, on a record of their own.
    """
    forbid_self_decision(call.actor, str(loaded.state.get("trainee_id") or ""))
    data = event.model_dump(mode="json", exclude_unset=True)
    case_id = case_id or str(data.get("case_id") or loaded.state.get("case_id") or "")
    draft = NewEvent(
        type=event.TYPE,
        data=data,
        actor=call.actor,
        occurred_at=now,
        case_id=case_id,
        correlation_id=call.correlation_id,
        causation_id=call.causation_id,
    )
    return Transition(loaded, draft, due, done)


def state_after(moved: Transition) -> dict[str, Any]:
    """The state that a committed step has left (the fold, as the store writes it): what we have just written needs no
    reading."""
    return {**moved.loaded.state, **moved.draft.data, "version": moved.loaded.version + 1}


def retry_on_conflict(operation: Callable[[], Answer]) -> Answer:
    """Runs `operation`, which reads, decides and commits, again when somebody changed the same thing in between.

    The last `VersionConflict` is raised; every refusal of a rule leaves at once.
    """
    for _ in range(ATTEMPTS - 1):
        try:
            return operation()
        except VersionConflict:
            continue
    return operation()
