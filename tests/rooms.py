"""Drives a room as API Gateway would: an HTTP event in, an answer out, with everything behind it in memory.

world = World(functions.accounts.handler.room)
page = world.browser().post("/accounts/sign-in", {"email": ..., "password": ...})
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl, urlencode

from shared.ports import Person
from shared.runtime.http import Room
from shared.runtime.worker import WholeBatchFailed
from tests import builders
from tests.fakes.wiring import PUBLIC_URL, UPLOADS, FakeWiring

__all__ = ["PUBLIC_URL", "UPLOADS"]
PASSWORD = "violet harbour lantern"
CONTEXT = SimpleNamespace(
    aws_request_id="request", function_name="test", memory_limit_in_mb=128, invoked_function_arn="arn:test"
)
FORM = {"content-type": "application/x-www-form-urlencoded"}


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: str
    cookies: list[str]

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def location(self) -> str:
        return self.headers["Location"]


class World(FakeWiring):
    """Ports in memory and the services on top, as the wiring of `room`; `more` are further parts, by name."""

    def __init__(self, room: Room, **more: Any) -> None:
        super().__init__(**more)
        self.room = room
        room.wire(self)

    @property
    def wiring(self) -> World:
        return self

    def person(
        self,
        id: str = builders.TRAINEE,
        roles: tuple[str, ...] = ("trainee",),
        name: str = "Amara Okafor",
        zone: str = "Africa/Cairo",
        hosts: tuple[str, ...] = (),
    ) -> str:
        """An active account; the id."""
        builders.stored_account(self.store, id, roles, hosts=hosts)
        self.people.save_person(Person(id, name, f"{id}@example.org", zone))
        self.identity.accounts[id] = (f"{id}@example.org", PASSWORD)
        return id

    def browser(self, account_id: str = "", proved: bool = True) -> Client:
        """Somebody with a browser, signed in by cookie if an account is named; `proved`: with a code just now."""
        headers = {"accept": "text/html,application/xhtml+xml", "origin": PUBLIC_URL}
        if account_id:
            session = self.sessions.open(account_id, epoch=self._epoch(account_id), proved=proved)
            headers["cookie"] = f"__Host-session={session}"
        return Client(self.room, headers, self.serve_wishes)

    def api(self, account_id: str = "") -> Client:
        """A program, with a bearer token if an account is named."""
        if not account_id:
            return Client(self.room, {}, self.serve_wishes)
        token = self.sessions.issue(account_id, self._epoch(account_id), proved=True)
        return Client(self.room, {"authorization": f"Bearer {token}"})

    def _epoch(self, account_id: str) -> int:
        account = self.store.states.get(("ACCOUNT", account_id))
        return int(account.state.get("session_epoch", 0)) if account else 0


def come_back(handler: Callable[..., Any], *records: Mapping[str, Any]) -> list[str]:
    """Delivers an SQS batch as Lambda does; the ids of the messages that come back: those named, or all of a batch that
    failed whole."""
    try:
        answer = handler({"Records": list(records)}, CONTEXT)
    except WholeBatchFailed:
        return [str(record["messageId"]) for record in records]
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


@dataclass
class Client:
    room: Room
    headers: dict[str, str] = field(default_factory=dict)
    afterwards: Callable[[], None] = lambda: None
    """What the workers do once a call is answered."""

    def get(self, path: str, **headers: str) -> Answer:
        return self.send("GET", path, None, headers)

    def post(self, path: str, body: Mapping[str, Any] | str | None = None, **headers: str) -> Answer:
        """A browser sends a form, a program JSON; text goes as it is."""
        if isinstance(body, str):
            return self.send("POST", path, body, headers)
        if "text/html" in self.headers.get("accept", ""):
            return self.send("POST", path, urlencode(dict(body or {}), doseq=True), {**FORM, **headers})
        return self.send(
            "POST", path, json.dumps(body or {}, default=str), {"content-type": "application/json", **headers}
        )

    def send(self, method: str, path: str, body: str | None, headers: Mapping[str, str]) -> Answer:
        event = http_event(
            method, path, body, {**self.headers, **{name.replace("_", "-"): value for name, value in headers.items()}}
        )
        answer = self.room.answer(event, CONTEXT)
        self.afterwards()
        text = base64.b64decode(answer["body"]).decode() if answer.get("isBase64Encoded") else answer.get("body") or ""
        return Answer(answer["statusCode"], answer["headers"], text, answer["cookies"])


def http_event(method: str, path: str, body: str | None, headers: Mapping[str, str]) -> dict[str, Any]:
    """API Gateway's payload 2.0
    (https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html)."""
    raw_path, _, query = path.partition("?")
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": "ANY",
        "rawPath": raw_path,
        "rawQueryString": query,
        "headers": dict(headers),
        "isBase64Encoded": False,
        "requestContext": {
            "http": {
                "method": method,
                "path": raw_path,
                "sourceIp": "192.0.2.1",
                "protocol": "HTTP/1.1",
                "userAgent": "test",
            },
            "requestId": "request-1",
            "stage": "$default",
            "accountId": "1",
            "apiId": "a",
            "domainName": "rota.test",
        },
    }
    if query:
        event["queryStringParameters"] = dict(parse_qsl(query, keep_blank_values=True))
    return event if body is None else event | {"body": body}
