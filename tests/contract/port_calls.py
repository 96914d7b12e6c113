"""Counts the calls that a request makes through the ports, and makes one of them fail.

hub = watched(house)
with hub.request() as calls: ...     # calls: ["sessions.read", "store.load", "store.commit"]
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from shared.runtime.outcome import WRITES
from tests.contract.house import House
from tests.fakes.wiring import FakeWiring

PORTS = (
    "store",
    "people",
    "catalogue",
    "identity",
    "links",
    "sessions",
    "paces",
    "browsers",
    "wishes",
    "file_store",
    "payment_gateway",
    "search_index",
)
"""Everything that leaves the process; clock and ids do not."""


class Calls:
    """What a request asks of the ports, in order. `fail_at` is the number (from 0) of a call that raises `error`
    instead."""

    def __init__(self) -> None:
        self.made: list[str] = []
        self.fail_at: int | None = None
        self.error: Callable[[], Exception] = RuntimeError
        self.lost = False

    def begin(
        self, fail_at: int | None = None, error: Callable[[], Exception] = RuntimeError, lost: bool = False
    ) -> None:
        """`lost`: the call happens, and only its answer does not come."""
        self.made, self.fail_at, self.error, self.lost = [], fail_at, error, lost

    @property
    def writes(self) -> list[int]:
        """The numbers of the calls that changed something."""
        parts = [name.partition(".") for name in self.made]
        return [number for number, (port, _, call) in enumerate(parts) if call in WRITES.get(port, ())]


class Counted:
    def __init__(self, calls: Calls, name: str, port: Any) -> None:
        self._calls, self._name, self._port = calls, name, port

    def __getattr__(self, call: str) -> Any:
        found = getattr(self._port, call)
        if not callable(found):
            return found

        def counted(*given: Any, **named: Any) -> Any:
            calls = self._calls
            number = len(calls.made)
            calls.made.append(f"{self._name}.{call}")
            if number != calls.fail_at:
                return found(*given, **named)
            if calls.lost:
                found(*given, **named)
            raise calls.error()

        return counted


def counted(house: House, calls: Calls) -> FakeWiring:
    """The house's services anew on its ports, each behind `calls`; `house.reset()` puts the uncounted ones back."""
    parts = {name: Counted(calls, name, getattr(house, name)) for name in PORTS}
    made = FakeWiring(**{"clock": house.clock, "ids": house.ids, **parts})
    made.settings = house.settings
    for room in house.rooms.values():
        room.wire(made)
    return made
