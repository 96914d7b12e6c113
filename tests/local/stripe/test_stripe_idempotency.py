"""Idempotency keys, injected failures and lost responses, seen through the real SDK and over plain HTTP."""

from __future__ import annotations

import http.client
import json
import threading
import time
from urllib.parse import urlencode, urlsplit

import pytest
import stripe

from infra.local.stripe.inprocess import running


def post(url: str, path: str, form: dict[str, str], **headers: str) -> tuple[int, dict[str, str], dict]:
    """A raw API call, to see status and headers as they are."""
    target = urlsplit(url)
    connection = http.client.HTTPConnection(target.hostname, target.port, timeout=20)
    sent = {"Authorization": "Bearer sk_test_rota", "Content-Type": "application/x-www-form-urlencoded"}
    sent.update({name.replace("_", "-"): value for name, value in headers.items()})
    connection.request("POST", path, urlencode(form), sent)
    response = connection.getresponse()
    answer = response.status, {k.lower(): v for k, v in response.getheaders()}, json.loads(response.read())
    connection.close()
    return answer


def test_the_same_key_and_parameters_replay_the_first_answer(sim, client):
    first = post(sim.url, "/v1/customers", {"email": "a@example.com"}, Idempotency_Key="k1")
    again = post(sim.url, "/v1/customers", {"email": "a@example.com"}, Idempotency_Key="k1")
    assert again[2] == first[2]
    assert "idempotent-replayed" not in first[1]
    assert again[1]["idempotent-replayed"] == "true"
    assert again[1]["original-request"] == first[1]["request-id"] != again[1]["request-id"]
    assert len(client.v1.customers.list().data) == 1


@pytest.mark.parametrize(
    ("path", "form", "told"),
    [
        ("/v1/customers", {"email": "b@example.com"}, "same parameters"),
        ("/v1/payment_intents", {"amount": "900", "currency": "usd"}, "same endpoint"),
    ],
)
def test_the_same_key_for_something_else_is_an_idempotency_error(sim, path, form, told):
    post(sim.url, "/v1/customers", {"email": "a@example.com"}, Idempotency_Key="k1")
    status, _, body = post(sim.url, path, form, Idempotency_Key="k1")
    assert (status, body["error"]["type"]) == (400, "idempotency_error")
    assert told in body["error"]["message"]


def test_a_refusal_of_a_begun_operation_is_saved_but_bad_parameters_are_not(sim, client):
    form = {"payment_intent": "pi_none"}
    post(sim.url, "/v1/refunds", form, Idempotency_Key="k1")
    assert post(sim.url, "/v1/refunds", form, Idempotency_Key="k1")[1]["idempotent-replayed"] == "true"
    assert post(sim.url, "/v1/customers", {"emial": "a@example.com"}, Idempotency_Key="k2")[0] == 400
    assert post(sim.url, "/v1/customers", {"email": "a@example.com"}, Idempotency_Key="k2")[0] == 200


def test_a_key_is_forgotten_after_24_hours_of_business_time(sim, client):
    first = post(sim.url, "/v1/customers", {}, Idempotency_Key="k1")
    sim.move_clock(24 * 3600 - 60)
    assert post(sim.url, "/v1/customers", {}, Idempotency_Key="k1")[2]["id"] == first[2]["id"]
    sim.move_clock(24 * 3600 + 60)
    assert post(sim.url, "/v1/customers", {}, Idempotency_Key="k1")[2]["id"] != first[2]["id"]


def test_an_unsaved_500_and_a_503_are_overcome_by_the_sdks_retries(sim):
    patient = stripe.StripeClient("sk_test_rota", base_addresses={"api": sim.url}, max_network_retries=2)
    sim.control.fail(1, status=500, method="POST")
    sim.control.fail(1, status=503, method="POST")
    patient.v1.customers.create(params={"email": "a@example.com"})
    assert len(patient.v1.customers.list().data) == 1
    assert sim.control.requests()["by_operation"]["POST /v1/customers"] == 3


@pytest.mark.parametrize(
    ("status", "error"), [(429, stripe.RateLimitError), (409, stripe.APIError), (503, stripe.APIError)]
)
def test_an_injected_status_reaches_the_client_as_its_error_and_changes_nothing(sim, client, status, error):
    sim.control.fail(1, status=status, path_prefix="/v1/customers")
    client.v1.events.list()
    with pytest.raises(error) as refused:
        client.v1.customers.create()
    assert refused.value.http_status == status
    assert client.v1.customers.list().data == []


@pytest.mark.parametrize("mode", ["close", "error"])
def test_a_lost_response_then_a_retry_with_the_same_key_yields_one_session(sim, client, new_session, mode):
    sim.control.lose(1, mode=mode, path_prefix="/v1/checkout/sessions")
    with pytest.raises((stripe.APIConnectionError, stripe.APIError)):
        new_session(options={"idempotency_key": "hold-1"})
    assert len(client.v1.checkout.sessions.list().data) == 1
    session = new_session(options={"idempotency_key": "hold-1"})
    assert [found.id for found in client.v1.checkout.sessions.list().data] == [session.id]
    assert session.last_response.headers["Idempotent-Replayed"] == "true"


def test_a_second_request_while_the_first_is_in_flight_gets_409(sim, client):
    sim.control.stall(1, path_prefix="/v1/customers")
    answers: list[int] = []
    first = threading.Thread(target=lambda: answers.append(post(sim.url, "/v1/customers", {}, Idempotency_Key="k1")[0]))
    first.start()
    until = time.monotonic() + 10
    while sim.control.state()["stalled"] == 0:
        assert time.monotonic() < until, "the first request did not arrive"
    status, headers, body = post(sim.url, "/v1/customers", {}, Idempotency_Key="k1")
    assert (status, body["error"]["code"]) == (409, "idempotency_key_in_use")
    assert headers["stripe-should-retry"] == "true"
    sim.control.release()
    first.join()
    assert answers == [200]
    assert len(client.v1.customers.list().data) == 1


def test_saved_answers_and_objects_survive_a_restart(tmp_path):
    with running(tmp_path) as before:
        first = post(before.url, "/v1/customers", {"name": "Ana"}, Idempotency_Key="k1")
    with running(tmp_path) as after:
        again = post(after.url, "/v1/customers", {"name": "Ana"}, Idempotency_Key="k1")
        assert again[2] == first[2]
        assert again[1]["idempotent-replayed"] == "true"
