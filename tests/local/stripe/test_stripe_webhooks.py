"""Webhooks: signature, retries, and the controls that drop, duplicate, delay and reorder them."""

from __future__ import annotations

import json

import pytest
import stripe

from infra.local.stripe.inprocess import running

PAID = [
    "payment_intent.created",
    "charge.succeeded",
    "payment_intent.succeeded",
    "checkout.session.completed",
    "charge.updated",
]


def three_customers(client) -> None:
    for name in ("a", "b", "c"):
        client.v1.customers.create(params={"name": name})


def names(receiver) -> list[str]:
    return [event.data.object.name for event in receiver.events()]


def test_the_signature_verifies_with_the_sdk_and_not_with_another_secret(sim, client, receiver, secret):
    client.v1.customers.create(params={"name": "Ana"}, options={"idempotency_key": "k1"})
    sim.control.drain()
    ((payload, header),) = receiver.got
    event = stripe.Webhook.construct_event(payload, header, secret)
    assert (event.type, event.api_version, event.livemode) == ("customer.created", "2026-05-27.dahlia", False)
    assert event.request.idempotency_key == "k1"
    assert client.v1.events.retrieve(event.id).data.object.to_dict() == event.data.object.to_dict()
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(payload, header, "whsec_other")
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(payload.replace(b"Ana", b"Eve"), header, secret)


def test_the_signature_is_stamped_with_wall_time_when_business_time_is_ahead(sim, client, receiver, secret):
    sim.move_clock(90 * 24 * 3600)
    client.v1.customers.create()
    sim.control.drain()
    ((payload, header),) = receiver.got
    event = stripe.Webhook.construct_event(payload, header, secret)
    assert event.created > int(header.split(",")[0].removeprefix("t=")) + 89 * 24 * 3600


def test_a_payment_is_announced_in_stripes_order_to_an_endpoint_that_wants_all(
    sim, client, receiver, secret, new_session
):
    sim.control.pay(new_session().url)
    assert sim.control.drain()["idle"]
    assert receiver.types() == PAID
    assert {event.created for event in receiver.events()[:3]} == {receiver.events()[0].created}
    assert receiver.events()[3].request.id is None


def test_a_delivery_that_is_not_answered_with_2xx_is_retried_until_it_is(sim, client, receiver, secret):
    receiver.answers = [500, 302]
    client.v1.customers.create()
    for _ in range(4):
        sim.control.drain()
    (delivery,) = sim.control.deliveries()
    assert delivery["state"] == "delivered"
    assert [attempt["status"] for attempt in delivery["attempts"]] == [500, 302, 200]


def test_delays_and_retries_follow_business_time_and_the_event_is_pending_meanwhile(sim, client, receiver, secret):
    receiver.answers = [503]
    sim.control.delay(3600)
    client.v1.customers.create()
    assert sim.simulator.sender.wait_idle(5)
    assert receiver.got == []
    (event,) = client.v1.events.list(params={"delivery_success": False}).data
    assert event.pending_webhooks == 1
    for seconds in (3601, 3700):
        sim.move_clock(seconds)
        sim.simulator.sender.wake()
        assert sim.simulator.sender.wait_idle(5)
    assert client.v1.events.list(params={"delivery_success": False}).data == []
    first, second = sim.control.deliveries()[0]["attempts"]
    assert first["at"] >= event.created + 3600
    assert second["at"] >= first["at"] + 1


def test_dropped_events_never_arrive_but_can_be_listed_and_redelivered(sim, client, receiver, secret):
    sim.control.drop(1, types=["customer.created"])
    three_customers(client)
    sim.control.drain()
    assert names(receiver) == ["b", "c"]
    (lost,) = client.v1.events.list(params={"delivery_success": False}).data
    assert lost.data.object.name == "a"
    assert sim.control.redeliver(lost.id) == {"queued": 1}
    sim.control.drain()
    assert names(receiver) == ["b", "c", "a"]


def test_duplicates_carry_the_same_event_id(sim, client, receiver, secret):
    sim.control.duplicate(copies=2, events=1)
    three_customers(client)
    sim.control.drain()
    assert sorted(names(receiver)) == ["a", "a", "a", "b", "c"]
    assert len({event.id for event in receiver.events()}) == 3


def test_reordered_events_arrive_latest_first_once_the_last_is_there(sim, client, receiver, secret):
    sim.control.reorder(3)
    client.v1.customers.create(params={"name": "a"})
    client.v1.customers.create(params={"name": "b"})
    assert sim.simulator.sender.wait_idle(5)
    assert names(receiver) == []
    client.v1.customers.create(params={"name": "c"})
    client.v1.customers.create(params={"name": "d"})
    sim.control.drain()
    assert names(receiver) == ["c", "b", "a", "d"]


def test_an_expiring_session_tells_the_endpoint_without_being_asked(sim, client, receiver, secret, new_session):
    session = new_session()
    sim.move_clock(24 * 3600 + 1)
    sim.control.drain()
    (event,) = receiver.events()
    assert (event.type, event.data.object.id, event.data.object.status) == (
        "checkout.session.expired",
        session.id,
        "expired",
    )


def test_undelivered_events_and_secrets_survive_a_restart(tmp_path, receiver):
    with running(tmp_path) as before:
        client = stripe.StripeClient("sk_test_rota", base_addresses={"api": before.url})
        secret = client.v1.webhook_endpoints.create(params={"url": receiver.url, "enabled_events": ["*"]}).secret
        before.control.delay(3600)
        before.control.reorder(5)
        client.v1.customers.create(params={"name": "Ana"})
    assert receiver.got == []
    with running(tmp_path) as after:
        after.control.drain()
    ((payload, header),) = receiver.got
    assert stripe.Webhook.construct_event(payload, header, secret).data.object.name == "Ana"


def test_normal_ends_all_faults_and_reset_forgets_all_but_the_endpoints(sim, client, receiver, secret):
    sim.control.reorder(5)
    sim.control.fail(3, status=503, path_prefix="/v1/charges")
    client.v1.customers.create(params={"name": "Ana"})
    sim.control.normal()
    sim.control.drain()
    assert names(receiver) == ["Ana"]
    assert client.v1.charges.list().data == []
    sim.control.reset()
    assert client.v1.customers.list().data == []
    assert len(client.v1.webhook_endpoints.list().data) == 1
    assert json.loads(receiver.got[0][0])["type"] == "customer.created"
