"""Sends webhooks: signs the payload as Stripe does, posts it from one background thread, retries what was not answered
with 2xx.

One thread means that deliveries leave in the order of their due times; disorder and duplicates happen when a control
asks for them.
"""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import secrets
import sqlite3
import threading
import time
from typing import Any
from urllib.parse import urlsplit

from infra.local.stripe.clock import SimulatorClock
from infra.local.stripe.context import public
from infra.local.stripe.outbox import Outbox
from infra.local.stripe.store import Store

Json = dict[str, Any]

TIMEOUT_SECONDS = 20
POLL_SECONDS = 0.25
"""How soon a moved clock or an elapsed delay is noticed; new events wake the thread at once."""


def signature_header(payload: bytes, secret: str, timestamp: int) -> str:
    """`Stripe-Signature` (https://docs.stripe.com/webhooks#verify-manually); test mode adds a meaningless v0."""
    digest = hmac.new(secret.encode(), f"{timestamp}.".encode() + payload, hashlib.sha256).hexdigest()
    return f"t={timestamp},v1={digest},v0={secrets.token_hex(32)}"


class Sender:
    """The background thread and what it does; `start` once, `stop` to end it."""

    def __init__(self, store: Store, outbox: Outbox, clock: SimulatorClock) -> None:
        self._store = store
        self._outbox = outbox
        self._clock = clock
        self._changed = threading.Condition()
        self._sending = False
        self._stopping = False
        self._woken = False
        self._thread = threading.Thread(target=self._run, name="stripe-webhooks", daemon=True)
        outbox.wake = self.wake

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        self._thread.join(TIMEOUT_SECONDS + 5)

    def wake(self) -> None:
        with self._changed:
            self._woken = True
            self._changed.notify_all()

    def _run(self) -> None:
        while True:
            with self._changed:
                if self._stopping:
                    return
                self._woken = False
                self._sending = True
            row = self._outbox.next_due(self._clock.business())
            if row is not None:
                self._outbox.record(row, self._clock.business(), self._attempt(row))
                continue
            with self._changed:
                self._sending = False
                self._changed.notify_all()
                if not self._woken and not self._stopping:
                    self._changed.wait(POLL_SECONDS)

    def wait_idle(self, timeout: float) -> bool:
        """Wait until nothing is due and nothing is being sent; False when `timeout` wall seconds were not enough."""
        until = time.monotonic() + timeout
        while time.monotonic() < until:
            with self._changed:
                busy = self._sending
            if not busy and self._outbox.next_due(self._clock.business()) is None:
                return True
            with self._changed:
                self._changed.wait(0.02)
        return False

    def _attempt(self, row: sqlite3.Row) -> Json:
        """One POST; returns what the log keeps: when (wall and business), the status or the error."""
        noted: Json = {"at": round(self._clock.business(), 3), "wall": round(self._clock.wall(), 3)}
        with self._store.unit() as store:
            event, endpoint = store.get(row["event_id"]), store.get(row["endpoint_id"])
        if event is None or endpoint is None or endpoint["status"] != "enabled":
            return {**noted, "gone": True, "error": "the endpoint was deleted or disabled"}
        payload = json.dumps(public(event), indent=2).encode()
        try:
            return {**noted, "status": self._post(endpoint, payload)}
        except (OSError, http.client.HTTPException) as error:
            return {**noted, "error": f"{type(error).__name__}: {error}"}

    def _post(self, endpoint: Json, payload: bytes) -> int:
        """POST without following redirects: Stripe counts them as failures."""
        target = urlsplit(endpoint["url"])
        kind = http.client.HTTPSConnection if target.scheme == "https" else http.client.HTTPConnection
        connection = kind(target.hostname or "", target.port, timeout=TIMEOUT_SECONDS)
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
            "Accept": "*/*; q=0.5, application/xml",
            "Cache-Control": "no-cache",
            "Stripe-Signature": signature_header(payload, endpoint["_secret"], int(self._clock.wall())),
        }
        try:
            connection.request(
                "POST", (target.path or "/") + (f"?{target.query}" if target.query else ""), payload, headers
            )
            response = connection.getresponse()
            response.read()
            return response.status
        finally:
            connection.close()
