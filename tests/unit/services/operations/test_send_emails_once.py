"""The host's mail with the CV, and each mail once: replays, duplicates, refusals, lost answers, a kill at every call
(H13)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from shared.domain.core.errors import Busy, OutcomeUnknown
from shared.domain.email.email_in_trouble import EmailSubject
from shared.events.envelope import Envelope
from shared.ports import SENDING_TIME
from shared.ports.people import first_contact_id
from tests.builders import HOST
from tests.fakes.doomed import Doomed, Killed
from tests.files import A_PDF
from tests.unit.services.operations.email_scene import DESK, HOME, KEY, URL, Post, told


@pytest.fixture
def post() -> Post:
    return Post()


def in_trouble(event: Envelope) -> str:
    """The trouble of the email to the host that this event brings."""
    return EmailSubject("RESERVATION", event.subject.id, "host").trouble_id


# --- the CV -----------------------------------------------------------------------------------------------------------
def test_H13_a_cv_that_is_not_the_one_applied_with_never_leaves_and_the_trainee_is_told_all_the_same(
    post: Post,
) -> None:
    event = post.reserved()
    post.file_store.objects[KEY] = replace(post.file_store.objects[KEY], content=A_PDF + b"%")
    with pytest.raises(Busy, match="not the one"):
        post.send_emails.notify(event)
    assert post.mailer.to(DESK) == []
    assert post.one(HOME)


def test_H13_a_cv_that_cannot_be_read_holds_the_host_mail_until_it_can(post: Post) -> None:
    event = post.reserved()
    held = post.file_store.objects.pop(KEY)
    with pytest.raises(Busy, match="cannot be read"):
        post.send_emails.notify(event)
    post.file_store.objects[KEY] = held
    post.send_emails.notify(event)
    assert post.one(DESK).attachments
    assert post.one(HOME)
    assert post.in_trouble() == []


def test_H13_a_cv_over_six_megabytes_goes_as_a_link_of_seven_days() -> None:
    post = Post(cv=A_PDF + b" " * 6_000_000)
    post.send_emails.notify(post.reserved())
    host = post.one(DESK)
    assert host.attachments == ()
    assert f"{URL}/documents/shared/r." in host.text
    assert "uploads.example" not in host.text, "a signed address dies with the session of its signer"
    assert "for 7 days" in host.text


def test_H13_a_cv_of_just_six_megabytes_is_attached() -> None:
    post = Post(cv=A_PDF + b" " * (6_000_000 - len(A_PDF)))
    post.send_emails.notify(post.reserved())
    assert len(post.one(DESK).attachments[0].content) == 6_000_000


def test_H13_a_host_without_a_contact_waits_for_one_while_the_trainee_is_told(post: Post) -> None:
    event = post.reserved()
    contact = post.people.contact(HOST)
    post.people.erase_contact(HOST, first_contact_id(HOST))
    for _ in range(2):
        with pytest.raises(Busy, match="no contact"):
            post.send_emails.notify(event)
    assert len(post.mailer.sent) == 1
    post.people.save_contact(contact)
    post.send_emails.notify(event)
    assert post.one(DESK)


# --- once -------------------------------------------------------------------------------------------------------------
def test_H13_replays_and_duplicates_of_an_event_send_nothing_more(post: Post) -> None:
    event = post.reserved()
    for _ in range(3):
        post.send_emails.notify(event)
        post.clock.move(timedelta(days=400))
    assert (len(post.mailer.to(DESK)), len(post.mailer.to(HOME))) == (1, 1)
    assert post.in_trouble() == []


def test_H13_a_duplicate_that_is_served_at_the_same_time_waits_and_troubles_nobody(post: Post) -> None:
    event = post.reserved()
    outer = post.mailer.send
    seen: list[str] = []

    def meanwhile(mail: Any) -> str:
        post.mailer.send = outer  # type: ignore[method-assign]
        with pytest.raises(Busy, match="at this moment"):
            post.send_emails.notify(event)
        seen.append(mail.to)
        return outer(mail)

    post.mailer.send = meanwhile  # type: ignore[method-assign]
    post.send_emails.notify(event)
    assert seen == [HOME]
    assert (len(post.mailer.to(DESK)), len(post.mailer.to(HOME))) == (1, 1)
    assert post.in_trouble() == []


def test_a_mail_that_was_refused_is_sent_by_the_next_delivery_and_the_other_one_went_out_at_once(post: Post) -> None:
    event = post.reserved()
    post.mailer.fail_before(1)
    with pytest.raises(Busy):
        post.send_emails.notify(event)
    assert [mail.to for mail in post.mailer.sent] == [DESK]
    post.send_emails.notify(event)
    assert sorted(mail.to for mail in post.mailer.sent) == [DESK, HOME]


def test_H13_a_host_mail_whose_answer_was_lost_becomes_a_coordinators_item_and_is_never_sent_again(post: Post) -> None:
    event = post.reserved()
    trainee = f"{event.id}:reserved"
    post.outbox.claim(trainee, "earlier", post.clock.now())
    post.outbox.sent(trainee, "provider-0")
    post.mailer.fail_after(1)
    post.send_emails.notify(event)
    for _ in range(3):
        post.clock.move(SENDING_TIME)
        post.send_emails.notify(event)
    assert len(post.mailer.to(DESK)) == 1
    assert post.in_trouble() == [in_trouble(event)]
    (row,) = post.store.history("EMAIL_TROUBLE", in_trouble(event))
    noted = {"status": "IN_TROUBLE", "emails": {f"{event.id}:host": "unknown"}, "trouble": "unknown"}
    assert row.data.items() >= noted.items()


def test_a_trainee_mail_whose_answer_was_lost_goes_out_again_under_the_same_id(post: Post) -> None:
    event = told(post, "ApplicationApproved.v1", status="APPROVED")
    post.mailer.fail_after(1)
    with pytest.raises(OutcomeUnknown):
        post.send_emails.notify(event)
    with pytest.raises(Busy):
        post.send_emails.notify(event)
    post.clock.move(SENDING_TIME)
    post.send_emails.notify(event)
    first, second = post.mailer.to(HOME)
    assert first.message_id == second.message_id
    assert first.message_id.endswith("@rota.test>")
    post.send_emails.notify(event)
    assert len(post.mailer.sent) == 2


def test_two_mails_of_one_event_and_one_persons_two_events_have_ids_of_their_own(post: Post) -> None:
    event = post.reserved()
    post.send_emails.notify(event)
    post.send_emails.notify(event.model_copy(update={"id": "RESERVATION#another#9"}))
    assert len({mail.message_id for mail in post.mailer.sent}) == len(post.mailer.sent) == 4


CALLS = 19


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("at", range(1, CALLS + 1))
def test_H13_killed_at_any_call_the_host_has_one_mail_or_a_coordinator_knows_and_the_trainee_is_told(
    at: int, after: bool
) -> None:
    post, count = Post(), [0]
    event = post.reserved()
    with pytest.raises(Killed):
        post.on(lambda port: Doomed(port, count, at, after)).send_emails.notify(event)
    for _ in range(2):
        post.clock.move(SENDING_TIME)
        post.send_emails.notify(event)
    host = len(post.mailer.to(DESK))
    assert host <= 1
    assert host == 1 or post.in_trouble() == [in_trouble(event)]
    assert len(post.mailer.to(HOME)) in {1, 2}
    assert len({mail.message_id for mail in post.mailer.to(HOME)}) == 1
    assert len(post.store.rows_of("email_trouble")) <= 1


def test_H13_the_kill_test_kills_at_every_call_there_is() -> None:
    post, count = Post(), [0]
    event = post.reserved()
    post.on(lambda port: Doomed(port, count, 0, False)).send_emails.notify(event)
    assert count[0] == CALLS


def test_a_task_that_somebody_else_changes_is_read_again_when_an_email_of_unknown_fate_is_noted(post: Post) -> None:
    event = post.reserved()
    post.outbox.claim(f"{event.id}:host", "somebody", post.clock.now())
    post.clock.move(SENDING_TIME)
    post.store.conflict(2)
    post.send_emails.notify(event)
    assert post.in_trouble() == [in_trouble(event)]
