"""Time that stands still until a test moves it, and ids that count."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

from shared.domain.core.instants import to_utc

START = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)


class FrozenClock:
    """Business time. `START` is a Monday, 09:00 in Chicago."""

    def __init__(self, at: datetime = START) -> None:
        self._at = to_utc(at)

    def now(self) -> datetime:
        return self._at

    def move(self, by: timedelta) -> datetime:
        self._at += by
        return self._at

    def set(self, at: datetime) -> None:
        self._at = to_utc(at)


class CountingIds:
    """26 characters that sort by age, as the real ones do; `prefix` tells two sources apart."""

    def __init__(self, prefix: str = "0") -> None:
        self._prefix, self._count = prefix, 0

    def new(self) -> str:
        self._count += 1
        return f"{self._prefix}{self._count:0{26 - len(self._prefix)}d}"

    def derived(self, *parts: str) -> str:
        text = "".join(f"{len(part)}:{part}" for part in parts)
        return "d" + hashlib.sha256(text.encode()).hexdigest()[:25]
