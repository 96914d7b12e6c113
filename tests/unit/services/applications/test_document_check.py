"""A reviewer reads documents: what counts, with which dates, what it changes for the guidelines, and what erasing
leaves of it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from shared.domain.applications.application import ApplicationStatus
from shared.domain.core.errors import GuidelineFailed, Invalid, NotAllowedNow, NotFound
from shared.domain.documents.checklist import Check
from shared.domain.documents.rules import DocumentRule, NeededBy
from shared.domain.programs.guidelines import Guidelines
from shared.ports import Stored
from tests.builders import TRAINEE
from tests.unit.services.applications.application_scene import AS_COLLEAGUE, AS_REVIEWER, Desk

LAST_DAY = date(2027, 3, 28)
TB_TEST = Guidelines(
    documents=(DocumentRule(kind="tb_test", max_age_days=90, must_cover=True, needed_by=NeededBy.APPROVAL),)
)


@pytest.fixture
def desk() -> Desk:
    made = Desk().scene(guidelines=TB_TEST)
    made.document("document-2", kind="tb_test")
    return made


def stored(desk: Desk) -> Stored:
    return desk.store.load("DOCUMENT", "document-2")


def accepted(**changes: Any) -> Check:
    return Check(**{"verdict": "accepted", "issued": date(2026, 11, 20), "expires": LAST_DAY} | changes)


def test_a_document_that_was_read_and_counts_meets_its_guideline(desk: Desk) -> None:
    mine = desk.claimed()
    with pytest.raises(GuidelineFailed, match="TB test"):
        desk.review.approve(AS_REVIEWER, mine.id)
    # 2027-03-01 is 90 days after 2026-12-01, so a test of 2026-11-20 is too old.
    desk.document_check.check(AS_REVIEWER, mine.id, "document-2", accepted())
    with pytest.raises(GuidelineFailed, match="Issued Fri 20 November 2026"):
        desk.review.approve(AS_REVIEWER, mine.id)
    desk.clock.set(desk.clock.now().replace(month=12, day=1))
    desk.review.claim(AS_REVIEWER, mine.id)
    desk.document_check.check(AS_REVIEWER, mine.id, "document-2", accepted(issued=date(2026, 12, 1)))
    assert desk.review.approve(AS_REVIEWER, mine.id).status is ApplicationStatus.APPROVED


def test_H12_a_reviewer_sees_the_cv_first_then_the_other_kinds_the_newest_of_each_first(desk: Desk) -> None:
    for number, (id, kind) in enumerate((("document-3", "bls"), ("document-4", "bls")), 1):
        desk.document(id, kind=kind, number=number)
    papers = desk.application_queries.staff(desk.submitted().id).papers
    assert [one.document.id for one in papers] == ["document-1", "document-4", "document-3", "document-2"]


@pytest.mark.parametrize(("expires", "fine"), [(date(2027, 3, 27), False), (LAST_DAY, True)])
def test_a_document_must_be_valid_through_the_last_day_that_day_included(expires: date, fine: bool) -> None:
    rules = Guidelines(documents=(DocumentRule(kind="bls", must_cover=True, needed_by=NeededBy.APPROVAL),))
    desk = Desk().scene(guidelines=rules)
    desk.document("document-2", kind="bls")
    mine = desk.claimed()
    desk.document_check.check(AS_REVIEWER, mine.id, "document-2", accepted(expires=expires))
    if fine:
        assert desk.review.approve(AS_REVIEWER, mine.id).status is ApplicationStatus.APPROVED
    else:
        with pytest.raises(GuidelineFailed, match="Expires Sat 27 March 2027"):
            desk.review.approve(AS_REVIEWER, mine.id)


def test_a_declined_document_does_not_count_its_reason_is_erasable_and_a_newer_one_counts_again(desk: Desk) -> None:
    mine = desk.claimed()
    desk.document_check.check(
        AS_REVIEWER, mine.id, "document-2", Check(verdict="declined"), "The second page of Amara is missing."
    )
    read = stored(desk)
    assert desk.store.texts[read.state["check_reason_ref"]]["text"] == "The second page of Amara is missing."
    assert "Amara" not in str(desk.store.history("DOCUMENT", "document-2"))
    with pytest.raises(GuidelineFailed, match="Not uploaded"):
        desk.review.approve(AS_REVIEWER, mine.id)
    desk.document("document-3", kind="tb_test", number=2)
    with pytest.raises(GuidelineFailed, match="not recorded"):
        desk.review.approve(AS_REVIEWER, mine.id)
    desk.people.erase(TRAINEE)
    assert desk.store.text(read.state["check_reason_ref"]) is None


def test_the_language_of_a_cv_is_what_the_reviewer_read() -> None:
    desk = Desk().scene(guidelines=Guidelines(cv_language="Spanish"))
    mine = desk.claimed()
    with pytest.raises(GuidelineFailed):
        desk.review.approve(AS_REVIEWER, mine.id)
    desk.document_check.check(AS_REVIEWER, mine.id, "document-1", Check(verdict="accepted", language="Spanish"))
    assert desk.review.approve(AS_REVIEWER, mine.id).status is ApplicationStatus.APPROVED


@pytest.mark.parametrize(
    ("check", "reason", "field"),
    [
        (accepted(issued=date(2026, 11, 24)), "", "issued"),
        (accepted(issued=date(1949, 12, 31)), "", "issued"),
        (accepted(expires=date(2026, 11, 19)), "", "expires"),
        (Check(verdict="declined"), "  ", "why"),
    ],
    ids=["issued tomorrow", "older than anybody", "expires before it was issued", "no reason"],
)
def test_what_cannot_stand_on_a_document_is_refused_and_changes_nothing(
    desk: Desk, check: Check, reason: str, field: str
) -> None:
    mine = desk.claimed()
    before = desk.snapshot()
    with pytest.raises(Invalid) as refused:
        desk.document_check.check(AS_REVIEWER, mine.id, "document-2", check, reason)
    assert refused.value.facts["field"] == field
    assert desk.snapshot() == before


def test_issued_today_and_expiring_the_day_it_was_issued_can_stand_on_a_document(desk: Desk) -> None:
    today = date(2026, 11, 23)
    desk.document_check.check(AS_REVIEWER, desk.claimed().id, "document-2", accepted(issued=today, expires=today))
    read = stored(desk)
    assert (read.state["issued"], read.state["expires"]) == ("2026-11-23", "2026-11-23")


def test_the_same_again_changes_nothing_and_something_else_replaces_it(desk: Desk) -> None:
    mine = desk.claimed()
    desk.document_check.check(AS_REVIEWER, mine.id, "document-2", accepted())
    first = stored(desk).version
    desk.document_check.check(AS_REVIEWER, mine.id, "document-2", accepted())
    assert stored(desk).version == first
    desk.document_check.check(AS_REVIEWER, mine.id, "document-2", accepted(expires=None))
    assert (stored(desk).version, stored(desk).state["expires"]) == (first + 1, None)


def test_only_who_has_the_application_reads_and_only_its_trainees_documents(desk: Desk) -> None:
    mine = desk.claimed()
    desk.document("document-9", owner="trainee-2")
    desk.document("document-8", status="REFUSED")
    before = desk.snapshot()
    with pytest.raises(NotAllowedNow, match="Another reviewer"):
        desk.document_check.check(AS_COLLEAGUE, mine.id, "document-2", accepted())
    for id in ("document-9", "document-8", "no-such-document"):
        with pytest.raises(NotFound):
            desk.document_check.check(AS_REVIEWER, mine.id, id, accepted())
    assert desk.snapshot() == before
