"""Done when 3 of issue 3: every clock of an application one second before and at its moment, through the services that
run it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from shared.domain.applications.application_machine import ApplicationStatus
from shared.domain.applications.due_kinds import HOST, HOST_LATE, REPLY, STALE
from shared.domain.core.errors import NotAllowedNow
from shared.domain.core.instants import iso
from tests.builders import FIRST_DAY
from tests.fakes.clock import START
from tests.unit.services.applications.application_scene import AS_REVIEWER, AS_TRAINEE, Desk
from tests.unit.services.applications.clock_table import AS_COORDINATOR, CLOCKS, Row, open_desk, rows

ROWS = rows()
SECOND = timedelta(seconds=1)
EACH = pytest.mark.parametrize(
    "row", ROWS, ids=[f"{row.requirement}-{row.clock}-{row.begins:%Y-%m-%dT%H:%M}" for row in ROWS]
)


def test_every_clock_is_tried_and_every_line_is_a_clock() -> None:
    assert {row.clock for row in ROWS} == set(CLOCKS)


@EACH
def test_a_clock_runs_out_at_the_moment_that_the_calendar_says(row: Row) -> None:
    desk, clock = open_desk(row.begins), CLOCKS[row.clock]
    due = clock.due(desk, clock.begin(desk))
    assert due == row.runs_out


@EACH
@pytest.mark.parametrize(("early", "over"), [(SECOND, False), (timedelta(), True), (-SECOND, True)])
def test_a_clock_is_not_over_a_second_before_its_moment_and_is_from_then_on(
    row: Row, early: timedelta, over: bool
) -> None:
    desk, clock = open_desk(row.begins), CLOCKS[row.clock]
    id = clock.begin(desk)
    desk.clock.set(row.runs_out - early)
    assert clock.over(desk, id) is over


# --- the start comes near ---------------------------------------------------------------------------------------------
NEAR = datetime.fromisoformat("2027-02-16T06:00:00Z")
"""Midnight in Chicago, 13 days before the start on 1 March 2027: from then on it is less than 14 days away."""


def sent(desk: Desk) -> str:
    return desk.submitted().id


def claimed(desk: Desk) -> str:
    return desk.claimed().id


def late_claim(desk: Desk, days: int) -> str:
    """Taken up so many days before it closes."""
    id = sent(desk)
    desk.clock.set(NEAR - timedelta(days=days))
    return desk.review.claim(AS_REVIEWER, id).id


def asked(desk: Desk) -> str:
    return desk.information_requests.ask(AS_REVIEWER, late_claim(desk, 2), "Which ward?").id


def answered(desk: Desk) -> str:
    return desk.information_requests.reply(AS_TRAINEE, asked(desk), "The fourth.").id


def routed(desk: Desk) -> str:
    return desk.host_review.route(AS_REVIEWER, late_claim(desk, 6)).id


@pytest.mark.parametrize("begin", [sent, claimed, answered, routed])
def test_T13_an_undecided_application_closes_at_midnight_13_days_before_its_start_wherever_it_waits(
    begin: Callable[[Desk], str],
) -> None:
    desk = Desk().scene()
    id = begin(desk)
    assert iso(desk.application(id).submitted.closes_at or START) == iso(NEAR)
    assert STALE in desk.due_rows(id)
    desk.clock.set(NEAR - SECOND)
    assert desk.swept(id).status is not ApplicationStatus.CLOSED
    desk.clock.set(NEAR)
    assert desk.swept(id).status is ApplicationStatus.CLOSED
    assert (desk.due_rows(id), desk.store.claims) == (set(), {}), "the name is free for another start"
    assert desk.store.history("APPLICATION", id)[-1].data["ending"] == {"code": "start_near"}
    before = desk.snapshot()
    desk.swept(id)
    assert desk.snapshot() == before


def test_T13_a_question_is_over_half_a_day_before_it_closes_and_the_trainee_is_told_that_day_and_reminded_before() -> (
    None
):
    desk = Desk().scene()
    id, until = asked(desk), NEAR - timedelta(hours=12)
    assert desk.application(id).question.reply_due_at == until
    assert desk.store.waiting[("APPLICATION", id, REPLY)].due.at == until
    desk.clock.set(NEAR - timedelta(days=2) + timedelta(hours=18))
    assert desk.swept(id).question.reminded_at == desk.clock.now()
    desk.clock.set(until - SECOND)
    assert desk.swept(id).status is ApplicationStatus.NEEDS_INFO
    desk.clock.set(until)
    assert (desk.swept(id).status, desk.application(id).ending.code) == (ApplicationStatus.EXPIRED, "reply")


def test_T13_a_question_is_over_before_the_application_closes_however_late_the_sweep() -> None:
    desk = Desk().scene()
    id = asked(desk)
    desk.clock.set(NEAR + timedelta(days=1))
    assert (desk.swept(id).status, desk.application(id).ending.code) == (ApplicationStatus.EXPIRED, "reply")


def test_T20_a_host_is_late_in_time_for_a_coordinator_and_a_reviewer_to_decide_before_it_closes() -> None:
    desk = Desk().scene()
    id = routed(desk)
    found, last = desk.application(id), NEAR - timedelta(hours=12)
    assert (found.host.due_at, found.host.decide_at) == (NEAR - timedelta(days=1), last)
    steps = {0: "asked"}
    while not steps.get(-1):
        desk.clock.set(desk.store.waiting[("APPLICATION", id, HOST)].due.at)
        swept = desk.swept(id)
        steps[swept.host.reminders if swept.host.escalated_at is None else -1] = iso(desk.clock.now())
    assert steps == {0: "asked", 1: "2027-02-11T21:36:00Z", 2: "2027-02-13T00:00:00Z", -1: "2027-02-14T02:24:00Z"}
    (late,) = desk.store.rows_of(HOST_LATE)
    assert late.due.at == last
    desk.clock.set(last)
    assert desk.host_review.take_back(AS_COORDINATOR, id, "Nobody answers.").host.taken_back.waived
    assert desk.review.approve(AS_REVIEWER, id).status is ApplicationStatus.APPROVED


@pytest.mark.parametrize(("late", "refused"), [(-SECOND, False), (timedelta(), False), (SECOND, True)])
@pytest.mark.parametrize(
    "step",
    [
        lambda desk, id: desk.information_requests.ask(AS_REVIEWER, id, "Which ward?"),
        lambda desk, id: desk.host_review.route(AS_REVIEWER, id),
    ],
)
def test_T13_less_than_a_day_before_it_closes_nobody_is_asked_any_more(
    step: Callable[[Desk, str], object], late: timedelta, refused: bool
) -> None:
    desk = Desk().scene()
    id = late_claim(desk, 1)
    desk.clock.move(late)
    if late:
        desk.review.claim(AS_REVIEWER, id)
    before = desk.snapshot()
    if not refused:
        step(desk, id)
        return
    with pytest.raises(NotAllowedNow, match="closes in less than 24 hours"):
        step(desk, id)
    assert desk.snapshot() == before


def test_T13_what_was_decided_or_withdrawn_does_not_close() -> None:
    desk = Desk().scene()
    id = desk.review.approve(AS_REVIEWER, desk.claimed().id).id
    assert STALE not in desk.due_rows(id)
    desk = Desk().scene()
    id = desk.review.reject(AS_REVIEWER, desk.claimed().id, "other", "No.").id
    assert desk.due_rows(id) == set()


def test_T13_an_application_on_short_notice_has_its_72_business_hours_first() -> None:
    desk = Desk().scene()
    desk.clock.set(
        datetime.fromisoformat("2027-02-15T18:00:00Z")
    )  # Presidents' Day, the last day on which one may apply
    id = desk.submitted(start=FIRST_DAY).id
    desk.clock.set(datetime.fromisoformat("2027-02-19T05:59:59Z"))
    assert desk.swept(id).status is ApplicationStatus.SUBMITTED
    desk.clock.move(SECOND)
    assert desk.swept(id).status is ApplicationStatus.CLOSED
