"""Business time: what deadlines and due items go by. On AWS it is wall time; on the local stack it can be moved
ahead."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from shared.domain.core.instants import to_utc


def wall_now() -> datetime:
    """Wall time, UTC, with its fractions of a second: for sessions, TTL and signatures."""
    return datetime.now(UTC)


class WallClock:
    """Business time that nobody moves (AWS)."""

    def now(self) -> datetime:
        return to_utc(wall_now())


class MovableClock:
    """Wall time plus the seconds (a float as text) in a file that `make clock` rewrites; no file means no shift.

    The file is read again on every call: warm functions must follow a move at once.
    """

    def __init__(self, path: str | Path) -> None:
        self._path = Path(path)

    def now(self) -> datetime:
        """Raises `ValueError` when the file holds anything but a number: going on with a guessed time would be
        worse."""
        try:
            shift = float(self._path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            shift = 0.0
        return to_utc(wall_now() + timedelta(seconds=shift))
