"""A question to the trainee: the clock stands still to the second, is answered, reminded or runs out (T18, issue 3
"Reviewing")."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from shared.domain.applications.application import ApplicationStatus, review_overdue
from shared.domain.core.aggregate import canonical, chain_breaks, fold, text_hash
from shared.domain.core.errors import Busy, Expired, Invalid, NotAllowedNow, NotFound
from tests.builders import REVIEWER, TRAINEE
from tests.fakes.clock import START
from tests.unit.services.applications.application_scene import AS_COLLEAGUE, AS_REVIEWER, AS_STRANGER, AS_TRAINEE, Desk

QUESTION, ANSWER = "Where is the transcript of your last year?", "It is uploaded now."
SECOND = timedelta(seconds=1)


@pytest.fixture
def desk() -> Desk:
    return Desk().scene()


def asked(desk: Desk, after: timedelta = timedelta(hours=2)) -> str:
    """Claimed at once, asked `after` that."""
    id = desk.claimed().id
    desk.clock.move(after)
    desk.information_requests.ask(AS_REVIEWER, id, QUESTION)
    return id


def test_asking_stops_the_review_clock_and_gives_the_trainee_fourteen_days(desk: Desk) -> None:
    id = asked(desk)
    found = desk.application(id)
    assert (found.status, found.claimed_by, found.claim_lapses_at) == (ApplicationStatus.NEEDS_INFO, REVIEWER, None)
    assert found.reply_due_at == START + timedelta(hours=2, days=14)
    assert desk.waiting(id) == {"reply", "reply_reminder", "asked"}
    assert desk.store.claims, "it stays open: it still blocks a second one"
    desk.clock.move(timedelta(days=5))
    assert not review_overdue(desk.application(id), desk.clock.now())


def test_what_is_asked_and_answered_stays_erasable_and_out_of_the_events(desk: Desk) -> None:
    id = asked(desk)
    found = desk.information_requests.reply(AS_TRAINEE, id, f" {ANSWER} ")
    question, reply = (desk.store.texts[ref or ""] for ref in (found.question_ref, found.reply_ref))
    assert (question["text"], reply["text"]) == (QUESTION, ANSWER)
    assert (found.question_hash, found.reply_hash) == (text_hash(canonical(question)), text_hash(canonical(reply)))
    rows = desk.store.history("APPLICATION", id)
    assert "transcript" not in str(rows)
    assert "uploaded now" not in str(rows)
    assert (chain_breaks(rows), fold(rows)) == ([], dict(desk.store.load("APPLICATION", id).state))
    desk.people.erase(TRAINEE)
    assert desk.store.text(found.question_ref or "") is None


def test_T18_the_review_clock_goes_on_with_what_was_left_to_the_second(desk: Desk) -> None:
    # Asked 2 h 0 m 1 s after submission on a Monday; answered on a Saturday: the rest begins on Monday 00:00 Chicago.
    id = asked(desk, timedelta(hours=2, seconds=1))
    desk.clock.set(datetime(2026, 12, 5, 12, tzinfo=UTC))
    found = desk.information_requests.reply(AS_TRAINEE, id, ANSWER)
    assert found.status is ApplicationStatus.IN_REVIEW
    assert found.review_due_at == datetime(2026, 12, 8, 3, 59, 59, tzinfo=UTC)
    assert found.escalate_at == datetime(2026, 12, 10, 3, 59, 59, tzinfo=UTC)
    assert (found.claimed_by, found.claim_lapses_at) == (REVIEWER, datetime(2026, 12, 7, 10, tzinfo=UTC))
    assert desk.waiting(id) == {"review", "claim"}


def test_T18_a_promise_that_was_broken_before_the_question_is_overdue_again_at_once(desk: Desk) -> None:
    id = desk.submitted().id
    desk.clock.move(timedelta(hours=25))
    desk.review.claim(AS_REVIEWER, id)
    desk.information_requests.ask(AS_REVIEWER, id, QUESTION)
    desk.clock.move(timedelta(days=6))
    found = desk.information_requests.reply(AS_TRAINEE, id, ANSWER)
    assert found.review_due_at == desk.clock.now()
    assert review_overdue(found, desk.clock.now())


def test_two_rounds_each_keep_their_own_words(desk: Desk) -> None:
    id = asked(desk)
    desk.information_requests.reply(AS_TRAINEE, id, ANSWER)
    desk.information_requests.ask(AS_REVIEWER, id, "And the date on it?")
    assert desk.application(id).reminded_at is None
    desk.information_requests.reply(AS_TRAINEE, id, "May 2026.")
    texts = [text["text"] for ref, text in desk.store.texts.items() if f"application:{id}" in ref and "text" in text]
    assert sorted(texts) == sorted([QUESTION, ANSWER, "And the date on it?", "May 2026."])


def test_after_the_answer_the_reviewer_decides_or_the_claim_lapses(desk: Desk) -> None:
    id = asked(desk)
    desk.information_requests.reply(AS_TRAINEE, id, ANSWER)
    desk.clock.move(timedelta(hours=4))
    assert desk.swept(id).status is ApplicationStatus.SUBMITTED
    desk.review.claim(AS_COLLEAGUE, id)
    assert desk.review.approve(AS_COLLEAGUE, id).status is ApplicationStatus.APPROVED


def test_the_newest_cv_takes_the_place_of_the_old_one_only_when_told(desk: Desk) -> None:
    id = asked(desk)
    desk.document("document-2", number=2)
    assert desk.information_requests.reply(AS_TRAINEE, id, ANSWER).cv_document_id == "document-1"
    desk.information_requests.ask(AS_REVIEWER, id, "Send the newer CV, please.")
    found = desk.information_requests.reply(AS_TRAINEE, id, "Here it is.", newest=True)
    assert (found.cv_document_id, found.cv_sha256) == ("document-2", f"{2:064d}")


# --- reminded, run out ------------------------------------------------------------------------------------------------
def test_the_trainee_is_reminded_once_at_the_second_of_day_seven(desk: Desk) -> None:
    id = asked(desk)
    desk.clock.move(timedelta(days=7) - SECOND)
    assert desk.swept(id).reminded_at is None
    desk.clock.move(SECOND)
    reminded = desk.swept(id)
    assert (reminded.status, reminded.reminded_at) == (ApplicationStatus.NEEDS_INFO, desk.clock.now())
    assert desk.waiting(id) == {"reply", "asked"}
    assert desk.swept(id) == reminded


def test_an_unanswered_question_ends_the_application_at_its_second_and_frees_its_name(desk: Desk) -> None:
    id = asked(desk)
    desk.clock.move(timedelta(days=14) - SECOND)
    assert desk.swept(id).status is ApplicationStatus.NEEDS_INFO
    desk.clock.move(SECOND)
    ended = desk.swept(id)
    assert (ended.status, ended.decision_code) == (ApplicationStatus.EXPIRED, "reply")
    assert (desk.waiting(id), desk.store.claims) == (set(), {})


def test_a_sweep_that_comes_too_late_to_remind_only_ends_it(desk: Desk) -> None:
    id = asked(desk)
    desk.clock.move(timedelta(days=20))
    assert desk.swept(id).status is ApplicationStatus.EXPIRED
    assert "ReplyReminded.v1" not in desk.types(id)


def test_an_answer_from_the_last_moment_on_is_refused_though_no_sweep_came_by(desk: Desk) -> None:
    id = asked(desk)
    desk.clock.move(timedelta(days=14))
    before = desk.snapshot()
    with pytest.raises(Expired, match="over"):
        desk.information_requests.reply(AS_TRAINEE, id, ANSWER)
    assert desk.snapshot() == before
    desk.clock.move(-SECOND)
    assert desk.information_requests.reply(AS_TRAINEE, id, ANSWER).status is ApplicationStatus.IN_REVIEW


# --- refused, repeated ------------------------------------------------------------------------------------------------
def test_only_the_reviewer_who_has_it_asks_and_only_with_words(desk: Desk) -> None:
    id = desk.claimed().id
    before = desk.snapshot()
    with pytest.raises(NotAllowedNow, match="Another reviewer"):
        desk.information_requests.ask(AS_COLLEAGUE, id, QUESTION)
    with pytest.raises(Invalid) as refused:
        desk.information_requests.ask(AS_REVIEWER, id, "  ")
    assert refused.value.facts["field"] == "question"
    assert desk.snapshot() == before


def test_only_the_trainee_answers_once_asked_and_only_with_words(desk: Desk) -> None:
    unasked = desk.claimed().id
    with pytest.raises(NotAllowedNow):
        desk.information_requests.reply(AS_TRAINEE, unasked, ANSWER)
    desk.information_requests.ask(AS_REVIEWER, unasked, QUESTION)
    before = desk.snapshot()
    with pytest.raises(NotFound):
        desk.information_requests.reply(AS_STRANGER, unasked, ANSWER)
    with pytest.raises(Invalid) as refused:
        desk.information_requests.reply(AS_TRAINEE, unasked, "  ")
    assert refused.value.facts["field"] == "answer"
    assert desk.snapshot() == before


def test_while_a_question_waits_nobody_decides_but_the_trainee_may_withdraw(desk: Desk) -> None:
    id = asked(desk)
    for decide in (lambda: desk.review.approve(AS_REVIEWER, id), lambda: desk.review.claim(AS_COLLEAGUE, id)):
        with pytest.raises(NotAllowedNow):
            decide()
    assert desk.submission.withdraw(AS_TRAINEE, id).status is ApplicationStatus.WITHDRAWN
    assert (desk.waiting(id), desk.store.claims) == (set(), {})


def test_repeating_after_a_lost_answer_is_answered_as_the_first(desk: Desk) -> None:
    id = desk.claimed().id
    desk.store.fail_after_commit()
    with pytest.raises(Busy):
        desk.information_requests.ask(AS_REVIEWER, id, QUESTION)
    version = desk.information_requests.ask(AS_REVIEWER, id, QUESTION).version
    with pytest.raises(NotAllowedNow):
        desk.information_requests.ask(AS_REVIEWER, id, "Something else?")
    desk.store.fail_after_commit()
    with pytest.raises(Busy):
        desk.information_requests.reply(AS_TRAINEE, id, ANSWER)
    assert desk.information_requests.reply(AS_TRAINEE, id, ANSWER).version == version + 1
