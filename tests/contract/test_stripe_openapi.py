"""Every operation of the Stripe simulator, called through the real SDK: each answer and each event is what Stripe's
OpenAPI declares.

The answers are checked here as they come over the wire, and by the simulator itself (`validate`) while it makes them.
The check closes objects: a member that Stripe does not have is as wrong as one that is missing.
"""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import stripe

from infra.local.stripe import openapi
from infra.local.stripe.errors import no_such
from infra.local.stripe.inprocess import Running, running
from infra.local.stripe.routes import ROUTES, match


class Recorder(stripe.HTTPClient):
    """The SDK's transport: keeps each call and its raw answer on the way through."""

    name = "recorder"

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, str, int, Any]] = []

    def request(self, method: str, url: str, headers: Any, post_data: Any = None) -> Any:
        target = urlsplit(url)
        connection = http.client.HTTPConnection(target.hostname, target.port, timeout=20)
        connection.request(method.upper(), f"{target.path}?{target.query}", post_data, dict(headers))
        response = connection.getresponse()
        body = response.read().decode()
        answered = dict(response.getheaders())
        connection.close()
        self.seen.append((method.upper(), target.path, response.status, json.loads(body)))
        return body, response.status, answered

    def close(self) -> None:
        """Each call closes its own connection."""


