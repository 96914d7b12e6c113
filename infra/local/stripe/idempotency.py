"""Idempotency keys as Stripe documents them (https://docs.stripe.com/api/idempotent_requests).

The first answer of an executed request is saved, success or failure, 500s included, and replayed for the same key and
parameters. The same key with other parameters or another path is refused; while the first is still running, a second
one gets 409. Keys are forgotten after 24 hours of business time.
"""

from __future__ import annotations

import hashlib
import json
import threading
from dataclasses import dataclass
from typing import Any

from infra.local.stripe.errors import StripeError
from infra.local.stripe.store import Store

KEY_LIFETIME_SECONDS = 24 * 3600
KEY_MAX_LENGTH = 255

Json = dict[str, Any]


@dataclass(frozen=True)
class SavedAnswer:
    status: int
    body: Json
    request_id: str


def fingerprint(method: str, path: str, params: Json) -> str:
    """A digest of what the caller asked for; the order of parameters does not matter."""
    text = json.dumps([method, path, params], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


class IdempotencyKeys:
    """Saved answers (durable) and keys in flight (of this process)."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._in_flight: set[str] = set()

    def begin(self, key: str, path: str, print_: str, now: float) -> SavedAnswer | None:
        """Claim `key`; returns the saved answer when there is one, and then nothing is claimed.

        Raises StripeError: 400 for another use of the key, 409 while the first request with it is in flight.
        """
        if len(key) > KEY_MAX_LENGTH:
            raise StripeError(
                400,
                f"Idempotency-Key must be at most {KEY_MAX_LENGTH} characters.",
                kind="idempotency_error",
                saved=False,
            )
        with self._lock:
            if key in self._in_flight:
                raise _in_flight(key)
            saved = self._saved(key, path, print_, now)
            if saved is None:
                self._in_flight.add(key)
            return saved

    def _saved(self, key: str, path: str, print_: str, now: float) -> SavedAnswer | None:
        with self._store.unit() as store:
            store.db.execute("DELETE FROM idempotency WHERE created <= ?", (now - KEY_LIFETIME_SECONDS,))
            row = store.db.execute("SELECT * FROM idempotency WHERE key = ?", (key,)).fetchone()
        if row is None:
            return None
        if row["path"] != path:
            raise _misused("for the same endpoint they were first used for", f"('{path}' vs. '{row['path']}')", key)
        if row["fingerprint"] != print_:
            raise _misused("with the same parameters they were first used with", "", key)
        return SavedAnswer(row["status"], json.loads(row["body"]), row["request_id"])

    def save(self, key: str, path: str, print_: str, now: float, answer: SavedAnswer) -> None:
        """Keep `answer`; called inside the unit of the operation so that effect and answer are saved together."""
        self._store.db.execute(
            "INSERT OR REPLACE INTO idempotency VALUES (?, ?, ?, ?, ?, ?, ?)",
            (key, now, path, print_, answer.request_id, answer.status, json.dumps(answer.body)),
        )

    def end(self, key: str) -> None:
        """The claim of `begin` is over."""
        with self._lock:
            self._in_flight.discard(key)


def _misused(rule: str, detail: str, key: str) -> StripeError:
    told = f"Keys for idempotent requests can only be used {rule}{' ' + detail if detail else ''}."
    message = f"{told} Try using a key other than '{key}' if you meant to execute a different request."
    return StripeError(400, message, kind="idempotency_error", saved=False, should_retry=False)


def _in_flight(key: str) -> StripeError:
    message = (
        "There is currently another in-progress request using this Idempotent Key (that probably means you submitted "
        "twice, "
        f"and the other request is still going through): {key}. Please try again later."
    )
    return StripeError(
        409, message, kind="idempotency_error", code="idempotency_key_in_use", saved=False, should_retry=True
    )
