"""A host's mail that came back: a coordinator's task, once, until it is sent again or the host told by phone."""

from __future__ import annotations

import pytest

from shared.domain.core.errors import Invalid, NotAllowedNow, WrongRole
from shared.domain.email.email_names import EmailName, named_by, tag_of
from shared.events.envelope import Envelope
from shared.ports import Transition, UnitOfWork, system
from shared.services.core.transitions import RequestContext
from tests.builders import HOST, TRAINEE, draft, host_question, stored_account
from tests.unit.services.operations.email_scene import DESK, Post
from tests.unit.services.reservations.reservation_scene import by

SES, COORDINATOR = RequestContext(system("notifications"), "report-1"), by("coordinator", "coordinator-1")
NEW = "front@clinic.example"


class Sent(Post):
    """A reserved seat whose host mail went out; `bounces` is what reports come to."""

    def __init__(self) -> None:
        super().__init__()
        self.event = self.reserved()
        self.id = self.event.subject.id
        self.send_emails.notify(self.event)
        self.tag = self.mailer.to(DESK)[0].tag

    def types(self) -> list[str]:
        return [row.type for row in self.store.history("RESERVATION", self.id)]

    def newest(self) -> Envelope:
        return self.last("RESERVATION", self.id)


@pytest.fixture
def sent() -> Sent:
    return Sent()


# --- names ------------------------------------------------------------------------------------------------------------
def test_a_mails_tag_takes_only_what_ses_takes_and_leads_back_to_the_mail(sent: Sent) -> None:
    assert sent.tag.replace("_", "").replace("-", "").isalnum()
    name = named_by(sent.tag)
    assert name == EmailName("RESERVATION", sent.id, name.seq if name else "", "host")
    assert name.id in sent.outbox.claims
    assert tag_of(name.id) == sent.tag


@pytest.mark.parametrize("tag", ["", "x", "a_b_c", "a__c_d", "a_b_c_d_e"])
def test_a_tag_that_is_not_ours_names_no_mail(tag: str) -> None:
    assert named_by(tag) is None


# --- reports ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("trouble", ["bounced", "complaint", "rejected"])
def test_a_bounced_host_mail_is_a_coordinators_task_once_although_reported_twice(sent: Sent, trouble: str) -> None:
    assert [sent.email_reports.report(sent.tag, trouble, SES) for _ in range(2)] == ["task", "known"]  # type: ignore[arg-type]
    assert sent.due("mail") == [sent.id]
    assert sent.types().count("HostMailBounced.v1") == 1
    reserved = sent.reservation(sent.id)
    assert (reserved.mail_trouble, reserved.mail_trouble_at) == (trouble, sent.clock.now())
    sent.check()


def test_a_report_that_lost_a_race_is_decided_again(sent: Sent) -> None:
    sent.store.conflict()
    assert sent.email_reports.report(sent.tag, "bounced", SES) == "task"


def test_a_report_about_another_mail_or_a_case_that_is_gone_is_nobodys_task(sent: Sent) -> None:
    commits = sent.store.commits
    trainees = sent.tag.replace("_host", "_reserved")
    assert sent.email_reports.report(trainees, "bounced", SES) == "not a host's mail"
    assert sent.email_reports.report("DOCUMENT_x_1_host", "bounced", SES) == "not a host's mail"
    assert sent.email_reports.report("RESERVATION_none_1_host", "bounced", SES) == "unknown case"
    assert sent.email_reports.report("", "bounced", SES) == "not a host's mail"
    assert (sent.store.commits, sent.due("mail")) == (commits, [])


# --- ending it --------------------------------------------------------------------------------------------------------
def test_a_corrected_address_sends_the_mail_again_once_and_ends_the_task(sent: Sent) -> None:
    sent.email_reports.report(sent.tag, "bounced", SES)
    for _ in range(2):
        sent.email_reports.send_again(COORDINATOR, "RESERVATION", sent.id, f" {NEW.upper()} ")
    assert (sent.due("mail"), sent.reservation(sent.id).mail_trouble) == ([], None)
    assert sent.types().count("HostMailAgain.v1") == 1
    for _ in range(2):
        sent.send_emails.notify(sent.newest())
    again = sent.one(NEW)
    assert (len(again.attachments), again.subject) == (1, sent.one(DESK).subject)
    contact = sent.people.contact(HOST)
    assert contact is not None
    assert (contact.name, contact.email) == ("Dr. Renée Dubois", NEW)
    sent.check()


def test_an_old_report_that_comes_after_the_mail_was_sent_again_opens_nothing(sent: Sent) -> None:
    sent.email_reports.report(sent.tag, "bounced", SES)
    sent.email_reports.send_again(COORDINATOR, "RESERVATION", sent.id, NEW)
    assert sent.email_reports.report(sent.tag, "bounced", SES) == "known"
    sent.email_reports.people.save_contact(sent.people.contact(HOST))  # type: ignore[arg-type]
    assert sent.due("mail") == []
    sent.send_emails.notify(sent.newest())
    assert sent.email_reports.report(sent.mailer.to(NEW)[0].tag, "bounced", SES) == "task", (
        "the second mail bounced as well"
    )


