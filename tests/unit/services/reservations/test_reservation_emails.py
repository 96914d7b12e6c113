"""Mails after a seat is reserved: a second payment, preparation, the coach's suggestions, and a host mail that came
back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.domain.core.calendar import start_of_day
from shared.domain.core.policy import CURRENT
from shared.domain.reservations.preparation import PrepKind, reminders_from
from shared.events.envelope import Envelope
from tests.builders import FIRST_DAY
from tests.unit.services.operations.email_scene import HOME, URL, WEBHOOK, Post
from tests.unit.services.reservations.reservation_scene import SWEEP, by


@pytest.fixture
def post() -> Post:
    return Post()


def test_a_second_payment_is_told_to_the_cent_with_its_reference_and_that_the_seat_stays(post: Post) -> None:
    reserved = post.reserved()
    session = post.payments.session_of(reserved.subject.id)
    post.settlement.settle(replace(session, payment_intent_id="pi_other"), WEBHOOK)
    event = post.last("RESERVATION", reserved.subject.id)
    assert event.type == "SecondPaymentRefunded.v1"
    for _ in range(2):
        post.send_emails.notify(event)
    mail = post.one(HOME)
    assert mail.subject == "Paid twice, refunded: $699.00"
    for said in (
        "Your seat and your first payment stay as they are",
        "re_1",
        "Mon 1 March to Sun 28 March 2027",
        f"{URL}/reservations/",
    ):
        assert said in mail.text


# --- preparation ------------------------------------------------------------------------------------------------------
def ahead(post: Post) -> str:
    """A reserved seat with a coach; the reservation's id."""
    post.coach()
    id = post.reserved().subject.id
    post.coaching.match(id, WEBHOOK)
    return id


def reminded(post: Post, id: str) -> Envelope:
    post.clock.set(reminders_from(FIRST_DAY, "America/Chicago", CURRENT))
    assert post.preparation.remind(id, SWEEP) == "remind"
    return post.last("RESERVATION", id)


def test_H20_T30_a_reminder_lists_what_is_open_with_its_last_day_and_names_the_coach(post: Post) -> None:
    id = ahead(post)
    post.preparation.tick(by("trainee"), id, PrepKind.FLIGHTS, True)
    event = reminded(post, id)
    for _ in range(2):
        post.send_emails.notify(event)
    mail = post.one(HOME)
    assert mail.subject == "Before you go: Inpatient Cardiology, Mon 1 March 2027"
    for said in (
        "4 things are still open",
        "Passport and visa, by Sun 27 December 2026",
        "Maya Lindenholm, coach-1@example.org",
        "#prep",
    ):
        assert said in mail.text
    assert "Flights" not in mail.text


def test_H20_a_reminder_that_arrives_when_all_is_done_or_the_rotation_has_begun_is_not_sent(post: Post) -> None:
    id = ahead(post)
    event = reminded(post, id)
    post.clock.set(start_of_day(FIRST_DAY, "America/Chicago"))
    post.send_emails.notify(event)
    post.clock.move(timedelta(seconds=-1))
    for kind in PrepKind:
        post.preparation.tick(by("trainee"), id, kind, True)
    post.send_emails.notify(event)
    assert post.mailer.to(HOME) == []
    post.preparation.tick(by("trainee"), id, PrepKind.HOUSING, False)
    post.send_emails.notify(event)
    assert "One thing is still open" in post.one(HOME).text, "a second before the start it is still told"


# --- partners ---------------------------------------------------------------------------------------------------------
def test_T31_a_suggestion_says_that_it_is_one_and_whose(post: Post) -> None:
    id = ahead(post)
    post.preparation.suggest(by("coach", "coach-1"), id, "lakeside-rooms")
    event = post.last("RESERVATION", id)
    post.preparation.suggest(by("coach", "coach-1"), id, "dawn-shuttle")
    post.send_emails.notify(event)
    mail = post.one(HOME)
    assert mail.subject == "A suggestion from your coach: Lakeside Rooms", "that of the event, not the newest"
    for said in (
        "Maya Lindenholm suggests Lakeside Rooms for your housing",
        "This is a suggestion.",
        "no fee of ours contains it",
    ):
        assert said in mail.text


def test_T31_a_suggestion_of_a_coach_who_was_erased_is_not_sent(post: Post) -> None:
    id = ahead(post)
    post.preparation.suggest(by("coach", "coach-1"), id, "lakeside-rooms")
    post.people.erase("coach-1")
    post.send_emails.notify(post.last("RESERVATION", id))
    assert post.mailer.sent == []
