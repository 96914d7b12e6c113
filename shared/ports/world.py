"""Time, names, and the bus."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from shared.domain.core.aggregate import Actor


class Bus(Protocol):
    def publish(self, events: Sequence[Mapping[str, Any]]) -> None:
        """Envelopes, any number; raises `Busy` when any entry failed."""
        ...


class BusinessClock(Protocol):
    def now(self) -> datetime:
        """Business time, UTC: deadlines, link expiry, due items. Never used for tokens, signatures or TTL."""
        ...


class Ids(Protocol):
    def new(self) -> str:
        """A fresh id (26 characters, sorts by time: ULID layout)."""
        ...

    def derived(self, *parts: str) -> str:
        """The same id for the same parts: a repeated request with one idempotency key names the same thing."""
        ...


SYSTEM = "system"


def system(function: str) -> Actor:
    return Actor(role=SYSTEM, id=function)
