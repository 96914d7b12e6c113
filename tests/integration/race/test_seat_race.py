"""T27: two hundred threads and few seats, on the reserve service with its real adapters: who gets one, and what the
others are told."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Any, TypeVar

import pytest

from shared.domain.core.calendar import weeks_covered
from shared.domain.core.errors import Busy, RotaError, SoldOut
from shared.domain.reservations.reservation import Choice, overlap
from shared.services.core.transitions import RequestContext
from tests.builders import PROGRAM
from tests.integration.race.contention import Contended
from tests.integration.race.stage import (
    COORDINATOR,
    SWEEP,
    Outcome,
    Stage,
    at_once,
    insist,
    require_told_by_a_failed_week,
    told,
    trainee,
)

Refusal = TypeVar("Refusal", bound=RotaError)
NEW_YEAR = date(2027, 12, 20)
"""Its four weeks lie in two ISO years, so in two seat items."""
OVER_NEW_YEAR = weeks_covered(NEW_YEAR, 4)


class Endings:
    """Holds that end while others want their seat: by two sweeps at once, or by the trainee together with a sweep."""

    def __init__(self, stage: Stage, reservations: list[tuple[str, str]]) -> None:
        self.stage, self.reservations = stage, reservations
        self.done = threading.Event()
        self._left, self._turn = 0, threading.Lock()

    def jobs(self) -> list[Callable[[], None]]:
        found: list[Callable[[], None]] = [partial(self._then_count, self._sweep) for _ in range(2)]
        found += [partial(self._then_count, partial(self._cancel, who, id)) for who, id in self.reservations[::2]]
        self._left = len(found)
        return found

    def _then_count(self, job: Callable[[], None]) -> None:
        job()
        with self._turn:
            self._left -= 1
            if self._left == 0:
                self.done.set()

    def _sweep(self) -> None:
        """Each minute's run takes up what the one before had to leave."""
        for _ in range(20):
            if not self.stage.sweep.run(SWEEP).failures:
                return
        raise AssertionError("the sweep never came through")

    def _cancel(self, who: str, reservation_id: str) -> None:
        for _ in range(20):
            try:
                self.stage.reserve.cancel(trainee(who), reservation_id)
                return
            except Busy:
                continue
        raise AssertionError("the cancellation never came through")


@pytest.mark.parametrize(
    ("seats", "crowd", "conflicts"),
    [(1, 200, False), (7, 200, False), (7, 80, True)],
    ids=["1-seat", "7-seats", "conflicts-as-on-AWS"],
)
def test_T27_exactly_k_hold_a_seat_through_checkout_staff_and_expiry_at_once(
    dynamodb: Any, seats: int, crowd: int, conflicts: bool
) -> None:
    client = Contended(dynamodb, conflicts)
    stage = Stage(client, {PROGRAM: (seats, OVER_NEW_YEAR)})
    before = [(f"early-{n}", f"early-application-{n}") for n in range(seats)]
    people = [(f"trainee-{n}", f"application-{n}") for n in range(crowd)]
    stage.approve(*({"id": id, "trainee_id": who, "start": NEW_YEAR} for who, id in before + people))
    early = [(who, stage.reserve.checkout(trainee(who), id, Choice.DEPOSIT).reserved.id) for who, id in before]
    stage.clock.move(timedelta(minutes=30))
    client.counted.clear()

    endings = Endings(stage, early)
    jobs: list[Callable[[], Outcome | None]] = [*endings.jobs()]
    jobs += [partial(insist, stage, call, id, endings.done) for call, id in callers(people)[: crowd - len(jobs)]]
    outcomes, seconds = at_once(jobs)

    held, refused = {outcome.link.reserved.id for outcome in outcomes if outcome.link}, told(outcomes)
    attempts = refused.total() + sum(outcome.link is not None for outcome in outcomes)
    print(
        f"\n{seats} seats, {len(jobs)} threads: {attempts} attempts, {len(held)} held, {refused['SoldOut']} sold out, "
        f"{refused['Busy']} busy, {client.counted['conflict']} transaction conflicts, {seconds:.1f} s"
    )
    assert (len(jobs), len(held), set(stage.taken().values())) == (crowd, seats, {seats})
    assert {reserved.id for reserved in stage.seated()} == held
    assert {stage.store.load("RESERVATION", id).state["status"] for _, id in early} == {"RELEASED"}
    assert {outcome.last for outcome in outcomes} == {"held", "SoldOut"}
    assert set(refused) <= {"SoldOut", "Busy"}
    for one in refusals(outcomes, SoldOut):
        require_told_by_a_failed_week(one, OVER_NEW_YEAR)
    assert stage.consistency().broken == []


