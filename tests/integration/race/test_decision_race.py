"""Decisions about one application or one hold, taken at the same moment by everybody who may: one of them happens, and
wholly."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

from shared.domain.core.errors import Busy, Invalid, NotAllowedNow, RotaError
from shared.domain.reservations.reservation import Choice
from shared.ports import system
from shared.services.core.transitions import RequestContext
from tests.builders import PROGRAM, WEEKS
from tests.integration.race.contention import Contended
from tests.integration.race.stage import COORDINATOR, SWEEP, Stage, at_once, trainee

WEBHOOK = RequestContext(system("payments"), "delivery", "evt_1")


def until_answered(call: Callable[[], object], *refusals: type[RotaError]) -> None:
    """A 503 is tried again, as its remedy says; any of `refusals` is an answer."""
    for _ in range(50):
        try:
            call()
            return
        except refusals:
            return
        except Busy:
            continue
    raise AssertionError("there was never an answer")


def test_T27_application_withdrawn_while_it_is_reserved_ends_as_one_of_the_two(dynamodb: Any) -> None:
    people = [(f"trainee-{n}", f"application-{n}") for n in range(40)]
    # Without conflicts at the seats' item, so that reserving is not always the slower one.
    stage = Stage(Contended(dynamodb, conflicts=False), {PROGRAM: (len(people), WEEKS)})
    stage.approve(*({"id": id, "trainee_id": who} for who, id in people))
    jobs: list[Callable[[], None]] = []
    for who, id in people:
        jobs.append(partial(until_answered, partial(stage.submission.withdraw, trainee(who), id), NotAllowedNow))
        jobs += [
            partial(until_answered, partial(stage.reserve.checkout, call, id, Choice.DEPOSIT), NotAllowedNow)
            for call in (trainee(who), COORDINATOR)
        ]
    _, seconds = at_once(jobs)
    states = [stage.store.load("APPLICATION", id).state for _, id in people]
    ends = Counter((state["status"], state.get("live_reservation_id") is not None) for state in states)
    print(f"\n{len(people)} applications, {len(jobs)} threads: {dict(ends)}, {seconds:.1f} s")
    assert set(ends) <= {("WITHDRAWN", False), ("APPROVED", True)}
    assert {reserved.application_id for reserved in stage.seated()} == {
        state["id"] for state in states if state["status"] == "APPROVED"
    }
    assert set(stage.taken().values()) == {ends["APPROVED", True]}
    assert stage.consistency().broken == []


def test_T27_payment_at_the_end_of_its_hold_is_either_taken_with_the_seat_or_not_taken_at_all(dynamodb: Any) -> None:
    people = [(f"trainee-{n}", f"application-{n}") for n in range(24)]
    stage = Stage(Contended(dynamodb), {PROGRAM: (len(people), WEEKS)})
    stage.approve(*({"id": id, "trainee_id": who} for who, id in people))
    links = [(who, stage.reserve.checkout(trainee(who), id, Choice.DEPOSIT)) for who, id in people]
    stage.clock.move(timedelta(minutes=30))

    def pay_and_tell(who: str, reservation_id: str, looks: int) -> None:
        """`looks` at the page first, so that some pay earlier and some later than their hold is ended."""
        for _ in range(looks):
            stage.reserve.reservation(trainee(who), reservation_id)
        try:
            session = stage.payments.pay(stage.payments.session_of(reservation_id).id)
        except Invalid:
            return  # the page was closed a moment before: no money was taken
        for _ in range(2):
            until_answered(partial(stage.settlement.settle, session, WEBHOOK))

    jobs: list[Callable[[], None]] = [partial(sweep_until_done, stage) for _ in range(3)]
    for number, (who, link) in enumerate(links):
        jobs.append(partial(pay_and_tell, who, link.reserved.id, number % 6))
        jobs.append(
            partial(until_answered, partial(stage.reserve.cancel, trainee(who), link.reserved.id), NotAllowedNow)
        )
    _, seconds = at_once(jobs)
    ends = Counter(
        (
            stage.store.load("RESERVATION", link.reserved.id).state["status"],
            stage.payments.session_of(link.reserved.id).payment_status,
        )
        for _, link in links
    )
    print(f"\n{len(links)} holds at their end, {len(jobs)} threads: {dict(ends)}, {seconds:.1f} s")
    assert set(ends) <= {("RESERVED", "paid"), ("RELEASED", "unpaid")}
    assert stage.payments.refunds == {}
    # Stripe takes no payment once the hold is given back, so no paid seat can have been free in between.
    histories = [stage.store.history("RESERVATION", link.reserved.id) for _, link in links]
    assert not any({"SeatReleased.v1", "ReservationConfirmed.v1"} <= {row.type for row in rows} for rows in histories)
    assert stage.consistency().broken == []


def sweep_until_done(stage: Stage) -> None:
    """Minute after minute; what one run has to leave, the next takes up."""
    for _ in range(50):
        if not stage.sweep.run(SWEEP).failures:
            return
    raise AssertionError("the sweep never came through")
