"""The simulator's memory: one SQLite file, one writer at a time, so a killed process loses nothing that was answered.

Every API operation runs in one `unit()`: its objects, its events, its deliveries and the saved idempotent answer become
durable together or not at all. Objects are the JSON that the API shows, plus private members whose names begin with
"_".
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

Json = dict[str, Any]

SCHEMA = """
CREATE TABLE IF NOT EXISTS objects (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE NOT NULL, kind TEXT NOT NULL, body TEXT NOT NULL,
    due_at REAL);
CREATE INDEX IF NOT EXISTS objects_kind ON objects (kind, seq);
CREATE INDEX IF NOT EXISTS objects_due ON objects (due_at) WHERE due_at IS NOT NULL;
CREATE TABLE IF NOT EXISTS idempotency (
    key TEXT PRIMARY KEY, created REAL NOT NULL, path TEXT NOT NULL, fingerprint TEXT NOT NULL,
    request_id TEXT NOT NULL, status INTEGER NOT NULL, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS deliveries (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, event_id TEXT NOT NULL, event_type TEXT NOT NULL, endpoint_id TEXT NOT NULL,
    state TEXT NOT NULL, due_at REAL NOT NULL, created REAL NOT NULL, attempts TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS deliveries_due ON deliveries (state, due_at, seq);
CREATE INDEX IF NOT EXISTS deliveries_event ON deliveries (event_id);
"""


class Store:
    """SQLite behind one re-entrant lock. All access, also reading, happens inside `unit()`."""

    def __init__(self, state_dir: Path) -> None:
        state_dir.mkdir(parents=True, exist_ok=True)
        self._lock = threading.RLock()
        self._depth = 0
        self.db = sqlite3.connect(state_dir / "stripe.sqlite3", check_same_thread=False, isolation_level=None)
        self.db.row_factory = sqlite3.Row
        self.db.execute("PRAGMA journal_mode=WAL")
        self.db.execute("PRAGMA synchronous=NORMAL")
        self.db.executescript(SCHEMA)

    @contextmanager
    def unit(self) -> Iterator[Store]:
        """One transaction; an exception undoes all of it. A unit inside a unit joins the outer one."""
        with self._lock:
            if self._depth:
                yield self
                return
            self._depth = 1
            self.db.execute("BEGIN IMMEDIATE")
            try:
                yield self
            except BaseException:
                self.db.execute("ROLLBACK")
                raise
            else:
                self.db.execute("COMMIT")
            finally:
                self._depth = 0

    def put(self, body: Json, due_at: float | None = None) -> None:
        """Insert or replace an object; `due_at` is the business second at which the simulator itself has to act on
        it."""
        self.db.execute(
            "INSERT INTO objects (id, kind, body, due_at) VALUES (?, ?, ?, ?) "
            "ON CONFLICT (id) DO UPDATE SET body = excluded.body, due_at = excluded.due_at",
            (body["id"], body["object"], json.dumps(body), due_at),
        )

    def get(self, object_id: str) -> Json | None:
        row = self.db.execute("SELECT body FROM objects WHERE id = ?", (object_id,)).fetchone()
        return json.loads(row["body"]) if row else None

    def remove(self, object_id: str) -> None:
        self.db.execute("DELETE FROM objects WHERE id = ?", (object_id,))

    def newest_first(self, kind: str) -> Iterator[Json]:
        """All objects of a kind, latest created first."""
        for row in self.db.execute("SELECT body FROM objects WHERE kind = ? ORDER BY seq DESC", (kind,)):
            yield json.loads(row["body"])

    def due(self, now: float) -> list[Json]:
        """Objects on which the simulator has to act by the business second `now`, earliest first."""
        rows = self.db.execute("SELECT body FROM objects WHERE due_at <= ? ORDER BY due_at, seq", (now,)).fetchall()
        return [json.loads(row["body"]) for row in rows]

    def wipe(self, keep_endpoints: bool) -> None:
        """Forget everything, or everything but the registered webhook endpoints."""
        self.db.execute("DELETE FROM objects WHERE kind <> 'webhook_endpoint' OR ?", (not keep_endpoints,))
        self.db.execute("DELETE FROM idempotency")
        self.db.execute("DELETE FROM deliveries")

    def close(self) -> None:
        with self._lock:
            self.db.close()
