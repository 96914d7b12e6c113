"""A reviewer decides: who may, on what ground, what it stores, and what stays when it is refused or the answer is
lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.domain.applications.application import ApplicationStatus
from shared.domain.core.aggregate import canonical, text_hash
from shared.domain.core.errors import Busy, GuidelineFailed, Invalid, NotAllowedNow, NotEligible, NotFound, WrongRole
from shared.domain.documents.rules import DocumentRule, NeededBy
from shared.domain.programs.guidelines import Guidelines
from shared.domain.trainees.trainee import TraineeStatus
from shared.services.applications.review import REJECT_CODES, Overriding
from shared.services.core.transitions import RequestContext
from tests.builders import REVIEWER, TRAINEE, actor
from tests.fakes.clock import START
from tests.unit.services.applications.application_scene import AS_COLLEAGUE, AS_REVIEWER, AS_TRAINEE, Desk, monday

STEP2 = Guidelines(step2_ck_required=True)
GRADUATE: dict[str, Any] = {
    "trainee_status": TraineeStatus.GRADUATE,
    "step1_verified": False,
    "expected_graduation": None,
}


@pytest.fixture
def desk() -> Desk:
    return Desk().scene()


# --- claim ------------------------------------------------------------------------------------------------------------
def test_claiming_gives_the_reviewer_four_business_hours(desk: Desk) -> None:
    mine = desk.claimed()
    assert (mine.status, mine.claimed_by) == (ApplicationStatus.IN_REVIEW, REVIEWER)
    assert mine.claim_lapses_at == START + timedelta(hours=4)
    assert desk.waiting(mine.id) == {"review", "claim"}


def test_claiming_what_one_has_changes_nothing(desk: Desk) -> None:
    mine = desk.claimed()
    assert desk.review.claim(AS_REVIEWER, mine.id) == mine


def test_what_a_colleague_has_can_be_neither_claimed_nor_decided(desk: Desk) -> None:
    mine = desk.claimed()
    before = desk.snapshot()
    for ask in (
        lambda: desk.review.claim(AS_COLLEAGUE, mine.id),
        lambda: desk.review.approve(AS_COLLEAGUE, mine.id),
        lambda: desk.review.reject(AS_COLLEAGUE, mine.id, "other", "No."),
    ):
        with pytest.raises(NotAllowedNow, match="Another reviewer"):
            ask()
    assert desk.snapshot() == before


def test_deciding_without_claiming_is_refused(desk: Desk) -> None:
    sent = desk.submitted()
    with pytest.raises(NotAllowedNow, match="taken"):
        desk.review.approve(AS_REVIEWER, sent.id)
    with pytest.raises(NotAllowedNow, match="taken"):
        desk.review.reject(AS_REVIEWER, sent.id, "other", "No.")


def test_a_draft_does_not_exist_for_reviewers_not_even_when_it_was_withdrawn(desk: Desk) -> None:
    draft = desk.draft()
    with pytest.raises(NotFound):
        desk.review.claim(AS_REVIEWER, draft.id)
    desk.submission.withdraw(AS_TRAINEE, draft.id)
    with pytest.raises(NotFound):
        desk.review.claim(AS_REVIEWER, draft.id)


def test_nobody_reviews_their_own_application(desk: Desk) -> None:
    sent = desk.submitted()
    with pytest.raises(WrongRole):
        desk.review.claim(RequestContext(actor("reviewer", TRAINEE)), sent.id)


def test_a_claim_lapses_at_its_second_and_not_before(desk: Desk) -> None:
    mine = desk.claimed()
    desk.clock.move(timedelta(hours=4, seconds=-1))
    assert desk.swept(mine.id).status is ApplicationStatus.IN_REVIEW
    desk.clock.move(timedelta(seconds=1))
    back = desk.swept(mine.id)
    assert (back.status, back.claimed_by, back.claim_lapses_at) == (ApplicationStatus.SUBMITTED, None, None)
    assert desk.waiting(mine.id) == {"review"}
    assert desk.swept(mine.id) == back
    assert desk.review.claim(AS_COLLEAGUE, mine.id).claimed_by == "reviewer-2"


def test_T18_the_review_clock_keeps_running_through_claim_and_lapse(desk: Desk) -> None:
    mine = desk.claimed()
    desk.clock.move(timedelta(hours=5))
    back = desk.swept(mine.id)
    assert back.review_due_at == mine.review_due_at


# --- approve ----------------------------------------------------------------------------------------------------------
def test_H12_approving_stores_every_guideline_and_opens_the_offer_for_seven_days() -> None:
    desk = Desk().scene(guidelines=Guidelines(step1_required=True, languages=("English",)))
    approved = desk.review.approve(AS_REVIEWER, desk.claimed().id)
    assert approved.status is ApplicationStatus.APPROVED
    assert [(one.code, one.verdict.value) for one in approved.guideline_results] == [
        ("step1", "met"),
        ("languages", "met"),
    ]
    assert (approved.decided_by, approved.decided_at) == (REVIEWER, START)
    assert approved.offer_expires_at == START + timedelta(days=7)
    assert desk.waiting(approved.id) == {"offer"}
    assert desk.store.claims, "the application stays open: it still blocks a second one"


def test_the_offer_is_72_hours_when_the_start_is_less_than_60_days_away() -> None:
    desk = Desk()
    desk.clock.set(datetime(2027, 1, 4, 15, tzinfo=UTC))
    desk.scene()
    approved = desk.review.approve(AS_REVIEWER, desk.claimed().id)
    assert approved.offer_expires_at == datetime(2027, 1, 7, 15, tzinfo=UTC)


def test_H12_an_open_guideline_blocks_approval_by_name_and_changes_nothing() -> None:
    desk = Desk().scene(guidelines=STEP2)
    mine = desk.claimed()
    before = desk.snapshot()
    with pytest.raises(GuidelineFailed) as refused:
        desk.review.approve(AS_REVIEWER, mine.id)
    assert refused.value.facts["codes"] == ["step2_ck"]
    assert desk.snapshot() == before


def test_H12_an_override_needs_a_written_reason_that_stays_erasable() -> None:
    desk = Desk().scene(guidelines=STEP2)
    approved = desk.review.approve(AS_REVIEWER, desk.claimed().id, [Overriding("step2_ck", " Sits the exam in May. ")])
    (override,) = approved.overrides
    kept = desk.store.texts[override.reason_ref]
    assert kept["text"] == "Sits the exam in May."
    assert override.reason_hash == text_hash(canonical(kept)) != text_hash("Sits the exam in May.")
    assert override.reason_ref.startswith(f"{TRAINEE}/")
    assert "May" not in str(desk.store.history("APPLICATION", approved.id))
    desk.people.erase(TRAINEE)
    assert desk.store.text(override.reason_ref) is None


@pytest.mark.parametrize(
    "overrides",
    [
        [Overriding("step2_ck", "  ")],
        [Overriding("no_such_rule", "Because.")],
        [Overriding("languages", "It is met.")],
        [Overriding("step2_ck", "One."), Overriding("step2_ck", "Two.")],
    ],
)
def test_H12_an_override_without_reason_or_of_a_rule_that_is_not_open_is_refused(overrides: list[Overriding]) -> None:
    desk = Desk().scene(guidelines=Guidelines(step2_ck_required=True, languages=("English",)))
    mine = desk.claimed()
    before = desk.snapshot()
    with pytest.raises(Invalid) as refused:
        desk.review.approve(AS_REVIEWER, mine.id, overrides)
    assert refused.value.facts["field"] == "overrides"
    assert desk.snapshot() == before


def test_T09_a_graduate_is_approved_for_hands_on_only_with_step_1_verified() -> None:
    desk = Desk()
    desk.program()
    desk.trainee(**GRADUATE)
    desk.document()
    mine = desk.claimed()
    before = desk.snapshot()
    with pytest.raises(NotEligible, match="Step 1"):
        desk.review.approve(AS_REVIEWER, mine.id)
    assert desk.snapshot() == before
    approved = desk.review.approve(AS_REVIEWER, mine.id, step1_verified=True)
    assert approved.step1_checked
    facts = desk.people.facts(TRAINEE)
    assert facts is not None
    assert facts.step1_verified


def test_T09_a_verified_step_leaves_the_rest_of_the_profile_as_the_trainee_wrote_it() -> None:
    desk = Desk()
    desk.program()
    desk.trainee(visa_type="Medical resident in Nigeria", **GRADUATE)
    desk.document()
    desk.review.approve(AS_REVIEWER, desk.claimed().id, step1_verified=True)
    facts = desk.people.facts(TRAINEE)
    assert facts is not None
    assert (facts.step1_verified, facts.visa_type, facts.visa_words) == (True, "Other", "Medical resident in Nigeria")


def test_T09_what_a_refused_approval_verified_is_not_kept() -> None:
    desk = Desk().scene(guidelines=STEP2)
    desk.trainee(**GRADUATE)
    mine = desk.claimed()
    with pytest.raises(GuidelineFailed):
        desk.review.approve(AS_REVIEWER, mine.id, step1_verified=True)
    facts = desk.people.facts(TRAINEE)
    assert facts is not None
    assert not facts.step1_verified


def test_T09_step_1_cannot_be_verified_against_a_profile_that_does_not_claim_it() -> None:
    desk = Desk().scene()
    desk.trainee(step1="not_passed", step1_verified=False)
    with pytest.raises(Invalid) as refused:
        desk.review.approve(AS_REVIEWER, desk.claimed().id, step1_verified=True)
    assert refused.value.facts["field"] == "step1_verified"


def test_a_document_that_is_stored_counts_as_uploaded_and_not_reviewed() -> None:
    desk = Desk().scene(
        guidelines=Guidelines(documents=(DocumentRule(kind="transcript", needed_by=NeededBy.APPROVAL),))
    )
    mine = desk.claimed()
    with pytest.raises(GuidelineFailed, match="Not uploaded"):
        desk.review.approve(AS_REVIEWER, mine.id)
    desk.document("document-2", kind="transcript")
    with pytest.raises(GuidelineFailed, match="not reviewed"):
        desk.review.approve(AS_REVIEWER, mine.id)
    approved = desk.review.approve(AS_REVIEWER, mine.id, [Overriding("document:transcript", "Read it: complete.")])
    assert approved.status is ApplicationStatus.APPROVED


def test_days_of_notice_count_from_the_day_of_submission_not_from_the_reviewers() -> None:
    # 2027-03-01 is 98 days after 2026-11-23; the reviewer looks a day later, at 97.
    desk = Desk().scene(guidelines=Guidelines(lead_days=98))
    sent = desk.submitted()
    desk.clock.move(timedelta(days=1))
    desk.review.claim(AS_REVIEWER, sent.id)
    assert desk.review.approve(AS_REVIEWER, sent.id).status is ApplicationStatus.APPROVED


def test_a_start_that_went_by_while_it_waited_is_nobodys_to_decide_any_more() -> None:
    desk = Desk().scene()
    sent = desk.submitted()
    desk.clock.set(datetime(2027, 3, 2, 15, tzinfo=UTC))
    with pytest.raises(NotAllowedNow, match="This application was closed"):
        desk.review.claim(AS_REVIEWER, sent.id)


def test_T07_eligibility_is_judged_again_at_approval(desk: Desk) -> None:
    mine = desk.claimed()
    desk.trainee(
        trainee_status=TraineeStatus.GRADUATE, step1="not_passed", step1_verified=False, expected_graduation=None
    )
    with pytest.raises(NotEligible):
        desk.review.approve(AS_REVIEWER, mine.id)


def test_approving_again_after_a_lost_answer_is_answered_as_the_first() -> None:
    desk = Desk().scene(guidelines=STEP2)
    mine = desk.claimed()
    desk.store.fail_after_commit()
    with pytest.raises(Busy):
        desk.review.approve(AS_REVIEWER, mine.id, [Overriding("step2_ck", "Fine.")])
    again = desk.review.approve(AS_REVIEWER, mine.id, [Overriding("step2_ck", "Fine.")])
    assert again.version == mine.version + 1


def test_a_withdrawn_application_cannot_be_decided(desk: Desk) -> None:
    mine = desk.claimed()
    desk.submission.withdraw(AS_TRAINEE, mine.id)
    with pytest.raises(NotAllowedNow):
        desk.review.approve(AS_REVIEWER, mine.id)
    with pytest.raises(NotAllowedNow):
        desk.review.reject(AS_REVIEWER, mine.id, "other", "No.")


# --- reject -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("code", REJECT_CODES)
def test_rejecting_keeps_code_and_words_and_gives_back_the_name(desk: Desk, code: str) -> None:
    rejected = desk.review.reject(AS_REVIEWER, desk.claimed().id, code, "The CV shows no clinical year.")
    assert (rejected.status, rejected.decision_code, rejected.decided_at) == (ApplicationStatus.REJECTED, code, START)
    kept = desk.store.texts[rejected.decision_reason_ref or ""]
    assert kept["text"] == "The CV shows no clinical year."
    assert rejected.decision_reason_hash == text_hash(canonical(kept)), "with its salt, or it could be guessed"
    assert "clinical" not in str(desk.store.history("APPLICATION", rejected.id))
    assert desk.waiting(rejected.id) == set()
    assert desk.store.claims == {}
    assert desk.review.reject(AS_REVIEWER, rejected.id, code, "Again.") == rejected


@pytest.mark.parametrize(("code", "reason", "field"), [("because", "Why.", "code"), ("other", "   ", "reason")])
def test_rejecting_without_a_known_code_or_words_is_refused(desk: Desk, code: str, reason: str, field: str) -> None:
    mine = desk.claimed()
    before = desk.snapshot()
    with pytest.raises(Invalid) as refused:
        desk.review.reject(AS_REVIEWER, mine.id, code, reason)
    assert refused.value.facts["field"] == field
    assert desk.snapshot() == before


def test_after_a_rejection_one_may_apply_again_for_another_start(desk: Desk) -> None:
    desk.review.reject(AS_REVIEWER, desk.claimed().id, "other", "No.")
    again = desk.draft(key="key-2", start=monday("2027-03-01"))
    assert desk.submission.submit(AS_TRAINEE, again.id).status is ApplicationStatus.SUBMITTED


# --- two people at once -----------------------------------------------------------------------------------------------
class Overtaken:
    """The store as one worker sees it: after it has read the application, somebody else is faster, once."""

    def __init__(self, desk: Desk, other: Callable[[], object]) -> None:
        self._store, self._other = desk.store, [other]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def load(self, kind: Any, id: str) -> Any:
        found = self._store.load(kind, id)
        if kind == "APPLICATION" and self._other:
            self._other.pop()()
        return found


def test_of_two_reviewers_who_take_it_at_once_one_has_it_and_the_other_is_told(desk: Desk) -> None:
    sent = desk.submitted()
    slower = replace(desk.review, store=Overtaken(desk, lambda: desk.review.claim(AS_COLLEAGUE, sent.id)))
    with pytest.raises(NotAllowedNow, match="Another reviewer has taken"):
        slower.claim(AS_REVIEWER, sent.id)
    assert desk.application(sent.id).claimed_by == "reviewer-2"
    assert desk.types(sent.id).count("ApplicationClaimed.v1") == 1


def test_a_decision_that_the_trainee_overtakes_by_withdrawing_is_not_made(desk: Desk) -> None:
    mine = desk.claimed()
    slower = replace(desk.review, store=Overtaken(desk, lambda: desk.submission.withdraw(AS_TRAINEE, mine.id)))
    with pytest.raises(NotAllowedNow):
        slower.approve(AS_REVIEWER, mine.id)
    assert desk.application(mine.id).status is ApplicationStatus.WITHDRAWN


def test_a_decision_that_the_sweep_overtakes_by_ending_the_claim_is_not_made(desk: Desk) -> None:
    mine = desk.claimed()
    desk.clock.move(timedelta(hours=4))
    slower = replace(desk.review, store=Overtaken(desk, lambda: desk.swept(mine.id)))
    with pytest.raises(NotAllowedNow, match="Nobody has taken"):
        slower.reject(AS_REVIEWER, mine.id, "other", "No.")
    assert desk.application(mine.id).status is ApplicationStatus.SUBMITTED


@pytest.mark.parametrize(
    ("claimed", "lapses"),
    [
        ("2026-11-25T20:00:00+00:00", "2026-11-26T00:00:00+00:00"),
        # Wednesday 22:30 in Chicago; Thursday is Thanksgiving, so the rest counts on from Friday 00:00.
        ("2026-11-26T04:30:00+00:00", "2026-11-27T08:30:00+00:00"),
        # Friday 23:00 in Chicago before the clocks change on Sunday: on Monday 03:00, an hour later in UTC than the
        # Monday before.
        ("2027-03-13T05:00:00+00:00", "2027-03-15T08:00:00+00:00"),
    ],
)
def test_a_claim_lapses_after_four_business_hours_over_holidays_weekends_and_clock_changes(
    claimed: str, lapses: str
) -> None:
    desk = Desk()
    desk.clock.set(datetime.fromisoformat(claimed))
    desk.program()
    desk.store.open_seats("cardiology-chicago", {f"2027-W{week}": 2 for week in range(18, 22)})
    desk.trainee()
    desk.document()
    mine = desk.claimed(start=monday("2027-05-03"))
    assert mine.claim_lapses_at == datetime.fromisoformat(lapses)
    desk.clock.set(datetime.fromisoformat(lapses) - timedelta(seconds=1))
    assert desk.swept(mine.id).status is ApplicationStatus.IN_REVIEW
    desk.clock.move(timedelta(seconds=1))
    assert desk.swept(mine.id).status is ApplicationStatus.SUBMITTED
