"""A trainee applies: what each step stores, what it refuses, and that a refusal or a lost answer changes nothing
twice."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from shared.domain.applications.application_machine import ApplicationStatus
from shared.domain.core.aggregate import chain_breaks, fold
from shared.domain.core.errors import (
    Busy,
    Duplicate,
    Invalid,
    KeyReused,
    NotAllowedNow,
    NotEligible,
    NotFound,
    RotaError,
    SoldOut,
    VersionConflict,
)
from shared.domain.programs.program import ExperienceType, ProgramStatus
from shared.domain.trainees.trainee import StepResult, TraineeStatus
from shared.services.applications.state_changes import open_claim
from tests.builders import FIRST_DAY, TRAINEE, stored_program
from tests.fakes.clock import START
from tests.unit.services.applications.application_scene import AS_REVIEWER, AS_STRANGER, AS_TRAINEE, Desk, monday


@pytest.fixture
def desk() -> Desk:
    return Desk().scene()


# --- start ------------------------------------------------------------------------------------------------------------
def test_a_draft_is_kept_for_90_days_under_the_policy_of_the_day(desk: Desk) -> None:
    draft = desk.draft()
    assert (draft.status, draft.start, draft.policy_version) == (ApplicationStatus.DRAFT, FIRST_DAY, "2026-11")
    assert draft.draft_expires_at == START + timedelta(days=90)
    assert draft.case_id == draft.id
    assert desk.waiting(draft.id) == {"draft"}
    assert desk.store.claims == {}


def test_the_same_key_and_wish_name_the_same_draft_also_after_it_was_saved(desk: Desk) -> None:
    draft = desk.draft()
    desk.submission.save(AS_TRAINEE, draft.id, {"credit_wish": True})
    assert desk.draft().id == draft.id
    assert desk.types(draft.id) == ["ApplicationStarted.v1", "ApplicationSaved.v1"]


def test_the_same_key_with_another_wish_is_refused(desk: Desk) -> None:
    desk.draft()
    with pytest.raises(KeyReused):
        desk.draft(credit_wish=True)


def test_two_people_with_the_same_key_have_their_own_drafts(desk: Desk) -> None:
    assert desk.draft().id != desk.draft(call=AS_STRANGER).id


def test_a_draft_needs_no_start_yet(desk: Desk) -> None:
    assert desk.draft(start=None).start is None


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"start": monday("2027-03-02")}, "start"),
        ({"start": monday("2026-11-16")}, "start"),
        ({"start": monday("2028-11-27")}, "start"),
        ({"weeks": 5}, "weeks"),
        ({"start": None, "weeks": 5}, "weeks"),
        ({"experience_type": ExperienceType.OBSERVERSHIP}, "experience_type"),
    ],
)
def test_H17_T11_a_draft_for_what_is_not_on_offer_is_refused_by_field(
    desk: Desk, changes: dict[str, Any], field: str
) -> None:
    before = desk.snapshot()
    with pytest.raises(Invalid) as refused:
        desk.draft(**changes)
    assert refused.value.facts["field"] == field
    assert refused.value.remedy
    assert desk.snapshot() == before


def test_H17_two_years_to_the_day_is_accepted_and_the_next_monday_refused() -> None:
    # 2026-11-20 is a Friday; two years later, 2028-11-20, is a Monday.
    desk = Desk()
    desk.clock.set(datetime(2026, 11, 20, 18, tzinfo=UTC))
    desk.scene()
    assert desk.draft(start=monday("2028-11-20")).start == date(2028, 11, 20)
    with pytest.raises(Invalid):
        desk.draft(key="key-2", start=monday("2028-11-27"))


def test_H10_a_program_that_is_not_live_takes_no_draft(desk: Desk) -> None:
    stored_program(desk.store, id="paused-clinic", status=ProgramStatus.PAUSED)
    with pytest.raises(NotAllowedNow):
        desk.draft(program_id="paused-clinic")


def test_an_unknown_program_is_not_found(desk: Desk) -> None:
    with pytest.raises(NotFound):
        desk.draft(program_id="no-such-program")


# --- save -------------------------------------------------------------------------------------------------------------
def test_saving_sets_what_is_named_and_keeps_the_rest(desk: Desk) -> None:
    draft = desk.draft()
    saved = desk.submission.save(AS_TRAINEE, draft.id, {"start": monday("2027-03-08")})
    assert (saved.start, saved.weeks, saved.credit is not None) == (date(2027, 3, 8), 4, False)
    assert saved.version == 2


def test_saving_nothing_new_writes_nothing(desk: Desk) -> None:
    draft = desk.draft()
    assert desk.submission.save(AS_TRAINEE, draft.id, {"start": FIRST_DAY}).version == 1


def test_saving_after_submitting_is_refused(desk: Desk) -> None:
    sent = desk.submitted()
    with pytest.raises(NotAllowedNow):
        desk.submission.save(AS_TRAINEE, sent.id, {"weeks": 4, "credit_wish": True})


# --- submit -----------------------------------------------------------------------------------------------------------
def test_T17_T18_submitting_starts_the_review_clock_and_takes_the_name(desk: Desk) -> None:
    sent = desk.submitted()
    assert sent.status is ApplicationStatus.SUBMITTED
    assert sent.submitted.at == START
    # Monday 09:00 in Chicago + 24 business hours is Tuesday 09:00; 72 leap over Thanksgiving.
    assert sent.review.due_at == datetime(2026, 11, 24, 15, tzinfo=UTC)
    assert sent.review.escalate_at == datetime(2026, 11, 27, 15, tzinfo=UTC)
    assert desk.waiting(sent.id) == {"review"}
    assert desk.store.claims == {f"open-application:{TRAINEE}:cardiology-chicago:2027-03-01": sent.id}


def test_T21_submitting_fixes_the_price_of_the_day(desk: Desk) -> None:
    assert desk.submitted().submitted.total_cents == 214900


def test_T15_submitting_takes_the_newest_stored_cv(desk: Desk) -> None:
    desk.document("document-2", number=2)
    desk.document("document-3", number=3, status="REFUSED")
    desk.document("document-4", number=9, kind="transcript")
    sent = desk.submitted()
    assert (sent.cv.document_id, sent.cv.sha256) == ("document-2", f"{2:064d}")


def test_T15_submitting_takes_the_cv_that_is_named(desk: Desk) -> None:
    desk.document("document-2", number=2)
    assert desk.submission.submit(AS_TRAINEE, desk.draft().id, document_id="document-1").cv.document_id == "document-1"


@pytest.mark.parametrize("named", ["document-9", "document-transcript", "document-foreign"])
def test_T15_a_document_that_is_not_my_stored_cv_is_refused(desk: Desk, named: str) -> None:
    desk.document("document-transcript", kind="transcript")
    desk.document("document-foreign", owner="trainee-2")
    with pytest.raises(Invalid) as refused:
        desk.submission.submit(AS_TRAINEE, desk.draft().id, document_id=named)
    assert refused.value.facts["field"] == "cv"


def test_T15_without_a_cv_submitting_is_refused_and_changes_nothing() -> None:
    desk = Desk()
    desk.program()
    desk.trainee()
    draft = desk.draft()
    before = desk.snapshot()
    with pytest.raises(Invalid) as refused:
        desk.submission.submit(AS_TRAINEE, draft.id)
    assert refused.value.facts["field"] == "cv"
    assert desk.snapshot() == before


def test_T01_without_a_profile_submitting_says_what_is_missing() -> None:
    desk = Desk()
    desk.program()
    desk.document()
    with pytest.raises(Invalid) as refused:
        desk.submitted()
    assert refused.value.facts["field"] == "profile"


def test_T15_without_a_start_submitting_is_refused(desk: Desk) -> None:
    with pytest.raises(Invalid) as refused:
        desk.submitted(start=None)
    assert refused.value.facts["field"] == "start"


def test_submitting_may_bring_last_changes_in_the_same_event(desk: Desk) -> None:
    draft = desk.draft(start=None)
    sent = desk.submission.submit(AS_TRAINEE, draft.id, {"start": FIRST_DAY, "credit_wish": True})
    assert (sent.start, sent.credit is not None) == (FIRST_DAY, True)
    assert desk.types(draft.id) == ["ApplicationStarted.v1", "ApplicationSubmitted.v1"]


def test_T07_student_is_refused_an_observership_with_the_reason(desk: Desk) -> None:
    stored_program(desk.store, id="watching", experience_types=(ExperienceType.OBSERVERSHIP,))
    before = desk.draft(program_id="watching", experience_type=ExperienceType.OBSERVERSHIP)
    with pytest.raises(NotEligible) as refused:
        desk.submission.submit(AS_TRAINEE, before.id)
    assert [reason["requirement"] for reason in refused.value.facts["reasons"]] == ["T07"]
    assert refused.value.remedy


def test_T08_graduate_without_step_1_is_refused_hands_on(desk: Desk) -> None:
    desk.trainee(
        trainee_status=TraineeStatus.GRADUATE,
        step1=StepResult.NOT_PASSED,
        step1_verified=False,
        expected_graduation=None,
    )
    with pytest.raises(NotEligible):
        desk.submitted()


def test_T09_graduate_with_declared_step_1_may_submit(desk: Desk) -> None:
    desk.trainee(trainee_status=TraineeStatus.GRADUATE, step1_verified=False, expected_graduation=None)
    assert desk.submitted().status is ApplicationStatus.SUBMITTED


def test_H10_submitting_to_a_program_that_went_off_the_market_is_refused(desk: Desk) -> None:
    draft = desk.draft()
    loaded = desk.store.states[("PROGRAM", "cardiology-chicago")]
    desk.store.states[("PROGRAM", "cardiology-chicago")] = type(loaded)(
        loaded.kind, loaded.id, {**loaded.state, "status": "PAUSED"}, loaded.version, loaded.head
    )
    with pytest.raises(NotAllowedNow):
        desk.submission.submit(AS_TRAINEE, draft.id)


@pytest.mark.parametrize("start", ["2027-03-22", "2027-06-07"])
def test_T12_weeks_without_a_seat_are_refused_by_name(desk: Desk, start: str) -> None:
    draft = desk.draft(start=monday(start))
    with pytest.raises(SoldOut) as refused:
        desk.submission.submit(AS_TRAINEE, draft.id)
    assert "2027-W09" not in refused.value.facts["weeks"]
    assert refused.value.facts["weeks"]


def test_a_second_open_application_for_the_same_program_and_start_is_refused_and_named(desk: Desk) -> None:
    first = desk.submitted()
    second = desk.draft(key="key-2")
    before = desk.snapshot()
    with pytest.raises(Duplicate) as refused:
        desk.submission.submit(AS_TRAINEE, second.id)
    assert refused.value.facts["application_id"] == first.id
    assert desk.snapshot() == before


def test_another_trainee_may_apply_for_the_same_seat(desk: Desk) -> None:
    desk.submitted()
    desk.trainee("trainee-2")
    desk.document("document-2", owner="trainee-2")
    theirs = desk.draft(call=AS_STRANGER)
    assert desk.submission.submit(AS_STRANGER, theirs.id).status is ApplicationStatus.SUBMITTED


def test_submitting_again_what_is_submitted_changes_nothing(desk: Desk) -> None:
    sent = desk.submitted()
    desk.clock.move(timedelta(hours=1))
    assert desk.submission.submit(AS_TRAINEE, sent.id) == sent


def test_submitting_with_other_words_after_submission_is_refused(desk: Desk) -> None:
    sent = desk.submitted()
    with pytest.raises(NotAllowedNow):
        desk.submission.submit(AS_TRAINEE, sent.id, {"credit_wish": True})


def test_submitting_after_a_lost_answer_is_answered_as_the_first(desk: Desk) -> None:
    draft = desk.draft()
    desk.store.fail_after_commit()
    with pytest.raises(Busy):
        desk.submission.submit(AS_TRAINEE, draft.id)
    assert desk.submission.submit(AS_TRAINEE, draft.id).version == 2


def test_a_lost_race_is_decided_again_and_a_lasting_one_is_told(desk: Desk) -> None:
    draft = desk.draft()
    desk.store.conflict(3)
    assert desk.submission.submit(AS_TRAINEE, draft.id).status is ApplicationStatus.SUBMITTED
    desk.store.conflict(5)
    with pytest.raises(VersionConflict):
        desk.submission.withdraw(AS_TRAINEE, draft.id)


# --- withdraw ---------------------------------------------------------------------------------------------------------
def test_withdrawing_gives_back_the_name_and_ends_every_wait(desk: Desk) -> None:
    sent = desk.claimed()
    gone = desk.submission.withdraw(AS_TRAINEE, sent.id)
    assert gone.status is ApplicationStatus.WITHDRAWN
    assert desk.waiting(sent.id) == set()
    assert desk.store.claims == {}
    assert desk.submission.withdraw(AS_TRAINEE, sent.id) == gone


def test_withdrawing_a_draft_leaves_the_name_of_another_application_alone(desk: Desk) -> None:
    sent, draft = desk.submitted(), desk.draft(key="key-2")
    desk.submission.withdraw(AS_TRAINEE, draft.id)
    assert list(desk.store.claims.values()) == [sent.id]


def test_after_withdrawing_one_may_apply_again(desk: Desk) -> None:
    desk.submission.withdraw(AS_TRAINEE, desk.submitted().id)
    assert desk.submission.submit(AS_TRAINEE, desk.draft(key="key-2").id).status is ApplicationStatus.SUBMITTED


def test_withdrawing_while_a_checkout_is_open_is_refused(desk: Desk) -> None:
    sent = desk.claimed()
    desk.review.approve(AS_REVIEWER, sent.id)
    loaded = desk.store.load("APPLICATION", sent.id)
    desk.store.states[("APPLICATION", sent.id)] = type(loaded)(
        loaded.kind, loaded.id, {**loaded.state, "live_reservation_id": "reservation-1"}, loaded.version, loaded.head
    )
    with pytest.raises(NotAllowedNow) as refused:
        desk.submission.withdraw(AS_TRAINEE, sent.id)
    assert refused.value.facts["reservation_id"] == "reservation-1"


# --- whose ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("step", ["save", "submit", "withdraw"])
def test_somebody_elses_application_is_not_found_exactly_as_an_unknown_one(desk: Desk, step: str) -> None:
    def ask(id: str) -> RotaError:
        arguments: tuple[Any, ...] = ({},) if step == "save" else ()
        with pytest.raises(NotFound) as refused:
            getattr(desk.submission, step)(AS_STRANGER, id, *arguments)
        return refused.value

    draft = desk.draft()
    other, unknown = ask(draft.id), ask("application-0")
    assert other.detail.replace(draft.id, "") == unknown.detail.replace("application-0", "")
    assert other.remedy == unknown.remedy


def test_history_of_a_whole_application_folds_to_its_state_and_holds_no_text(desk: Desk) -> None:
    sent = desk.claimed()
    rows = desk.store.history("APPLICATION", sent.id)
    assert fold(rows) == dict(desk.store.load("APPLICATION", sent.id).state)
    assert chain_breaks(rows) == []


def test_the_name_of_an_open_application_is_its_trainee_program_and_start(desk: Desk) -> None:
    sent = desk.submitted()
    assert open_claim(sent).key == "open-application:trainee-1:cardiology-chicago:2027-03-01"
    assert open_claim(sent).owner == sent.id
