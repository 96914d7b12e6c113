"""The controls under `/_sim/`: JSON in, JSON out, for tests, the demo and the local stack. Stripe has nothing like
them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from infra.local.stripe.errors import StripeError
from infra.local.stripe.faults import CallFault
from infra.local.stripe.simulator import Simulator

Json = dict[str, Any]


class BadControl(Exception):
    """The control or its arguments do not exist; answered with 400 or 404 and the text."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


class Controls:
    """`run("POST", "drop", {"events": 2})`; each control is one method and returns what to tell the caller."""

    def __init__(self, simulator: Simulator) -> None:
        self._sim = simulator
        self._table: dict[tuple[str, str], Callable[..., Json]] = {
            ("GET", "health"): self.health,
            ("GET", "state"): self.state,
            ("GET", "requests"): self.requests,
            ("GET", "deliveries"): self.deliveries,
            ("POST", "requests"): self.clear_requests,
            ("POST", "tick"): self.tick,
            ("POST", "drain"): self.drain,
            ("POST", "flush"): self.flush,
            ("POST", "fail"): self.fail,
            ("POST", "lose"): self.lose,
            ("POST", "stall"): self.stall,
            ("POST", "release"): self.release,
            ("POST", "drop"): self.drop,
            ("POST", "duplicate"): self.duplicate,
            ("POST", "delay"): self.delay,
            ("POST", "reorder"): self.reorder,
            ("POST", "settle"): self.settle,
            ("POST", "redeliver"): self.redeliver,
            ("POST", "normal"): self.normal,
            ("POST", "reset"): self.reset,
        }

    def run(self, method: str, name: str, arguments: Json) -> Json:
        """Raises BadControl."""
        control = self._table.get((method, name))
        if control is None:
            raise BadControl(
                f"no control {method} /_sim/{name}; there are: " + ", ".join(f"{m} {n}" for m, n in self._table), 404
            )
        try:
            return control(**arguments)
        except (TypeError, StripeError) as error:
            raise BadControl(str(error)) from error

    def health(self) -> Json:
        return {"ok": True, "business_time": self._sim.clock.business(), "validate": self._sim.config.validate}

    def state(self) -> Json:
        """Faults in force and the number of deliveries by state."""
        return {**self._sim.faults.state(), "delivery_states": self._sim.outbox.counts()}

    def requests(self) -> Json:
        """API calls since the start or the last clear, by method and path; calls that were refused count too."""
        counted = dict(sorted(self._sim.requests.items()))
        return {"total": sum(counted.values()), "by_operation": counted}

    def clear_requests(self) -> Json:
        """The same counters, which begin again at zero."""
        counted = self.requests()
        self._sim.requests.clear()
        return counted

    def deliveries(self) -> Json:
        return {"deliveries": self._sim.outbox.log()}

    def tick(self) -> Json:
        """Do now what falls due by business time."""
        return {"done": self._sim.tick()}

    def flush(self) -> Json:
        """Send held, delayed and to-be-retried deliveries as soon as possible."""
        return {"queued": self._sim.outbox.flush(self._sim.clock.business())}

    def drain(self, timeout: float = 15.0) -> Json:
        """Tick, flush, and wait until every delivery was tried; `pending` counts those that the endpoint did not
        accept."""
        self._sim.tick()
        self.flush()
        idle = self._sim.sender.wait_idle(timeout)
        counts = self._sim.outbox.counts()
        return {"idle": idle, "pending": counts.get("pending", 0), "delivery_states": counts}

    def fail(
        self,
        count: int = 1,
        status: int = 500,
        path_prefix: str = "/v1/",
        method: str | None = None,
        saved: bool = False,
    ) -> Json:
        """Answer the next calls with an error before anything happens; `saved` keeps it under the idempotency key."""
        return self._add(self._sim.faults.failures, CallFault(count, path_prefix, method, status=status, saved=saved))

    def lose(self, count: int = 1, mode: str = "close", path_prefix: str = "/v1/", method: str | None = None) -> Json:
        """Process the next calls, then close the connection ("close") or answer an unsaved 500 ("error")."""
        if mode not in ("close", "error"):
            raise BadControl("mode is close or error")
        return self._add(
            self._sim.faults.losses, CallFault(count, path_prefix, method, mode="close" if mode == "close" else "error")
        )

    def stall(self, count: int = 1, path_prefix: str = "/v1/", method: str | None = None) -> Json:
        """Keep the next calls waiting, their idempotency keys claimed, until `release`."""
        return self._add(self._sim.faults.stalls, CallFault(count, path_prefix, method))

    def _add(self, faults: list[CallFault], fault: CallFault) -> Json:
        with self._sim.faults.lock:
            faults.append(fault)
        return self.state()

    def release(self) -> Json:
        self._sim.faults.release()
        return self.state()

    def drop(self, events: int = 1, types: list[str] | None = None) -> Json:
        """Never deliver the next events (of these types); they stay readable under /v1/events."""
        return self._deliveries(drop=events, drop_types=types or [])

    def duplicate(self, copies: int = 1, events: int = 1) -> Json:
        """Deliver each of the next events `copies` more times."""
        return self._deliveries(copies=copies, duplicate_events=events)

    def delay(self, seconds: float, events: int | None = None) -> Json:
        """Deliver events this many seconds of business time late: the next `events`, or all until changed."""
        return self._deliveries(delay=seconds, delay_events=events)

    def reorder(self, events: int = 2) -> Json:
        """Hold the next events and release them, latest first, when the last of them is there."""
        return self._deliveries(hold=events)

    def _deliveries(self, **values: Any) -> Json:
        with self._sim.faults.lock:
            for name, value in values.items():
                setattr(self._sim.faults.deliveries, name, value)
        return self.state()

    def settle(self, seconds: float) -> Json:
        """Charges get their balance transaction, and refunds the bank's answer, this much later (0 = at once)."""
        self._sim.faults.settle_after = seconds
        return self.state()

    def redeliver(self, event_id: str) -> Json:
        """Send an event again to every endpoint that wants it."""
        with self._sim.transaction() as tx:
            return {"queued": self._sim.outbox.redeliver(tx, event_id)}

    def normal(self) -> Json:
        """End all faults; held deliveries go out."""
        self._sim.faults.clear()
        with self._sim.transaction() as tx:
            self._sim.outbox.release_held(tx.exact)
        self._sim.sender.wake()
        return self.state()

    def reset(self, keep_endpoints: bool = True) -> Json:
        """Forget all objects, keys and deliveries, and end all faults."""
        self._sim.faults.clear()
        with self._sim.store.unit() as store:
            store.wipe(keep_endpoints)
        self._sim.requests.clear()
        return self.state()
