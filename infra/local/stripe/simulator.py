"""The simulator without its HTTP server: all parts wired together, transactions opened, and what falls due carried
out."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.local.stripe.clock import SimulatorClock
from infra.local.stripe.context import Tx
from infra.local.stripe.faults import Faults
from infra.local.stripe.idempotency import IdempotencyKeys
from infra.local.stripe.objects import charges, checkout, refunds
from infra.local.stripe.outbox import Outbox
from infra.local.stripe.store import Store
from infra.local.stripe.webhooks import Sender

Json = dict[str, Any]

TICK_SECONDS = 1.0


@dataclass(frozen=True)
class Config:
    """`public_url` has no slash at its end; `validate` checks every answer and event against Stripe's OpenAPI
    document."""

    state_dir: Path
    public_url: str
    clock_file: Path | None = None
    validate: bool = False


class InvalidEvent(Exception):
    """Only with `validate`: the simulator was about to announce something that Stripe would not."""


class Simulator:
    """Owns the store, the clocks, the faults and the background threads. `start` it, and `stop` it at the end."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self.clock = SimulatorClock(config.clock_file)
        self.faults = Faults()
        self.store = Store(config.state_dir)
        self.keys = IdempotencyKeys(self.store)
        self.outbox = Outbox(self.store, self.faults)
        self.sender = Sender(self.store, self.outbox, self.clock)
        self.requests: Counter[str] = Counter()
        self._stopping = threading.Event()
        self._ticker = threading.Thread(target=self._tick_forever, name="stripe-tick", daemon=True)
        if config.validate:
            self.outbox.check = _checked_event

    def start(self) -> None:
        with self.transaction() as tx:
            self.outbox.release_held(tx.exact)  # holds are a fault of the process that ended
        self.sender.start()
        self._ticker.start()

    def stop(self) -> None:
        self._stopping.set()
        self.faults.release()
        self._ticker.join(TICK_SECONDS + 5)
        self.sender.stop()
        self.store.close()

    @contextmanager
    def transaction(self, request_id: str | None = None, idempotency_key: str | None = None) -> Iterator[Tx]:
        """One atomic operation at the present business time."""
        with self.store.unit() as store:
            yield Tx(
                store=store,
                exact=self.clock.business(),
                public_url=self.config.public_url,
                announcer=self.outbox,
                settle_after=self.faults.settle_after,
                request_id=request_id,
                idempotency_key=idempotency_key,
            )

    def tick(self) -> Json:
        """Carry out what is due by now: sessions expire, charges settle, banks answer refunds. Returns how many of
        each."""
        done: Counter[str] = Counter()
        with self.transaction() as tx:
            for body in tx.store.due(tx.exact):
                done[body["object"]] += 1
                _fall_due(tx, body)
        return dict(done)

    def _tick_forever(self) -> None:
        while not self._stopping.wait(TICK_SECONDS):
            self.tick()


def _fall_due(tx: Tx, body: Json) -> None:
    kind = body["object"]
    if kind == "checkout.session":
        checkout.close_as_expired(tx, body)
    elif kind == "charge":
        charges.settle(tx, body)
    elif kind == "refund":
        refunds.bank_answered(tx, body)


def _checked_event(event: Json) -> None:
    from infra.local.stripe.openapi import event_problems  # two seconds to load: only when asked to validate

    found = event_problems(event)
    if found:
        raise InvalidEvent(f"{event['type']}: " + "; ".join(found))
