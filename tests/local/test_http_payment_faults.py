"""Payments over HTTP when something goes wrong: forged and doubled deliveries, lost sessions, payment after the hold,
Stripe silent."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
import requests

from infra.local.checks.consistency import check_consistency
from infra.local.demo.api_client import Refused
from infra.local.demo.journey import Journey, Trainee
from infra.local.stack.local_stack import STRIPE_KEY, Stack
from infra.local.stack.queues import Queues
from tests.local.crowd import Crowd

SESSIONS = "/v1/checkout/sessions"
HOLD = timedelta(minutes=30, seconds=1)
TRIES = 3
"""How often the SDK asks before it gives up."""


@pytest.fixture
def journey(rota_stack: Stack) -> Iterator[Journey]:
    made = Journey(rota_stack)
    yield made
    made.stripe.normal()
    Queues(rota_stack.info).drain()
    assert check_consistency(rota_stack.info).broken == []


def approved(journey: Journey, *names: str) -> list[Trainee]:
    """Each of them with an offer for the one seat of a new program."""
    crowd = Crowd(journey)
    return crowd.approved(names, crowd.open(seats=1))


def sweep(journey: Journey) -> dict[str, Any]:
    info = journey.stack.info
    answer = info.aws.client("lambda").invoke(FunctionName=info.functions["deadlines"], Payload=b'{"Records": []}')
    found: dict[str, Any] = json.loads(answer["Payload"].read())
    return found


def status(journey: Journey, trainee: Trainee) -> str:
    return str(trainee.client.get(f"/reservations/{trainee.reservation_id}")["status"])


def at_stripe(journey: Journey, what: str) -> list[dict[str, Any]]:
    """Everything of a kind that Stripe has, newest first."""
    answer = requests.get(
        f"{journey.stack.info.stripe_url}/v1/{what}", params={"limit": 100}, auth=(STRIPE_KEY, ""), timeout=20
    )
    found: list[dict[str, Any]] = answer.json()["data"]
    return found


@contextmanager
def refused(code: int) -> Iterator[None]:
    with pytest.raises(Refused) as found:
        yield
    assert (found.value.status, bool(found.value.problem["remedy"])) == (code, True)


# --- deliveries -------------------------------------------------------------------------------------------------------
def deliver(
    stack: Stack, event_id: str, secret: str = "", late: float = 0.0, header: str | None = None
) -> requests.Response:
    """A well-formed event, signed as Stripe signs unless said otherwise: by another secret, so many seconds ago, or
    with another header."""
    body = json.dumps(
        {"id": event_id, "object": "event", "type": "charge.updated", "data": {"object": {"id": "ch_1"}}}
    ).encode()
    secret = secret or json.loads((stack.state_dir / "webhook.json").read_text())["secret"]
    moment = int(time.time() - late)
    signature = hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
    headers = {"Stripe-Signature": f"t={moment},v1={signature}" if header is None else header}
    return requests.post(
        f"{stack.info.public_url}/webhooks/stripe", data=body, headers=headers if header != "" else {}, timeout=20
    )


def stored(stack: Stack, event_id: str) -> int:
    key = {":pk": {"S": f"STRIPE#{event_id}"}}
    client = stack.info.aws.client("dynamodb")
    answer = client.query(
        TableName=stack.info.outputs["InboxTable"], KeyConditionExpression="pk = :pk", ExpressionAttributeValues=key
    )
    return int(answer["Count"])


@pytest.mark.parametrize("wrong", [{"header": ""}, {"header": "nonsense"}, {"secret": "whsec_other"}, {"late": 302.0}])
def test_delivery_that_is_unsigned_foreign_or_stale_is_refused_and_not_stored(
    rota_stack: Stack, wrong: dict[str, Any]
) -> None:
    event_id = f"evt_{uuid.uuid4().hex}"
    answer = deliver(rota_stack, event_id, **wrong)
    assert (answer.status_code, answer.headers["Content-Type"]) == (400, "application/problem+json")
    assert answer.json()["type"] == "/problems/unauthentic"
    assert answer.json()["remedy"]
    assert stored(rota_stack, event_id) == 0


def test_delivery_that_comes_twice_is_stored_once(rota_stack: Stack) -> None:
    event_id = f"evt_{uuid.uuid4().hex}"
    assert [deliver(rota_stack, event_id).status_code for _ in range(2)] == [200, 200]
    assert stored(rota_stack, event_id) == 1


def test_H11_H13_payment_told_three_times_and_backwards_is_one_seat_one_entry_and_one_host_mail(
    journey: Journey,
) -> None:
    crowd = Crowd(journey)
    opening = crowd.open(seats=1)
    (trainee,) = crowd.approved(["Double Told"], opening)
    held = journey.checkout(trainee)
    journey.stripe.duplicate(copies=2, events=20)
    journey.stripe.reorder(events=3)
    journey.pay(trainee, held["checkout_url"])
    journey.stripe.drain()
    Queues(journey.stack.info).drain()
    hub = trainee.client.get(f"/reservations/{trainee.reservation_id}")
    assert (hub["status"], len(hub["money"])) == ("RESERVED", 1)
    assert len(journey.stack.mailbox.messages(opening.host)) == 1


# --- sessions ---------------------------------------------------------------------------------------------------------
def test_session_whose_answer_was_lost_is_found_by_asking_again_and_can_be_paid(journey: Journey) -> None:
    (trainee,) = approved(journey, "Lost Session")
    journey.stripe.lose(count=TRIES, path_prefix=SESSIONS, method="POST")
    with pytest.raises(Refused) as silent:
        journey.checkout(trainee)
    assert (silent.value.status, silent.value.slug) == (503, "payment-unavailable")
    held = journey.checkout(trainee)
    assert held["reservation_id"] == silent.value.problem["reservation_id"]
    journey.pay(trainee, held["checkout_url"])


def test_lost_session_is_ended_with_its_hold_when_nobody_comes_back(journey: Journey) -> None:
    (trainee,) = approved(journey, "Never Back")
    journey.stripe.lose(count=TRIES, path_prefix=SESSIONS, method="POST")
    with pytest.raises(Refused) as silent:
        journey.checkout(trainee)
    trainee.reservation_id = silent.value.problem["reservation_id"]
    journey.stack.clock.set(journey.stack.clock.now() + HOLD)
    sweep(journey)
    assert status(journey, trainee) == "RELEASED"
    sessions = at_stripe(journey, "checkout/sessions")
    assert [one["status"] for one in sessions if one["client_reference_id"] == trainee.reservation_id] == ["expired"]


def test_hold_is_kept_while_stripe_is_silent_at_its_end(journey: Journey) -> None:
    (trainee,) = approved(journey, "Silent Partner")
    held = journey.checkout(trainee)
    journey.stack.clock.set(journey.stack.clock.now() + HOLD)
    journey.stripe.fail(count=TRIES, status=500, path_prefix=f"{SESSIONS}/", method="POST")
    assert sweep(journey)["failed"] == 1
    assert status(journey, trainee) == "HELD"
    journey.stripe.normal()
    sweep(journey)
    assert status(journey, trainee) == "RELEASED"
    assert journey.stripe.pay(held["checkout_url"]).outcome == "expired"


def test_payment_after_the_hold_goes_back_in_full_when_the_seat_is_gone(journey: Journey) -> None:
    """Stripe denies knowing the session, so the seat is given back while its page is still open: the one way to pay too
    late."""
    late, quick = approved(journey, "Too Late", "Quick Enough")
    held = journey.checkout(late)
    with refused(409):
        journey.checkout(quick)
    journey.stack.clock.set(journey.stack.clock.now() + HOLD)
    journey.stripe.fail(count=2, status=404, path_prefix=f"{SESSIONS}/")
    sweep(journey)
    journey.stripe.normal()
    assert status(journey, late) == "RELEASED"
    taken = journey.checkout(quick)
    assert journey.stripe.pay(held["checkout_url"]).outcome == "paid"
    hub = journey.until_status(late, "REFUNDED")
    assert (hub["refund_cents"], hub["paid_cents"]) == (hub["charge_cents"], 0)
    assert [money["cents"] for money in hub["money"]] == [hub["charge_cents"], -hub["charge_cents"]]
    refunds = [
        one["amount"] for one in at_stripe(journey, "refunds") if late.reservation_id in one["metadata"].get("key", "")
    ]
    assert refunds == [hub["charge_cents"]]
    journey.pay(quick, taken["checkout_url"])