@pytest.fixture(scope="module")
def sim(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    state: Path = tmp_path_factory.mktemp("stripe")
    with running(state, validate=True) as simulator:
        yield simulator


def session_params(**more: Any) -> Any:
    price = {"currency": "usd", "unit_amount": 69900, "product_data": {"name": "Deposit", "description": "4 weeks"}}
    return {
        "mode": "payment",
        "success_url": "http://127.0.0.1:8000/done?session={CHECKOUT_SESSION_ID}",
        "cancel_url": "http://127.0.0.1:8000/back",
        "client_reference_id": "r1",
        "submit_type": "book",
        "payment_method_types": ["card"],
        "metadata": {"reservation": "r1"},
        "payment_intent_data": {"transfer_group": "rotation:1", "metadata": {"reservation": "r1"}},
        "custom_text": {"submit": {"message": "You can cancel until the first day."}},
        "line_items": [{"quantity": 1, "price_data": price}],
        **more,
    }


def drive(sim: Running, client: stripe.StripeClient) -> None:
    """Use everything once, the refusals included."""
    v1 = client.v1
    hook = v1.webhook_endpoints.create(
        params={"url": "http://127.0.0.1:9/nobody", "enabled_events": ["*"], "description": "x"}
    )
    v1.webhook_endpoints.retrieve(hook.id)
    v1.webhook_endpoints.update(hook.id, params={"disabled": True, "metadata": {"a": "1"}})
    v1.webhook_endpoints.list()
    v1.webhook_endpoints.delete(hook.id)
    customer = v1.customers.create(params={"email": "ana@example.com", "name": "Ana", "metadata": {"trainee": "t1"}})
    v1.customers.update(customer.id, params={"phone": "+1 312 555 0100", "metadata": {"trainee": ""}})
    v1.customers.retrieve(customer.id)
    v1.customers.list(params={"email": "ana@example.com"})
    drive_checkout(sim, client, customer.id)
    drive_refunds(sim, client)
    intent = v1.payment_intents.create(params={"amount": 5000, "currency": "usd"})
    v1.payment_intents.cancel(intent.id, params={"cancellation_reason": "duplicate"})
    with pytest.raises(stripe.InvalidRequestError):
        v1.payment_intents.cancel(intent.id)
    drive_confirmation(client)
    v1.balance.retrieve()
    events = v1.events.list(params={"limit": 100})
    v1.events.retrieve(events.data[0].id)


def drive_checkout(sim: Running, client: stripe.StripeClient, customer: str) -> None:
    sessions = client.v1.checkout.sessions
    guest = sessions.create(
        params=session_params(customer_email="bo@example.com", customer_creation="always", expand=["line_items"])
    )
    known = sessions.create(params=session_params(customer=customer, locale="en"))
    free = {"currency": "usd", "unit_amount": 0, "product_data": {"name": "Waived"}}
    waived = sessions.create(params=session_params(line_items=[{"quantity": 1, "price_data": free}]))
    for card in ("4000000000000002", "4000000000009995", "4000000000000069"):
        assert sim.control.pay(guest.url or "", card).outcome == "declined"
        sessions.retrieve(guest.id, params={"expand": ["payment_intent.latest_charge"]})
    assert sim.control.pay(guest.url or "", "4000002760003184", challenge="fail").outcome == "declined"
    sessions.retrieve(guest.id, params={"expand": ["payment_intent"]})
    sim.control.pay(guest.url or "", "4000002760003184", challenge="leave")
    sessions.retrieve(guest.id, params={"expand": ["payment_intent.payment_method"]})
    assert sim.control.answer_challenge(guest.url or "", "complete").outcome == "paid"
    assert sim.control.pay(waived.url or "").outcome == "paid"
    sim.control.pay(known.url or "", "4000000000000002")
    sessions.expire(known.id)
    for refused in (guest.id, known.id, "cs_test_none"):
        with pytest.raises(stripe.InvalidRequestError):
            sessions.expire(refused)
    with pytest.raises(stripe.InvalidRequestError):
        sessions.create(params=session_params(colour="red"))
    deep = ["payment_intent.latest_charge.balance_transaction", "customer", "line_items"]
    paid = sessions.retrieve(guest.id, params={"expand": deep})
    client.v1.payment_methods.retrieve(paid.payment_intent.payment_method)  # type: ignore[union-attr, arg-type]
    sessions.list(params={"expand": ["data.payment_intent", "data.line_items"]})
    sessions.line_items.list(guest.id)


def drive_confirmation(client: stripe.StripeClient) -> None:
    """A card charged without a page, as Stripe's command line does it."""
    address = {"line1": "510 Townsend St", "city": "San Francisco", "country": "US"}
    asked: Any = {"amount": 2000, "currency": "usd", "payment_method": "pm_card_visa"}
    client.v1.payment_intents.create(params=asked)
    shipping = {"name": "Jenny Rosen", "address": address}
    client.v1.payment_intents.create(
        params={**asked, "confirm": True, "shipping": shipping, "expand": ["latest_charge"]}
    )
    with pytest.raises(stripe.CardError):
        client.v1.payment_intents.create(params={**asked, "payment_method": "pm_card_chargeDeclined", "confirm": True})


def drive_refunds(sim: Running, client: stripe.StripeClient) -> None:
    v1 = client.v1
    for card in ("4242424242424242", "4000000000007726", "4000000000005126", "5555555555554444"):
        session = v1.checkout.sessions.create(params=session_params())
        assert sim.control.pay(session.url or "", card).outcome == "paid"
    v1.payment_intents.list(params={"expand": ["data.latest_charge"]})
    for charge in v1.charges.list(params={"transfer_group": "rotation:1"}).data:
        if not charge.paid:
            continue
        part = v1.refunds.create(params={"charge": charge.id, "amount": 100, "reason": "requested_by_customer"})
        v1.refunds.update(part.id, params={"metadata": {"why": "test"}})
        v1.refunds.create(
            params={"payment_intent": str(charge.payment_intent), "expand": ["charge", "balance_transaction"]}
        )
        with pytest.raises(stripe.InvalidRequestError):
            v1.refunds.create(params={"charge": charge.id})
        v1.charges.retrieve(charge.id, params={"expand": ["refunds", "balance_transaction"]})
        v1.payment_intents.retrieve(str(charge.payment_intent), params={"expand": ["latest_charge"]})
        v1.balance_transactions.retrieve(str(charge.balance_transaction), params={"expand": ["source"]})
    sim.move_clock(60)
    for refund in v1.refunds.list(params={"limit": 20}).data:
        v1.refunds.retrieve(refund.id, params={"expand": ["failure_balance_transaction"]})


@pytest.fixture(scope="module")
def recorded(sim: Running) -> list[tuple[str, str, int, Any]]:
    recorder = Recorder()
    client = stripe.StripeClient(
        "sk_test_rota", base_addresses={"api": sim.url}, http_client=recorder, max_network_retries=0
    )
    drive(sim, client)
    return recorder.seen


def test_every_operation_was_called_and_succeeded_at_least_once(recorded):
    succeeded = {
        found[0].name for method, path, status, _ in recorded if status == 200 and (found := match(method, path))
    }
    assert succeeded == {route.name for route in ROUTES}


def test_every_answer_is_what_stripes_openapi_document_declares(recorded):
    for method, path, status, body in recorded:
        found = match(method, path)
        assert found is not None
        assert openapi.problems(openapi.response_validator(method, found[0].path, status), body) == [], (
            f"{method} {path} {status}"
        )


def test_every_event_and_its_object_is_what_stripes_openapi_document_declares(sim, recorded):
    client = stripe.StripeClient("sk_test_rota", base_addresses={"api": sim.url})
    events = [event.to_dict() for event in client.v1.events.list(params={"limit": 100}).auto_paging_iter()]
    for event in events:
        assert openapi.event_problems(event) == [], event["type"]
    assert {event["type"] for event in events} == {
        "charge.failed",
        "charge.refund.updated",
        "charge.refunded",
        "charge.succeeded",
        "charge.updated",
        "checkout.session.completed",
        "checkout.session.expired",
        "customer.created",
        "customer.updated",
        "payment_intent.canceled",
        "payment_intent.created",
        "payment_intent.payment_failed",
        "payment_intent.requires_action",
        "payment_intent.succeeded",
        "refund.created",
        "refund.failed",
        "refund.updated",
    }


def test_every_event_type_is_one_that_stripe_lets_an_endpoint_subscribe_to(sim, recorded):
    schema = openapi.specification()["paths"]["/v1/webhook_endpoints"]["post"]["requestBody"]["content"][openapi.FORM][
        "schema"
    ]
    known = set(schema["properties"]["enabled_events"]["items"]["enum"])
    client = stripe.StripeClient("sk_test_rota", base_addresses={"api": sim.url})
    assert {event.type for event in client.v1.events.list(params={"limit": 100}).auto_paging_iter()} <= known


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"invented": 1}, "Additional properties are not allowed"),
        ({"status": "open?"}, "is not valid under any of the given schemas"),
        ({"payment_status": "partly"}, "is not one of"),
        ({"expires_at": "tomorrow"}, "is not of type 'integer'"),
        ({"livemode": None}, "is not of type 'boolean'"),
    ],
)
def test_the_check_notices_an_answer_that_stripe_would_not_give(recorded, change, complaint):
    body = next(
        body
        for method, path, status, body in recorded
        if (method, path, status) == ("POST", "/v1/checkout/sessions", 200)
    )
    validator = openapi.response_validator("POST", "/v1/checkout/sessions")
    assert any(complaint in problem for problem in openapi.problems(validator, {**body, **change}))
    assert any(
        "is a required property" in problem
        for problem in openapi.problems(validator, {k: body[k] for k in body if k != "id"})
    )


def test_a_simulator_that_validates_fails_loudly_on_its_own_wrong_answer(sim):
    """A fault in the simulator itself: the stored customer lost a member that Stripe always sends."""
    client = stripe.StripeClient("sk_test_rota", base_addresses={"api": sim.url})
    customer = client.v1.customers.create()
    with sim.simulator.transaction() as tx:
        body = tx.load("customer", customer.id)
        tx.store.put({**body, "invented": True})
    with pytest.raises(stripe.APIError, match="not what Stripe's OpenAPI document allows") as failed:
        client.v1.customers.retrieve(customer.id)
    assert failed.value.http_status == 500


def test_the_error_envelope_is_the_documented_one(recorded):
    refusals = [body for *_, status, body in recorded if status >= 400]
    assert refusals
    assert no_such("refund", "re_x", "refund").envelope("req_1") == {
        "error": {
            "message": "No such refund: 're_x'",
            "type": "invalid_request_error",
            "code": "resource_missing",
            "doc_url": "https://stripe.com/docs/error-codes/resource-missing",
            "param": "refund",
            "request_log_url": "https://dashboard.stripe.com/test/logs/req_1",
        }
    }
