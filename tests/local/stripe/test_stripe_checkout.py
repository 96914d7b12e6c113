"""Checkout Sessions and the pay page: success, decline, 3-D Secure, leaving, expiry, and what the API refuses."""

from __future__ import annotations

import http.client
import threading
import time
from urllib.parse import urlencode, urlsplit

import pytest
import stripe


def fetch(url: str, method: str = "GET", body: dict[str, str] | None = None) -> tuple[int, dict[str, str], str]:
    """One request as a browser without JavaScript makes it; redirects are not followed."""
    target = urlsplit(url)
    connection = http.client.HTTPConnection(target.hostname, target.port, timeout=10)
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "text/html"}
    connection.request(method, target.path, urlencode(body) if body else None, headers)
    response = connection.getresponse()
    answer = response.status, {k.lower(): v for k, v in response.getheaders()}, response.read().decode()
    connection.close()
    return answer


CARD = {
    "card_number": "4242 4242 4242 4242",
    "exp": "12 / 49",
    "cvc": "123",
    "name": "Ana Lima",
    "email": "ana@example.com",
}


def event_types(client):
    return [event.type for event in client.v1.events.list(params={"limit": 100}).data][::-1]


def test_a_new_session_has_no_payment_intent_and_leads_to_its_pay_page(sim, new_session):
    session = new_session(metadata={"reservation": "r1"}, client_reference_id="r1", customer_email="ana@example.com")
    assert (session.status, session.payment_status, session.payment_intent) == ("open", "unpaid", None)
    assert session.url == f"{sim.url}/pay/{session.id}"
    status, headers, html = fetch(session.url)
    assert status == 200
    assert "$699.00" in html
    assert 'value="ana@example.com" readonly' in html
    assert "form-action 'self' http://127.0.0.1:8000;" in headers["content-security-policy"]
    assert "<script" not in html


def test_a_paid_session_is_complete_and_its_events_come_in_stripes_order(client, new_session):
    session = new_session(payment_intent_data={"transfer_group": "rotation:1", "metadata": {"reservation": "r1"}})
    status, headers, _ = fetch(session.url, "POST", CARD)
    assert status == 303
    assert headers["location"] == f"http://127.0.0.1:8000/done?session={session.id}"
    paid = client.v1.checkout.sessions.retrieve(session.id, params={"expand": ["payment_intent.latest_charge"]})
    assert (paid.status, paid.payment_status, paid.url) == ("complete", "paid", None)
    assert paid.customer_details.email == "ana@example.com"
    assert paid.payment_intent.metadata.to_dict() == {"reservation": "r1"}
    assert paid.payment_intent.latest_charge.transfer_group == "rotation:1"
    assert event_types(client) == [
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.succeeded",
        "checkout.session.completed",
        "charge.updated",
    ]


@pytest.mark.parametrize(
    ("card", "code", "message"),
    [
        ("4000000000000002", "card_declined", "Your card was declined."),
        ("4000000000009995", "card_declined", "Your card has insufficient funds."),
        ("4000000000000069", "expired_card", "Your card has expired."),
        ("4111111111111111", "card_declined", "non test card"),
    ],
)
def test_a_declined_card_is_told_why_and_the_same_session_can_still_be_paid(
    client, sim, new_session, card, code, message
):
    session = new_session()
    status, _, html = fetch(session.url, "POST", {**CARD, "card_number": card})
    assert status == 402
    assert message in html
    assert "$699.00" in html
    assert card not in html
    still = client.v1.checkout.sessions.retrieve(session.id, params={"expand": ["payment_intent"]})
    assert (still.status, still.payment_status) == ("open", "unpaid")
    assert still.payment_intent.last_payment_error.code == code
    assert sim.control.pay(session.url).outcome == "paid"
    assert event_types(client)[:3] == ["payment_intent.created", "charge.failed", "payment_intent.payment_failed"]
    assert [charge.status for charge in client.v1.charges.list().data] == ["succeeded", "failed"]


