"""The queue of webhook deliveries, in the store: written in the transaction that caused the event, emptied by
`webhooks.Sender`.

States: pending (due at a business second), held (by the reorder control), delivered (2xx), dropped (by a control),
failed (three days of retries, or the endpoint is gone).
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from typing import Any

from infra.local.stripe.context import Tx
from infra.local.stripe.faults import Faults
from infra.local.stripe.objects import webhook_endpoints
from infra.local.stripe.store import Store

Json = dict[str, Any]

ORDER_STEP = 1e-4
"""Seconds between released deliveries, so that their order is the order of their due times."""
RETRY_AFTER_SECONDS = (
    1,
    2,
    5,
    15,
    60,
    300,
    900,
    3600,
    2 * 3600,
    4 * 3600,
    8 * 3600,
    8 * 3600,
    16 * 3600,
    16 * 3600,
    12 * 3600,
)
"""Waits of business time between attempts, about three days together, as Stripe documents for live mode."""

WAITING = "SELECT seq FROM deliveries WHERE state = 'pending' AND due_at > ? ORDER BY due_at, seq"


class Outbox:
    """Queries over the table `deliveries`. `wake` is called when something new may be due."""

    def __init__(self, store: Store, faults: Faults) -> None:
        self._store = store
        self._faults = faults
        self.wake: Callable[[], None] = lambda: None
        self.check: Callable[[Json], None] = lambda _: None

    def announce(self, tx: Tx, event: Json) -> None:
        """Store the event and queue it for every endpoint that wants it, as the controls say."""
        self.check(event)
        endpoints = [
            body for body in tx.store.newest_first("webhook_endpoint") if webhook_endpoints.wants(body, event["type"])
        ]
        tx.store.put({**event, "pending_webhooks": len(endpoints)})
        if not endpoints:
            return
        plan = self._faults.plan(event["type"])
        for endpoint in reversed(endpoints):
            for _ in range(1 if plan.state == "dropped" else 1 + plan.copies):
                self._insert(event, endpoint["id"], plan.state, tx.exact + plan.delay, tx.exact)
        if plan.state == "held" and self._faults.state()["deliveries"]["hold"] == 0:
            self.release_held(tx.exact)
        self.wake()

    def _insert(self, event: Json, endpoint_id: str, state: str, due_at: float, now: float) -> None:
        self._store.db.execute(
            "INSERT INTO deliveries (event_id, event_type, endpoint_id, state, due_at, created, attempts) VALUES (?, "
            "?, ?, ?, ?, ?, '[]')",
            (event["id"], event["type"], endpoint_id, state, due_at, now),
        )

    def release_held(self, now: float) -> int:
        """Queue what the reorder control held, latest first; returns how many."""
        held = self._store.db.execute("SELECT seq FROM deliveries WHERE state = 'held' ORDER BY seq DESC").fetchall()
        for place, row in enumerate(held):
            self._set(row["seq"], "pending", now + place * ORDER_STEP)
        return len(held)

    def flush(self, now: float) -> int:
        """Make everything that still waits due now: held deliveries reversed, delayed ones and retries in their
        order."""
        with self._store.unit() as store:
            released = self.release_held(now - 1.0)
            rows = store.db.execute(WAITING, (now - 0.5,)).fetchall()
            for place, row in enumerate(rows):
                self._set(row["seq"], "pending", now - 0.5 + place * ORDER_STEP)
        self.wake()
        return released + len(rows)

    def _set(self, seq: int, state: str, due_at: float) -> None:
        self._store.db.execute("UPDATE deliveries SET state = ?, due_at = ? WHERE seq = ?", (state, due_at, seq))

    def next_due(self, now: float) -> sqlite3.Row | None:
        with self._store.unit() as store:
            row: sqlite3.Row | None = store.db.execute(
                "SELECT * FROM deliveries WHERE state = 'pending' AND due_at <= ? ORDER BY due_at, seq LIMIT 1", (now,)
            ).fetchone()
            return row

    def record(self, row: sqlite3.Row, now: float, attempt: Json) -> None:
        """Note an attempt and decide what is next: delivered on 2xx, else a later retry, else failed."""
        attempts = [*json.loads(row["attempts"]), attempt]
        status = attempt.get("status")
        state, due_at = "pending", now
        if status is not None and 200 <= status < 300:
            state = "delivered"
        elif attempt.get("gone") or len(attempts) > len(RETRY_AFTER_SECONDS):
            state = "failed"
        else:
            due_at = now + RETRY_AFTER_SECONDS[len(attempts) - 1]
        with self._store.unit() as store:
            store.db.execute(
                "UPDATE deliveries SET state = ?, due_at = ?, attempts = ? WHERE seq = ?",
                (state, due_at, json.dumps(attempts), row["seq"]),
            )

    def redeliver(self, tx: Tx, event_id: str) -> int:
        """Queue the event once more for every endpoint that wants it, whatever happened before; returns how many."""
        event = tx.load("event", event_id)
        endpoints = [
            body for body in tx.store.newest_first("webhook_endpoint") if webhook_endpoints.wants(body, event["type"])
        ]
        for endpoint in endpoints:
            self._insert(event, endpoint["id"], "pending", tx.exact, tx.exact)
        self.wake()
        return len(endpoints)

    def log(self, limit: int = 1000) -> list[Json]:
        """The latest deliveries, oldest first, each with its attempts."""
        with self._store.unit() as store:
            rows = store.db.execute("SELECT * FROM deliveries ORDER BY seq DESC LIMIT ?", (limit,)).fetchall()
        return [{**dict(row), "attempts": json.loads(row["attempts"])} for row in reversed(rows)]

    def counts(self) -> dict[str, int]:
        """Number of deliveries by state."""
        with self._store.unit() as store:
            return {
                row["state"]: row["n"]
                for row in store.db.execute("SELECT state, COUNT(*) AS n FROM deliveries GROUP BY state")
            }
