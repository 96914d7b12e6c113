"""Who acts after a clock has run out is answered as after the sweep that writes it down, and a second earlier as if no
clock were near.

The sweep comes every minute, sometimes later: what is possible is decided by the clock (product.md 1d), not by when the
sweep came.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from shared.domain.applications.application import Application
from shared.domain.applications.clocks import as_of
from shared.domain.core.errors import Busy, Duplicate, RotaError
from shared.services.applications.state_changes import WAITS
from shared.services.applications.status_text import standing
from tests.builders import PROGRAM
from tests.fakes.clock import START
from tests.unit.services.applications.application_scene import AS_COLLEAGUE, AS_REVIEWER, AS_TRAINEE, Desk
from tests.unit.services.applications.clock_table import (
    AS_COORDINATOR,
    approved,
    asked,
    claimed,
    drafted,
    open_desk,
    secret,
    sent,
    sign,
)

SECOND = timedelta(seconds=1)
Begin = Callable[[Desk], str]
Do = Callable[[Desk, str], object]


def late_claim(desk: Desk) -> str:
    """Taken up an hour before it closes."""
    id = sent(desk)
    desk.clock.set(closing(desk, id) - timedelta(hours=1))
    return desk.review.claim(AS_REVIEWER, id).id


def late_host(desk: Desk) -> str:
    id = sent(desk)
    desk.clock.set(closing(desk, id) - timedelta(days=3))
    return desk.host_review.route(AS_REVIEWER, desk.review.claim(AS_REVIEWER, id).id).id


def closing(desk: Desk, id: str) -> datetime:
    closes_at = desk.application(id).submitted.closes_at
    assert closes_at is not None
    return closes_at


CLOCKS: dict[str, tuple[Begin, Callable[[Application], datetime | None]]] = {
    "draft": (drafted, lambda one: one.draft_expires_at),
    "claim": (claimed, lambda one: one.claim.lapses_at),
    "question": (asked, lambda one: one.question.reply_due_at),
    "offer": (approved, lambda one: one.offer.expires_at),
    "closes, unclaimed": (sent, lambda one: one.submitted.closes_at),
    "closes, in review": (late_claim, lambda one: one.submitted.closes_at),
    "closes, at the host": (late_host, lambda one: one.submitted.closes_at),
}


def recommend(desk: Desk, id: str) -> object:
    known = desk.application(id).host
    return desk.host_review.recommend(id, secret(desk, id) if known else "made-up", "yes", "")


STEPS: dict[str, Do] = {
    "save": lambda desk, id: desk.submission.save(AS_TRAINEE, id, {"credit_wish": True}),
    "submit": lambda desk, id: desk.submission.submit(AS_TRAINEE, id),
    "withdraw": lambda desk, id: desk.submission.withdraw(AS_TRAINEE, id),
    "reply": lambda desk, id: desk.information_requests.reply(AS_TRAINEE, id, "The fourth."),
    "sign": sign,
    "claim": lambda desk, id: desk.review.claim(AS_REVIEWER, id),
    "claim by a colleague": lambda desk, id: desk.review.claim(AS_COLLEAGUE, id),
    "approve": lambda desk, id: desk.review.approve(AS_REVIEWER, id),
    "reject": lambda desk, id: desk.review.reject(AS_REVIEWER, id, "other", "The ward is closed."),
    "ask": lambda desk, id: desk.information_requests.ask(AS_REVIEWER, id, "Which ward?"),
    "route": lambda desk, id: desk.host_review.route(AS_REVIEWER, id),
    "recommend": recommend,
    "take back": lambda desk, id: desk.host_review.take_back(AS_COORDINATOR, id, "The host is away."),
    "ask again": lambda desk, id: desk.host_review.ask_again(AS_COORDINATOR, id, "A colleague reads the mails."),
}


def answer(desk: Desk, id: str, do: Do) -> tuple[object, ...]:
    """What whoever acts is told, and where it stands then; a refusal changes nothing."""
    before = desk.snapshot()
    try:
        do(desk, id)
    except RotaError as refused:
        assert desk.snapshot() == before
        return type(refused), refused.detail, refused.remedy
    found = as_of(desk.application(id), desk.clock.now())
    claim = found.claim if found.status == "IN_REVIEW" else None
    return found.status, found.ending, found.review, claim


def at_the_end_of(clock: str, early: timedelta, swept: bool) -> tuple[Desk, str]:
    begin, ends = CLOCKS[clock]
    desk = open_desk(START)
    id = begin(desk)
    at = ends(desk.application(id))
    assert at is not None
    desk.clock.set(at - early)
    if swept:
        desk.swept(id)
    return desk, id


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("clock", CLOCKS)
def test_T18_from_its_second_on_a_step_is_answered_the_same_whether_the_sweep_came_or_not(
    clock: str, step: str
) -> None:
    late, swept = (answer(*at_the_end_of(clock, timedelta(), swept), STEPS[step]) for swept in (False, True))
    assert late == swept


@pytest.mark.parametrize("clock", CLOCKS)
def test_T18_a_second_before_its_end_nothing_has_run_out_and_from_then_on_what_the_sweep_writes(clock: str) -> None:
    desk, id = at_the_end_of(clock, SECOND, swept=False)
    found = desk.application(id)
    assert as_of(found, desk.clock.now()) is found
    desk.clock.move(SECOND)
    known, now = as_of(found, desk.clock.now()), desk.clock.now()
    assert known.status is not found.status
    stored = desk.swept(id)
    if stored.status is known.status:
        assert known == stored.model_copy(update={"version": known.version})
    assert standing(found, desk.catalogue.program(PROGRAM), now) == standing(
        stored, desk.catalogue.program(PROGRAM), now
    )


@pytest.mark.parametrize(
    ("clock", "step", "before"),
    [
        ("claim", "approve", "APPROVED"),
        ("claim", "reject", "REJECTED"),
        ("question", "reply", "IN_REVIEW"),
        ("draft", "submit", "SUBMITTED"),
        ("offer", "sign", "APPROVED"),
        ("closes, unclaimed", "claim", "IN_REVIEW"),
        ("closes, in review", "approve", "APPROVED"),
        ("closes, in review", "reject", "REJECTED"),
        ("closes, at the host", "take back", "IN_REVIEW"),
    ],
)
def test_T18_the_last_second_counts_and_the_next_one_is_too_late(clock: str, step: str, before: str) -> None:
    desk, id = at_the_end_of(clock, SECOND, swept=False)
    STEPS[step](desk, id)
    assert desk.application(id).status == before
    desk, id = at_the_end_of(clock, timedelta(), swept=False)
    assert issubclass(answer(desk, id, STEPS[step])[0], RotaError)  # type: ignore[arg-type]


@pytest.mark.parametrize("early", [SECOND, timedelta()], ids=["in its last second", "over"])
@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("clock", CLOCKS)
def test_T18_no_step_leaves_a_due_row_that_the_state_it_led_to_does_not_keep(
    clock: str, step: str, early: timedelta
) -> None:
    desk, id = at_the_end_of(clock, early, swept=False)
    answer(desk, id, STEPS[step])
    assert desk.due_rows(id) <= set(WAITS.get(desk.application(id).status, ()))


def apply_again(desk: Desk, id: str) -> tuple[object, ...]:
    """Another draft for the same program and start, sent: what the trainee is told, and what became of the first."""
    first = desk.application(id)
    try:
        second = desk.draft(key="key-9", start=first.start).id
    except RotaError as refused:
        return type(refused), refused.detail, refused.remedy
    told = answer(desk, id, lambda one, _: one.submission.submit(AS_TRAINEE, second))
    return (
        told,
        desk.application(second).status,
        desk.application(id).version,
        list(desk.store.claims.values()),
        desk.due_rows(id),
    )


@pytest.mark.parametrize("clock", CLOCKS)
def test_T18_who_applies_again_is_answered_the_same_whether_the_sweep_came_or_not(clock: str) -> None:
    late, swept = (apply_again(*at_the_end_of(clock, timedelta(), swept)) for swept in (False, True))
    if clock in ("claim", "draft"):  # the name is kept, or was never held: nothing is written
        late, swept = late[:2], swept[:2]
    assert late == swept


@pytest.mark.parametrize(("early", "clash"), [(SECOND, ["same"]), (timedelta(), [])])
def test_T24_the_form_names_what_is_in_the_same_weeks_until_its_time_is_up(early: timedelta, clash: list[str]) -> None:
    desk, id = at_the_end_of("offer", early, swept=False)
    assert [
        one.kind for one in desk.prospects.of(AS_TRAINEE.actor.id, PROGRAM, None, desk.application(id).start, 4).clashes
    ] == clash


@pytest.mark.parametrize("clock", ["question", "offer"])
def test_T24_applying_again_is_possible_from_the_second_on_at_which_the_page_says_so(clock: str) -> None:
    desk, id = at_the_end_of(clock, SECOND, swept=False)
    assert apply_again(desk, id)[0][0] is Duplicate  # type: ignore[index]
    desk.clock.move(SECOND)
    second = desk.draft(key="key-9", start=desk.application(id).start).id
    assert "pply again" in standing(desk.application(id), desk.catalogue.program(PROGRAM), desk.clock.now()).sentence
    assert desk.submission.submit(AS_TRAINEE, second).status == "SUBMITTED"
    assert (desk.application(id).status, desk.application(id).ending.code) == (
        "EXPIRED",
        {"question": "reply", "offer": "offer"}[clock],
    )
    row = desk.store.history("APPLICATION", id)[-1]
    assert (row.type, row.actor.role, row.correlation_id) == (
        "ApplicationExpired.v1",
        "system",
        AS_TRAINEE.correlation_id,
    )
    assert desk.due_rows(id) == set()


def test_T24_applying_again_survives_a_crash_between_ending_the_first_and_sending_the_second() -> None:
    desk, id = at_the_end_of("offer", timedelta(), swept=False)
    second = desk.draft(key="key-9", start=desk.application(id).start).id
    desk.store.fail_after_commit()
    with pytest.raises(Busy):
        desk.submission.submit(AS_TRAINEE, second)
    assert (desk.application(id).status, desk.application(second).status) == ("EXPIRED", "DRAFT")
    assert desk.submission.submit(AS_TRAINEE, second).status == "SUBMITTED"


def test_T17_what_a_reviewer_let_lapse_a_colleague_takes_and_then_decides() -> None:
    desk, id = at_the_end_of("claim", timedelta(), swept=False)
    assert desk.review.claim(AS_COLLEAGUE, id).claim.by == AS_COLLEAGUE.actor.id
    assert desk.swept(id).claim.by == AS_COLLEAGUE.actor.id, "the sweep finds a new claim"
    assert desk.review.approve(AS_COLLEAGUE, id).approval.by == AS_COLLEAGUE.actor.id


def test_the_pages_say_what_a_step_would_be_told() -> None:
    desk, id = at_the_end_of("closes, in review", timedelta(), swept=False)
    files = desk.application_queries
    seen = {
        files.staff(id).application.status,
        files.own(AS_TRAINEE, id).application.status,
        files.mine(AS_TRAINEE)[0][0].status,
    }
    assert seen == {"CLOSED"}
    assert desk.application(id).status == "IN_REVIEW", "reading writes nothing"


@pytest.mark.parametrize(("early", "who"), [(SECOND, AS_REVIEWER.actor.id), (timedelta(), None)])
def test_T17_the_queue_shows_a_claim_as_free_from_the_second_it_lapsed_on(early: timedelta, who: str | None) -> None:
    desk, id = at_the_end_of("claim", early, swept=False)
    (row,) = desk.workspace.queue(AS_REVIEWER, ["reviewer"]).rows
    assert (row.item.subject_id, row.subject.holder_id or None, row.mine) == (id, who, who is not None)


@pytest.mark.parametrize(("begin", "owed"), [(sent, "We did not decide"), (late_host, "The host did not answer")])
def test_T13_what_closed_says_who_owed_the_next_step(begin: Begin, owed: str) -> None:
    desk = open_desk(START)
    id = begin(desk)
    desk.clock.set(closing(desk, id))
    assert owed in standing(desk.swept(id), desk.catalogue.program(PROGRAM), desk.clock.now()).sentence
