"""Moves business time and runs everything that falls due on the way, in order: the clock stops at each due instant, the
`deadlines` function and the Stripe simulator do what is due there, queues run empty, and only then does it go on. Wall
time is never touched."""

from __future__ import annotations

import json
import urllib.request
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from infra.local.clock.business_clock import BusinessClock
from infra.local.stack.child_process import StackError
from infra.local.stack.queues import Queues
from infra.local.stack.stack_info import StackInfo
from shared.domain.core.due_readers import SWEEP
from shared.domain.core.instants import parse

ATTEMPTS = 3
"""How often one due item is given its chance before the clock moves on without it."""


@dataclass(frozen=True, order=True)
class DueItem:
    """A row of the due index."""

    due_at: datetime
    kind: str
    key: str


@dataclass(frozen=True)
class Step:
    """The clock stood at `at` (business time) because of these due rows; `left` are those still there afterwards."""

    at: datetime
    fell_due: tuple[DueItem, ...]
    left: tuple[DueItem, ...]


class World(Protocol):
    """What the clock moves through."""

    def due_items(self) -> list[DueItem]:
        """Everything that waits for an instant, earliest first."""
        ...

    def run_what_is_due(self) -> None:
        """Does what is due at the present business time, with all that follows from it. Raises `StackError`."""
        ...


class Mover:
    """Moves business time through a world, one due instant after the other."""

    def __init__(self, clock: BusinessClock, world: World) -> None:
        self.clock = clock
        self.world = world

    def move(self, target: datetime, report: Callable[[Step], None] = lambda _: None) -> list[Step]:
        """Runs everything due up to and including `target`, then sets the clock to it.

        A row that stays due is tried again at each later stop, `ATTEMPTS` times in all. Raises `StackError` when a
        sweep fails.
        """
        attempts: Counter[DueItem] = Counter()
        steps = []
        while True:
            open_items = [
                item for item in self.world.due_items() if item.due_at <= target and attempts[item] < ATTEMPTS
            ]
            if not open_items:
                break
            moment = max(open_items[0].due_at, self.clock.now())
            batch = tuple(item for item in open_items if item.due_at <= moment)
            attempts.update(batch)
            self.clock.set(moment)
            self.world.run_what_is_due()
            step = Step(moment, batch, tuple(item for item in self.world.due_items() if item in batch))
            steps.append(step)
            report(step)
        self.clock.set(max(target, self.clock.now()))
        self.world.run_what_is_due()
        return steps


class RunningStack:
    """The world of a running local stack: the due index, the sweep, the Stripe simulator, the queues."""

    def __init__(self, info: StackInfo) -> None:
        self._info = info
        self._queues = Queues(info)

    def due_items(self) -> list[DueItem]:
        """What the sweep acts on; a scan, because this is a developer's tool on a developer's data."""
        pages = (
            self._info.aws.client("dynamodb")
            .get_paginator("scan")
            .paginate(TableName=self._info.outputs["CoreTable"], IndexName="due")
        )
        return sorted(
            DueItem(
                parse(item["due_at"]["S"]),
                item["due_kind"]["S"],
                f"{item['pk']['S']} / {item['sk']['S']}",
            )
            for page in pages
            for item in page["Items"]
            if item["due_pk"]["S"].startswith(f"{SWEEP}#")
        )

    def run_what_is_due(self) -> None:
        _post(f"{self._info.stripe_url}/_sim/tick")
        function = self._info.functions["deadlines"]
        answer = self._info.aws.client("lambda").invoke(
            FunctionName=function, Payload=json.dumps({"Records": []}).encode()
        )
        if "FunctionError" in answer:
            raise StackError(f"The sweep failed: {answer['Payload'].read().decode()[:500]}")
        self._queues.drain()
        _post(f"{self._info.stripe_url}/_sim/drain")
        self._queues.drain()


def mover_of(info: StackInfo) -> Mover:
    """The mover of a running stack."""
    return Mover(BusinessClock(Path(info.clock_file)), RunningStack(info))


def _post(url: str) -> Any:
    request = urllib.request.Request(url, data=b"{}", headers={"Content-Type": "application/json"}, method="POST")
    with urllib.request.urlopen(request, timeout=60) as answer:
        return answer.read()
