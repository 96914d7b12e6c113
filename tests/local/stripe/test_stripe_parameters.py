"""How the simulator reads and refuses requests: keys, unknown and ill-typed parameters, lists, expansion, versions,
controls."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import time
from urllib.parse import urlsplit

import pytest
import stripe
from hypothesis import given
from hypothesis import strategies as st

from infra.local.stripe import generate, params
from infra.local.stripe.control import SimulatorControl
from infra.local.stripe.errors import StripeError
from infra.local.stripe.inprocess import free_port


def get(url: str, path: str, **headers: str) -> tuple[int, dict[str, str], dict]:
    target = urlsplit(url)
    connection = http.client.HTTPConnection(target.hostname, target.port, timeout=10)
    connection.request("GET", path, None, {name.replace("_", "-"): value for name, value in headers.items()})
    response = connection.getresponse()
    answer = response.status, {k.lower(): v for k, v in response.getheaders()}, json.loads(response.read())
    connection.close()
    return answer


def test_the_committed_parameters_are_those_of_stripes_openapi_document():
    assert generate.TARGET.read_text(encoding="utf-8") == generate.generated(), (
        "run: python -m infra.local.stripe.generate"
    )


@pytest.mark.parametrize(
    ("pairs", "code", "param", "text"),
    [
        ([("mode", "payment"), ("colour", "red")], "parameter_unknown", "colour", "Received unknown parameter: colour"),
        (
            [("line_items[0][qty]", "1")],
            "parameter_unknown",
            "line_items[0][qty]",
            r"unknown parameter: line_items\[0\]\[qty\]",
        ),
        ([("a", "1"), ("b", "2")], "parameter_unknown", "a", "Received unknown parameters: a, b"),
        (
            [("line_items[0][price_data][unit_amount]", "5")],
            "parameter_missing",
            "line_items[0][price_data][currency]",
            "Missing required",
        ),
        ([("expires_at", "soon")], "parameter_invalid_integer", "expires_at", "Invalid integer: soon"),
        ([("success_url", "")], "parameter_invalid_empty", "success_url", "empty string for 'success_url'"),
        ([("mode", "gift")], None, "mode", "must be one of payment, setup, or subscription"),
        ([("line_items", "x")], None, "line_items", "Invalid array"),
        ([("payment_intent_data", "x")], None, "payment_intent_data", "Invalid object"),
        ([("metadata[k]", "v" * 501)], None, "metadata[k]", "up to 500 characters"),
        ([("metadata[" + "k" * 41 + "]", "v")], None, "metadata", "up to 40 characters"),
        ([(f"metadata[{n}]", "v") for n in range(51)], None, "metadata", "up to 50 keys"),
        ([("mode", "payment"), ("mode[x]", "1")], None, "mode[x]", "conflicts"),
    ],
)
def test_parameters_that_stripe_refuses_are_refused_with_its_code(pairs, code, param, text):
    with pytest.raises(StripeError, match=text) as refused:
        params.read("POST /v1/checkout/sessions", pairs)
    assert (refused.value.status, refused.value.code, refused.value.param) == (400, code, param)
    assert not refused.value.saved


@given(st.lists(st.tuples(st.text(alphabet="abmetadt[]0²٣.=", max_size=12), st.text(max_size=8)), max_size=5))
def test_any_parameters_are_read_or_refused_but_never_break_the_reader(pairs):
    names = [("metadata" + key if key.startswith("[") else key, value) for key, value in pairs]
    assert isinstance(outcome(names), (dict, StripeError))


def outcome(pairs):
    try:
        return params.read("POST /v1/customers", pairs)
    except StripeError as refused:
        return refused


def test_nested_parameters_are_typed_and_lists_keep_their_order():
    read = params.read(
        "POST /v1/checkout/sessions",
        [
            ("line_items[10][quantity]", "10"),
            ("line_items[2][quantity]", "2"),
            ("expand[]", "line_items"),
            ("metadata[a]", "1"),
        ],
    )
    assert read == {"line_items": [{"quantity": 2}, {"quantity": 10}], "expand": ["line_items"], "metadata": {"a": "1"}}


@pytest.mark.parametrize(
    ("change", "param"),
    [
        ({"mode": "subscription"}, "mode"),
        ({"payment_method_types": ["us_bank_account"]}, "payment_method_types"),
        ({"allow_promotion_codes": True}, "allow_promotion_codes"),
        ({"payment_intent_data": {"capture_method": "manual"}}, "payment_intent_data[capture_method]"),
    ],
)
def test_what_stripe_has_but_the_simulator_has_not_is_refused_aloud(new_session, change, param):
    with pytest.raises(stripe.InvalidRequestError, match="does not implement") as refused:
        new_session(**change)
    assert (refused.value.code, refused.value.param) == ("simulator_unsupported", param)


@pytest.mark.parametrize(
    ("change", "code", "param"),
    [
        ({"line_items": []}, "parameter_missing", "line_items"),
        ({"success_url": "nowhere"}, "url_invalid", "success_url"),
        ({"customer_email": "ana"}, "email_invalid", "customer_email"),
        ({"customer": "cus_none"}, "resource_missing", "customer"),
        ({"line_items": [{"quantity": 1, "price": "price_x"}]}, "resource_missing", "line_items[0][price]"),
    ],
)
def test_a_checkout_session_that_stripe_refuses_is_refused_and_not_kept(client, new_session, change, code, param):
    with pytest.raises(stripe.InvalidRequestError) as refused:
        new_session(**change)
    assert (refused.value.code, refused.value.param) == (code, param)
    assert client.v1.checkout.sessions.list().data == []


@pytest.mark.parametrize(
    ("cents", "code"), [(49, "amount_too_small"), (100_000_000, "amount_too_large"), (-1, "parameter_invalid_integer")]
)
def test_an_amount_outside_stripes_limits_is_refused(new_session, cents, code):
    price = {"currency": "usd", "unit_amount": cents, "product_data": {"name": "x"}}
    with pytest.raises(stripe.InvalidRequestError) as refused:
        new_session(line_items=[{"quantity": 1, "price_data": price}])
    assert refused.value.code == code


@pytest.mark.parametrize("header", ["", "Bearer sk_live_123", "Bearer sk_test_", "Bearer pk_test_123", "Basic !!!"])
def test_a_call_without_a_secret_test_key_is_refused_with_401(sim, header):
    status, headers, body = get(sim.url, "/v1/customers", **({"Authorization": header} if header else {}))
    assert status == 401
    assert "www-authenticate" in headers
    assert body["error"]["type"] == "invalid_request_error"


def test_the_command_line_starts_within_seconds_survives_a_kill_and_reads_the_clock_file(tmp_path):
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "infra.local.stripe",
        "--port",
        str(port),
        "--state-dir",
        str(tmp_path / "s"),
        "--clock-file",
        str(tmp_path / "clock"),
    ]
    control = SimulatorControl(f"http://127.0.0.1:{port}")
    client = stripe.StripeClient("sk_test_rota", base_addresses={"api": control.url})
    first = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    wait_for(control)
    kept = client.v1.customers.create(params={"name": "Ana"})
    first.kill()
    first.wait()
    (tmp_path / "clock").write_text("86400\n")
    second = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        assert wait_for(control)["business_time"] > kept.created + 86000
        assert client.v1.customers.retrieve(kept.id).name == "Ana"
    finally:
        second.terminate()
        assert second.wait(10) == 0


def wait_for(control: SimulatorControl) -> dict:
    """Poll until the process answers; ten seconds are plenty on a busy machine."""
    until = time.monotonic() + 10
    while True:
        try:
            return control.health()
        except ConnectionError:
            assert time.monotonic() < until, "the simulator did not start"
