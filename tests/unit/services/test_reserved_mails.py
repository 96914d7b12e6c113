"""Mails after a seat is reserved: a second payment, preparation, the coach's suggestions, and a host mail that came back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.services.notifying_scene import HOME, URL, WEBHOOK, Post


@pytest.fixture
def post() -> Post:
    return Post()


def test_a_second_payment_is_told_to_the_cent_with_its_reference_and_that_the_seat_stays(post: Post) -> None:
    reserved = post.reserved()
    session = post.payments.session_of(reserved.subject.id)
    post.settling.settle(replace(session, payment_intent_id="pi_other"), WEBHOOK)
    event = post.last("RESERVATION", reserved.subject.id)
    assert event.type == "SecondPaymentRefunded.v1"
    for _ in range(2):
        post.notifying.notify(event)
    mail = post.one(HOME)
    assert mail.subject == "Paid twice, refunded: $699.00"
    for said in ("Your seat and your first payment stay as they are", "re_1", "Mon 1 March to Sun 28 March 2027", f"{URL}/reservations/"):
        assert said in mail.text
