"""How long answers took: counted in business time, told only from five decisions on, and never twice for one event
(T18-T20)."""

from __future__ import annotations

from typing import Any

import pytest

from shared.domain.applications.values import Approval
from shared.domain.core.aggregate import Actor
from shared.domain.core.errors import NotFound
from shared.domain.core.instants import parse
from shared.domain.programs.response_times import KEPT, AnswerRecord, AnswerTimes, times
from shared.services.core.transitions import RequestContext
from tests.builders import PROGRAM, REVIEWER, application, host_answer, host_question, stored, submitted
from tests.fakes.wiring import FakeWiring

SYSTEM = RequestContext(Actor(role="system", id="search_indexer"))
SENT = "2026-11-23T15:00:00Z"  # a Monday, 09:00 in Chicago


def approved(at: str) -> Approval:
    return Approval(by=REVIEWER, at=parse(at), results=())


class World(FakeWiring):
    def decided(self, number: int, at: str | None, **changes: Any) -> bool:
        made = application(
            id=f"application-{number}",
            submitted=submitted(at=parse(SENT)),
            approval=approved(at) if at else None,
            **changes,
        )
        stored(self.store, "APPLICATION", made.id, made.model_dump(mode="json", exclude={"version"}))
        return self.response_times.add(SYSTEM, made.id)

    def times(self) -> AnswerTimes:
        found = self.store.load_many([("RECORD", PROGRAM)]).values()
        return times(next((AnswerRecord.model_validate(loaded.state) for loaded in found), None))


@pytest.fixture
def world() -> World:
    return World()


def test_T18_the_median_is_told_from_the_fifth_decision_on_in_business_hours(world: World) -> None:
    for number, at in enumerate(
        ("2026-11-23T16:00:00Z", "2026-11-23T17:00:00Z", "2026-11-23T18:00:01Z", "2026-11-24T15:00:00Z")
    ):
        assert world.decided(number, at)
    assert (world.times().cases, world.times().median_business_hours) == (4, None)
    # Thursday is Thanksgiving: Wednesday 15:00 UTC to Friday 15:00 UTC has 24 business hours.
    assert world.decided(4, "2026-11-27T15:00:00Z")
    assert (world.times().cases, world.times().median_business_hours) == (5, 4)


def test_the_same_decision_announced_again_adds_nothing(world: World) -> None:
    world.decided(1, "2026-11-23T16:00:00Z")
    assert world.response_times.add(SYSTEM, "application-1") is False
    assert world.times().cases == 1


def test_what_is_not_decided_adds_nothing(world: World) -> None:
    assert world.decided(1, None) is False
    assert world.times() == AnswerTimes()
    with pytest.raises(NotFound):
        world.response_times.add(SYSTEM, "application-9")


def test_T19_the_hosts_answers_are_told_apart_and_only_from_five_questions_on(world: World) -> None:
    asked = host_question(routed_at=parse("2026-11-23T16:00:00Z"))
    said = host_answer().model_copy(update={"at": parse("2026-11-25T16:00:01Z")})
    for number in range(4):
        world.decided(number, "2026-12-01T16:00:00Z", host=asked.model_copy(update={"answer": said}))
    assert world.times().host_asked == 0
    world.decided(5, "2026-12-04T16:00:00Z", host=asked)
    found = world.times()
    assert (found.host_asked, found.host_answered, found.host_median_days) == (5, 4, 3)


def test_only_the_newest_count(world: World) -> None:
    for number in range(KEPT + 3):
        world.decided(number, "2026-11-23T16:00:00Z" if number < 3 else "2026-11-24T15:00:00Z")
    assert (world.times().cases, world.times().median_business_hours) == (KEPT, 24)


def test_two_workers_at_once_lose_no_decision(world: World) -> None:
    world.decided(1, "2026-11-23T16:00:00Z")
    made = application(id="application-2", submitted=submitted(at=parse(SENT)), approval=approved(SENT))
    stored(world.store, "APPLICATION", made.id, made.model_dump(mode="json", exclude={"version"}))
    world.store.conflict()
    assert world.response_times.add(SYSTEM, made.id)
    assert world.times().cases == 2
