"""T27 and the waitlist: seats that come back among people who stand in line, join it, leave it, and walk up, all at the
same moment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import partial
from itertools import pairwise
from typing import Any

from shared.domain.core.errors import Busy, NotAllowedNow, RotaError, SoldOut, VersionConflict, WaitlistFirst
from shared.domain.reservations.reservation import Choice
from shared.domain.seats.waitlist import Line, Place
from tests.builders import PROGRAM, WEEKS
from tests.integration.race.contention import Contended
from tests.integration.race.stage import COORDINATOR, Stage, at_once, trainee
from tests.integration.race.test_decision_race import sweep_until_done, until_answered

SEATS, JOINERS, WALKERS = 3, 16, 24


def test_T27_waitlist_seats_that_come_back_go_to_the_line_in_its_order_and_to_nobody_who_walks_up(
    dynamodb: Any,
) -> None:
    client = Contended(dynamodb)
    stage = Stage(client, {PROGRAM: (SEATS, WEEKS)})
    names = (
        [f"holder-{n}" for n in range(SEATS)]
        + ["first"]
        + [f"joiner-{n}" for n in range(JOINERS)]
        + [f"walker-{n}" for n in range(WALKERS)]
    )
    stage.approve(*({"id": f"of-{name}", "trainee_id": name} for name in names))
    holds = [stage.reserve.checkout(trainee(name), f"of-{name}", Choice.DEPOSIT).reserved.id for name in names[:SEATS]]
    stage.waitlist.join(trainee("first"), "of-first")
    told: Counter[str] = Counter()

    def walk_up(name: str, number: int) -> None:
        call = COORDINATOR if number % 4 == 0 else trainee(name)
        for _ in range(4):
            try:
                stage.reserve.checkout(call, f"of-{name}", Choice.DEPOSIT)
                told["a seat"] += 1
            except (SoldOut, WaitlistFirst, Busy, VersionConflict) as refused:
                told[type(refused).__name__] += 1

    def join(name: str) -> None:
        for _ in range(50):
            try:
                stage.waitlist.join(trainee(name), f"of-{name}")
                return
            except (Busy, VersionConflict):
                continue
        raise AssertionError(f"{name} never got into line")

    jobs: list[Callable[[], None]] = [
        partial(until_answered, partial(stage.reserve.cancel, trainee(name), id), NotAllowedNow)
        for name, id in zip(names, holds, strict=False)
    ]
    jobs += [partial(join, f"joiner-{n}") for n in range(JOINERS)]
    jobs += [partial(walk_up, f"walker-{n}", n) for n in range(WALKERS)]
    jobs += [partial(sweep_until_done, stage) for _ in range(3)]
    jobs.append(partial(_leave, stage, "joiner-0"))
    _, seconds = at_once(jobs)
    for _ in range(3):
        sweep_until_done(stage)
    offered = [reserved.trainee_id for reserved in stage.seated()]
    print(
        f"\n{SEATS} seats, {len(jobs)} threads: {dict(told)}, {client.counted['conflict']} transaction conflicts, "
        f"{seconds:.1f} s"
    )
    assert told["a seat"] == 0
    assert (len(offered), set(stage.taken().values())) == (SEATS, {SEATS})
    assert "first" in offered
    assert set(offered) <= {"first", *(f"joiner-{n}" for n in range(JOINERS))}
    _served_in_order(stage)
    assert stage.consistency().broken == []


def _leave(stage: Stage, name: str) -> None:
    """While others join: whatever they are told, they are in line or not."""
    try:
        stage.waitlist.leave(trainee(name), f"of-{name}")
    except RotaError:
        return


def _served_in_order(stage: Stage) -> None:
    """Whoever was offered a seat stood first in the line as it was the moment before."""
    rows = stage.store.history("WAITLIST", PROGRAM)
    lines = [(), *(tuple(Place.model_validate(place) for place in row.data["line"]) for row in rows)]
    offered = 0
    for before, after in pairwise(lines):
        gone = [
            place.application_id
            for place in before
            if place.application_id not in {one.application_id for one in after}
        ]
        got = [id for id in gone if stage.store.load("APPLICATION", id).state["waitlist"]["status"] == "OFFERED"]
        offered += len(got)
        assert got in ([], [before[0].application_id] if before else [])
    assert offered == SEATS
    assert Line.model_validate(stage.store.load("WAITLIST", PROGRAM).state).line == lines[-1]
