"""The two clocks of the simulator: business time, which the local stack may move, and wall time, which nobody moves.

Business time stamps what Stripe keeps about its objects (`created`, `expires_at`) and when a webhook is due; wall time
stamps webhook signatures, because the receiver checks those against its own wall clock.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path


class SimulatorClock:
    """Business time = wall time + the offset in seconds read from `offset_file` at each use (missing or empty = 0)."""

    def __init__(self, offset_file: Path | None, wall: Callable[[], float] = time.time) -> None:
        self._offset_file = offset_file
        self._wall = wall

    def wall(self) -> float:
        """Unix seconds of the real world."""
        return self._wall()

    def business(self) -> float:
        """Unix seconds of business time."""
        return self._wall() + self.offset()

    def offset(self) -> float:
        """Seconds that business time is ahead. A file that holds no number is an error: a silent 0 would hide a broken
        clock."""
        if self._offset_file is None:
            return 0.0
        try:
            text = self._offset_file.read_text(encoding="ascii").strip()
        except FileNotFoundError:
            return 0.0
        if not text:  # a writer that truncates before it writes is caught between the two
            return 0.0
        return float(text)
