"""Demo accounts and their CV: every role, the three rows of the eligibility table, and a PDF that readers accept."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest

from infra.local.seed.catalogue import DemoPerson, demo_people, load
from infra.local.seed.cv import demo_cv
from shared.domain.applications.eligibility import approval_gaps, explain
from shared.domain.programs.guidelines import check, unresolved
from shared.domain.programs.program import ExperienceType

TODAY = date(2026, 11, 21)


def _person(key: str) -> DemoPerson:
    return next(p for p in demo_people(TODAY) if p.key == key)


@pytest.mark.parametrize(
    ("key", "hands_on", "observership"),
    [("student", True, False), ("observer", False, True), ("graduate", True, True)],
)
@pytest.mark.parametrize("ahead", [0, 730])
def test_T07_T08_T09_each_demo_trainee_shows_one_row_of_the_table_through_the_horizon(
    key: str, hands_on: bool, observership: bool, ahead: int
) -> None:
    facts = _person(key).facts
    assert facts is not None
    start = TODAY + timedelta(days=ahead)
    assert explain(facts, ExperienceType.HANDS_ON, start, TODAY).allowed is hands_on
    assert explain(facts, ExperienceType.OBSERVERSHIP, start, TODAY).allowed is observership


def test_H12_nothing_but_a_cv_stands_between_the_demo_graduate_and_the_demo_hosts_ward() -> None:
    ward = next(p for p in load(TODAY).programs if p.id == "prairielantern-internal-medicine-chicago")
    facts = _person("graduate").facts
    assert facts is not None
    assert ward.host_id == _person("host").host_id
    assert ward.required_documents == ("cv",)
    assert unresolved(check(ward.guidelines, facts, date(2026, 11, 30), 4, TODAY)) == ()
    assert approval_gaps(facts, ExperienceType.HANDS_ON, date(2026, 11, 30)) == ()


# --- the CV -----------------------------------------------------------------------------------------------------------
def _shown(pdf: bytes) -> list[str]:
    return [bytes.fromhex(found.decode()).decode("cp1252") for found in re.findall(rb"<([0-9a-f]*)> Tj", pdf)]


def test_T15_cv_shows_name_school_and_exam_and_is_the_same_every_time() -> None:
    graduate = _person("graduate")
    lines = _shown(demo_cv(graduate))
    assert lines[0] == "Mateo Ferrándiz"
    assert any("Universidad de los Cerros Azules" in line for line in lines)
    assert "USMLE Step 1: passed" in lines
    assert "USMLE Step 1: not passed" in _shown(demo_cv(_person("observer")))
    assert demo_cv(graduate) == demo_cv(graduate)
