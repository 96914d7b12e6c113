"""The host is asked: five days, reminders on 3 and 5, escalation on 7, the coordinator from 10 on; late answers (T19,
T20)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from shared.domain.applications.application import Application, ApplicationStatus
from shared.domain.core.aggregate import chain_breaks, fold
from shared.domain.core.business_clock import business_time_between
from shared.domain.core.errors import Busy, Expired, Invalid, NotAllowedNow, NotFound
from shared.domain.core.instants import iso
from shared.domain.documents.rules import DocumentRule
from shared.domain.programs.guidelines import Guidelines
from shared.domain.programs.program import ReviewMode
from shared.services.core.transitions import RequestContext
from tests import builders
from tests.builders import HOST, PROGRAM, REVIEWER, TRAINEE, actor
from tests.fakes.clock import START
from tests.unit.services.applications.application_scene import AS_COLLEAGUE, AS_REVIEWER, AS_TRAINEE, Desk

AS_COORDINATOR = RequestContext(actor("coordinator", "coordinator-1"), "request-9")
SECOND = timedelta(seconds=1)
RULES = Guidelines(
    step1_required=True, languages=("English",), visa_types=("B-1",), documents=(DocumentRule(kind="background_check"),)
)


@pytest.fixture
def desk() -> Desk:
    return Desk().scene()


def routed(desk: Desk) -> Application:
    return desk.host_review.route(AS_REVIEWER, desk.claimed().id)


def secret(desk: Desk, application: Application) -> str:
    kept = desk.store.text(application.host_link_ref or "")
    assert kept is not None
    return str(kept["secret"])


def test_T20_routing_stops_the_review_clock_and_gives_the_host_five_days(desk: Desk) -> None:
    found = routed(desk)
    assert (found.status, found.routed_to_host, found.claimed_by) == (ApplicationStatus.HOST_REVIEW, True, REVIEWER)
    assert (found.host_due_at, found.host_decide_at) == (START + timedelta(days=5), START + timedelta(days=10))
    assert desk.waiting(found.id) == {"host", "with_host"}
    assert desk.host_review.route(AS_REVIEWER, found.id) == found


def test_T19_the_host_sees_name_school_dates_and_its_guidelines_and_nothing_else() -> None:
    desk = Desk().scene(guidelines=RULES)
    found = routed(desk)
    shown = desk.host_review.open(found.id, secret(desk, found))
    assert (shown.state, shown.applicant, shown.school) == ("open", "Amara Okafor", "Universidad del Valle")
    assert [one.code for one in shown.guidelines] == ["step1", "languages"]


@pytest.mark.parametrize(("answer", "note"), [("yes", ""), ("no", "No ward place for a first rotation.")])
def test_T19_the_hosts_answer_gives_it_back_to_the_reviewer_with_the_clock_that_was_left(
    desk: Desk, answer: str, note: str
) -> None:
    found = routed(desk)
    desk.clock.move(timedelta(days=1))
    state = desk.host_review.recommend(found.id, secret(desk, found), answer, note)  # type: ignore[arg-type]
    shown = desk.host_review.open(found.id, secret(desk, found))
    assert state == shown.state
    assert (shown.state, shown.applicant, shown.school, shown.guidelines) == ("answered", "", "", ())
    back = desk.application(found.id)
    assert (back.status, back.host_recommendation, back.claimed_by) == (ApplicationStatus.IN_REVIEW, answer, REVIEWER)
    assert back.host_note_ref is not None
    assert desk.store.texts[back.host_note_ref]["text"] == note
    assert desk.waiting(found.id) == {"review", "claim"}
    rows = desk.store.history("APPLICATION", found.id)
    assert rows[-1].actor == actor("host", HOST)
    assert "ward place" not in str(rows)
    assert secret(desk, found) not in str(rows)
    assert (chain_breaks(rows), fold(rows)) == ([], dict(desk.store.load("APPLICATION", found.id).state))


def test_H12_approval_needs_the_hosts_yes_and_a_no_leads_to_a_rejection(desk: Desk) -> None:
    found = routed(desk)
    desk.host_review.recommend(found.id, secret(desk, found), "no", "Full.")
    with pytest.raises(NotAllowedNow, match="host has not recommended"):
        desk.review.approve(AS_REVIEWER, found.id)
    with pytest.raises(NotAllowedNow, match="answered already"):
        desk.host_review.route(AS_REVIEWER, found.id)
    assert (
        desk.review.reject(AS_REVIEWER, found.id, "not_a_fit", "The host is full.").status is ApplicationStatus.REJECTED
    )


def test_the_link_answers_once_and_the_same_answer_again_changes_nothing(desk: Desk) -> None:
    found = routed(desk)
    link = secret(desk, found)
    desk.store.fail_after_commit()
    with pytest.raises(Busy):
        desk.host_review.recommend(found.id, link, "yes", "")
    version = desk.application(found.id).version
    assert desk.host_review.recommend(found.id, link, "yes", "") == "answered"
    with pytest.raises(NotAllowedNow, match="here already"):
        desk.host_review.recommend(found.id, link, "no", "I changed my mind.")
    assert desk.application(found.id).version == version


@pytest.mark.parametrize("wrong", ["", "x", "é"])
def test_a_wrong_link_reads_as_if_there_were_no_application(desk: Desk, wrong: str) -> None:
    found = routed(desk)
    refused = []
    for id in (found.id, "no-such-application"):
        with pytest.raises(NotFound) as error:
            desk.host_review.open(id, wrong)
        refused.append((error.value.detail, error.value.remedy))
    assert len(set(refused)) == 1
    desk.people.erase(TRAINEE)
    with pytest.raises(NotFound):
        desk.host_review.recommend(found.id, "anything", "yes", "")


def test_a_no_without_a_note_is_refused_and_changes_nothing(desk: Desk) -> None:
    found = routed(desk)
    before = desk.snapshot()
    with pytest.raises(Invalid) as refused:
        desk.host_review.recommend(found.id, secret(desk, found), "no", "  ")
    assert refused.value.facts["field"] == "note"
    assert desk.snapshot() == before


# --- silence ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("days", "reminders"), [(3, 1), (5, 2)])
def test_the_host_is_reminded_at_the_second_of_days_three_and_five_once_each(
    desk: Desk, days: int, reminders: int
) -> None:
    found = routed(desk)
    desk.clock.move(timedelta(days=days) - SECOND)
    assert desk.swept(found.id).host_reminders == reminders - 1
    desk.clock.move(SECOND)
    reminded = desk.swept(found.id)
    assert (reminded.status, reminded.host_reminders) == (ApplicationStatus.HOST_REVIEW, reminders)
    assert desk.swept(found.id) == reminded
    assert desk.waiting(found.id) == {"host", "with_host"}


def test_a_late_sweep_reminds_once_and_not_for_every_day_it_missed(desk: Desk) -> None:
    found = routed(desk)
    desk.clock.move(timedelta(days=6))
    assert desk.swept(found.id).host_reminders == 2
    assert desk.types(found.id).count("HostReminded.v1") == 1


def test_a_stale_row_of_a_reminder_that_went_out_reminds_nobody_again(desk: Desk) -> None:
    found = routed(desk)
    desk.clock.move(timedelta(days=3))
    key = ("APPLICATION", found.id, "host")
    stale = desk.store.waiting[key]
    reminded = desk.swept(found.id)
    desk.store.waiting[key] = stale
    assert desk.swept(found.id) == reminded


def test_day_seven_calls_the_coordinator_who_has_until_day_ten(desk: Desk) -> None:
    found = routed(desk)
    desk.clock.move(timedelta(days=7) - SECOND)
    assert desk.swept(found.id).host_escalated_at is None
    desk.clock.move(SECOND)
    assert desk.swept(found.id).host_escalated_at == START + timedelta(days=7)
    assert desk.waiting(found.id) == {"host_late"}
    (item,) = desk.store.rows_of("host_late")
    assert (item.due.at, item.due.who) == (START + timedelta(days=10), "coordinator")
    desk.clock.move(timedelta(days=30))
    assert desk.swept(found.id).status is ApplicationStatus.HOST_REVIEW, "people decide, not the sweep"


def test_an_answer_after_the_escalation_still_counts_until_day_ten(desk: Desk) -> None:
    found = routed(desk)
    desk.clock.move(timedelta(days=10) - SECOND)
    desk.swept(found.id)
    assert desk.host_review.recommend(found.id, secret(desk, found), "yes", "") == "answered"
    assert desk.waiting(found.id) == {"review", "claim"}


def test_from_day_ten_on_an_answer_is_refused_and_the_page_explains_it(desk: Desk) -> None:
    found = routed(desk)
    desk.clock.move(timedelta(days=10))
    before = desk.snapshot()
    assert desk.host_review.open(found.id, secret(desk, found)).state == "over"
    with pytest.raises(Expired, match="over"):
        desk.host_review.recommend(found.id, secret(desk, found), "yes", "")
    assert desk.snapshot() == before


def test_the_coordinator_takes_it_back_and_the_reviewer_decides_without_the_host(desk: Desk) -> None:
    found = routed(desk)
    back = desk.host_review.take_back(AS_COORDINATOR, found.id, "The host is away.")
    assert (back.status, back.routed_to_host, back.claimed_by) == (ApplicationStatus.IN_REVIEW, False, REVIEWER)
    assert desk.host_review.take_back(AS_COORDINATOR, found.id, "The host is away.") == back
    assert desk.host_review.open(found.id, secret(desk, found)).state == "moved"
    with pytest.raises(NotAllowedNow, match="moved on"):
        desk.host_review.recommend(found.id, secret(desk, found), "yes", "")
    assert desk.review.approve(AS_REVIEWER, found.id).status is ApplicationStatus.APPROVED
    assert desk.host_review.open(found.id, secret(desk, found)).state == "moved"


def test_routed_again_after_it_was_taken_back_only_the_new_link_answers(desk: Desk) -> None:
    found = routed(desk)
    old = secret(desk, found)
    desk.clock.move(timedelta(days=4))
    desk.swept(found.id)
    desk.host_review.take_back(AS_COORDINATOR, found.id, "Wrong person.")
    again = desk.host_review.route(AS_REVIEWER, found.id)
    assert again.host_reminders == 0
    with pytest.raises(NotFound):
        desk.host_review.open(found.id, old)
    assert desk.host_review.recommend(found.id, secret(desk, again), "yes", "") == "answered"


def test_taking_back_needs_a_reason_and_a_host_that_was_asked(desk: Desk) -> None:
    found = routed(desk)
    before = desk.snapshot()
    with pytest.raises(Invalid):
        desk.host_review.take_back(AS_COORDINATOR, found.id, " ")
    assert desk.snapshot() == before
    desk.host_review.recommend(found.id, secret(desk, found), "yes", "")
    with pytest.raises(NotAllowedNow):
        desk.host_review.take_back(AS_COORDINATOR, found.id, "Too late.")


def test_only_the_reviewer_who_has_it_routes_and_the_trainee_may_withdraw_meanwhile(desk: Desk) -> None:
    id = desk.claimed().id
    with pytest.raises(NotAllowedNow, match="Another reviewer"):
        desk.host_review.route(AS_COLLEAGUE, id)
    found = desk.host_review.route(AS_REVIEWER, id)
    assert desk.submission.withdraw(AS_TRAINEE, id).status is ApplicationStatus.WITHDRAWN
    assert (desk.waiting(id), desk.store.claims) == (set(), {})
    assert desk.host_review.open(id, secret(desk, found)).state == "moved"


# --- a host that looks at applications itself -------------------------------------------------------------------------
def test_T19_a_host_that_decides_too_is_asked_before_anybody_approves() -> None:
    desk = Desk().scene(review_mode=ReviewMode.HOST)
    mine = desk.claimed()
    before = desk.snapshot()
    with pytest.raises(NotAllowedNow, match="looks at applications itself") as refused:
        desk.review.approve(AS_REVIEWER, mine.id)
    assert refused.value.facts["event"] == "approve"
    assert desk.snapshot() == before
    found = desk.host_review.route(AS_REVIEWER, mine.id)
    desk.host_review.recommend(found.id, secret(desk, found), "yes", "")
    assert desk.review.approve(AS_REVIEWER, mine.id).status is ApplicationStatus.APPROVED


def test_T19_a_host_that_decides_too_is_not_needed_for_a_no() -> None:
    desk = Desk().scene(review_mode=ReviewMode.HOST)
    assert desk.review.reject(AS_REVIEWER, desk.claimed().id, "other", "No place.").status is ApplicationStatus.REJECTED


@pytest.mark.parametrize(("early", "waived"), [(SECOND, False), (timedelta(), True)])
def test_T20_only_from_the_second_of_day_ten_on_the_coordinator_does_without_a_host_that_decides(
    early: timedelta, waived: bool
) -> None:
    desk = Desk().scene(review_mode=ReviewMode.HOST)
    found = routed(desk)
    desk.clock.move(timedelta(days=10) - early)
    back = desk.host_review.take_back(AS_COORDINATOR, found.id, "Nobody answers.")
    assert back.host_waived is waived
    if waived:
        assert desk.review.approve(AS_REVIEWER, found.id).status is ApplicationStatus.APPROVED
    else:
        with pytest.raises(NotAllowedNow, match="looks at applications itself"):
            desk.review.approve(AS_REVIEWER, found.id)
        assert desk.host_review.route(AS_REVIEWER, found.id).status is ApplicationStatus.HOST_REVIEW


def test_T19_routed_again_after_the_coordinator_did_without_the_host_its_yes_is_needed_again() -> None:
    desk = Desk().scene(review_mode=ReviewMode.HOST)
    found = routed(desk)
    desk.clock.move(timedelta(days=10))
    desk.host_review.take_back(AS_COORDINATOR, found.id, "Nobody answers.")
    again = desk.host_review.route(AS_REVIEWER, found.id)
    assert again.host_waived is False
    desk.host_review.take_back(AS_COORDINATOR, found.id, "Wrong click.")
    with pytest.raises(NotAllowedNow, match="looks at applications itself"):
        desk.review.approve(AS_REVIEWER, found.id)


@pytest.mark.parametrize(
    ("then", "now"), [(ReviewMode.HOST, ReviewMode.OPERATOR), (ReviewMode.OPERATOR, ReviewMode.HOST)]
)
def test_T19_the_review_mode_of_the_day_of_submission_decides(then: ReviewMode, now: ReviewMode) -> None:
    desk = Desk().scene(review_mode=then)
    mine = desk.claimed()
    builders.change(desk.store, "PROGRAM", PROGRAM, {"review_mode": now.value})
    if then is ReviewMode.HOST:
        with pytest.raises(NotAllowedNow):
            desk.review.approve(AS_REVIEWER, mine.id)
    else:
        assert desk.review.approve(AS_REVIEWER, mine.id).status is ApplicationStatus.APPROVED


def test_T20_the_coordinator_asks_once_more_with_a_new_link_and_new_days(desk: Desk) -> None:
    found = routed(desk)
    old = secret(desk, found)
    desk.clock.move(timedelta(days=10))
    desk.swept(found.id)
    again = desk.host_review.ask_again(AS_COORDINATOR, found.id, "A colleague reads the mails now.")
    assert (again.status, again.host_reminders, again.host_escalated_at) == (ApplicationStatus.HOST_REVIEW, 0, None)
    assert (again.host_due_at, again.host_decide_at) == (START + timedelta(days=15), START + timedelta(days=20))
    assert desk.waiting(found.id) == {"host", "with_host"}
    assert desk.host_review.ask_again(AS_COORDINATOR, found.id, "A colleague reads the mails now.") == again
    assert "colleague" not in str(desk.store.history("APPLICATION", found.id))
    with pytest.raises(NotFound):
        desk.host_review.open(found.id, old)
    assert desk.host_review.recommend(found.id, secret(desk, again), "yes", "") == "answered"


@pytest.mark.parametrize(("early", "again"), [(SECOND, False), (timedelta(), True)])
def test_T20_the_same_reason_asks_again_once_the_hosts_time_is_over_and_not_before(
    desk: Desk, early: timedelta, again: bool
) -> None:
    found = routed(desk)
    first = desk.host_review.ask_again(AS_COORDINATOR, found.id, "No answer")
    desk.clock.move(timedelta(days=10) - early)
    second = desk.host_review.ask_again(AS_COORDINATOR, found.id, "No answer")
    assert (second.routed_at == desk.clock.now()) is again
    assert (second.host_link_ref != first.host_link_ref) is again
    assert desk.host_review.ask_again(AS_COORDINATOR, found.id, "No answer") == second, "a double click asks once"


@pytest.mark.parametrize(
    "step",
    [
        lambda desk, id: desk.host_review.ask_again(AS_COORDINATOR, id, "A colleague reads the mails."),
        lambda desk, id: desk.host_review.take_back(AS_COORDINATOR, id, "The host is away."),
        lambda desk, id: desk.host_review.recommend(id, secret(desk, desk.application(id)), "yes", ""),
    ],
)
def test_a_mail_that_came_back_is_no_trouble_of_the_case_once_the_host_is_asked_anew_or_not_waited_for(
    desk: Desk, step: Callable[[Desk, str], object]
) -> None:
    found = routed(desk)
    came_back = {"mail_trouble": "bounced", "mail_trouble_at": iso(desk.clock.now())}
    builders.change(desk.store, "APPLICATION", found.id, came_back)
    assert desk.application(found.id).mail_trouble == "bounced"
    step(desk, found.id)
    after = desk.application(found.id)
    assert (after.mail_trouble, after.mail_trouble_at) == (None, None)


def test_T18_what_is_left_of_the_review_clock_survives_asking_the_host_twice() -> None:
    """Routed on Monday with 20 of 24 business hours left; asked again after a week; answered a week later: 20 hours are
    left."""
    desk = Desk().scene()
    mine = desk.claimed()
    desk.clock.move(timedelta(hours=4) - SECOND)
    found = desk.host_review.route(AS_REVIEWER, mine.id)
    for _ in range(2):
        desk.clock.move(timedelta(days=7))
        last = desk.host_review.ask_again(AS_COORDINATOR, found.id, f"Once more {desk.clock.now()}.")
    desk.host_review.recommend(found.id, secret(desk, last), "yes", "")
    back = desk.application(found.id)
    assert back.review_due_at is not None
    assert business_time_between(desk.clock.now(), back.review_due_at) == timedelta(hours=20) + SECOND


def test_asking_again_needs_a_reason_and_a_host_that_was_asked(desk: Desk) -> None:
    mine = desk.claimed()
    with pytest.raises(NotAllowedNow):
        desk.host_review.ask_again(AS_COORDINATOR, mine.id, "Again.")
    found = desk.host_review.route(AS_REVIEWER, mine.id)
    before = desk.snapshot()
    with pytest.raises(Invalid) as refused:
        desk.host_review.ask_again(AS_COORDINATOR, found.id, "  ")
    assert refused.value.facts["field"] == "why"
    assert desk.snapshot() == before
