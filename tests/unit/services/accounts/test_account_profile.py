"""Profiles: the facts that eligibility reads, what the operator checked stays checked, and nobody checks their own."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from shared.domain.core.aggregate import Actor
from shared.domain.core.errors import Invalid
from shared.domain.trainees.trainee import DocumentFact, StepResult, TraineeStatus
from shared.services.core.transitions import RequestContext
from tests.builders import facts
from tests.unit.services.accounts.account_scene import OPERATOR, WORDS, AccountScene


@pytest.fixture
def scene() -> AccountScene:
    return AccountScene()


def test_T01_a_trainee_declares_the_facts_that_eligibility_reads(scene: AccountScene) -> None:
    call = scene.person()
    assert scene.sign_in.profile(call).facts is None
    said = facts(step1_verified=True, documents=(DocumentFact(kind="cv", accepted=True),))
    saved = scene.sign_in.save_profile(call, "Amara N. Okafor", "Africa/Cairo", said)
    assert saved.facts is not None
    assert saved == scene.sign_in.profile(call)
    assert saved.facts.trainee_status is TraineeStatus.STUDENT
    assert not saved.facts.step1_verified, "nobody verifies their own score"
    assert saved.facts.documents == (), "nobody accepts their own documents"


def test_T01_a_verified_step_stays_verified_until_its_answer_changes(scene: AccountScene) -> None:
    call = scene.person()
    scene.people.save_facts(call.actor.id, facts())
    kept = scene.sign_in.save_profile(
        call, "Amara", "UTC", facts(step1_verified=False, school="Elsewhere", documents=())
    )
    assert kept.facts is not None
    assert kept.facts.step1_verified
    assert kept.facts.documents == facts().documents
    changed = scene.sign_in.save_profile(call, "Amara", "UTC", facts(step1=StepResult.NOT_PASSED))
    back = scene.sign_in.save_profile(call, "Amara", "UTC", facts())
    assert changed.facts is not None
    assert back.facts is not None
    assert (changed.facts.step1_verified, back.facts.step1_verified) == (False, False)


def test_T01_own_words_for_a_visa_stay_while_other_is_kept_and_go_with_a_choice(scene: AccountScene) -> None:
    call = scene.person()
    scene.people.save_facts(call.actor.id, facts(visa_type="Resident of Lagos"))
    for visa, words in (("Other", "Resident of Lagos"), ("F-1", ""), ("Other", "")):
        kept = scene.sign_in.save_profile(call, "Amara", "UTC", facts(visa_type=visa, school="Elsewhere")).facts
        assert kept is not None
        assert (kept.visa_type, kept.visa_words, kept.school) == (visa, words, "Elsewhere")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"expected_graduation": None}, "expected_graduation"),
        ({"trainee_status": TraineeStatus.GRADUATE, "graduation_year": None}, "graduation_year"),
    ],
)
def test_T07_a_profile_without_its_graduation_is_refused_and_saves_nothing(
    scene: AccountScene, changes: dict[str, Any], field: str
) -> None:
    call = scene.person()
    with pytest.raises(Invalid) as refused:
        scene.sign_in.save_profile(call, "Changed", "UTC", facts(**changes))
    assert refused.value.facts["field"] == field
    assert scene.people.facts(call.actor.id) is None
    assert scene.people.person(call.actor.id).name == "Amara Okafor"


def test_T07_a_graduate_keeps_no_expected_graduation(scene: AccountScene) -> None:
    call = scene.person()
    said = facts(trainee_status=TraineeStatus.GRADUATE, graduation_year=2024, expected_graduation=date(2028, 1, 1))
    saved = scene.sign_in.save_profile(call, "Amara", "UTC", said)
    assert saved.facts is not None
    assert (saved.facts.graduation_year, saved.facts.expected_graduation) == (2024, None)


def test_staff_have_a_name_and_a_zone_and_no_study_facts(scene: AccountScene) -> None:
    id = scene.sign_in.provision(OPERATOR, "Nora Feldspar", "nora@staff.example", WORDS, ("reviewer",))
    call = RequestContext(Actor(role="account", id=id))
    with pytest.raises(Invalid) as refused:
        scene.sign_in.save_profile(call, "Nora", "UTC", facts())
    assert refused.value.facts["field"] == "trainee_status"
    assert scene.sign_in.save_profile(call, "Nora", "America/Chicago").facts is None
    assert scene.people.person(id).zone == "America/Chicago"
