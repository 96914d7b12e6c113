"""Guidelines are tried against past applicants and changed: what is stored, who is held to what, and every refusal."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.domain.core.aggregate import chain_breaks
from shared.domain.core.errors import Busy, Invalid, NotAllowedNow, NotFound, VersionConflict
from shared.domain.programs.guidelines import Guidelines
from shared.domain.programs.program import ProgramStatus
from shared.services.core.transitions import RequestContext
from shared.services.programs.guideline_changes import GuidelineChanges
from tests.builders import PROGRAM, actor
from tests.fakes.clock import START
from tests.unit.services.applications.application_scene import AS_REVIEWER, AS_TRAINEE, Desk

AS_COORDINATOR = RequestContext(actor("coordinator", "coordinator-1"), "request-9")
STEP2 = Guidelines(step2_ck_required=True)


@pytest.fixture
def desk() -> Desk:
    return Desk().scene()


def changes(desk: Desk) -> GuidelineChanges:
    return desk.guideline_changes


def in_force(desk: Desk) -> Guidelines:
    return desk.catalogue.program(PROGRAM).guidelines


def test_H12_a_change_is_a_new_version_of_the_program_with_its_moment_and_actor(desk: Desk) -> None:
    desk.clock.move(timedelta(hours=1))
    changes(desk).change(AS_COORDINATOR, PROGRAM, STEP2, version=1)
    saved = changes(desk).show(PROGRAM)
    assert (saved.version, saved.program.guidelines, saved.changed_at) == (2, STEP2, START + timedelta(hours=1))
    rows = desk.store.history("PROGRAM", PROGRAM)
    assert (rows[-1].type, rows[-1].actor, chain_breaks(rows)) == ("GuidelinesChanged.v1", AS_COORDINATOR.actor, [])
    assert in_force(desk) == STEP2


def test_H12_what_was_sent_before_keeps_its_guidelines_and_who_applies_after_gets_the_new_ones(desk: Desk) -> None:
    before = desk.claimed()
    changes(desk).change(AS_COORDINATOR, PROGRAM, STEP2, version=1)
    assert desk.review.approve(AS_REVIEWER, before.id).approval.results == ()
    desk.submission.withdraw(AS_TRAINEE, before.id)
    after = desk.submission.submit(AS_TRAINEE, desk.draft("key-2").id)
    assert after.submitted.guidelines == STEP2


def test_H12_a_preview_counts_past_applicants_and_writes_nothing(desk: Desk) -> None:
    desk.submitted()
    before = desk.snapshot()
    sheet = changes(desk).preview(PROGRAM, STEP2)
    assert (sheet.change.before.accepted, sheet.change.after.accepted, sheet.change.newly_refused) == (1, 0, 1)
    assert (sheet.proposed, sheet.program.guidelines) == (STEP2, Guidelines())
    assert desk.snapshot() == before


def test_H12_a_preview_shows_errors_and_saving_refuses_them_and_changes_nothing(desk: Desk) -> None:
    wrong = Guidelines(languages=("Spanish", "spanish"))
    assert [finding.code for finding in changes(desk).preview(PROGRAM, wrong).findings] == ["duplicate_language"]
    before = desk.snapshot()
    with pytest.raises(Invalid, match="named twice") as refused:
        changes(desk).change(AS_COORDINATOR, PROGRAM, wrong, version=1)
    assert refused.value.facts["fields"][0]["field"] == "languages"
    assert desk.snapshot() == before


def test_two_people_at_once_the_second_hears_that_it_changed(desk: Desk) -> None:
    changes(desk).change(AS_COORDINATOR, PROGRAM, STEP2, version=1)
    with pytest.raises(VersionConflict, match="while you were looking") as refused:
        changes(desk).change(AS_COORDINATOR, PROGRAM, Guidelines(lead_days=30), version=1)
    assert refused.value.facts["version"] == 2
    assert in_force(desk) == STEP2


def test_a_double_click_and_a_lost_answer_change_once(desk: Desk) -> None:
    desk.store.fail_after_commit()
    with pytest.raises(Busy):
        changes(desk).change(AS_COORDINATOR, PROGRAM, STEP2, version=1)
    changes(desk).change(AS_COORDINATOR, PROGRAM, STEP2, version=1)
    assert changes(desk).show(PROGRAM).version == 2
    assert len(desk.store.history("PROGRAM", PROGRAM)) == 2


def test_a_lost_race_is_decided_again(desk: Desk) -> None:
    desk.store.conflict()
    changes(desk).change(AS_COORDINATOR, PROGRAM, STEP2, version=1)
    assert changes(desk).show(PROGRAM).version == 2


@pytest.mark.parametrize("status", [ProgramStatus.RETIRED, ProgramStatus.LEAD])
def test_a_program_that_is_over_or_none_yet_keeps_its_guidelines(status: ProgramStatus) -> None:
    desk = Desk().scene(status=status)
    with pytest.raises(NotAllowedNow):
        changes(desk).change(AS_COORDINATOR, PROGRAM, STEP2, version=1)
    assert in_force(desk) == Guidelines()


def test_a_paused_program_may_change_its_guidelines() -> None:
    desk = Desk().scene(status=ProgramStatus.PAUSED)
    changes(desk).change(AS_COORDINATOR, PROGRAM, STEP2, version=1)
    assert in_force(desk) == STEP2


def test_a_program_that_does_not_exist_is_not_found(desk: Desk) -> None:
    with pytest.raises(NotFound):
        changes(desk).show("no-such-program")
    with pytest.raises(NotFound):
        changes(desk).change(AS_COORDINATOR, "no-such-program", STEP2, version=1)
