"""Business time on the local stack: a file holding how many seconds it is ahead of wall time, and the command that
moves it.

Moving runs everything that falls due on the way, in order: the clock stops at each due instant, the `deadlines`
function and the Stripe simulator do what is due there, queues run empty, and only then does it go on. Wall time is
never touched.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from infra.local import info as stack_info
from infra.local.children import StackError
from infra.local.info import StackInfo
from shared.domain.core.errors import Invalid
from shared.domain.core.instants import iso, parse

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
ATTEMPTS = 3
"""How often one due item is given its chance before the clock moves on without it."""
QUIET_SECONDS = 1.0


class BusinessClock:
    """The clock file. Business time = wall time + the number of seconds it holds; no file means 0."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def offset(self) -> float:
        return float(self.path.read_text()) if self.path.exists() else 0.0

    def now(self) -> datetime:
        """Business time, UTC, to the second."""
        return datetime.fromtimestamp(time.time() + self.offset, UTC).replace(microsecond=0)

    def set(self, moment: datetime) -> None:
        """Business time is `moment` now and goes on from there. Readers see the old file or the new one, never half of
        it."""
        draft = self.path.with_suffix(".new")
        # A millisecond more: rounding must not leave the clock just short of the second at which something falls due.
        draft.write_text(f"{moment.timestamp() - time.time() + 0.001:.3f}\n")
        os.replace(draft, self.path)


def duration(text: str) -> timedelta:
    """`48h`, `30m`, `7d`, `1w`, also joined (`2d12h`). Raises `StackError` for anything else."""
    if not re.fullmatch(r"(\d+[smhdw])+", text):
        raise StackError(f"{text!r} is not a length of time. Write it like 48h, 30m, 7d or 2d12h.")
    return timedelta(seconds=sum(int(number) * UNITS[unit] for number, unit in re.findall(r"(\d+)([smhdw])", text)))


def target_of(now: datetime, by: str, to: str) -> datetime:
    """Where the clock shall be. Exactly one of `by` (a length) and `to` (an instant); never backwards. Raises
    `StackError`."""
    if bool(by) == bool(to):
        raise StackError(
            "Say how far to move the clock: make clock BY=48h, or until when: make clock TO=2027-01-15T06:00:00Z"
        )
    try:
        target = now + duration(by) if by else parse(to)
    except Invalid as error:
        raise StackError(f"{error.detail} {error.remedy}") from None
    if target < now:
        raise StackError(f"Business time is already {iso(now)}; it only moves forward. FRESH=1 make run begins anew.")
    return target


@dataclass(frozen=True, order=True)
class Waiting:
    """A row of the due index."""

    due_at: datetime
    kind: str
    key: str


@dataclass(frozen=True)
class Step:
    """The clock stood at `at` (business time) because of these due rows; `left` are those still there afterwards."""

    at: datetime
    fell_due: tuple[Waiting, ...]
    left: tuple[Waiting, ...]


class World(Protocol):
    """What the clock moves through."""

    def waiting(self) -> list[Waiting]:
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
        attempts: Counter[Waiting] = Counter()
        steps = []
        while True:
            open_items = [item for item in self.world.waiting() if item.due_at <= target and attempts[item] < ATTEMPTS]
            if not open_items:
                break
            moment = max(open_items[0].due_at, self.clock.now())
            batch = tuple(item for item in open_items if item.due_at <= moment)
            attempts.update(batch)
            self.clock.set(moment)
            self.world.run_what_is_due()
            step = Step(moment, batch, tuple(item for item in self.world.waiting() if item in batch))
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

    def waiting(self) -> list[Waiting]:
        """A scan: this is a developer's tool on a developer's data."""
        pages = (
            self._info.aws.client("dynamodb")
            .get_paginator("scan")
            .paginate(TableName=self._info.outputs["CoreTable"], IndexName="due")
        )
        return sorted(
            Waiting(
                parse(item["due_at"]["S"]),
                item["due_pk"]["S"].partition("#")[0],
                f"{item['pk']['S']} / {item['sk']['S']}",
            )
            for page in pages
            for item in page["Items"]
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


class Queues:
    """Every queue of the stack that somebody works off; dead-letter queues are not among them."""

    def __init__(self, info: StackInfo) -> None:
        self._sqs = info.aws.client("sqs")
        urls = self._sqs.list_queues(MaxResults=1000).get("QueueUrls", [])
        policies = {url: self._attributes(url, "QueueArn", "RedrivePolicy") for url in urls}
        dead = {
            json.loads(found["RedrivePolicy"])["deadLetterTargetArn"]
            for found in policies.values()
            if "RedrivePolicy" in found
        }
        self._urls = [url for url, found in policies.items() if found["QueueArn"] not in dead]

    def drain(self, seconds: float = 30.0) -> None:
        """Returns when all have been empty for a moment, in which a table's stream would have filled them again.

        Raises `StackError` that names the queues still busy after `seconds`.
        """
        deadline = time.monotonic() + seconds
        quiet_since = time.monotonic()
        while time.monotonic() - quiet_since < QUIET_SECONDS:
            busy = dict(self.busy())
            if busy:
                quiet_since = time.monotonic()
                if quiet_since > deadline:
                    raise StackError(f"These queues did not run empty within {seconds:.0f} s: {busy}")
            time.sleep(0.1)

    def busy(self) -> Iterator[tuple[str, int]]:
        """Name and number of messages of every queue that holds any, waiting, in work or delayed."""
        names = (
            "ApproximateNumberOfMessages",
            "ApproximateNumberOfMessagesNotVisible",
            "ApproximateNumberOfMessagesDelayed",
        )
        for url in self._urls:
            count = sum(int(value) for value in self._attributes(url, *names).values())
            if count:
                yield url.rsplit("/", 1)[1], count

    def _attributes(self, url: str, *names: str) -> dict[str, str]:
        found: dict[str, str] = self._sqs.get_queue_attributes(QueueUrl=url, AttributeNames=list(names)).get(
            "Attributes", {}
        )
        return found


def _post(url: str) -> Any:
    request = urllib.request.Request(url, data=b"{}", headers={"Content-Type": "application/json"}, method="POST")
    with urllib.request.urlopen(request, timeout=60) as answer:
        return answer.read()


def _print_step(step: Step) -> None:
    for item in step.fell_due:
        note = "  (still waiting)" if item in step.left else ""
        print(f"  {iso(step.at)}  {item.kind:<22} {item.key}{note}", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description="Move business time on the running local stack.")
    parser.add_argument("--state-dir", type=Path, default=Path(".rota"))
    parser.add_argument("--by", default="", help="a length of time: 48h, 30m, 7d")
    parser.add_argument("--to", default="", help="an instant: 2027-01-15T06:00:00Z")
    arguments = parser.parse_args()
    try:
        mover = mover_of(stack_info.load(arguments.state_dir))
        before = mover.clock.now()
        target = target_of(before, arguments.by, arguments.to)
        print(f"Business time {iso(before)} -> {iso(target)}")
        steps = mover.move(target, _print_step)
    except StackError as error:
        print(f"clock: {error}", file=sys.stderr)
        return 1
    print(
        f"Business time is {iso(mover.clock.now())}. {sum(len(step.fell_due) for step in steps) or 'Nothing'} fell due."
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