def callers(people: list[tuple[str, str]]) -> list[tuple[RequestContext, str]]:
    """Every fifth is reserved for by the coordinator, and of these every second one by the trainee too, at the same
    moment."""
    found: list[tuple[RequestContext, str]] = []
    for number, (who, id) in enumerate(people):
        found += [(COORDINATOR, id)] if number % 5 == 0 else []
        found += [(trainee(who), id)] if number % 10 != 5 else []
    return found


def test_T27_staggered_starts_fill_each_week_to_the_last_seat_and_only_full_weeks_are_named(dynamodb: Any) -> None:
    client = Contended(dynamodb)
    starts = [NEW_YEAR + timedelta(weeks=n) for n in range(-3, 4)]
    weeks = sorted({week for start in starts for week in weeks_covered(start, 4)})
    stage = Stage(client, {PROGRAM: (5, weeks)})
    people = [(f"trainee-{n}", f"application-{n}", starts[n % len(starts)]) for n in range(100)]
    stage.approve(*({"id": id, "trainee_id": who, "start": start} for who, id, start in people))
    endless = threading.Event()
    endless.set()
    outcomes, seconds = at_once([partial(insist, stage, trainee(who), id, endless) for who, id, _ in people])
    seated, taken, refused = stage.seated(), stage.taken(), told(outcomes)
    print(
        f"\n5 seats a week, {len(starts)} starts, {len(people)} threads: {len(seated)} held, {refused['SoldOut']} "
        "sold out, "
        f"{refused['Busy']} busy, {client.counted['conflict']} transaction conflicts, {seconds:.1f} s"
    )
    assert {reserved.id for reserved in seated} == {outcome.link.reserved.id for outcome in outcomes if outcome.link}
    # Nobody gave a seat back, so a week that was called full must be full still, and no seat was left that somebody
    # could have had.
    for one in refusals(outcomes, SoldOut):
        require_told_by_a_failed_week(one, weeks)
        assert {taken[week] for week in one.facts["weeks"]} == {5}
    for start in starts:
        assert max(taken[week] for week in weeks_covered(start, 4)) == 5
    assert stage.consistency().broken == []


def test_T27_overlapping_rotations_of_one_trainee_never_both_hold_and_each_refusal_has_its_holder(
    dynamodb: Any,
) -> None:
    client = Contended(dynamodb)
    starts = [NEW_YEAR + timedelta(weeks=n) for n in (0, 0, 1, 2, 3, 4, 5, 6, 7, 8)]
    programs = [f"program-{n}" for n in range(len(starts))]
    every = weeks_covered(starts[0], 12)
    stage = Stage(client, dict.fromkeys(programs, (4, every)))
    people = [f"trainee-{n}" for n in range(4)]
    wanted = [(who, program, start) for who in people for program, start in zip(programs, starts, strict=True)]
    stage.approve(
        *(
            {"id": f"{who}-{program}", "trainee_id": who, "program_id": program, "start": start}
            for who, program, start in wanted
        )
    )
    endless = threading.Event()
    endless.set()
    jobs = [
        partial(insist, stage, trainee(who), f"{who}-{program}", endless)
        for who, program, _ in wanted
        for _ in range(2)
    ]
    outcomes, seconds = at_once(jobs)
    seated, refused = stage.seated(), told(outcomes)
    print(
        f"\n{len(people)} trainees, {len(starts)} overlapping rotations each, {len(jobs)} threads: {len(seated)} held, "
        f"{refused['OverlappingRotation']} refused as overlapping, {refused['Busy']} busy, {seconds:.1f} s"
    )
    assert set(refused) <= {"OverlappingRotation", "Busy"}
    for who in people:
        mine = [reserved for reserved in seated if reserved.trainee_id == who]
        assert not any(overlap(one.week_list, other.week_list) for one in mine for other in mine if one.id != other.id)
        lost = [
            (program, start)
            for _, program, start in wanted
            if program not in {reserved.program_id for reserved in mine}
        ]
        for _, start in lost:
            assert any(overlap(weeks_covered(start, 4), reserved.week_list) for reserved in mine)
    assert {reserved.id for reserved in seated} == {outcome.link.reserved.id for outcome in outcomes if outcome.link}
    assert stage.consistency().broken == []


def refusals(outcomes: list[Outcome], kind: type[Refusal]) -> list[Refusal]:
    return [one for outcome in outcomes for one in outcome.refusals if isinstance(one, kind)]
