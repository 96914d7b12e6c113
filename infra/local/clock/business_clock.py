"""Business time on the local stack: a file that holds how many seconds it is ahead of wall time."""

from __future__ import annotations

import os
import re
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from infra.local.stack.child_process import StackError
from shared.domain.core.errors import Invalid
from shared.domain.core.instants import iso, parse

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}


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