def test_a_first_report_of_a_mail_that_was_sent_again_for_another_reason_opens_nothing(sent: Sent) -> None:
    sent.send_emails._surface(sent.event, f"{sent.event.id}:host")
    assert sent.reservation(sent.id).mail_trouble == "unknown"
    sent.email_reports.send_again(COORDINATOR, "RESERVATION", sent.id, DESK)
    assert sent.email_reports.report(sent.tag, "bounced", SES) == "sent again since"
    assert sent.due("mail") == []


def test_told_by_phone_ends_the_task_and_sends_nothing(sent: Sent) -> None:
    sent.email_reports.report(sent.tag, "bounced", SES)
    for _ in range(2):
        sent.email_reports.told(COORDINATOR, "RESERVATION", sent.id)
    assert (sent.due("mail"), sent.types().count("HostMailSettled.v1")) == ([], 1)


def test_H13_an_uncertain_mail_ends_in_the_same_two_ways(sent: Sent) -> None:
    sent.send_emails._surface(sent.event, f"{sent.event.id}:host")
    assert sent.due("mail") == [sent.id]
    sent.email_reports.told(COORDINATOR, "RESERVATION", sent.id)
    assert sent.due("mail") == []


def test_an_address_that_is_none_or_a_mail_that_is_not_in_trouble_changes_nothing(sent: Sent) -> None:
    commits = sent.store.commits
    with pytest.raises(NotAllowedNow):
        sent.email_reports.told(COORDINATOR, "RESERVATION", sent.id)
    sent.email_reports.report(sent.tag, "bounced", SES)
    with pytest.raises(Invalid) as refused:
        sent.email_reports.send_again(COORDINATOR, "RESERVATION", sent.id, "front desk")
    assert refused.value.facts["field"] == "email"
    assert sent.store.commits == commits + 1
    assert sent.people.contact(HOST).email == DESK  # type: ignore[union-attr]


# --- the mail that asks a host for a recommendation -------------------------------------------------------------------
def asking() -> tuple[Sent, str]:
    """An application with the host, and the tag of the mail that asked it."""
    post = Sent()
    post.apply("application-2", "trainee-2", cv=post.cv)
    values = {
        "status": "HOST_REVIEW",
        "host": host_question().model_dump(mode="json"),
    }
    post.store.texts[f"{TRAINEE}/link"] = {"secret": "s"}
    stored_account(post.store, "trainee-2")
    loaded = post.store.load("APPLICATION", "application-2")
    post.store.commit(
        UnitOfWork(transitions=(Transition(loaded, draft(values, "ApplicationRouted.v1", post.clock.now())),))
    )
    post.mailer.sent.clear()
    post.send_emails.notify(post.last("APPLICATION", "application-2"))
    return post, post.one(DESK).tag


def test_T19_a_bounced_question_to_the_host_is_a_task_and_is_asked_again_at_the_corrected_address() -> None:
    post, tag = asking()
    assert [post.email_reports.report(tag, "bounced", SES) for _ in range(2)] == ["task", "known"]
    assert post.due("mail") == ["application-2"]
    post.email_reports.send_again(COORDINATOR, "APPLICATION", "application-2", NEW)
    assert post.due("mail") == []
    post.send_emails.notify(post.last("APPLICATION", "application-2"))
    assert "/recommend/s" in post.one(NEW).text


def test_T19_a_question_that_bounces_after_the_application_moved_on_is_nobodys_task() -> None:
    post, tag = asking()
    loaded = post.store.load("APPLICATION", "application-2")
    post.store.commit(
        UnitOfWork(
            transitions=(Transition(loaded, draft({"status": "IN_REVIEW"}, "HostTakenBack.v1", post.clock.now())),)
        )
    )
    assert post.email_reports.report(tag, "bounced", SES) == "nobody waits for it"
    assert post.due("mail") == []


def test_T19_a_host_that_was_asked_by_phone_ends_the_task() -> None:
    post, tag = asking()
    post.email_reports.report(tag, "complaint", SES)
    post.email_reports.told(COORDINATOR, "APPLICATION", "application-2")
    assert (post.due("mail"), post.application("application-2").mail_trouble) == ([], None)


def test_T19_nobody_says_where_the_hosts_mail_about_themselves_goes() -> None:
    post, tag = asking()
    post.email_reports.report(tag, "bounced", SES)
    before, themselves = post.people.contact(HOST), by("coordinator", "trainee-2")
    for settle in (
        lambda: post.email_reports.send_again(themselves, "APPLICATION", "application-2", NEW),
        lambda: post.email_reports.told(themselves, "APPLICATION", "application-2"),
    ):
        with pytest.raises(WrongRole):
            settle()
    assert (post.people.contact(HOST), post.due("mail")) == (before, ["application-2"])
