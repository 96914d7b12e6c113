"""Policy "one trainee, overlapping dates": the other application ends with notice, by mail and on its page; their own
doing needs none."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.domain.applications.values import Offer
from shared.events.envelope import Envelope
from shared.services.applications.status_text import standing, timeline
from tests.builders import stored_program
from tests.unit.services.operations.email_scene import HOME, URL, WEBHOOK, Post
from tests.unit.services.reservations.reservation_scene import by


@pytest.fixture
def post() -> Post:
    """Two applications for overlapping weeks; the first is reserved and paid."""
    made = Post(seats=3)
    stored_program(made.store, id="elsewhere", name="Rural Family Medicine")
    made.apply("application-2", program_id="elsewhere", status="SUBMITTED")
    made.reserved()
    made.mailer.sent.clear()
    return made


def test_the_system_withdraws_with_a_mail_that_names_both_rotations(post: Post) -> None:
    (reserved,) = post.reservations()
    assert post.overlapping_applications.withdraw(reserved.id, WEBHOOK) == 1
    for _ in range(2):
        post.send_emails.notify(post.last("APPLICATION", "application-2"))
    mail = post.one(HOME)
    assert mail.subject == "Withdrawn for you: Rural Family Medicine"
    assert "You have reserved Inpatient Cardiology for Mon 1 March to Sun 28 March 2027 (4 weeks)" in mail.text
    assert f"{URL}/reservations/{reserved.id}" in mail.text


@pytest.mark.parametrize(("early", "withdrawn"), [(timedelta(seconds=1), 1), (timedelta(), 0)])
def test_what_ran_out_is_left_to_the_sweep_which_says_why_it_ended(
    post: Post, early: timedelta, withdrawn: int
) -> None:
    (reserved,) = post.reservations()
    ends = post.clock.now() + timedelta(days=3)
    post.apply(
        "application-3", program_id="elsewhere", offer=Offer(expires_at=ends), start=reserved.start + timedelta(weeks=1)
    )
    post.submission.withdraw(by("trainee"), "application-2")
    post.clock.set(ends - early)
    assert post.overlapping_applications.withdraw(reserved.id, WEBHOOK) == withdrawn
    post.clock.set(ends)
    post.run_sweep()
    assert post.application("application-3").status == ("WITHDRAWN" if withdrawn else "EXPIRED")


def ended(post: Post, reservation_id: str) -> None:
    """The seat is given back, long after it was paid."""
    stored = post.store.states[("RESERVATION", reservation_id)]
    post.store.states[("RESERVATION", reservation_id)] = replace(
        stored, state={**stored.state, "status": "CANCELLED_BY_TRAINEE"}
    )


def test_a_seat_that_was_given_back_meanwhile_withdraws_nothing(post: Post) -> None:
    (reserved,) = post.reservations()
    ended(post, reserved.id)
    assert post.overlapping_applications.withdraw(reserved.id, WEBHOOK) == 0
    assert post.application("application-2").status == "SUBMITTED"


def test_a_mail_that_comes_after_the_seat_was_given_back_does_not_say_that_it_is_theirs(post: Post) -> None:
    (reserved,) = post.reservations()
    post.overlapping_applications.withdraw(reserved.id, WEBHOOK)
    ended(post, reserved.id)
    post.send_emails.notify(post.last("APPLICATION", "application-2"))
    text = post.one(HOME).text
    assert "You have reserved" not in text
    assert "You had reserved Inpatient Cardiology for Mon 1 March to Sun 28 March 2027 (4 weeks)" in text
    assert "apply again" in text


def test_its_page_says_why_and_leads_to_what_was_reserved(post: Post) -> None:
    (reserved,) = post.reservations()
    post.overlapping_applications.withdraw(reserved.id, WEBHOOK)
    ended, program, now = post.application("application-2"), post.catalogue.program("elsewhere"), post.clock.now()
    found = standing(ended, program, now)
    assert (found.headline, found.href) == ("Withdrawn: another rotation is reserved", f"/reservations/{reserved.id}")
    last = timeline(ended, post.store.history("APPLICATION", "application-2"), now)[-1]
    assert last.title == "Withdrawn by us: another rotation was reserved for these weeks"


def test_who_withdraws_it_themselves_gets_no_mail(post: Post) -> None:
    post.submission.withdraw(by("trainee"), "application-2")
    event: Envelope = post.last("APPLICATION", "application-2")
    post.send_emails.notify(event)
    assert (event.type, post.mailer.to(HOME)) == ("ApplicationWithdrawn.v1", [])
    program = post.catalogue.program("elsewhere")
    assert standing(post.application("application-2"), program, post.clock.now()).headline == "Withdrawn"
