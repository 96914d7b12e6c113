"""What happens when a due row's instant comes. Each context exports its `DUE_RULES`; `shared/services/contexts.py`
merges them, the sweep follows them, and docs/state-machines.md lists them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import IntEnum
from typing import Any

from shared.domain.core.aggregate import AggregateType
from shared.domain.core.due_readers import SWEEP
from shared.ports import Stored
from shared.services.core.transitions import RequestContext

NOTHING = "not due any more"
"""What an act answers when the state has nothing (more) to be done: the row goes if its state does not keep it."""


class Stage(IntEnum):
    """Within one sweep, lower stages come first: what needs only our own records, so that a silent partner holds
    nothing else up; a line is served after the holds that ended."""

    RECORDS = 1
    SEATS = 2
    LINES = 3
    REFUNDS = 4


@dataclass(frozen=True)
class DueRule:
    """`kind` names the due row, `of` the aggregates that have it, `who` the roles that owe the next step (several: it
    depends), `means` in plain words what happens at the instant, `reader` who acts on the row or lists it.

    For the sweep's: `act(service, aggregate id, call)` looks at the state again and does what is due, saying what it
    came to or `NOTHING`; late, double and stale runs are harmless. `service` is made by the wiring. `keeps` says
    whether a state may still have the row. `asks_partner`: nothing of the kind is tried again in a run once the partner
    was silent. `later`: outcomes after which the row moves that far, because somebody else has what it waits for.
    """

    kind: str
    of: tuple[AggregateType, ...]
    who: tuple[str, ...]
    means: str
    reader: str = SWEEP
    service: type[Any] | None = None
    act: Callable[[Any, str, RequestContext], str] | None = None
    keeps: Callable[[Stored], bool] = lambda _: True
    stage: Stage = Stage.RECORDS
    asks_partner: bool = False
    later: tuple[tuple[str, timedelta], ...] = ()
