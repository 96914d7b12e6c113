"""Stripe's webhook: stored once when genuine, refused with a reason otherwise, and light to start."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import subprocess
import sys
from typing import Any

import pytest

from functions.stripe_webhook.webhook import MAX_BYTES, Webhook
from shared.domain.core.errors import Busy
from tests.fakes import FakeDeliveries

SECRET, NOW = "whsec_one", 1_795_000_000
EVENT = {
    "id": "evt_1",
    "object": "event",
    "type": "checkout.session.completed",
    "data": {"object": {"id": "cs_1", "object": "checkout.session"}},
}


def signed(raw: bytes, secret: str = SECRET, at: int = NOW) -> str:
    return f"t={at},v1={hmac.new(secret.encode(), f'{at}.'.encode() + raw, hashlib.sha256).hexdigest()}"


class Post:
    """Sends deliveries to a webhook of its own; `secrets` is what the secret store holds."""

    def __init__(self, secrets: str = SECRET) -> None:
        self.deliveries, self.secrets, self.reads, self.now = FakeDeliveries(), secrets, 0, float(NOW)
        self.webhook = Webhook(self.deliveries, self._secret, lambda: self.now)

    def _secret(self) -> str:
        self.reads += 1
        return self.secrets

    def send(self, raw: bytes, header: str | None = None, encoded: bool = False) -> tuple[int, dict[str, Any]]:
        body = base64.b64encode(raw).decode() if encoded else raw.decode()
        headers = {"Stripe-Signature": signed(raw) if header is None else header}
        event = {
            "requestContext": {"requestId": "request-1"},
            "headers": headers,
            "body": body,
            "isBase64Encoded": encoded,
        }
        answer = self.webhook.answer(event, None)
        return answer["statusCode"], json.loads(answer["body"]) | {"kind": answer["headers"]["Content-Type"]}


RAW = json.dumps(EVENT, indent=2).encode()


@pytest.mark.parametrize("encoded", [False, True])
def test_genuine_delivery_is_stored_untouched_under_its_id(encoded: bool) -> None:
    post = Post()
    assert post.send(RAW, encoded=encoded)[0] == 200
    delivery, raw = post.deliveries.stored["evt_1"]
    assert (delivery.event_id, delivery.type, delivery.object_id, raw) == (
        "evt_1",
        "checkout.session.completed",
        "cs_1",
        RAW.decode(),
    )


def test_second_delivery_of_an_event_is_answered_and_not_stored_again() -> None:
    post = Post()
    again = json.dumps(EVENT).encode()
    assert [post.send(RAW)[0], post.send(again)[0]] == [200, 200]
    assert post.deliveries.stored["evt_1"][1] == RAW.decode()


@pytest.mark.parametrize(
    "header",
    ["", "nonsense", signed(RAW, "whsec_foreign"), signed(RAW, at=NOW - 301)],
    ids=["unsigned", "unreadable", "foreign", "stale"],
)
def test_delivery_that_is_not_genuine_is_refused_and_changes_nothing(header: str) -> None:
    post = Post()
    status, problem = post.send(RAW, header)
    assert (status, problem["type"], problem["kind"]) == (400, "/problems/unauthentic", "application/problem+json")
    assert problem["remedy"]
    assert post.deliveries.stored == {}


def test_oversized_delivery_is_refused_before_its_signature_is_looked_at() -> None:
    post = Post()
    status, problem = post.send(b"x" * (MAX_BYTES + 1))
    assert (status, problem["type"], post.reads) == (413, "/problems/too-large", 0)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"[]",
        b"{}",
        b"null",
        b'{"id": "evt_1", "type": "x", "data": {"object": []}}',
        b'{"id": 1, "type": "x", "data": {"object": {}}}',
        b'{"id": "pi_1", "type": "x", "data": {"object": {"id": "y"}}}',
    ],
)
def test_signed_body_that_is_no_event_is_refused(raw: bytes) -> None:
    post = Post()
    assert post.send(raw)[0] == 400
    assert post.deliveries.stored == {}


def test_event_about_an_object_without_an_id_is_stored() -> None:
    post = Post()
    assert (
        post.send(b'{"id": "evt_2", "type": "balance.available", "data": {"object": {"object": "balance"}}}')[0] == 200
    )


def test_body_that_is_not_text_is_refused() -> None:
    assert Post().send(b"\xff\xfe", encoded=True)[0] == 400


def test_both_secrets_count_while_one_is_rolled() -> None:
    post = Post(f"{SECRET} whsec_two")
    assert post.send(RAW, signed(RAW, "whsec_two"))[0] == 200


def test_rolled_secret_arrives_after_a_minute_and_a_stranger_costs_no_more_reads() -> None:
    post = Post()
    post.send(RAW)
    post.secrets = "whsec_new"
    for _ in range(5):
        assert post.send(RAW, signed(RAW, "whsec_new"))[0] == 400
    assert post.reads == 1
    post.now += 60
    assert post.send(RAW, signed(RAW, "whsec_new", NOW + 60))[0] == 200
    assert post.reads == 2


def test_delivery_that_cannot_be_stored_asks_to_be_sent_again() -> None:
    post = Post()

    def busy(*_: Any) -> bool:
        raise Busy("The delivery could not be stored.", "Send it again later.")

    post.deliveries.store = busy  # type: ignore[method-assign]
    assert post.send(RAW)[0] == 503


def test_bug_answers_500_with_a_reference_and_no_trace() -> None:
    post = Post()

    def broken(*_: Any) -> bool:
        raise RuntimeError("a detail that nobody outside may read")

    post.deliveries.store = broken  # type: ignore[method-assign]
    status, problem = post.send(RAW)
    assert (status, problem["instance"]) == (500, "urn:rota:request:request-1")
    assert "nobody outside" not in json.dumps(problem)


def test_webhook_starts_without_pydantic_the_sdk_or_a_resolver() -> None:
    code = "import functions.stripe_webhook.handler, sys; print(*sorted({name.split('.')[0] for name in sys.modules}))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"pydantic", "stripe", "jinja2", "tantivy", "holidays", "requests"} & set(loaded)
