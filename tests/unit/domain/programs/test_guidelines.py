"""Host guidelines (H12): each rule met, failed and unknown, with its evidence and what would change it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from shared.domain.programs.guidelines import GuidelineResult, Guidelines, check, describe, unresolved
from tests.unit.domain.samples import START, TODAY, facts

GRADUATE = {"trainee_status": "graduate"}


def verdicts(rules: dict[str, Any], who: dict[str, Any], weeks: int = 4, today: date = TODAY) -> dict[str, str]:
    return {
        result.code: result.verdict.value
        for result in check(Guidelines.model_validate(rules), facts(**who), START, weeks, today)
    }


def document(**fields: Any) -> dict[str, Any]:
    return {"documents": [{"kind": "tb_test", "accepted": True, **fields}]}


@pytest.mark.parametrize(
    ("rules", "who", "code", "verdict"),
    [
        ({"statuses": ["student"]}, {}, "status", "met"),
        ({"statuses": ["student"]}, GRADUATE, "status", "failed"),
        ({"statuses": ["student"]}, {"expected_graduation": START - timedelta(days=1)}, "status", "failed"),
        ({"step1_required": True}, {"step1": "passed", "step1_verified": True}, "step1", "met"),
        ({"step1_required": True}, {"step1": "passed"}, "step1", "unknown"),
        ({"step1_required": True}, {}, "step1", "failed"),
        ({"step2_ck_required": True}, {"step2_ck": "passed", "step2_ck_verified": True}, "step2_ck", "met"),
        ({"step2_ck_required": True}, {"step1": "passed", "step1_verified": True}, "step2_ck", "failed"),
        ({"min_graduation_year": 2020}, {}, "graduation_year", "met"),
        ({"min_graduation_year": 2020}, GRADUATE, "graduation_year", "unknown"),
        ({"min_graduation_year": 2020}, {**GRADUATE, "graduation_year": 2020}, "graduation_year", "met"),
        ({"min_graduation_year": 2020}, {**GRADUATE, "graduation_year": 2019}, "graduation_year", "failed"),
        (
            {"min_graduation_year": START.year + 1},
            {"expected_graduation": START - timedelta(days=1)},
            "graduation_year",
            "failed",
        ),
        ({"min_graduation_year": START.year + 1}, {"expected_graduation": START}, "graduation_year", "met"),
        (
            {"min_graduation_year": START.year},
            {"expected_graduation": START - timedelta(days=1)},
            "graduation_year",
            "met",
        ),
        ({"languages": ["Spanish"]}, {}, "languages", "unknown"),
        ({"languages": ["Spanish"]}, {"languages": ["english", "SPANISH"]}, "languages", "met"),
        ({"languages": ["Spanish", "French"]}, {"languages": ["Spanish"]}, "languages", "failed"),
        ({"visa_types": ["B-1", "ESTA"]}, {}, "visa", "unknown"),
        ({"visa_types": ["B-1", "ESTA"]}, {"visa_type": "b-1"}, "visa", "met"),
        ({"visa_types": ["B-1", "ESTA"]}, {"visa_type": "F-1"}, "visa", "failed"),
        ({"visa_types": ["B-1"]}, {"visa_type": "B1"}, "visa", "met"),
        ({"visa_types": ["b1 visa"]}, {"visa_type": "B-1"}, "visa", "met"),
        ({"visa_types": ["B-1"]}, {"visa_type": "B1/B2"}, "visa", "met"),
        ({"visa_types": ["B-1/B-2"]}, {"visa_type": "B-1"}, "visa", "failed"),
        ({"visa_types": ["B-1"]}, {"visa_type": "a royal letter"}, "visa", "failed"),
        ({"visa_types": ["Other"]}, {"visa_type": "a royal letter"}, "visa", "failed"),
        ({"visa_types": ["B-1"]}, {"visa_type": "  "}, "visa", "unknown"),
        ({"cv_language": "English"}, {}, "cv_language", "unknown"),
        ({"cv_language": "English"}, {"documents": [{"kind": "cv", "language": "English"}]}, "cv_language", "met"),
        ({"cv_language": "English"}, {"documents": [{"kind": "cv", "language": "German"}]}, "cv_language", "failed"),
    ],
)
def test_H12_rule_about_a_fact_gives_its_verdict(rules, who, code, verdict) -> None:
    assert verdicts(rules, who) == {code: verdict}


@pytest.mark.parametrize(
    ("today", "verdict"), [(START - timedelta(days=30), "met"), (START - timedelta(days=29), "failed")]
)
def test_H12_lead_days_count_to_the_start(today, verdict) -> None:
    assert verdicts({"lead_days": 30}, {}, today=today) == {"lead_days": verdict}


@pytest.mark.parametrize(
    ("rules", "weeks", "verdict"),
    [
        ({"weeks_min": 4}, 4, "met"),
        ({"weeks_min": 4}, 3, "failed"),
        ({"weeks_max": 8}, 8, "met"),
        ({"weeks_max": 8}, 9, "failed"),
        ({"weeks_min": 2, "weeks_max": 4}, 3, "met"),
    ],
)
def test_H12_lengths_are_inclusive(rules, weeks, verdict) -> None:
    assert verdicts(rules, {}, weeks=weeks) == {"weeks": verdict}


@pytest.mark.parametrize(
    ("rule", "who", "verdict"),
    [
        ({}, {}, "unknown"),
        ({"needed_by": "approval"}, {}, "failed"),
        ({}, document(accepted=False), "unknown"),
        ({}, document(), "met"),
        ({"max_age_days": 90}, document(), "unknown"),
        ({"max_age_days": 90}, document(issued=START - timedelta(days=90)), "met"),
        ({"max_age_days": 90}, document(issued=START - timedelta(days=91)), "failed"),
        ({"must_cover": True}, document(), "unknown"),
        ({"must_cover": True}, document(expires=START + timedelta(days=27)), "met"),
        ({"must_cover": True}, document(expires=START + timedelta(days=26)), "failed"),
    ],
)
def test_H12_document_is_checked_for_the_whole_rotation(rule, who, verdict) -> None:
    assert verdicts({"documents": [{"kind": "tb_test", **rule}]}, who) == {"document:tb_test": verdict}


def test_newest_document_of_a_kind_counts() -> None:
    old, new = {"kind": "tb_test"}, {"kind": "tb_test", "accepted": True}
    assert verdicts({"documents": [{"kind": "tb_test"}]}, {"documents": [old, new]}) == {"document:tb_test": "met"}


def test_H12_unresolved_are_rules_needed_for_approval_neither_met_nor_overridden() -> None:
    rules = Guidelines.model_validate(
        {
            "statuses": ["student"],
            "languages": ["Spanish"],
            "step1_required": True,
            "documents": [{"kind": "tb_test"}, {"kind": "passport", "needed_by": "approval"}],
        }
    )
    results = check(rules, facts(step1="passed"), START, 4, TODAY)
    assert [result.code for result in unresolved(results)] == ["step1", "languages", "document:passport"]
    assert [result.code for result in unresolved(results, {"step1", "languages"})] == ["document:passport"]


def test_no_rules_mean_no_results() -> None:
    assert check(Guidelines(), facts(), START, 4, TODAY) == []
    assert describe(Guidelines()) == ()


def test_rules_read_as_plain_words() -> None:
    rules = Guidelines.model_validate(
        {
            "statuses": ["graduate"],
            "min_graduation_year": 2020,
            "languages": ["Spanish", "English"],
            "weeks_min": 4,
            "weeks_max": 8,
            "documents": [{"kind": "tb_test", "max_age_days": 90, "must_cover": True}],
        }
    )
    assert [line.text for line in describe(rules)] == [
        "Takes graduates only",
        "Graduated in 2020 or later, or still studying",
        "Speaks Spanish and English",
        "Stays 4 to 8 weeks",
        "TB test, not older than 90 days at the start, valid through the last day, before the rotation starts",
    ]


def test_every_failed_or_unknown_result_says_what_would_change_it() -> None:
    rules = Guidelines.model_validate(
        {
            "statuses": ["graduate"],
            "step1_required": True,
            "step2_ck_required": True,
            "languages": ["Spanish"],
            "visa_types": ["B-1"],
            "lead_days": 365,
            "weeks_min": 8,
            "cv_language": "English",
            "documents": [{"kind": "passport", "must_cover": True}],
        }
    )
    results = check(rules, facts(), START, 4, TODAY)
    assert len(results) == len(describe(rules)) == 9
    assert all(result.evidence and result.would_change for result in results)
    assert [GuidelineResult.model_validate(result.model_dump(mode="json")) for result in results] == results


@pytest.mark.parametrize(
    "rules",
    [
        {"statuses": []},
        {"weeks_min": 8, "weeks_max": 4},
        {"documents": [{"kind": "tb_test"}, {"kind": "tb_test"}]},
        {"gender": "any"},
        {"nationalities": ["US"]},
        {"lead_days": -1},
    ],
)
def test_guidelines_that_nobody_could_meet_or_that_are_no_rule_are_refused(rules) -> None:
    with pytest.raises(ValidationError):
        Guidelines.model_validate(rules)
