"""The bus, webhook deliveries, the catalogue and the search publisher in memory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from shared.domain.core.errors import Busy
from shared.domain.programs.program import Program
from shared.domain.search.query import Projection
from shared.ports import Delivery
from tests.fakes.faults import Fault
from tests.fakes.store import FakeStore


class FakeBus:
    def __init__(self) -> None:
        self.events: list[Mapping[str, Any]] = []
        self._fault = Fault()

    def fail(self, calls: int = 1) -> None:
        """The next calls are `Busy` after the first half of the events went out, as a partial failure does."""
        self._fault.set(calls)

    def publish(self, events: Sequence[Mapping[str, Any]]) -> None:
        if self._fault.strikes():
            self.events += events[: len(events) // 2]
            raise Busy("The event bus refused some events.", "The same events are sent again.")
        self.events += events


class FakeDeliveries:
    def __init__(self) -> None:
        self.stored: dict[str, tuple[Delivery, str]] = {}

    def store(self, delivery: Delivery, raw: str) -> bool:
        if delivery.event_id in self.stored:
            return False
        self.stored[delivery.event_id] = (delivery, raw)
        return True


class FakeCatalogue:
    """Reads the programs of the fake store."""

    def __init__(self, store: FakeStore) -> None:
        self._store = store

    def program(self, program_id: str) -> Program:
        return _program(self._store.load("PROGRAM", program_id).state)

    def programs(self, ids: Iterable[str]) -> dict[str, Program]:
        found = self._store.load_many(("PROGRAM", id) for id in ids)
        return {loaded.id: _program(loaded.state) for loaded in found.values()}

    def live_ids(self) -> list[str]:
        return self._store.program_ids("LIVE")


class FakeSearchPublisher:
    """`versions` in order of publishing; `overlays` as (program, week, free)."""

    def __init__(self) -> None:
        self.versions: list[tuple[Projection, ...]] = []
        self.overlays: list[tuple[str, str, bool]] = []

    def publish(self, projections: Iterable[Projection]) -> str:
        self.versions.append(tuple(projections))
        return f"version-{len(self.versions)}"

    def overlay(self, program_id: str, week: str, free: bool) -> None:
        self.overlays.append((program_id, week, free))

    def overlay_rows(self) -> int:
        return len(self.overlays)


def _program(state: Mapping[str, Any]) -> Program:
    return Program.model_validate({name: state[name] for name in Program.model_fields if name in state})
