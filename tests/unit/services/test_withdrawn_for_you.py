"""Policy "one trainee, overlapping dates": the other application ends with notice, by mail and on its page; their own doing needs none."""

from __future__ import annotations

import pytest

from shared.events.envelope import Envelope
from shared.services.applying import Applying
from shared.services.story import standing, timeline
from tests.builders import stored_program
from tests.unit.services.notifying_scene import HOME, URL, WEBHOOK, Post
from tests.unit.services.reserving_scene import by


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
    assert post.siblings.withdraw(reserved.id, WEBHOOK) == 1
    for _ in range(2):
        post.notifying.notify(post.last("APPLICATION", "application-2"))
    mail = post.one(HOME)
    assert mail.subject == "Withdrawn for you: Rural Family Medicine"
    assert "You have reserved Inpatient Cardiology for Mon 1 March to Sun 28 March 2027 (4 weeks)" in mail.text
    assert f"{URL}/reservations/{reserved.id}" in mail.text


def test_its_page_says_why_and_leads_to_what_was_reserved(post: Post) -> None:
    (reserved,) = post.reservations()
    post.siblings.withdraw(reserved.id, WEBHOOK)
    ended, program, now = post.application("application-2"), post.catalogue.program("elsewhere"), post.clock.now()
    found = standing(ended, program, now)
    assert (found.headline, found.href) == ("Withdrawn: another rotation is reserved", f"/reservations/{reserved.id}")
    last = timeline(ended, post.store.history("APPLICATION", "application-2"), now)[-1]
    assert last.title == "Withdrawn by us: another rotation was reserved for these weeks"


def test_who_withdraws_it_themselves_gets_no_mail(post: Post) -> None:
    applying = Applying(store=post.store, people=post.people, catalogue=post.catalogue, clock=post.clock, ids=post.ids)
    applying.withdraw(by("trainee"), "application-2")
    event: Envelope = post.last("APPLICATION", "application-2")
    post.notifying.notify(event)
    assert (event.type, post.mailer.to(HOME)) == ("ApplicationWithdrawn.v1", [])
    program = post.catalogue.program("elsewhere")
    assert standing(post.application("application-2"), program, post.clock.now()).headline == "Withdrawn"
