"""An email to a host that did not arrive: a coordinator's task, once, until it is sent again, the host is told by
phone, or nobody waits for it any more."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import get_args

import pytest

from shared.domain.core.aggregate import chain_breaks, fold
from shared.domain.core.errors import Expired, Invalid, NotAllowedNow, NotFound, WrongRole
from shared.domain.email.email_in_trouble import EmailSubject
from shared.domain.email.email_names import EmailName, EmailTrouble, named_by, tag_of
from shared.domain.reservations.reservation import PAID_SEAT, ReservationStatus
from shared.services.contexts import emails
from tests.builders import HOST
from tests.files import A_PDF
from tests.unit.services.email.trouble_scene import ASKED, Sent, asking, asks
from tests.unit.services.operations.email_scene import DESK, URL, Post
from tests.unit.services.reservations.reservation_scene import SWEEP, by

COORDINATOR = by("coordinator", "coordinator-1")
NEW = "front@clinic.example"
SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)


@pytest.fixture
def sent() -> Sent:
    return Sent()


def queue(post: Post) -> list[tuple[str, str]]:
    """(title, address) of what waits for a coordinator because of an email."""
    rows = post.workspace.queue(COORDINATOR, ["coordinator"]).rows
    return [(row.subject.title, row.subject.href) for row in rows if row.item.due.kind == "email_trouble"]


def link_in(text: str) -> str:
    """The address of the CV, as an email has it."""
    return text.partition(f"{URL}/documents/shared/")[2].split()[0]


# --- names ------------------------------------------------------------------------------------------------------------
def test_an_emails_tag_takes_only_what_ses_takes_and_leads_back_to_the_email(sent: Sent) -> None:
    assert sent.tag.replace("_", "").replace("-", "").isalnum()
    name = named_by(sent.tag)
    assert name == EmailName("RESERVATION", sent.id, name.seq if name else "", "host")
    assert name.id in sent.outbox.claims
    assert tag_of(name.id) == sent.tag


@pytest.mark.parametrize("tag", ["", "x", "a_b_c", "a__c_d", "a_b_c_d_e"])
def test_a_tag_that_is_not_ours_names_no_email(tag: str) -> None:
    assert named_by(tag) is None


def test_the_name_of_a_trouble_stands_in_a_tag_whatever_the_email_is_about() -> None:
    trouble_id = EmailSubject("CREDIT_FORM", "01K-X", "host").trouble_id
    name = named_by(tag_of(f"EMAIL_TROUBLE#{trouble_id}#2:again"))
    assert name == EmailName("EMAIL_TROUBLE", "credit-form-01K-X-host", "2", "again")


def test_what_is_sent_once_must_arrive_or_nobody_would_be_asked_whether_it_did() -> None:
    every = (rule for rules in emails().values() for rule in rules)
    once = {(rule.event.SUBJECT, rule.kind): rule.must_arrive for rule in every if rule.once}
    assert once.pop(("EMAIL_TROUBLE", "again")) is None, "which must arrive because the email that it repeats must"
    assert once
    assert all(once.values())


def test_emails_of_one_name_are_one_email_to_one_recipient() -> None:
    found: dict[tuple[str, str], set[object]] = {}
    for rule in (rule for rules in emails().values() for rule in rules):
        found.setdefault((rule.event.SUBJECT, rule.kind), set()).add(rule.must_arrive)
    assert [name for name, ways in found.items() if len(ways) > 1] == []


# --- reports ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("trouble", [one for one in get_args(EmailTrouble) if one != "unknown"])
def test_a_bounced_email_to_the_host_is_a_coordinators_task_once_although_reported_twice(
    sent: Sent, trouble: str
) -> None:
    assert [sent.reported(trouble) for _ in range(2)] == ["task", "known"]  # type: ignore[arg-type]
    assert sent.in_trouble() == [sent.about.trouble_id]
    assert sent.events() == ["EmailTroubleReported.v1"]
    assert len(queue(sent)) == 1
    found = sent.now()
    assert (found.trouble, found.since, found.about) == (trouble, sent.clock.now(), sent.about)
    assert (found.recipient_kind, found.recipient_id, list(found.emails)) == ("HOST", HOST, [f"{sent.event.id}:host"])
    rows = sent.store.history("EMAIL_TROUBLE", found.id)
    assert rows[0].case_id == sent.reservation(sent.id).case_id
    assert (chain_breaks(rows), fold(rows)) == ([], dict(sent.store.load("EMAIL_TROUBLE", found.id).state))
    sent.check()


def test_a_report_that_lost_a_race_is_decided_again(sent: Sent) -> None:
    sent.store.conflict()
    assert sent.reported("bounced") == "task"


def test_a_report_about_another_email_or_a_case_that_is_gone_is_nobodys_task(sent: Sent) -> None:
    commits = sent.store.commits
    assert sent.reported("bounced", sent.tag.replace("_host", "_reserved")) == "need not arrive"
    assert sent.reported("bounced", "DOCUMENT_x_1_host") == "need not arrive"
    assert sent.reported("bounced", "EMAIL_TROUBLE_x_1_again") == "need not arrive"
    assert sent.reported("bounced", "RESERVATION_none_1_host") == "nobody waits for it"
    assert (sent.store.commits, sent.in_trouble()) == (commits, [])


@pytest.mark.parametrize("status", [one for one in ReservationStatus if one not in PAID_SEAT])
def test_an_email_about_a_seat_that_the_trainee_does_not_have_is_nobodys_task(
    sent: Sent, status: ReservationStatus
) -> None:
    sent.moves("RESERVATION", sent.id, "Changed.v1", status=status.value)
    assert sent.reported("bounced") == "nobody waits for it"
    assert sent.in_trouble() == []


def test_an_email_that_nobody_knew_the_fate_of_and_that_came_back_is_the_same_task(sent: Sent) -> None:
    sent.lost()
    assert queue(sent) == [("Email to the host: find out whether it arrived", f"/reservations/{sent.id}")]
    assert [sent.reported("bounced") for _ in range(2)] == ["task", "known"]
    sent.lost()
    assert queue(sent) == [("Email to the host came back: correct the address or call", f"/reservations/{sent.id}")]
    assert sent.now().emails == {f"{sent.event.id}:host": "bounced"}


# --- sent again -------------------------------------------------------------------------------------------------------
def test_a_corrected_address_sends_the_email_again_once_and_ends_the_task(sent: Sent) -> None:
    sent.reported("bounced")
    for _ in range(2):
        sent.emails_in_trouble.send_again(COORDINATOR, sent.about, f" {NEW.upper()} ")
    assert (sent.in_trouble(), sent.due("email_awaited"), sent.emails_in_trouble.open(sent.about)) == ([], [], None)
    assert sent.events() == ["EmailTroubleReported.v1", "EmailSentAgain.v1"]
    for _ in range(2):
        sent.send_emails.notify(sent.newest())
    again = sent.one(NEW)
    assert (len(again.attachments), again.subject) == (1, sent.one(DESK).subject)
    assert again.message_id != sent.one(DESK).message_id
    contact = sent.people.contact(HOST)
    assert contact is not None
    assert (contact.name, contact.email) == ("Dr. Renée Dubois", NEW)
    sent.check()


def test_an_email_that_is_sent_again_after_its_link_to_a_large_cv_ended_has_a_new_one() -> None:
    post = Sent(cv=A_PDF + b" " * 6_000_000)
    first = link_in(post.one(DESK).text)
    post.reported("bounced")
    post.clock.move(timedelta(days=7))
    with pytest.raises(Expired):
        post.cv_links.open(first)
    post.emails_in_trouble.send_again(COORDINATOR, post.about, NEW)
    post.send_emails.notify(post.newest())
    assert post.cv_links.open(link_in(post.one(NEW).text))


def test_an_old_report_that_comes_after_the_email_was_sent_again_opens_nothing(sent: Sent) -> None:
    sent.reported("bounced")
    sent.emails_in_trouble.send_again(COORDINATOR, sent.about, NEW)
    assert sent.reported("bounced") == "known"
    assert sent.in_trouble() == []
    sent.send_emails.notify(sent.newest())
    again = sent.mailer.to(NEW)[0].tag
    assert [sent.reported("bounced", again) for _ in range(2)] == ["task", "known"], "the second one bounced as well"
    assert sent.in_trouble() == [sent.about.trouble_id]
    sent.emails_in_trouble.send_again(COORDINATOR, sent.about, DESK)
    assert sent.reported("complaint", again) == "known"
    sent.send_emails.notify(sent.newest())
    assert len(sent.mailer.to(DESK)) == 2


def test_a_first_report_of_an_email_that_was_sent_again_for_another_reason_opens_nothing(sent: Sent) -> None:
    sent.lost()
    assert sent.now().trouble == "unknown"
    sent.emails_in_trouble.send_again(COORDINATOR, sent.about, DESK)
    assert sent.reported("bounced") == "settled since"
    assert sent.in_trouble() == []


def test_an_email_sent_again_whose_answer_was_lost_is_a_task_once_more_and_goes_out_no_third_time(sent: Sent) -> None:
    sent.reported("bounced")
    sent.emails_in_trouble.send_again(COORDINATOR, sent.about, NEW)
    event = sent.newest()
    sent.mailer.fail_after(1)
    for _ in range(2):
        sent.send_emails.notify(event)
        sent.clock.move(HOUR)
    assert (len(sent.mailer.to(NEW)), sent.now().trouble) == (1, "unknown")
    assert sent.in_trouble() == [sent.about.trouble_id]


# --- told, and refused ------------------------------------------------------------------------------------------------
def test_a_corrected_address_that_is_refused_for_good_is_the_task_again_after_one_try(sent: Sent) -> None:
    sent.reported("bounced")
    sent.mailer.refused = {"typo@clinic.example"}
    sent.emails_in_trouble.send_again(COORDINATOR, sent.about, "typo@clinic.example")
    again = sent.newest()
    for _ in range(3):
        sent.send_emails.notify(again)
    assert sent.in_trouble() == [sent.about.trouble_id]
    assert sent.trouble(sent.about).trouble == "address_refused"


def test_told_by_phone_ends_the_task_and_sends_nothing(sent: Sent) -> None:
    sent.reported("bounced")
    for _ in range(2):
        sent.emails_in_trouble.told(COORDINATOR, sent.about)
    assert (sent.in_trouble(), sent.events()) == ([], ["EmailTroubleReported.v1", "EmailRecipientTold.v1"])
    assert not sent.newest().emailed


def test_H13_an_email_of_unknown_fate_ends_in_the_same_way_whatever_is_reported_of_it_later(sent: Sent) -> None:
    sent.lost()
    assert sent.in_trouble() == [sent.about.trouble_id]
    sent.emails_in_trouble.told(COORDINATOR, sent.about)
    assert sent.reported("bounced") == "settled since"
    assert sent.in_trouble() == []


def test_an_address_that_is_none_or_an_email_that_is_not_in_trouble_changes_nothing(sent: Sent) -> None:
    commits = sent.store.commits
    with pytest.raises(NotAllowedNow):
        sent.emails_in_trouble.told(COORDINATOR, sent.about)
    with pytest.raises(NotFound):
        sent.emails_in_trouble.told(COORDINATOR, EmailSubject("RESERVATION", "none", "host"))
    sent.reported("bounced")
    with pytest.raises(Invalid) as refused:
        sent.emails_in_trouble.send_again(COORDINATOR, sent.about, "front desk")
    assert refused.value.facts["field"] == "email"
    assert sent.store.commits == commits + 1
    assert sent.people.contact(HOST).email == DESK  # type: ignore[union-attr]


def test_a_crash_after_the_address_was_corrected_leaves_the_task(sent: Sent) -> None:
    sent.reported("bounced")
    sent.store.fail_before()
    with pytest.raises(Exception, match="reached"):
        sent.emails_in_trouble.send_again(COORDINATOR, sent.about, NEW)
    assert sent.in_trouble() == [sent.about.trouble_id]
    sent.emails_in_trouble.send_again(COORDINATOR, sent.about, NEW)
    assert sent.in_trouble() == []


# --- the email that asks a host for a recommendation ------------------------------------------------------------------
def test_T19_a_bounced_question_to_the_host_is_a_task_and_is_asked_again_at_the_corrected_address() -> None:
    post, tag = asking()
    assert [post.reported("bounced", tag) for _ in range(2)] == ["task", "known"]
    assert queue(post) == [
        ("Email that asks the host came back: correct the address or call", "/applications/application-2")
    ]
    post.emails_in_trouble.send_again(COORDINATOR, ASKED, NEW)
    assert post.in_trouble() == []
    post.send_emails.notify(post.newest(ASKED))
    assert "/recommend/s" in post.one(NEW).text


def test_T20_a_reminder_that_bounces_is_sent_again_as_the_reminder_it_was() -> None:
    post, _ = asking()
    post.moves("APPLICATION", "application-2", "HostReminded.v1", status="HOST_REVIEW", host_reminders=1)
    post.mailer.sent.clear()
    post.send_emails.notify(post.last("APPLICATION", "application-2"))
    reminder = post.one(DESK)
    assert post.reported("bounced", reminder.tag) == "task"
    post.emails_in_trouble.send_again(COORDINATOR, ASKED, NEW)
    post.send_emails.notify(post.newest(ASKED))
    assert (post.one(NEW).subject, post.one(NEW).text) == (reminder.subject, reminder.text)


def test_T20_a_reminder_after_the_host_was_told_is_an_email_of_its_own() -> None:
    post, tag = asking()
    post.reported("bounced", tag)
    post.emails_in_trouble.told(COORDINATOR, ASKED)
    post.moves("APPLICATION", "application-2", "HostReminded.v1", status="HOST_REVIEW", host_reminders=1)
    post.mailer.sent.clear()
    post.send_emails.notify(post.last("APPLICATION", "application-2"))
    assert post.reported("bounced", post.one(DESK).tag) == "task"


def test_T19_a_question_that_bounces_after_the_application_moved_on_is_nobodys_task() -> None:
    post, tag = asking()
    post.moves("APPLICATION", "application-2", "HostTakenBack.v1", status="IN_REVIEW")
    assert post.reported("bounced", tag) == "nobody waits for it"
    assert post.in_trouble() == []


def test_T19_a_host_that_was_asked_by_phone_ends_the_task() -> None:
    post, tag = asking()
    post.reported("complaint", tag)
    post.emails_in_trouble.told(COORDINATOR, ASKED)
    assert (post.in_trouble(), post.emails_in_trouble.open(ASKED)) == ([], None)


def test_T19_nobody_says_where_the_hosts_email_about_themselves_goes() -> None:
    post, tag = asking()
    post.reported("bounced", tag)
    before, themselves = post.people.contact(HOST), by("coordinator", "trainee-2")
    for settle in (
        lambda: post.emails_in_trouble.send_again(themselves, ASKED, NEW),
        lambda: post.emails_in_trouble.told(themselves, ASKED),
    ):
        with pytest.raises(WrongRole):
            settle()
    assert (post.people.contact(HOST), post.in_trouble()) == (before, [ASKED.trouble_id])


# --- nobody waits any more --------------------------------------------------------------------------------------------
def answered(post: Sent) -> None:
    post.moves("APPLICATION", "application-2", "HostRecommended.v1", status="IN_REVIEW")


def asked_anew(post: Sent) -> None:
    asks(post, "another-link")


@pytest.mark.parametrize("step", [answered, asked_anew])
def test_T19_what_nobody_waits_for_any_more_is_shown_to_nobody_at_once_and_closed_within_the_hour(
    step: Callable[[Sent], None],
) -> None:
    post, tag = asking()
    post.reported("bounced", tag)
    post.clock.move(SECOND)
    step(post)
    assert (queue(post), post.emails_in_trouble.open(ASKED)) == ([], None)
    with pytest.raises(NotAllowedNow, match="Nobody waits"):
        post.emails_in_trouble.send_again(COORDINATOR, ASKED, NEW)
    assert post.people.contact(HOST).email == DESK  # type: ignore[union-attr]
    post.clock.move(HOUR)
    assert post.sweep.run(SWEEP).done["email_awaited: closed"] == 1
    assert (post.in_trouble(), post.due("email_awaited")) == ([], [])
    assert post.events(ASKED)[-1] == "EmailTroubleClosed.v1"


def test_T19_a_host_that_is_asked_anew_and_whose_new_email_bounces_too_is_a_task_again() -> None:
    post, tag = asking()
    post.reported("bounced", tag)
    post.clock.move(SECOND)
    asked_anew(post)
    newest = post.one(DESK).tag
    post.clock.move(HOUR)
    post.sweep.run(SWEEP)
    assert post.reported("bounced", newest) == "task"
    assert post.in_trouble() == [ASKED.trouble_id]


def test_what_is_still_waited_for_stays_and_is_looked_at_again_after_an_hour(sent: Sent) -> None:
    sent.reported("bounced")
    for _ in range(2):
        sent.clock.move(HOUR)
        assert sent.sweep.run(SWEEP).done["email_awaited: still waited for"] == 1
        assert sent.sweep.run(SWEEP).done["email_awaited: still waited for"] == 0
    assert sent.in_trouble() == [sent.about.trouble_id]
