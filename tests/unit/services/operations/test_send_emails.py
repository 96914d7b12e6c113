"""Each event's mails: who gets which facts. Once, and through crashes: `test_notifying_once.py`."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from shared.domain.programs.program import ReviewMode
from shared.domain.reservations.reservation import Choice
from shared.events.envelope import Envelope
from shared.ports import Person, PersonalRecord, Transition, UnitOfWork
from shared.services.programs.host_index import manager_entry
from tests.builders import HOST, TRAINEE, draft, stored_account, stored_program
from tests.files import A_PDF
from tests.unit.services.operations.email_scene import DESK, HOME, NAME, URL, WEBHOOK, Post, told

BALANCE_DAY = "Fri 15 January 2027, 23:59 Chicago (Sat 16 January 2027, 07:59 for you in Cairo)"


@pytest.fixture
def post() -> Post:
    return Post()


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


# --- who is told what -------------------------------------------------------------------------------------------------
def test_a_sign_up_brings_a_link_that_confirms_the_address(post: Post) -> None:
    post.account_wishes.sign_up("Amara Okafor", "amara@example.org", "Africa/Cairo")
    account_id = next(id for kind, id in post.store.states if kind == "ACCOUNT" and id != TRAINEE)
    event = post.last("ACCOUNT", account_id)
    post.send_emails.notify(event)
    mail = post.one("amara@example.org")
    assert f"{URL}/accounts/confirm/link-1" in mail.text
    assert "for 48 hours" in mail.text
    assert post.sign_in.confirm("link-1", "violet harbour lantern").state == "done"
    post.outbox.claims.clear()
    post.send_emails.notify(event)
    assert len(post.mailer.sent) == 1, "an address that is confirmed gets no link that does nothing"


def test_T18_a_submitted_application_is_acknowledged_with_the_promised_moment_in_both_zones(post: Post) -> None:
    event = told(post, "ApplicationSubmitted.v1", status="SUBMITTED", review_due_at="2026-11-24T21:00:00Z")
    post.send_emails.notify(event)
    mail = post.one(HOME)
    assert "from 24 business hours" in mail.text
    assert "Tue 24 November 2026, 15:00 Chicago (Tue 24 November 2026, 23:00 for you in Cairo)" in mail.text
    assert "You need to do nothing now" in mail.text
    assert "Mon 1 March to Sun 28 March 2027 (4 weeks)" in mail.text
    assert f"{URL}/applications/application-1" in mail.text


def test_T20_an_application_that_goes_to_the_host_is_promised_nothing_shorter_than_five_days() -> None:
    post = Post(review_mode=ReviewMode.HOST)
    post.send_emails.notify(
        told(post, "ApplicationSubmitted.v1", status="SUBMITTED", review_due_at="2026-11-24T21:00:00Z")
    )
    mail = post.one(HOME)
    assert "allow 5 days or more for an answer" in mail.text
    assert "24 business hours" not in mail.text


def asking(post: Post, type: str = "InformationRequested.v1", **changes: Any) -> Envelope:
    ref = f"{TRAINEE}/application:application-1:question-2"
    post.store.texts[ref] = {"text": "Which ward was it?"}
    values = {"status": "NEEDS_INFO", "question_ref": ref, "reply_due_at": "2026-12-07T15:00:00Z"}
    return told(post, type, **(values | changes))


@pytest.mark.parametrize(
    ("type", "subject"),
    [("InformationRequested.v1", "A question about"), ("ReplyReminded.v1", "Still waiting for your answer")],
)
def test_a_question_and_its_reminder_say_what_is_asked_and_until_when_in_both_zones(
    post: Post, type: str, subject: str
) -> None:
    post.send_emails.notify(asking(post, type))
    mail = post.one(HOME)
    assert mail.subject.startswith(subject)
    assert "Which ward was it?" in mail.text
    assert "by Mon 7 December 2026, 09:00 Chicago (Mon 7 December 2026, 17:00 for you in Cairo)" in mail.text
    assert f"{URL}/applications/application-1" in mail.text


@pytest.mark.parametrize(
    "changes",
    [{"status": "IN_REVIEW"}, {"status": "EXPIRED"}, {"reply_due_at": "2026-11-23T15:00:00Z"}],
    ids=["answered", "ended", "over"],
)
def test_a_question_that_needs_no_answer_any_more_is_not_sent(post: Post, changes: dict[str, str]) -> None:
    post.send_emails.notify(asking(post, **changes))
    assert post.mailer.sent == []


def test_a_question_that_another_one_followed_is_not_sent_in_the_place_of_that(post: Post) -> None:
    earlier = asking(post)
    loaded = post.store.load("APPLICATION", "application-1")
    post.store.commit(
        UnitOfWork(
            transitions=(Transition(loaded, draft({"question_ref": f"{TRAINEE}/other"}, "InformationRequested.v1")),)
        )
    )
    post.send_emails.notify(earlier)
    assert post.mailer.sent == []


def routing(post: Post, type: str = "ApplicationRouted.v1", **changes: Any) -> Envelope:
    ref = f"{TRAINEE}/application:application-1:host-link-3"
    post.store.texts[ref] = {"secret": "s3cret"}
    values = {
        "status": "HOST_REVIEW",
        "host_link_ref": ref,
        "host_reminders": 0,
        "routed_at": "2026-11-23T15:00:00Z",
        "host_due_at": "2026-11-28T15:00:00Z",
        "host_decide_at": "2026-12-03T15:00:00Z",
        "cv_sha256": post.sha256,
    }
    return told(post, type, **(values | changes))


def test_T19_T20_a_routed_application_asks_the_host_by_link_with_the_cv_and_tells_the_trainee(post: Post) -> None:
    post.send_emails.notify(routing(post))
    asked, mine = post.one(DESK), post.one(HOME)
    assert f"{URL}/applications/application-1/recommend/s3cret" in asked.text
    assert "Please answer by Sat 28 November 2026, 09:00 Chicago." in asked.text
    assert [one.content for one in asked.attachments] == [A_PDF]
    assert "Allow 5 days or more" in mine.text
    assert "s3cret" not in mine.text


@pytest.mark.parametrize(
    ("status", "hosts", "told_so"), [("ACTIVE", (HOST,), True), ("INVITED", (HOST,), False), ("ACTIVE", (), False)]
)
def test_T19_only_a_host_whose_manager_can_sign_in_is_told_where(
    post: Post, status: str, hosts: tuple[str, ...], told_so: bool
) -> None:
    stored_account(post.store, "manager-1", ("host",), status, hosts)
    entry = manager_entry("manager-1", HOST, 1, post.clock.now())
    post.store.commit(UnitOfWork(transitions=(), records=(entry,)))
    post.send_emails.notify(routing(post))
    assert (f"{URL}/workspace" in post.one(DESK).text) is told_so
    assert "needs no account" in post.one(DESK).text


def test_T19_a_host_that_is_asked_gets_a_cv_over_six_megabytes_as_an_address_as_well() -> None:
    post = Post(cv=A_PDF + b" " * 6_000_000)
    post.send_emails.notify(routing(post))
    asked = post.one(DESK)
    assert asked.attachments == ()
    assert f"{URL}/documents/shared/a.application-1." in asked.text
    assert "The CV is attached" not in asked.text


def test_T19_the_hosts_reminder_says_until_when_its_answer_counts_and_only_the_host_gets_it(post: Post) -> None:
    post.send_emails.notify(routing(post, "HostReminded.v1", host_reminders=1))
    mail = post.one(DESK)
    assert mail.subject.startswith("Reminder: would you take this trainee?")
    assert "counts until Thu 3 December 2026, 09:00 Chicago" in mail.text
    assert post.mailer.to(HOME) == []


@pytest.mark.parametrize(
    "changes",
    [{"status": "IN_REVIEW"}, {"status": "WITHDRAWN"}, {"host_decide_at": "2026-11-23T15:00:00Z"}],
    ids=["back", "ended", "over"],
)
def test_T19_a_host_that_nobody_waits_for_is_not_written_to(post: Post, changes: dict[str, str]) -> None:
    post.send_emails.notify(routing(post, **changes))
    assert post.mailer.to(DESK) == []


def test_T24_an_approval_says_what_to_do_until_when_and_what_it_costs_when(post: Post) -> None:
    post.send_emails.notify(told(post, "ApplicationApproved.v1", status="APPROVED"))
    mail = post.one(HOME)
    assert (
        "The offer ends on Mon 30 November 2026, 09:00 Chicago (Mon 30 November 2026, 17:00 for you in Cairo)."
        in mail.text
    )
    assert "$2,149.00" in mail.text
    assert "$699.00, or all of it" in mail.text
    assert f"$1,450.00 by {BALANCE_DAY}" in mail.text
    assert f"{URL}/reservations/for/application-1" in mail.text


def test_T28_an_approval_for_a_near_start_asks_for_all_of_it_at_once(post: Post) -> None:
    post.clock.set(at("2027-01-20T15:00:00Z"))
    event = told(post, "ApplicationApproved.v1", status="APPROVED", offer_expires_at="2027-01-23T15:00:00Z")
    post.send_emails.notify(event)
    mail = post.one(HOME)
    assert "$2,149.00: for this start the whole fee is due at once" in mail.text
    assert "Balance" not in mail.text


@pytest.mark.parametrize("status", ["CONVERTED", "EXPIRED", "WITHDRAWN"])
def test_an_approval_that_arrives_after_the_offer_ended_sends_nobody_to_a_page_that_says_no(
    post: Post, status: str
) -> None:
    post.send_emails.notify(told(post, "ApplicationApproved.v1", status=status))
    assert post.mailer.sent == []


def test_an_approval_that_arrives_when_its_offer_is_over_but_not_yet_swept_is_not_sent(post: Post) -> None:
    event = told(post, "ApplicationApproved.v1", status="APPROVED")
    post.clock.move(timedelta(days=7))
    post.send_emails.notify(event)
    assert post.mailer.sent == []


def test_a_rejection_gives_its_reason_and_another_way(post: Post) -> None:
    ref = f"{TRAINEE}/application:application-1:rejected"
    post.store.texts[ref] = {"text": "The host asks for Step 2 CK."}
    post.send_emails.notify(told(post, "ApplicationRejected.v1", status="REJECTED", decision_reason_ref=ref))
    mail = post.one(HOME)
    assert "The reason: The host asks for Step 2 CK." in mail.text
    assert "Nothing was charged" in mail.text
    assert f"{URL}/programs?specialty=cardiology" in mail.text


def test_a_rejection_links_the_alternatives_that_are_still_on_offer(post: Post) -> None:
    for id, status in (("cardiology-austin", "LIVE"), ("cardiology-boise", "PAUSED")):
        stored_program(post.store, id=id, status=status)
    others = ["cardiology-boise", "cardiology-austin", "gone-for-good"]
    post.send_emails.notify(told(post, "ApplicationRejected.v1", status="REJECTED", alternatives=others))
    mail = post.one(HOME)
    assert "This one is open to you" in mail.text
    assert f"{URL}/programs/cardiology-austin\n" in mail.text
    assert "boise" not in mail.text + mail.html


@pytest.mark.parametrize(
    ("code", "said"), [("offer", "the offer has ended"), ("draft", "never sent it"), ("reply", "has ended")]
)
def test_an_expired_application_says_what_ran_out_and_that_nothing_was_charged(
    post: Post, code: str, said: str
) -> None:
    post.send_emails.notify(told(post, "ApplicationExpired.v1", status="EXPIRED", decision_code=code))
    mail = post.one(HOME)
    assert said in mail.text
    assert "Nothing was charged" in mail.text
    assert "\n\n\n" not in mail.text


def test_an_application_that_nobody_decided_in_time_is_told_so(post: Post) -> None:
    post.send_emails.notify(told(post, "ApplicationClosed.v1", status="CLOSED", decision_code="start_near"))
    mail = post.one(HOME)
    assert "We did not decide before the start came too near" in mail.text
    assert "Nothing was charged" in mail.text


def test_an_expired_draft_without_a_start_is_told_without_dates(post: Post) -> None:
    post.send_emails.notify(told(post, "ApplicationExpired.v1", status="EXPIRED", decision_code="draft", start=None))
    assert "When" not in post.one(HOME).text


def test_H13_T27_a_confirmed_seat_brings_the_host_the_cv_and_the_trainee_what_is_paid_and_due(post: Post) -> None:
    event = post.reserved()
    post.send_emails.notify(event)
    host, trainee = post.one(DESK), post.one(HOME)
    assert [(file.name, file.content_type, file.content) for file in host.attachments] == [
        (f"CV 1 - {NAME}.pdf", "application/pdf", A_PDF)
    ]
    for fact in (
        NAME,
        "Universidad del Valle",
        "CO",
        "Medical student, graduating June 2028",
        "Mon 1 March to Sun 28 March 2027",
        "hands-on",
    ):
        assert fact in host.text
    assert "the deposit is paid" in host.text
    assert host.text.startswith("Dear Dr. Renée Dubois,")
    assert "Reserved" in host.subject
    assert "$699.00" in trainee.text
    assert f"$1,450.00 by {BALANCE_DAY}" in trainee.text
    assert "late fee of $100.00" in trainee.text
    assert trainee.attachments == ()
    assert f"{URL}/reservations/{event.subject.id}" in trainee.text


def test_T26_a_seat_paid_in_full_owes_nothing_and_the_host_is_told_so(post: Post) -> None:
    post.send_emails.notify(post.reserved(Choice.FULL))
    assert "the full fee is paid" in post.one(DESK).text
    trainee = post.one(HOME).text
    assert "Everything is paid." in trainee
    assert "Balance" not in trainee


def test_the_host_learns_nothing_that_it_was_not_promised(post: Post) -> None:
    post.send_emails.notify(post.reserved())
    host = post.one(DESK)
    assert not any(secret in host.text for secret in (HOME, "B-1", "$", "Step"))


def test_a_payment_without_a_seat_is_said_to_come_back_and_then_to_be_back(post: Post) -> None:
    post.apply()
    link = post.checkout()
    post.settlement.settle(replace(post.pay(link), amount_cents=69800), WEBHOOK)
    for row in post.store.history("RESERVATION", link.reserved.id)[-2:]:
        post.send_emails.notify(Envelope.of(row))
    due, back = post.mailer.to(HOME)
    assert "comes back" in due.subject
    assert "$698.00" in due.text
    assert (back.subject, "re_1" in back.text) == ("Refunded: $698.00", True)


def test_dates_are_said_once_when_both_clocks_show_the_same(post: Post) -> None:
    event = told(post, "ApplicationApproved.v1", status="APPROVED")
    post.people.save_person(Person(TRAINEE, NAME, HOME, "America/Winnipeg"))
    post.send_emails.notify(event)
    assert "Winnipeg" not in post.one(HOME).text


def test_T11_a_rotation_across_the_new_year_names_both_years(post: Post) -> None:
    post.send_emails.notify(
        told(post, "ApplicationExpired.v1", status="EXPIRED", decision_code="offer", start="2026-12-14")
    )
    assert "Mon 14 December 2026 to Sun 10 January 2027 (4 weeks)" in post.one(HOME).text


# --- nobody there -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("gone", [True, False])
def test_an_erased_trainee_gets_no_mail_and_nobody_is_told_about_them(post: Post, gone: bool) -> None:
    """Also between the first step of an erasure and its last."""
    event = post.reserved()
    post.store.commit(
        UnitOfWork(
            transitions=(
                Transition(post.store.load("ACCOUNT", TRAINEE), draft({"status": "ERASED"}, "AccountErased.v1")),
            )
        )
    )
    if gone:
        post.people.erase(TRAINEE)
    post.send_emails.notify(event)
    assert post.mailer.sent == []
    assert post.outbox.claims == {}


def test_a_reason_that_was_erased_leaves_a_letter_without_an_empty_reason(post: Post) -> None:
    post.store.commit(UnitOfWork(transitions=(), records=(PersonalRecord(f"{TRAINEE}/other", {"text": "x"}),)))
    post.send_emails.notify(
        told(post, "ApplicationRejected.v1", status="REJECTED", decision_reason_ref=f"{TRAINEE}/gone")
    )
    assert "The reason" not in post.one(HOME).text


def test_T30_trainee_and_coach_are_introduced_to_each_other_once(post: Post) -> None:
    post.coach()
    reserved = post.reserved()
    post.coaching.match(reserved.subject.id, WEBHOOK)
    matched = post.last("RESERVATION", reserved.subject.id)
    assert matched.type == "CoachMatched.v1"
    post.send_emails.notify(matched)
    post.send_emails.notify(matched)
    mine, theirs = post.one(HOME), post.one("coach-1@example.org")
    assert mine.subject == "Your coach: Maya Lindenholm"
    assert "Write to coach-1@example.org" in mine.text
    assert NAME in theirs.subject
    assert f"{URL}/reservations/{reserved.subject.id}" in theirs.text


def test_T30_coach_who_was_erased_is_not_introduced(post: Post) -> None:
    post.coach()
    reserved = post.reserved()
    post.coaching.match(reserved.subject.id, WEBHOOK)
    post.people.erase("coach-1")
    post.send_emails.notify(post.last("RESERVATION", reserved.subject.id))
    assert post.mailer.sent == []
