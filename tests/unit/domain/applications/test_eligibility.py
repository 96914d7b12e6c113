"""Eligibility (T07-T09), judged for the start date, explained; step1.proof and the three-month advice (T13)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from shared.domain.applications.eligibility import approval_gaps, explain, for_all_types, lead_time_advice
from shared.domain.core.instants import say
from shared.domain.programs.program import ExperienceType
from tests.unit.domain.samples import START, TODAY, facts

HANDS_ON, OBSERVERSHIP = ExperienceType.HANDS_ON, ExperienceType.OBSERVERSHIP


@pytest.mark.parametrize(
    ("requirement", "status", "step1", "kind", "allowed", "code"),
    [
        ("T07", "student", "not_passed", HANDS_ON, True, "student_hands_on"),
        ("T07", "student", "passed", HANDS_ON, True, "student_hands_on"),
        ("T07", "student", "not_passed", OBSERVERSHIP, False, "student_no_observership"),
        ("T07", "student", "passed", OBSERVERSHIP, False, "student_no_observership"),
        ("T08", "graduate", "not_passed", OBSERVERSHIP, True, "graduate_observership"),
        ("T08", "graduate", "not_passed", HANDS_ON, False, "graduate_needs_step1"),
        ("T09", "graduate", "passed", OBSERVERSHIP, True, "graduate_step1"),
        ("T09", "graduate", "passed", HANDS_ON, True, "graduate_step1"),
    ],
)
def test_T07_T08_T09_table(requirement, status, step1, kind, allowed, code) -> None:
    verdict = explain(facts(trainee_status=status, step1=step1), kind, START, TODAY)
    assert (verdict.experience_type, verdict.allowed) == (kind, allowed)
    assert [(reason.requirement, reason.code) for reason in verdict.reasons] == [(requirement, code)]


def test_T07_student_is_refused_an_observership_with_the_reason() -> None:
    reason = explain(facts(), OBSERVERSHIP, START, TODAY).reasons[0]
    assert reason.text == "Students may do hands-on rotations only; observerships are for graduates."
    assert "hands-on" in reason.would_change
    assert "expected graduation" in reason.would_change


def test_T08_graduate_without_step1_is_told_what_would_open_hands_on() -> None:
    reason = explain(facts(trainee_status="graduate"), HANDS_ON, START, TODAY).reasons[0]
    assert "Step 1" in reason.text
    assert "observership" in reason.would_change


def test_T10_all_types_are_judged_at_once() -> None:
    verdicts = for_all_types(facts(trainee_status="graduate"), START, TODAY)
    assert [(verdict.experience_type, verdict.allowed) for verdict in verdicts] == [
        (HANDS_ON, False),
        (OBSERVERSHIP, True),
    ]


def test_student_graduating_the_day_before_the_start_gets_graduate_rules_and_an_early_warning() -> None:
    soon = facts(expected_graduation=START - timedelta(days=1))
    verdict = explain(soon, OBSERVERSHIP, START, TODAY)
    assert verdict.allowed
    assert [warning.code for warning in verdict.warnings] == ["graduates_before_start"]
    assert say(START - timedelta(days=1)) in verdict.warnings[0].text
    assert not explain(soon, HANDS_ON, START, TODAY).allowed


def test_student_graduating_on_the_start_day_is_still_a_student() -> None:
    verdict = explain(facts(expected_graduation=START), OBSERVERSHIP, START, TODAY)
    assert not verdict.allowed
    assert verdict.warnings == ()


def test_student_whose_graduation_has_passed_is_asked_to_update_the_profile() -> None:
    verdict = explain(facts(expected_graduation=TODAY - timedelta(days=1)), OBSERVERSHIP, START, TODAY)
    assert verdict.allowed
    assert [warning.code for warning in verdict.warnings] == ["graduation_passed"]
    assert say(TODAY - timedelta(days=1)) in verdict.warnings[0].text


def test_T09_declared_step1_lets_a_graduate_apply_but_not_be_approved() -> None:
    declared = facts(trainee_status="graduate", step1="passed")
    verdict = explain(declared, HANDS_ON, START, TODAY)
    assert verdict.allowed
    assert [warning.code for warning in verdict.warnings] == ["step1_proof_needed"]
    assert [gap.code for gap in approval_gaps(declared, HANDS_ON, START)] == ["step1_not_verified"]


@pytest.mark.parametrize(
    ("who", "kind"),
    [
        (facts(trainee_status="graduate", step1="passed", step1_verified=True), HANDS_ON),
        (facts(trainee_status="graduate"), OBSERVERSHIP),
        (facts(), HANDS_ON),
    ],
    ids=["verified graduate", "observership", "student"],
)
def test_no_proof_is_missing_where_none_is_needed(who, kind) -> None:
    assert approval_gaps(who, kind, START) == ()


def test_student_who_graduates_before_a_hands_on_start_needs_the_proof_too() -> None:
    who = facts(step1="passed", expected_graduation=START - timedelta(days=1))
    assert [gap.code for gap in approval_gaps(who, HANDS_ON, START)] == ["step1_not_verified"]


def test_T13_start_in_exactly_three_months_gets_no_warning_and_a_day_sooner_does() -> None:
    assert lead_time_advice(date(2027, 3, 1), date(2026, 12, 1)) is None
    advice = lead_time_advice(date(2027, 3, 1), date(2026, 12, 2))
    assert advice is not None
    assert advice.requirement == "T13"
    assert explain(facts(), HANDS_ON, date(2027, 3, 1), date(2027, 2, 27)).allowed
