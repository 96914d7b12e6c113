"""Done when 3 of issue 3: every step of an application tried in every state, through the services that people and the
sweep use.

Where the machine has an arrow for the one who acts, the step happens; everywhere else it is refused, or it is a
repetition that changes nothing. The machine itself is held to product.md section 4 in
`tests/unit/domain/core/test_machines.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from shared.domain.applications.application_machine import APPLICATION, ApplicationEvent, ApplicationStatus
from shared.domain.core.errors import RotaError
from shared.domain.core.machine import Actor
from shared.services.core.transitions import RequestContext
from tests.fakes.clock import START
from tests.unit.services.applications.application_scene import AS_REVIEWER, AS_TRAINEE, Desk
from tests.unit.services.applications.clock_table import (
    AS_COORDINATOR,
    approved,
    asked,
    claimed,
    drafted,
    open_desk,
    routed,
    secret,
    sent,
    sign,
)

S, E = ApplicationStatus, ApplicationEvent
State = Callable[[Desk], str]
Do = Callable[[Desk, str], object]


def expired(desk: Desk) -> str:
    id = approved(desk)
    desk.clock.move(timedelta(days=7))
    return desk.swept(id).id


def rejected(desk: Desk) -> str:
    return desk.review.reject(AS_REVIEWER, claimed(desk), "other", "The ward is closed.").id


def withdrawn(desk: Desk) -> str:
    return desk.submission.withdraw(AS_TRAINEE, sent(desk)).id


def closed(desk: Desk) -> str:
    id = sent(desk)
    desk.clock.set(desk.application(id).submitted.closes_at or START)
    return desk.swept(id).id


def converted(desk: Desk) -> str:
    """As settling leaves it; the payment is no business of these steps."""
    id = approved(desk)
    stored = desk.store.states[("APPLICATION", id)]
    state = {**stored.state, "status": "CONVERTED", "live_reservation_id": "reservation-1"}
    desk.store.states[("APPLICATION", id)] = replace(stored, state=state)
    desk.store.waiting.clear()
    return id


STATES: dict[ApplicationStatus, State] = {
    S.DRAFT: drafted,
    S.SUBMITTED: sent,
    S.IN_REVIEW: claimed,
    S.NEEDS_INFO: asked,
    S.HOST_REVIEW: routed,
    S.APPROVED: approved,
    S.REJECTED: rejected,
    S.EXPIRED: expired,
    S.CONVERTED: converted,
    S.WITHDRAWN: withdrawn,
    S.CLOSED: closed,
}


def by_host(desk: Desk, id: str) -> object:
    """A host acts by the link of its mail; who was never asked has none, and a made-up one opens nothing."""
    known = desk.application(id).host
    return desk.host_review.recommend(id, secret(desk, id) if known else "made-up", "yes", "")


def late(days: int) -> Do:
    """The sweep, so many days later."""

    def swept(desk: Desk, id: str) -> object:
        desk.clock.move(timedelta(days=days))
        return desk.swept(id)

    return swept


STEPS: dict[tuple[ApplicationEvent, Actor], Do] = {
    (E.SAVE, Actor.TRAINEE): lambda desk, id: desk.submission.save(AS_TRAINEE, id, {"credit_wish": True}),
    (E.SUBMIT, Actor.TRAINEE): lambda desk, id: desk.submission.submit(AS_TRAINEE, id),
    (E.WITHDRAW, Actor.TRAINEE): lambda desk, id: desk.submission.withdraw(AS_TRAINEE, id),
    (E.CLAIM, Actor.REVIEWER): lambda desk, id: desk.review.claim(AS_REVIEWER, id),
    (E.ASK, Actor.REVIEWER): lambda desk, id: desk.information_requests.ask(AS_REVIEWER, id, "Which ward?"),
    (E.REPLY, Actor.TRAINEE): lambda desk, id: desk.information_requests.reply(AS_TRAINEE, id, "The fourth."),
    (E.ROUTE_TO_HOST, Actor.REVIEWER): lambda desk, id: desk.host_review.route(AS_REVIEWER, id),
    (E.RECOMMEND_YES, Actor.HOST): by_host,
    (E.TAKE_BACK, Actor.COORDINATOR): lambda desk, id: desk.host_review.take_back(
        AS_COORDINATOR, id, "The host is away."
    ),
    (E.APPROVE, Actor.REVIEWER): lambda desk, id: desk.review.approve(AS_REVIEWER, id),
    (E.REJECT, Actor.REVIEWER): lambda desk, id: desk.review.reject(AS_REVIEWER, id, "other", "The ward is closed."),
    (E.TERMS_SIGNED, Actor.TRAINEE): sign,
}


def allowed(status: ApplicationStatus, event: ApplicationEvent, actor: Actor) -> bool:
    return any(
        arrow.source == status and arrow.event == event and actor in arrow.actors for arrow in APPLICATION.arrows
    )


@pytest.mark.parametrize("status", STATES)
@pytest.mark.parametrize(("event", "actor"), STEPS, ids=[event.value for event, _ in STEPS])
def test_a_step_happens_where_the_machine_has_its_arrow_and_changes_nothing_anywhere_else(
    status: ApplicationStatus, event: ApplicationEvent, actor: Actor
) -> None:
    desk = open_desk(START)
    id = STATES[status](desk)
    assert desk.application(id).status is status
    before, version = desk.snapshot(), desk.application(id).version
    refused = refusal(lambda: STEPS[event, actor](desk, id))
    happened = desk.application(id).version > version
    assert happened is allowed(status, event, actor), refused
    assert happened or desk.snapshot() == before
    assert not (happened and refused)


def refusal(attempt: Callable[[], object]) -> RotaError | None:
    """None when it was not refused; a refusal says what is wrong and what to do."""
    try:
        attempt()
    except RotaError as error:
        return error if error.detail and error.remedy else pytest.fail(f"{error!r} does not explain itself")
    return None


@pytest.mark.parametrize("status", STATES)
def test_a_stranger_changes_nothing_in_any_state(status: ApplicationStatus) -> None:
    desk = open_desk(START)
    id = STATES[status](desk)
    before = desk.snapshot()
    stranger = RequestContext(AS_TRAINEE.actor.model_copy(update={"id": "trainee-2"}))
    tries: tuple[Callable[[], object], ...] = (
        lambda: desk.submission.save(stranger, id, {"credit_wish": True}),
        lambda: desk.submission.submit(stranger, id),
        lambda: desk.submission.withdraw(stranger, id),
        lambda: desk.information_requests.reply(stranger, id, "The fourth."),
        lambda: desk.host_review.recommend(id, "made-up", "yes", ""),
    )
    for attempt in tries:
        with pytest.raises(RotaError):
            attempt()
    assert desk.snapshot() == before


@pytest.mark.parametrize("status", [S.REJECTED, S.WITHDRAWN, S.CLOSED, S.EXPIRED])
def test_nothing_that_ended_has_anything_due_and_no_sweep_wakes_it(status: ApplicationStatus) -> None:
    desk = open_desk(START)
    id = STATES[status](desk)
    assert desk.due_rows(id) == set()
    before = desk.snapshot()
    late(400)(desk, id)
    assert desk.snapshot() == before
