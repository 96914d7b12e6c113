"""A client for the simulator's controls and pay page, for the demo and the tests. Standard library only."""

from __future__ import annotations

import http.client
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

Json = dict[str, Any]


@dataclass(frozen=True)
class PayResult:
    """`outcome` is paid, declined, invalid, challenge, complete (was paid before), expired or missing; `url` where a
    browser would go."""

    outcome: str
    url: str = ""
    message: str = ""


class ControlRefused(Exception):
    """The simulator did not accept a control; the text says why."""


class SimulatorControl:
    """`SimulatorControl("http://127.0.0.1:8100")`; each method is one control of `controls.py`, which says what it
    does."""

    def __init__(self, url: str, timeout: float = 30.0) -> None:
        self.url = url.rstrip("/")
        self._timeout = timeout

    def _send(self, method: str, url: str, body: bytes | None, content_type: str) -> tuple[int, Json]:
        target = urlsplit(url)
        connection = http.client.HTTPConnection(target.hostname or "127.0.0.1", target.port, timeout=self._timeout)
        try:
            connection.request(method, target.path, body, {"Content-Type": content_type, "Accept": "application/json"})
            response = connection.getresponse()
            return response.status, json.loads(response.read())
        finally:
            connection.close()

    def _control(self, method: str, name: str, /, **arguments: Any) -> Json:
        given = {key: value for key, value in arguments.items() if value is not None}
        status, answer = self._send(method, f"{self.url}/_sim/{name}", json.dumps(given).encode(), "application/json")
        if status != 200:
            raise ControlRefused(f"{name}: {answer.get('error')}")
        return answer

    def _form(self, url: str, **fields: str) -> PayResult:
        _, answer = self._send("POST", url, urlencode(fields).encode(), "application/x-www-form-urlencoded")
        return PayResult(answer["outcome"], answer.get("url", ""), answer.get("message", ""))

    def pay(
        self, session_url: str, card: str = "4242424242424242", email: str = "", challenge: str = "complete"
    ) -> PayResult:
        """Fill in the pay page as a person would; `challenge` is the answer to 3-D Secure: complete, fail, or leave."""
        entry = {
            "card_number": card,
            "exp": "12 / 49",
            "cvc": "123",
            "name": "Test Payer",
            "email": email or "payer@example.com",
        }
        result = self._form(session_url, **entry)
        if result.outcome != "challenge" or challenge == "leave":
            return result
        return self.answer_challenge(session_url, challenge)

    def answer_challenge(self, session_url: str, action: str) -> PayResult:
        """Answer the 3-D Secure page of an attempt that was left there: "complete" or "fail"."""
        return self._form(session_url + "/challenge", action=action)

    def health(self) -> Json:
        return self._control("GET", "health")

    def state(self) -> Json:
        return self._control("GET", "state")

    def requests(self) -> Json:
        return self._control("GET", "requests")

    def clear_requests(self) -> Json:
        """The counters until now, which begin again at zero."""
        return self._control("POST", "requests")

    def deliveries(self) -> list[Json]:
        found: list[Json] = self._control("GET", "deliveries")["deliveries"]
        return found

    def tick(self) -> Json:
        return self._control("POST", "tick")

    def flush(self) -> Json:
        return self._control("POST", "flush")

    def drain(self, timeout: float = 15.0) -> Json:
        return self._control("POST", "drain", timeout=timeout)

    def fail(
        self,
        count: int = 1,
        status: int = 500,
        path_prefix: str = "/v1/",
        method: str | None = None,
        saved: bool = False,
    ) -> Json:
        return self._control(
            "POST", "fail", count=count, status=status, path_prefix=path_prefix, method=method, saved=saved
        )

    def lose(self, count: int = 1, mode: str = "close", path_prefix: str = "/v1/", method: str | None = None) -> Json:
        return self._control("POST", "lose", count=count, mode=mode, path_prefix=path_prefix, method=method)

    def stall(self, count: int = 1, path_prefix: str = "/v1/", method: str | None = None) -> Json:
        return self._control("POST", "stall", count=count, path_prefix=path_prefix, method=method)

    def release(self) -> Json:
        return self._control("POST", "release")

    def drop(self, events: int = 1, types: list[str] | None = None) -> Json:
        return self._control("POST", "drop", events=events, types=types)

    def duplicate(self, copies: int = 1, events: int = 1) -> Json:
        return self._control("POST", "duplicate", copies=copies, events=events)

    def delay(self, seconds: float, events: int | None = None) -> Json:
        return self._control("POST", "delay", seconds=seconds, events=events)

    def reorder(self, events: int = 2) -> Json:
        return self._control("POST", "reorder", events=events)

    def settle(self, seconds: float) -> Json:
        return self._control("POST", "settle", seconds=seconds)

    def redeliver(self, event_id: str) -> Json:
        return self._control("POST", "redeliver", event_id=event_id)

    def normal(self) -> Json:
        return self._control("POST", "normal")

    def reset(self, keep_endpoints: bool = True) -> Json:
        return self._control("POST", "reset", keep_endpoints=keep_endpoints)
