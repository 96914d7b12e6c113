"""The gateway with the real SDK: against the simulator for what happens, against a scripted server for what goes
wrong."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from infra.local.stripe.inprocess import Running, running
from shared.adapters.stripe_gateway import API_VERSION, StripeGateway
from shared.domain.core.errors import Busy, Invalid, KeyReused, PaymentUnavailable
from shared.ports import CheckoutRequest
from tests.builders import checkout_request


@pytest.fixture(scope="module")
def sim(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("stripe")) as simulator:
        yield simulator


@pytest.fixture
def gateway(sim: Running) -> StripeGateway:
    return StripeGateway("sk_test_rota", sim.url)


@pytest.fixture
def asked(tmp_path: Path) -> CheckoutRequest:
    """A request that no other test made; sessions live by the simulator's clock, which is wall time here."""
    return checkout_request(
        reservation_id=f"reservation-{tmp_path.name}", expires_at=datetime.now(UTC) + timedelta(minutes=35)
    )


def test_a_checkout_carries_what_the_payment_must_be_matched_by(
    gateway: StripeGateway, asked: CheckoutRequest, sim: Running
) -> None:
    opened = gateway.open_checkout(asked)
    assert (opened.status, opened.payment_status, opened.amount_cents) == ("open", "unpaid", 69900)
    assert opened.reservation_id == asked.reservation_id
    assert (opened.payment_intent_id, opened.charge_id) == ("", "")
    assert sim.control.pay(opened.url).outcome == "paid"
    paid = gateway.checkout(opened.id)
    assert (paid.status, paid.payment_status, paid.url) == ("complete", "paid", "")
    assert paid.payment_intent_id.startswith("pi_")
    assert paid.charge_id.startswith("ch_")
    intent = gateway._stripe.v1.payment_intents.retrieve(paid.payment_intent_id)
    assert intent.transfer_group == f"rotation:{asked.reservation_id}"
    assert intent.metadata.to_dict() == {"reservation_id": asked.reservation_id, "application_id": asked.application_id}


def test_opening_twice_gives_the_same_session_and_other_details_are_refused(
    gateway: StripeGateway, asked: CheckoutRequest
) -> None:
    assert gateway.open_checkout(asked) == gateway.open_checkout(asked)
    with pytest.raises(KeyReused):
        gateway.open_checkout(replace(asked, amount_cents=1_00))


def test_an_open_session_expires_and_a_paid_one_is_returned_as_it_is(
    gateway: StripeGateway, asked: CheckoutRequest, sim: Running
) -> None:
    opened = gateway.open_checkout(asked)
    assert gateway.expire(opened.id).status == "expired"
    assert gateway.expire(opened.id).status == "expired"
    faster = gateway.open_checkout(replace(asked, reservation_id=asked.reservation_id + "-b"))
    sim.control.pay(faster.url)
    found = gateway.expire(faster.id)
    assert (found.status, found.payment_status) == ("complete", "paid")
    assert found.payment_intent_id.startswith("pi_")


def test_a_refund_is_made_once_per_key(gateway: StripeGateway, asked: CheckoutRequest, sim: Running) -> None:
    opened = gateway.open_checkout(asked)
    sim.control.pay(opened.url)
    intent = gateway.checkout(opened.id).payment_intent_id
    key = f"refund:{asked.reservation_id}:1"
    first = gateway.refund(intent, 69900, key)
    assert first.startswith("re_")
    assert gateway.refund(intent, 69900, key) == first
    with pytest.raises(Invalid) as refused:
        gateway.refund(intent, 69900, key + "-other")
    assert refused.value.facts["code"] == "charge_already_refunded"


def test_our_refund_is_found_again_after_stripe_forgot_the_key(
    gateway: StripeGateway, asked: CheckoutRequest, sim: Running
) -> None:
    opened = gateway.open_checkout(asked)
    sim.control.pay(opened.url)
    intent = gateway.checkout(opened.id).payment_intent_id
    key = f"refund:{asked.reservation_id}:1"
    first = gateway.refund(intent, 69900, key)
    sim.move_clock(25 * 3600)
    try:
        assert gateway.refund(intent, 69900, key) == first
    finally:
        sim.move_clock(0)


def test_what_stripe_refuses_for_good_is_invalid_and_says_nothing_of_our_account(
    gateway: StripeGateway, asked: CheckoutRequest
) -> None:
    with pytest.raises(Invalid) as refused:
        gateway.open_checkout(replace(asked, expires_at=datetime.now(UTC) + timedelta(minutes=5)))
    assert refused.value.facts["param"] == "expires_at"
    with pytest.raises(Invalid) as unknown:
        gateway.checkout("cs_test_none")
    assert "cs_test_none" not in unknown.value.detail + unknown.value.remedy


class Script:
    """A server that answers each call with the next `(status, error)`, or hangs up on None. It forbids repeats, to keep
    tests quick."""

    def __init__(self) -> None:
        self.answers: list[tuple[int, dict[str, str]] | None] = []
        self.seen: list[tuple[str, dict[str, str]]] = []
        script = self

        class Handler(BaseHTTPRequestHandler):
            def _answer(self) -> None:
                script.seen.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                answer = script.answers.pop(0)
                if answer is None:
                    self.close_connection = True
                    return
                status, error = answer
                body = json.dumps({"error": error}).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.send_header("Stripe-Should-Retry", "false")
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = _answer

            def log_message(self, *_: object) -> None:
                """Quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def script() -> Iterator[Script]:
    made = Script()
    yield made
    made.close()


CALLS: list[Callable[[StripeGateway], Any]] = [
    lambda gateway: gateway.open_checkout(checkout_request()),
    lambda gateway: gateway.checkout("cs_1"),
    lambda gateway: gateway.expire("cs_1"),
    lambda gateway: gateway.refund("pi_1", 100, "refund:1"),
]


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (500, {"type": "api_error", "message": "secret detail"}),
        (503, {"type": "api_error", "message": "secret detail"}),
        (429, {"type": "invalid_request_error", "code": "rate_limit", "message": "secret detail"}),
        (409, {"type": "invalid_request_error", "code": "lock_timeout", "message": "secret detail"}),
        (409, {"type": "idempotency_error", "code": "idempotency_key_in_use", "message": "secret detail"}),
        (401, {"type": "invalid_request_error", "message": "secret detail"}),
        (403, {"type": "invalid_request_error", "message": "secret detail"}),
    ],
)
@pytest.mark.parametrize("call", CALLS)
def test_an_answer_that_decides_nothing_is_indeterminate(
    script: Script, call: Callable[[StripeGateway], Any], status: int, error: dict[str, str]
) -> None:
    script.answers = [(status, error)]
    with pytest.raises(PaymentUnavailable) as refused:
        call(StripeGateway("sk_test_rota", script.url))
    assert "secret" not in f"{refused.value.detail} {refused.value.remedy} {refused.value.facts}"
    assert isinstance(refused.value, Busy)


def test_a_lost_connection_is_tried_three_times_under_one_key_and_then_indeterminate(script: Script) -> None:
    script.answers = [None, None, None]
    with pytest.raises(PaymentUnavailable):
        StripeGateway("sk_test_rota", script.url).open_checkout(checkout_request())
    keys = {headers["idempotency-key"] for _, headers in script.seen}
    assert (len(script.seen), keys) == (3, {"checkout:reservation-1:1"})
    assert {headers["stripe-version"] for _, headers in script.seen} == {API_VERSION}
