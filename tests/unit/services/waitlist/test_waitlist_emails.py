"""The waitlist's mails: the place, the held seat until when in both zones, the end of it; and silence once it is no
longer so."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.events.envelope import Envelope
from tests.builders import stored_account
from tests.fakes.clock import START
from tests.unit.services.operations.email_scene import HOME, URL, Post
from tests.unit.services.reservations.reservation_scene import by


class Waiting(Post):
    """Somebody else holds the only seat, and our trainee has joined the line."""

    def __init__(self) -> None:
        super().__init__()
        stored_account(self.store, "trainee-2")
        self.apply("application-2", "trainee-2")
        self.apply()
        self.hold = self.checkout(id="application-2", trainee="trainee-2")
        self.waitlist.join(by("trainee"), "application-1")

    def event(self, type: str) -> Envelope:
        return Envelope.of(next(row for row in self.store.history("APPLICATION", "application-1") if row.type == type))

    def tell(self, type: str) -> list[str]:
        """The texts that an event, delivered twice, brings to the trainee."""
        before = len(self.mailer.to(HOME))
        for _ in range(2):
            self.send_emails.notify(self.event(type))
        return [mail.text for mail in self.mailer.to(HOME)[before:]]


@pytest.fixture
def post() -> Waiting:
    return Waiting()


def test_waitlist_joining_is_told_with_the_place_once(post: Waiting) -> None:
    (text,) = post.tell("WaitlistJoined.v1")
    assert "Your place:" in text
    assert f"{URL}/reservations/for/application-1" in text


def test_waitlist_held_seat_is_told_with_its_end_in_both_zones_once(post: Waiting) -> None:
    post.run_sweep(minutes=30)
    (text,) = post.tell("WaitlistOffered.v1")
    assert "Wed 25 November 2026, 09:30 Chicago (Wed 25 November 2026, 17:30 for you in Cairo)" in text
    assert post.tell("WaitlistJoined.v1") == []


def test_waitlist_that_the_start_ended_names_the_last_day_and_no_waiting_again(post: Waiting) -> None:
    post.webhook(post.pay(post.hold))
    post.clock.set(START.replace(year=2027, month=3, day=1, hour=6))
    post.run_sweep()
    (text,) = post.tell("WaitlistEnded.v1")
    assert "stays approved until Tue 2 March 2027, 00:00 Chicago" in text
    assert "wait again" not in text


def test_waitlist_lapse_is_told_with_the_time_that_the_application_still_has(post: Waiting) -> None:
    post.run_sweep(minutes=30)
    post.run_sweep(hours=48)
    (text,) = post.tell("WaitlistEnded.v1")
    assert "was not paid in time" in text
    assert "Wed 2 December 2026, 09:30 Chicago" in text  # seven days, and what was spent waiting
    assert post.tell("WaitlistOffered.v1") == []


def test_waitlist_lapse_offers_to_wait_again_until_the_second_before_the_first_day(post: Waiting) -> None:
    first_day = START.replace(year=2027, month=3, day=1, hour=6, minute=0, second=0)  # midnight in Chicago
    post.clock.set(first_day - timedelta(hours=70))
    post.run_sweep()
    post.run_sweep(hours=48)
    for at, offered in ((first_day - timedelta(seconds=1), True), (first_day, False)):
        post.clock.set(at)
        post.outbox.claims.clear()
        (text,) = post.tell("WaitlistEnded.v1")
        assert "was not paid in time" in text
        assert ("wait again" in text) is offered


@pytest.mark.parametrize(("early", "told"), [(timedelta(seconds=1), 1), (timedelta(), 0)])
def test_waitlist_end_is_not_told_from_the_second_on_at_which_the_offer_is_over(
    post: Waiting, early: timedelta, told: int
) -> None:
    post.run_sweep(minutes=30)
    post.run_sweep(hours=48)
    ends = post.application("application-1").offer.expires_at
    assert ends is not None
    post.clock.set(ends - early)
    assert len(post.tell("WaitlistEnded.v1")) == told


def test_waitlist_who_left_or_was_quicker_than_the_mail_hears_nothing(post: Waiting) -> None:
    post.waitlist.leave(by("trainee"), "application-1")
    assert post.tell("WaitlistEnded.v1") == post.tell("WaitlistJoined.v1") == []
    post.waitlist.join(by("trainee"), "application-1")
    assert post.tell("WaitlistJoined.v1") == []  # the first joining's event: the second has its own
    post.run_sweep(minutes=30)
    post.webhook(post.pay(post.checkout()))
    assert post.tell("WaitlistOffered.v1") == []


def test_waitlist_offer_is_not_told_from_its_last_second_on(post: Waiting) -> None:
    post.run_sweep(minutes=30)
    post.clock.move(timedelta(hours=48, seconds=-1))
    event = post.event("WaitlistOffered.v1")
    post.send_emails.notify(event)
    assert len(post.mailer.to(HOME)) == 1
    post.clock.move(timedelta(seconds=1))
    post.outbox.claims.clear()
    post.send_emails.notify(event)
    assert len(post.mailer.to(HOME)) == 1
