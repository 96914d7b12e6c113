"""The guideline linter (H12): each finding when it is due, and not a step before."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from infra.local.seed.catalogue import load as catalogue
from infra.local.seed.generator import programs
from shared.domain.core.errors import Invalid
from shared.domain.core.policy import CURRENT
from shared.domain.programs.guideline_lint import Severity, lint, require_clean
from shared.domain.programs.guideline_simulation import RuleCount, Simulation
from shared.domain.programs.guidelines import Guidelines
from tests.unit.domain.samples import TODAY, a_program

OBSERVING, HANDS_ON = {"experience_types": ("observership",)}, {"experience_types": ("hands_on",)}
LONG = {"weeks_min": 4, "weeks_max": 8}


def found(
    rules: dict[str, Any], program: dict[str, Any] | None = None, past: Simulation | None = None
) -> dict[str, str]:
    findings = lint(a_program(**(program or {})), Guidelines.model_validate(rules), TODAY, CURRENT, past)
    assert all(finding.text and finding.would_change for finding in findings)
    assert all(finding.field in Guidelines.model_fields for finding in findings)
    return {finding.code: finding.severity.value for finding in findings}


def document(**fields: Any) -> dict[str, Any]:
    return {"documents": [{"kind": "tb_test", **fields}]}


@pytest.mark.parametrize(
    ("rules", "program", "expected"),
    [
        # contradictions with what the program offers (T07)
        ({"statuses": ["student"]}, OBSERVING, {"students_cannot_observe": "error"}),
        ({"statuses": ["student"]}, {}, {"observership_unreachable": "warning"}),
        ({"statuses": ["student"]}, HANDS_ON, {}),
        ({}, OBSERVING, {"students_not_open": "note"}),
        ({"statuses": ["graduate"]}, OBSERVING, {}),
        ({"statuses": ["graduate", "graduate"]}, {}, {"duplicate_status": "error"}),
        # implied anyway (T09)
        ({"statuses": ["graduate"], "step1_required": True}, HANDS_ON, {"step1_implied": "note"}),
        ({"statuses": ["graduate"], "step1_required": True}, {}, {}),
        ({"step1_required": True}, HANDS_ON, {}),
        # the graduation year
        ({"min_graduation_year": 2026}, {}, {}),
        ({"min_graduation_year": 2027}, {}, {"graduates_refused": "warning"}),
        ({"min_graduation_year": 2027, "statuses": ["graduate"]}, {}, {"graduation_in_future": "error"}),
        ({"min_graduation_year": 2026, "statuses": ["graduate"]}, {}, {}),
        ({"min_graduation_year": 2020, "statuses": ["student"]}, HANDS_ON, {"graduation_year_idle": "warning"}),
        ({"min_graduation_year": 1976}, {}, {"graduation_year_idle": "warning"}),
        ({"min_graduation_year": 1977}, {}, {}),
        # lengths
        ({"weeks_min": 9}, LONG, {"no_length_left": "error"}),
        ({"weeks_min": 8}, LONG, {"lengths_refused": "warning"}),
        ({"weeks_max": 3}, LONG, {"no_length_left": "error"}),
        ({"weeks_max": 4}, LONG, {"lengths_refused": "warning"}),
        ({"weeks_min": 4, "weeks_max": 8}, LONG, {"lengths_idle": "note"}),
        # words
        ({"languages": ["Spanish", "spanish"]}, {}, {"duplicate_language": "error"}),
        ({"languages": ["Spanish", "French"]}, {}, {}),
        ({"languages": [" "]}, {}, {"empty_language": "error"}),
        ({"visa_types": ["B-1", "b-1"]}, {}, {"duplicate_way_to_enter": "error"}),
        ({"visa_types": ["Z-9"]}, {}, {"unfamiliar_visa": "warning"}),
        ({"visa_types": ["Other"]}, {}, {"unfamiliar_visa": "warning"}),
        ({"visa_types": ["B-1", "B1"]}, {}, {"duplicate_way_to_enter": "error"}),
        ({"visa_types": ["b-1", "ESTA"]}, {}, {}),
        # documents
        ({"documents": [{"kind": "driving_licence"}]}, {}, {"unknown_document": "error"}),
        ({"documents": [{"kind": "cv"}]}, {}, {"cv_implied": "note"}),
        ({"documents": [{"kind": "cv", "max_age_days": 365}]}, {}, {}),
        # 60 days of notice less 24 of the longest review: decided on 36 or more days before the start
        ({**document(max_age_days=35, needed_by="approval"), "lead_days": 60}, {}, {"never_fresh": "error"}),
        ({**document(max_age_days=36, needed_by="approval"), "lead_days": 60}, {}, {"fresh_only_late": "warning"}),
        ({**document(max_age_days=35), "lead_days": 60}, {}, {}),
        (document(max_age_days=44, needed_by="approval"), {}, {"fresh_only_late": "warning"}),
        (document(max_age_days=45, needed_by="approval"), {}, {}),
        ({}, {}, {}),
    ],
)
def test_H12_each_contradiction_duplicate_and_idle_rule_is_found_at_its_edge(rules, program, expected) -> None:
    assert found(rules, program) == expected


def simulation(refused: int, of: int) -> Simulation:
    strictest = RuleCount(code="step2_ck", text="USMLE Step 2 CK passed", refused=refused, alone=refused - 1)
    return Simulation(
        applicants=of, accepted=of - refused, to_show=0, refused=refused, by_rule=(strictest,), examples=()
    )


@pytest.mark.parametrize(
    ("refused", "of", "warned"),
    [(37, 40, True), (20, 40, True), (19, 40, False), (4, 4, False), (5, 5, True)],
)
def test_H12_refusing_half_of_at_least_five_past_applicants_is_a_warning(refused, of, warned) -> None:
    assert ("refuses_most" in found({"step2_ck_required": True}, past=simulation(refused, of))) is warned


def test_H12_the_warning_says_how_many_and_which_rule() -> None:
    (finding,) = lint(a_program(), Guidelines(step2_ck_required=True), TODAY, CURRENT, simulation(37, 40))
    assert (finding.severity, finding.field) == (Severity.WARNING, "step2_ck_required")
    assert finding.text == "Would refuse 92 % of last year's applicants: 37 of 40."
    assert finding.would_change == "“USMLE Step 2 CK passed” refuses 37 of them; without it, 36 more would be accepted."


def test_H12_a_document_that_is_never_fresh_is_told_with_the_days_that_are_left_after_the_longest_review() -> None:
    rules = Guidelines.model_validate({**document(max_age_days=35, needed_by="approval"), "lead_days": 60})
    (finding,) = lint(a_program(), rules, TODAY, CURRENT)
    assert "may be 35 days old at the start, but whoever applies in time is decided on 36 or more days" in finding.text


def test_H12_errors_come_first() -> None:
    rules = Guidelines.model_validate(
        {"visa_types": ["Z-9"], "documents": [{"kind": "cv"}, {"kind": "nothing"}], "statuses": ["student"]}
    )
    assert [finding.severity.value for finding in lint(a_program(), rules, TODAY, CURRENT)] == [
        "error",
        "warning",
        "warning",
        "note",
    ]


def test_H12_publishing_refuses_errors_only_and_names_each() -> None:
    require_clean(a_program(), Guidelines(visa_types=("Z-9",)), TODAY, CURRENT)
    wrong = Guidelines.model_validate({"languages": ["Spanish", "Spanish"], "documents": [{"kind": "nothing"}]})
    with pytest.raises(Invalid) as refused:
        require_clean(a_program(), wrong, TODAY, CURRENT)
    assert refused.value.facts["codes"] == ["duplicate_language", "unknown_document"]
    assert [entry["field"] for entry in refused.value.facts["fields"]] == ["languages", "documents"]


def test_H12_the_seed_catalogue_and_the_generator_are_lint_clean() -> None:
    today = date(2026, 11, 23)
    for program in (*catalogue(today, "coordinator-1").programs, *programs(300)):
        require_clean(program, program.guidelines, today, CURRENT)
