"""Refunds: all, part, too much, twice, pending and failing, and the PaymentIntents that stand behind them."""

from __future__ import annotations

import pytest
import stripe


@pytest.fixture
def pay(client, sim, new_session):
    """Pay a deposit of 69900 cents and return its PaymentIntent."""

    def run(card: str = "4242424242424242"):
        session = new_session()
        assert sim.control.pay(session.url, card).outcome == "paid"
        return client.v1.payment_intents.retrieve(client.v1.checkout.sessions.retrieve(session.id).payment_intent)

    return run


def refund_events(client):
    types = [event.type for event in client.v1.events.list(params={"limit": 100}).data][::-1]
    return [name for name in types if "refund" in name]


def test_a_partial_refund_and_the_rest_leave_the_charge_refunded(client, pay):
    intent = pay()
    first = client.v1.refunds.create(
        params={"payment_intent": intent.id, "amount": 20000, "reason": "requested_by_customer"}
    )
    charge = client.v1.charges.retrieve(intent.latest_charge, params={"expand": ["refunds"]})
    assert (first.status, charge.amount_refunded, charge.refunded) == ("succeeded", 20000, False)
    second = client.v1.refunds.create(
        params={"charge": intent.latest_charge, "expand": ["charge", "balance_transaction"]}
    )
    assert (second.amount, second.charge.refunded, second.balance_transaction.net) == (49900, True, -49900)
    assert [refund.id for refund in client.v1.refunds.list(params={"payment_intent": intent.id}).data] == [
        second.id,
        first.id,
    ]
    assert refund_events(client)[:4] == ["refund.created", "charge.refunded", "refund.updated", "charge.refund.updated"]


def test_a_charge_that_is_refunded_already_is_refused_with_its_code(client, pay):
    intent = pay()
    client.v1.refunds.create(params={"payment_intent": intent.id})
    with pytest.raises(stripe.InvalidRequestError, match="has already been refunded") as refused:
        client.v1.refunds.create(params={"payment_intent": intent.id})
    assert refused.value.code == "charge_already_refunded"


def test_more_than_what_is_left_is_refused_and_nothing_moves(client, pay):
    intent = pay()
    client.v1.refunds.create(params={"payment_intent": intent.id, "amount": 60000})
    with pytest.raises(
        stripe.InvalidRequestError, match=r"\(\$99\.01\) is greater than unrefunded amount on charge \(\$99\.00\)"
    ) as refused:
        client.v1.refunds.create(params={"payment_intent": intent.id, "amount": 9901})
    assert refused.value.param == "amount"
    assert client.v1.charges.retrieve(intent.latest_charge).amount_refunded == 60000


def test_a_payment_that_did_not_succeed_cannot_be_refunded(client, sim, new_session):
    session = new_session()
    sim.control.pay(session.url, "4000000000000002")
    (intent,) = client.v1.payment_intents.list().data
    with pytest.raises(stripe.InvalidRequestError, match="does not have a successful charge to refund"):
        client.v1.refunds.create(params={"payment_intent": intent.id})
    with pytest.raises(stripe.InvalidRequestError, match="did not succeed"):
        client.v1.refunds.create(params={"charge": intent.latest_charge})
    with pytest.raises(stripe.InvalidRequestError, match="payment_intent or charge"):
        client.v1.refunds.create(params={"amount": 5})
