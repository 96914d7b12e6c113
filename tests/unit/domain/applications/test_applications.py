"""An application's guards and clocks: what may be submitted, approved and reserved, and when an offer or a promise runs
out."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from shared.domain.applications.application import (
    Application,
    claim_lapse,
    draft_expiry,
    offer_expiry,
    offer_over,
    review_clock,
    review_overdue,
)
from shared.domain.applications.application_machine import ApplicationEvent
from shared.domain.applications.guards import can_approve, can_begin_checkout, can_end, can_submit
from shared.domain.applications.values import Offer, ReviewClock
from shared.domain.core.calendar import local_date
from shared.domain.core.errors import (
    Duplicate,
    Expired,
    GuidelineFailed,
    Invalid,
    NotAllowedNow,
    NotEligible,
    TermsNotSigned,
)
from shared.domain.core.instants import parse
from shared.domain.core.policy import CURRENT
from shared.domain.programs.guidelines import check
from tests.builders import host_answer, host_question, signed
from tests.unit.domain.samples import NOW, START, TODAY, a_program, an_application, facts

SECOND = timedelta(seconds=1)
APPROVED = {
    "status": "APPROVED",
    "offer": Offer(expires_at=NOW + timedelta(days=7)),
    "terms": signed("terms-2", NOW),
}


def test_T15_complete_application_may_be_submitted_and_returns_its_verdict() -> None:
    verdict = can_submit(an_application(), a_program(), facts(), TODAY, CURRENT)
    assert verdict.allowed


@pytest.mark.parametrize(
    ("fields", "program", "field"),
    [
        ({"start": None}, {}, "start"),
        ({"start": date(2027, 3, 2)}, {}, "start"),
        ({"start": date(2026, 11, 16)}, {}, "start"),
        ({"start": date(2028, 11, 27)}, {}, "start"),
        ({"weeks": 5}, {}, "weeks"),
        ({"experience_type": "hands_on"}, {"experience_types": ("observership",)}, "experience_type"),
        ({"cv": None}, {}, "cv"),
    ],
)
def test_T15_incomplete_application_is_refused_and_names_the_field(fields, program, field) -> None:
    with pytest.raises(Invalid) as refusal:
        can_submit(an_application(**fields), a_program(**program), facts(), TODAY, CURRENT)
    assert refusal.value.facts["field"] == field


@pytest.mark.parametrize("status", ["LEAD", "SUBMITTED", "BUILDING", "PAUSED", "RETIRED"])
def test_H10_program_that_is_not_live_takes_no_application(status) -> None:
    with pytest.raises(NotAllowedNow):
        can_submit(an_application(), a_program(status=status), facts(), TODAY, CURRENT)


def test_second_open_application_for_the_same_program_and_start_is_refused() -> None:
    with pytest.raises(Duplicate):
        can_submit(an_application(), a_program(), facts(), TODAY, CURRENT, has_duplicate=True)


def test_T07_student_cannot_submit_for_an_observership_and_reads_why() -> None:
    with pytest.raises(NotEligible) as refusal:
        can_submit(an_application(experience_type="observership"), a_program(), facts(), TODAY, CURRENT)
    assert refusal.value.facts["reasons"][0]["code"] == "student_no_observership"
    assert "hands-on" in refusal.value.remedy


def test_T13_start_on_short_notice_is_a_warning_and_never_a_block() -> None:
    verdict = can_submit(an_application(start=date(2026, 12, 7)), a_program(), facts(), TODAY, CURRENT)
    assert [warning.code for warning in verdict.warnings] == ["short_notice"]


@pytest.mark.parametrize(
    ("zone", "moment", "possible"),
    [
        # Monday 7 December is 14 days from all of Monday 23 November at the site, and 13 from the next midnight on
        ("America/Chicago", "2026-11-24T05:59:59Z", True),
        ("America/Chicago", "2026-11-24T06:00:00Z", False),
        ("Pacific/Honolulu", "2026-11-24T09:59:59Z", True),
        ("Pacific/Honolulu", "2026-11-24T10:00:00Z", False),
    ],
)
def test_T15_nobody_applies_for_a_start_that_is_nearer_than_undecided_applications_close(
    zone, moment, possible
) -> None:
    wished, today = an_application(start=date(2026, 12, 7)), local_date(parse(moment), zone)
    if possible:
        can_submit(wished, a_program(), facts(), today, CURRENT)
        return
    with pytest.raises(Invalid) as refusal:
        can_submit(wished, a_program(), facts(), today, CURRENT)
    assert (
        refusal.value.detail
        == "Mon 7 December 2026 is less than 14 days away: too near for an application to be answered."
    )
    assert refusal.value.remedy == "Choose Mon 14 December 2026 or a later Monday."
    assert refusal.value.facts == {"field": "start", "start": "2026-12-07", "earliest": "2026-12-14"}


def _approve(application: Application, guidelines: dict, who, overridden=(), today: date = TODAY) -> None:
    program = a_program(guidelines=guidelines)
    results = check(program.guidelines, who, START, 4, today)
    can_approve(application, program, who, results, overridden, today, CURRENT)


def test_H12_approval_needs_every_guideline_met_or_overridden() -> None:
    rules = {"languages": ["Spanish"], "lead_days": 30}
    _approve(an_application(status="IN_REVIEW"), rules, facts(languages=("Spanish",)))
    with pytest.raises(GuidelineFailed) as refusal:
        _approve(an_application(status="IN_REVIEW"), rules, facts(languages=("English",)))
    assert refusal.value.facts["codes"] == ["languages"]
    _approve(an_application(status="IN_REVIEW"), rules, facts(languages=("English",)), overridden={"languages"})


def test_T09_graduate_without_verified_step1_is_not_approved_for_hands_on() -> None:
    declared = {"trainee_status": "graduate", "step1": "passed"}
    with pytest.raises(NotEligible) as refusal:
        _approve(an_application(status="IN_REVIEW"), {}, facts(**declared))
    assert refusal.value.facts["reasons"][0]["code"] == "step1_not_verified"
    _approve(an_application(status="IN_REVIEW"), {}, facts(**declared, step1_verified=True))


def test_eligibility_is_judged_again_at_approval() -> None:
    with pytest.raises(NotEligible):
        _approve(an_application(status="IN_REVIEW", experience_type="observership"), {}, facts())


@pytest.mark.parametrize(("recommendation", "fine"), [(None, False), ("no", False), ("yes", True)])
def test_routed_application_needs_the_hosts_yes(recommendation, fine) -> None:
    application = an_application(
        status="IN_REVIEW", host=host_question(answer=recommendation and host_answer(recommendation))
    )
    if fine:
        _approve(application, {}, facts())
        return
    with pytest.raises(NotAllowedNow):
        _approve(application, {}, facts())


def test_start_that_has_passed_while_waiting_is_not_approved() -> None:
    with pytest.raises(Invalid):
        _approve(an_application(status="IN_REVIEW"), {}, facts(), today=START + timedelta(days=1))


@pytest.mark.parametrize(
    ("start", "lifetime"),
    [
        (date(2027, 1, 20), timedelta(days=7)),  # 60 days from 21 November 2026
        (date(2027, 1, 19), timedelta(hours=72)),  # 59 days
        (date(2026, 11, 24), timedelta(hours=72)),
        (date(2026, 11, 23), timedelta(hours=60)),  # to the end of that day
    ],
)
def test_offer_lives_7_days_or_72_hours_when_the_start_is_less_than_60_days_away(start, lifetime) -> None:
    assert offer_expiry(NOW, start, CURRENT, "America/Chicago") - NOW == lifetime


def test_offer_counts_days_on_the_sites_calendar() -> None:
    late_evening = datetime(2026, 11, 22, 5, 59, 59, tzinfo=UTC)  # still 21 November in Chicago
    start = date(2027, 1, 20)
    assert offer_expiry(late_evening, start, CURRENT, "America/Chicago") - late_evening == timedelta(days=7)
    assert (
        offer_expiry(late_evening + SECOND, start, CURRENT, "America/Chicago") - late_evening
        == timedelta(hours=72) + SECOND
    )


def test_offer_is_open_until_its_last_second_and_over_from_the_boundary_on() -> None:
    application = an_application(**APPROVED)
    end = NOW + timedelta(days=7)
    assert not offer_over(application, end - SECOND)
    assert offer_over(application, end)
    can_begin_checkout(application, end - SECOND, "terms-2", CURRENT)
    with pytest.raises(Expired):
        can_begin_checkout(application, end, "terms-2", CURRENT)


def test_application_without_an_offer_cannot_be_reserved() -> None:
    assert not offer_over(an_application(), NOW)
    with pytest.raises(Expired):
        can_begin_checkout(an_application(), NOW, "terms-2", CURRENT)


@pytest.mark.parametrize(
    "given",
    [{"terms": None}, {"terms": signed("terms-1", NOW)}],
)
def test_T24_checkout_is_refused_until_the_current_terms_are_signed(given) -> None:
    with pytest.raises(TermsNotSigned):
        can_begin_checkout(an_application(**{**APPROVED, **given}), NOW, "terms-2", CURRENT)


def test_offer_allows_three_holds_and_refuses_the_fourth() -> None:
    can_begin_checkout(an_application(**APPROVED, holds_used=2), NOW, "terms-2", CURRENT)
    with pytest.raises(NotAllowedNow) as refusal:
        can_begin_checkout(an_application(**APPROVED, holds_used=3), NOW, "terms-2", CURRENT)
    assert refusal.value.facts["holds_used"] == 3


def test_open_checkout_blocks_a_second_one_and_any_end_of_the_application() -> None:
    application = an_application(**APPROVED, live_reservation_id="res-1")
    with pytest.raises(NotAllowedNow) as refusal:
        can_begin_checkout(application, NOW, "terms-2", CURRENT)
    assert refusal.value.facts["reservation_id"] == "res-1"
    for event in (ApplicationEvent.WITHDRAW, ApplicationEvent.CLOSE, ApplicationEvent.OFFER_LAPSED):
        with pytest.raises(NotAllowedNow):
            can_end(application, event)
        can_end(an_application(**APPROVED), event)


def test_T18_review_is_promised_in_24_business_hours_and_escalates_at_72() -> None:
    friday = datetime(2026, 11, 20, 21, 0, tzinfo=UTC)
    clock = review_clock(friday, CURRENT)
    assert clock.due_at == datetime(2026, 11, 23, 21, 0, tzinfo=UTC)
    assert clock.escalate_at == datetime(2026, 11, 25, 21, 0, tzinfo=UTC)
    assert claim_lapse(friday, CURRENT) == datetime(2026, 11, 21, 1, 0, tzinfo=UTC)
    assert draft_expiry(friday, CURRENT) == friday + timedelta(days=90)


@pytest.mark.parametrize(
    ("status", "waits"), [("SUBMITTED", True), ("IN_REVIEW", True), ("NEEDS_INFO", False), ("APPROVED", False)]
)
def test_T18_review_is_overdue_from_the_promised_second_on_while_it_waits_for_us(status, waits) -> None:
    application = an_application(status=status, review=ReviewClock(due_at=NOW, escalate_at=NOW))
    assert not review_overdue(application, NOW - SECOND)
    assert review_overdue(application, NOW) is waits


def test_application_state_survives_json_and_refuses_unknown_fields() -> None:
    application = an_application(**APPROVED, host=host_question(answer=host_answer("no")))
    assert Application.model_validate(application.model_dump(mode="json")) == application
    with pytest.raises(ValueError, match="trainee_name"):
        an_application(trainee_name="Ada")
