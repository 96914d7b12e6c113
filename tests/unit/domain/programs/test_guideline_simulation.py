"""The simulator (H12): who would have been accepted, which rule refuses most, and the same answer every time."""

from __future__ import annotations

from datetime import date
from typing import Any

from shared.domain.programs.guideline_simulation import Applicant, compare, simulate
from shared.domain.programs.guidelines import Guidelines
from tests.unit.domain.samples import START, facts


def applicant(weeks: int = 4, seen_on: date = date(2026, 11, 21), **known: Any) -> Applicant:
    return Applicant(start=START, weeks=weeks, seen_on=seen_on, experience_type="hands_on", facts=facts(**known))


PASSED = {"step2_ck": "passed", "step2_ck_verified": True}
FORTY = (
    *(applicant(**PASSED) for _ in range(20)),
    *(applicant(step2_ck="passed") for _ in range(11)),
    *(applicant() for _ in range(6)),
    *(applicant(trainee_status="graduate", graduation_year=2010) for _ in range(3)),
)


def test_H12_counts_accepted_refused_and_those_with_something_to_show() -> None:
    found = simulate(Guidelines(step2_ck_required=True), FORTY)
    assert (found.applicants, found.accepted, found.refused, found.to_show) == (40, 31, 9, 11)
    assert found.percent_refused == 22


def test_H12_the_strictest_rule_comes_first_with_what_it_refuses_alone() -> None:
    found = simulate(Guidelines(step2_ck_required=True, min_graduation_year=2020), FORTY)
    assert [(one.code, one.refused, one.alone) for one in found.by_rule] == [
        ("step2_ck", 9, 6),
        ("graduation_year", 3, 0),
    ]


def test_H12_examples_are_the_first_five_by_number_and_the_rules_that_refuse_them() -> None:
    found = simulate(Guidelines(step2_ck_required=True, min_graduation_year=2020), FORTY)
    assert [one.number for one in found.examples] == [32, 33, 34, 35, 36]
    assert found.examples[0].rules == ("USMLE Step 2 CK passed",)
    only = simulate(Guidelines(min_graduation_year=2020), FORTY)
    assert [(one.number, one.rules) for one in only.examples] == [
        (number, ("Graduated in 2020 or later, or still studying",)) for number in (38, 39, 40)
    ]


def test_H12_each_applicant_is_seen_on_the_day_of_the_application() -> None:
    late, early = applicant(seen_on=date(2027, 1, 31)), applicant(seen_on=date(2027, 1, 30))
    found = simulate(Guidelines(lead_days=30), (late, early))
    assert (found.refused, found.examples[0].number) == (1, 1)


def test_H12_a_missing_or_old_document_is_to_be_shown_and_refuses_nobody() -> None:
    rules = Guidelines.model_validate({"documents": [{"kind": "tb_test", "max_age_days": 90, "needed_by": "approval"}]})
    old = applicant(documents=[{"kind": "tb_test", "accepted": True, "issued": "2020-01-01"}])
    found = simulate(rules, (applicant(), old))
    assert (found.accepted, found.to_show, found.refused) == (2, 2, 0)
    later = Guidelines.model_validate({"documents": [{"kind": "tb_test"}]})
    assert simulate(later, (applicant(),)).to_show == 0, "what is due before clearance is no question at approval"


def test_H12_a_change_says_who_gets_another_answer_in_both_directions() -> None:
    found = compare(Guidelines(min_graduation_year=2020), Guidelines(step2_ck_required=True), FORTY)
    assert (found.before.accepted, found.after.accepted) == (37, 31)
    assert (found.newly_refused, found.newly_accepted) == (6, 0)
    back = compare(Guidelines(step2_ck_required=True), Guidelines(min_graduation_year=2020), FORTY)
    assert (back.newly_refused, back.newly_accepted) == (0, 6)


def test_H12_without_applicants_there_is_nothing_to_say() -> None:
    found = simulate(Guidelines(step2_ck_required=True), ())
    assert (found.applicants, found.accepted, found.percent_refused, found.by_rule, found.examples) == (0, 0, 0, (), ())


def test_H12_the_same_applicants_give_the_same_answer() -> None:
    rules = Guidelines(step2_ck_required=True, min_graduation_year=2020)
    assert simulate(rules, FORTY) == simulate(rules, FORTY)
