"""What a program's applicants were when they applied: kept on submission, found by program and time, gone with the
person."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.domain.core.errors import Busy, GuidelineFailed
from shared.domain.programs.guidelines import Guidelines
from shared.ports import IndexEntry, PersonalRecord, UnitOfWork
from shared.services.programs.past_applicants import READ, PastApplicants
from tests.builders import FIRST_DAY, PROGRAM, TRAINEE
from tests.unit.services.applications.application_scene import AS_REVIEWER, AS_TRAINEE, Desk


@pytest.fixture
def desk() -> Desk:
    return Desk().scene()


def applicants(desk: Desk) -> PastApplicants:
    return desk.past_applicants


def change_guidelines(desk: Desk, guidelines: Guidelines) -> None:
    """As the host's change does, without its service."""
    stored = desk.store.states[("PROGRAM", PROGRAM)]
    state = {**stored.state, "guidelines": guidelines.model_dump(mode="json")}
    desk.store.states[("PROGRAM", PROGRAM)] = type(stored)(stored.kind, stored.id, state, stored.version, stored.head)


def test_H12_submitting_keeps_what_rules_may_know_as_it_was_that_day(desk: Desk) -> None:
    desk.document("document-2", kind="tb_test")
    sent = desk.submitted()
    desk.trainee(step2_ck="passed", languages=("Welsh",))
    (kept,) = applicants(desk).past(PROGRAM)
    assert (kept.start, kept.weeks, kept.seen_on.isoformat()) == (FIRST_DAY, 4, "2026-11-23")
    assert (kept.facts.step2_ck, kept.facts.languages) == ("not_passed", ("English",))
    assert [one.kind for one in kept.facts.documents] == ["cv", "tb_test"]
    assert (kept.facts.school, kept.facts.country) == ("", "")
    assert "Welsh" not in str(desk.store.history("APPLICATION", sent.id))


def test_a_draft_and_another_program_are_no_past_applicants(desk: Desk) -> None:
    desk.draft()
    assert applicants(desk).past(PROGRAM) == ()
    desk.submitted()
    assert len(applicants(desk).past(PROGRAM)) == 1
    assert applicants(desk).past("another-program") == ()


def test_a_lost_answer_and_a_double_click_keep_one_snapshot(desk: Desk) -> None:
    id = desk.draft().id
    desk.store.fail_after_commit()
    with pytest.raises(Busy):
        desk.submission.submit(AS_TRAINEE, id)
    desk.submission.submit(AS_TRAINEE, id)
    desk.submission.submit(AS_TRAINEE, id)
    assert len(applicants(desk).past(PROGRAM)) == 1


def test_erasing_a_trainee_takes_the_snapshot_along(desk: Desk) -> None:
    desk.submitted()
    desk.people.erase(TRAINEE)
    assert applicants(desk).past(PROGRAM) == ()


@pytest.mark.parametrize(("later", "found"), [(timedelta(days=365), 1), (timedelta(days=365, seconds=1), 0)])
def test_only_the_applicants_of_the_last_365_days_count(desk: Desk, later: timedelta, found: int) -> None:
    desk.submitted()
    desk.clock.move(later)
    assert len(applicants(desk).past(PROGRAM)) == found


def test_past_applicants_come_oldest_first_and_are_the_newest_200(desk: Desk) -> None:
    desk.submitted()
    (body,) = (body for ref, body in desk.store.texts.items() if ref.endswith(":facts"))
    more = tuple(
        PersonalRecord(
            f"other/application:{n}:facts",
            {**body, "weeks": 4 + n % 9},
            IndexEntry(f"APPLICANTS#{PROGRAM}", f"2026-12-01T00:00:00Z#{n:03d}"),
        )
        for n in range(READ)
    )
    desk.store.commit(UnitOfWork(transitions=(), records=more))
    found = applicants(desk).past(PROGRAM)
    assert [one.weeks for one in found] == [4 + n % 9 for n in range(READ)]


# --- a guideline changed while an application waits -------------------------------------------------------------------
def test_H12_an_application_is_decided_by_the_guidelines_of_the_day_it_was_sent(desk: Desk) -> None:
    mine = desk.claimed()
    change_guidelines(desk, Guidelines(step2_ck_required=True))
    assert desk.review.approve(AS_REVIEWER, mine.id).approval.results == ()


def test_H12_a_guideline_that_was_dropped_still_decides_what_was_sent_under_it(desk: Desk) -> None:
    change_guidelines(desk, Guidelines(step2_ck_required=True))
    mine = desk.claimed()
    change_guidelines(desk, Guidelines())
    with pytest.raises(GuidelineFailed) as refused:
        desk.review.approve(AS_REVIEWER, mine.id)
    assert refused.value.facts["codes"] == ["step2_ck"]


def test_H12_a_draft_follows_the_guidelines_until_it_is_sent(desk: Desk) -> None:
    id = desk.draft().id
    change_guidelines(desk, Guidelines(step2_ck_required=True))
    sent = desk.submission.submit(AS_TRAINEE, id)
    assert sent.submitted.guidelines == Guidelines(step2_ck_required=True)
