"""Fixtures for the Stripe simulator: a running one that checks itself against Stripe's OpenAPI, the real SDK, a webhook
receiver."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import stripe

from infra.local.stripe.inprocess import Running, running

DEPOSIT = 69900


class Receiver:
    """A webhook endpoint that keeps what it got: `(payload, signature header)`; answers come from `answers`, then
    200."""

    def __init__(self) -> None:
        self.got: list[tuple[bytes, str]] = []
        self.answers: list[int] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                payload = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.got.append((payload, self.headers["Stripe-Signature"]))
                self.send_response(receiver.answers.pop(0) if receiver.answers else 200)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                """Quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/webhooks/stripe"

    def events(self) -> list[Any]:
        return [stripe.Event.construct_from(json.loads(payload), "sk_test_x") for payload, _ in self.got]

    def types(self) -> list[str]:
        return [event.type for event in self.events()]

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def sim(tmp_path: Path) -> Iterator[Running]:
    with running(tmp_path / "stripe", validate=True) as simulator:
        yield simulator


def client_of(simulator: Running, retries: int = 0) -> stripe.StripeClient:
    return stripe.StripeClient("sk_test_rota", base_addresses={"api": simulator.url}, max_network_retries=retries)


@pytest.fixture
def client(sim: Running) -> stripe.StripeClient:
    return client_of(sim)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    sink = Receiver()
    yield sink
    sink.close()


@pytest.fixture
def secret(client: stripe.StripeClient, receiver: Receiver) -> str:
    """The signing secret of `receiver`, registered for all events."""
    endpoint = client.v1.webhook_endpoints.create(params={"url": receiver.url, "enabled_events": ["*"]})
    assert endpoint.secret
    return endpoint.secret


@pytest.fixture
def new_session(client: stripe.StripeClient) -> Callable[..., Any]:
    """Open a Checkout Session for a deposit, in cents; keyword arguments add to its parameters."""

    def create(options: Any = None, **params: Any) -> Any:
        asked = {
            "mode": "payment",
            "success_url": "http://127.0.0.1:8000/done?session={CHECKOUT_SESSION_ID}",
            "cancel_url": "http://127.0.0.1:8000/back",
            "line_items": [
                {
                    "quantity": 1,
                    "price_data": {"currency": "usd", "unit_amount": DEPOSIT, "product_data": {"name": "Deposit"}},
                },
            ],
            **params,
        }
        return client.v1.checkout.sessions.create(params=asked, options=options or {})

    return create