def test_3d_secure_passed_pays_and_marks_the_charge_as_authenticated(client, new_session):
    session = new_session()
    status, headers, _ = fetch(session.url, "POST", {**CARD, "card_number": "4000002760003184"})
    assert (status, headers["location"]) == (303, session.url + "/challenge")
    waiting = client.v1.checkout.sessions.retrieve(session.id, params={"expand": ["payment_intent"]})
    assert waiting.payment_intent.next_action.redirect_to_url.url == session.url + "/challenge"
    assert "Complete authentication" in fetch(session.url + "/challenge")[2]
    assert fetch(session.url + "/challenge", "POST", {"action": "complete"})[0] == 303
    (charge,) = client.v1.charges.list().data
    assert charge.payment_method_details.card.three_d_secure.result == "authenticated"


def test_3d_secure_failed_charges_nothing_and_the_session_can_still_be_paid(client, sim, new_session):
    session = new_session()
    result = sim.control.pay(session.url, "4000002760003184", challenge="fail")
    assert result.outcome == "declined"
    assert "unable to authenticate" in result.message
    intent = client.v1.payment_intents.list().data[0]
    assert (intent.status, intent.last_payment_error.code) == (
        "requires_payment_method",
        "payment_intent_authentication_failure",
    )
    assert client.v1.charges.list().data == []
    assert sim.control.pay(session.url).outcome == "paid"


def test_a_complete_session_cannot_be_paid_again_nor_expired(client, sim, new_session):
    session = new_session()
    sim.control.pay(session.url)
    assert sim.control.pay(session.url).outcome == "complete"
    assert "was already paid" in fetch(session.url)[2]
    with pytest.raises(stripe.InvalidRequestError, match=r'status in \["open"\].*status of `complete`') as refused:
        client.v1.checkout.sessions.expire(session.id)
    assert refused.value.http_status == 400
    assert len(client.v1.charges.list().data) == 1


def test_an_expired_session_cannot_be_paid_and_its_payment_intent_is_canceled(client, sim, new_session):
    session = new_session()
    sim.control.pay(session.url, "4000000000000002")
    expired = client.v1.checkout.sessions.expire(session.id)
    assert (expired.status, expired.url) == ("expired", None)
    assert sim.control.pay(session.url).outcome == "expired"
    status, _, html = fetch(session.url)
    assert status == 410
    assert "has expired" in html
    assert client.v1.payment_intents.retrieve(expired.payment_intent).status == "canceled"
    with pytest.raises(stripe.InvalidRequestError, match="status of `expired`"):
        client.v1.checkout.sessions.expire(session.id)


def test_expiring_while_the_payer_stands_at_3d_secure_wins_over_the_late_answer(client, sim, new_session):
    session = new_session()
    assert sim.control.pay(session.url, "4000002760003184", challenge="leave").outcome == "challenge"
    client.v1.checkout.sessions.expire(session.id)
    assert sim.control.answer_challenge(session.url, "complete").outcome == "expired"
    assert client.v1.charges.list().data == []


def test_a_session_expires_at_its_second_by_business_time_and_says_so_once(client, sim, new_session):
    begin = int(time.time())
    session = new_session(expires_at=begin + 3600)
    sim.move_clock(3600 - 30)
    assert client.v1.checkout.sessions.retrieve(session.id).status == "open"
    sim.move_clock(3600)
    assert sim.control.pay(session.url).outcome == "expired"
    assert client.v1.checkout.sessions.retrieve(session.id).status == "expired"
    sim.control.tick()
    assert event_types(client) == ["checkout.session.expired"]


@pytest.mark.parametrize(
    ("seconds", "text"), [(29 * 60, "at least 30 minutes"), (24 * 3600 + 60, "less than 24 hours")]
)
def test_an_expiry_outside_30_minutes_to_24_hours_is_refused(sim, new_session, seconds, text):
    sim.move_clock(1_000_000)
    with pytest.raises(stripe.InvalidRequestError, match=text) as refused:
        new_session(expires_at=int(time.time()) + 1_000_000 + seconds)
    assert refused.value.param == "expires_at"


def test_sixteen_payers_of_one_session_at_once_are_charged_once(client, sim, new_session):
    session = new_session()
    outcomes: list[str] = []
    payers = [threading.Thread(target=lambda: outcomes.append(sim.control.pay(session.url).outcome)) for _ in range(16)]
    for payer in payers:
        payer.start()
    for payer in payers:
        payer.join()
    assert sorted(outcomes) == ["complete"] * 15 + ["paid"]
    assert len(client.v1.charges.list().data) == 1
