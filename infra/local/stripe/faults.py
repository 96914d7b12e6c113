"""Faults on demand: what the controls under `/_sim/` ask of the next API calls and the next webhook deliveries.

They live in memory: a restarted simulator behaves normally again.
"""

from __future__ import annotations

import threading
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Json = dict[str, Any]
LossMode = Literal["close", "error"]
STALL_LIMIT_SECONDS = 60.0


@dataclass
class CallFault:
    """Applies to the next `count` API calls whose path starts with `path_prefix` (and whose method is `method`, when
    given)."""

    count: int
    path_prefix: str = "/v1/"
    method: str | None = None
    status: int = 500
    saved: bool = False
    mode: LossMode = "close"

    def matches(self, method: str, path: str) -> bool:
        return self.count > 0 and path.startswith(self.path_prefix) and self.method in (None, method)


@dataclass(frozen=True)
class Plan:
    """What becomes of one event's delivery to one endpoint: first state, extra copies, seconds of business time to
    wait."""

    state: Literal["pending", "held", "dropped"]
    copies: int = 0
    delay: float = 0.0


@dataclass
class DeliveryFaults:
    """Counters for webhook deliveries; each counts events, not endpoints. `delay_events` None = until changed."""

    drop: int = 0
    drop_types: list[str] = field(default_factory=list)
    copies: int = 0
    duplicate_events: int = 0
    delay: float = 0.0
    delay_events: int | None = None
    hold: int = 0

    def plan(self, event_type: str) -> Plan:
        """Consume the counters for one event."""
        if self.drop > 0 and (not self.drop_types or event_type in self.drop_types):
            self.drop -= 1
            return Plan("dropped")
        copies = 0
        if self.duplicate_events > 0:
            self.duplicate_events -= 1
            copies = self.copies
        if self.hold > 0:
            self.hold -= 1
            return Plan("held", copies)
        return Plan("pending", copies, self._delay())

    def _delay(self) -> float:
        if self.delay_events is None:
            return self.delay
        if self.delay_events <= 0:
            return 0.0
        self.delay_events -= 1
        return self.delay


class Faults:
    """All faults in force, behind one lock. `failures`, `losses` and `stalls` are tried in the order they were asked
    for."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self._gate = threading.Event()
        self.stalled = 0
        self.clear()

    def clear(self) -> None:
        """Back to normal behaviour; stalled calls go on."""
        with self.lock:
            self.failures: list[CallFault] = []
            self.losses: list[CallFault] = []
            self.stalls: list[CallFault] = []
            self.deliveries = DeliveryFaults()
            self.settle_after = 0.0
            self._gate.set()
            self._gate = threading.Event()

    def _take(self, faults: list[CallFault], method: str, path: str) -> CallFault | None:
        with self.lock:
            for fault in faults:
                if fault.matches(method, path):
                    fault.count -= 1
                    return fault
        return None

    def failure(self, method: str, path: str) -> CallFault | None:
        """The failure that this call has to answer with, if any."""
        return self._take(self.failures, method, path)

    def loss(self, method: str, path: str) -> CallFault | None:
        """Whether the answer of this call, already processed, is to be lost."""
        return self._take(self.losses, method, path)

    def stall(self, method: str, path: str) -> None:
        """Keep the call waiting until `release`, when a control asked for it."""
        with self.lock:
            fault = next((fault for fault in self.stalls if fault.matches(method, path)), None)
            if fault is None:
                return
            fault.count -= 1
            self.stalled += 1
            gate = self._gate
        gate.wait(STALL_LIMIT_SECONDS)
        with self.lock:
            self.stalled -= 1

    def release(self) -> None:
        """Let all stalled calls go on, and stall no more."""
        with self.lock:
            self.stalls = []
            self._gate.set()
            self._gate = threading.Event()

    def plan(self, event_type: str) -> Plan:
        with self.lock:
            return self.deliveries.plan(event_type)

    def state(self) -> Json:
        """What is in force, for `/_sim/state`."""
        with self.lock:
            return {
                "failures": [asdict(fault) for fault in self.failures if fault.count],
                "losses": [asdict(fault) for fault in self.losses if fault.count],
                "stalls": [asdict(fault) for fault in self.stalls if fault.count],
                "stalled": self.stalled,
                "deliveries": asdict(self.deliveries),
                "settle_after": self.settle_after,
            }
