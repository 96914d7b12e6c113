"""The search indexer's queue: one version for a batch of programs, seats from the reservation's own state, failures
come back alone."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

import pytest

from functions.search_indexer.handler import handler, worker
from shared.domain.core.errors import Busy
from shared.events.envelope import Envelope
from shared.services.core.transitions import RequestContext
from tests.builders import PROGRAM, WEEKS, reservation_state, stored, stored_application, stored_program
from tests.fakes.wiring import FakeWiring
from tests.rooms import CONTEXT, come_back


class Heard:
    """What the alerts are told; `failures` are raised, one each."""

    def __init__(self) -> None:
        self.opened: list[set[str]] = []
        self.returned: list[tuple[str, tuple[str, ...]]] = []
        self.failures: list[Exception] = []

    def programs_opened(self, call: RequestContext, at: Mapping[str, datetime]) -> None:
        if self.failures:
            raise self.failures.pop()
        self.opened.append(set(at))

    def seats_returned(self, call: RequestContext, program_id: str, weeks: Iterable[str], at: datetime) -> None:
        self.returned.append((program_id, tuple(weeks)))


class World(FakeWiring):
    def __init__(self) -> None:
        super().__init__(alerts=Heard())
        worker.wire(self)

    def deliver(self, *events: tuple[str, str, str]) -> list[str]:
        """(type, kind, id) each as SQS brings it from the bus; returns the message ids that come back."""
        records = [record(number, *event) for number, event in enumerate(events)]
        return come_back(handler, *records)


def record(number: int, type: str, kind: str, id: str, data: dict[str, Any] | None = None) -> dict[str, Any]:
    envelope = Envelope.model_validate(
        {
            "id": f"{kind}#{id}#1",
            "type": type,
            "occurred_at": "2026-11-23T15:00:00Z",
            "actor": {"role": "system", "id": "seed"},
            "subject": {"kind": kind, "id": id},
            "seq": 1,
            "data": data or {},
        }
    )
    return {
        "messageId": f"m{number}",
        "eventSource": "aws:sqs",
        "body": json.dumps({"detail": envelope.model_dump(mode="json")}),
    }


@pytest.fixture
def world() -> World:
    return World()


def test_many_programs_going_live_in_one_batch_make_one_version(world: World) -> None:
    for id in ("one", "two", "three"):
        stored_program(world.store, id=id)
    assert world.deliver(*(("ProgramPublished.v1", "PROGRAM", id) for id in ("one", "two", "three"))) == []
    assert [{projection.program.id for projection in version} for version in world.publisher.versions] == [
        {"one", "two", "three"}
    ]
    assert world.deliver(("ProgramPublished.v1", "PROGRAM", "one")) == []
    assert len(world.publisher.versions) == 2  # the next batch may know more


def test_H12_changed_guidelines_make_a_version_together_with_new_programs(world: World) -> None:
    for id in ("one", "two"):
        stored_program(world.store, id=id)
    assert world.deliver(("GuidelinesChanged.v1", "PROGRAM", "one"), ("ProgramPublished.v1", "PROGRAM", "two")) == []
    assert [{projection.program.id for projection in version} for version in world.publisher.versions] == [
        {"one", "two"}
    ]


def test_a_version_that_fails_brings_back_every_message_that_it_was_for(world: World) -> None:
    stored_program(world.store, id="one")
    stored_program(world.store, id="two")
    world.publisher.publish = failing_once(world.publisher.publish)  # type: ignore[method-assign]
    published = [("ProgramPublished.v1", "PROGRAM", id) for id in ("one", "two")]
    assert world.deliver(*published, ("SeatHeld.v1", "RESERVATION", "gone")) == ["m0", "m1", "m2"]
    assert world.publisher.versions == []
    assert world.deliver(*published) == []
    assert len(world.publisher.versions) == 1


def failing_once(publish: Callable[[Any], str]) -> Callable[[Any], str]:
    left = [Busy("S3 is away.")]

    def run(projections: Any) -> str:
        if left:
            raise left.pop()
        return publish(projections)

    return run


@pytest.mark.parametrize("type", ["SeatHeld.v1", "SeatReleased.v1", "ReservationConfirmed.v1"])
def test_seats_are_noted_from_the_reservation_as_it_is(world: World, type: str) -> None:
    stored_program(world.store)
    world.store.open_seats(PROGRAM, dict.fromkeys(WEEKS, 0))
    stored(world.store, "RESERVATION", "r1", reservation_state(id="r1"))
    assert world.deliver((type, "RESERVATION", "r1")) == []
    assert {(PROGRAM, week, False) for week in WEEKS} <= set(world.publisher.overlays)


def test_weeks_that_nobody_waits_for_any_more_are_noted_as_they_are(world: World) -> None:
    """A free seat that the line waits for is not open; it is again when the mark is gone, although no seat moved."""
    stored_program(world.store)
    world.store.open_seats(PROGRAM, dict.fromkeys(WEEKS, 1))
    world.store._shift(PROGRAM, WEEKS[1], marks=1)
    changed = record(
        0, "WaitlistChanged.v1", "WAITLIST", PROGRAM, {"program_id": PROGRAM, "weeks": list(WEEKS), "line": []}
    )
    assert handler({"Records": [changed]}, CONTEXT)["batchItemFailures"] == []
    assert (PROGRAM, WEEKS[1], False) in world.publisher.overlays
    world.store._shift(PROGRAM, WEEKS[1], marks=-1)
    handler({"Records": [changed]}, CONTEXT)
    assert (PROGRAM, WEEKS[1], True) in world.publisher.overlays


def test_one_message_that_fails_does_not_take_the_others_with_it(world: World) -> None:
    stored_program(world.store, id="one")
    assert world.deliver(("SeatHeld.v1", "RESERVATION", "gone"), ("ProgramPublished.v1", "PROGRAM", "one")) == ["m0"]
    assert len(world.publisher.versions) == 1


@pytest.mark.parametrize("body", ["", "{}", "[]", '{"detail": {}}', "not json"])
def test_an_unreadable_message_fails_alone(world: World, body: str) -> None:
    stored_program(world.store, id="one")
    good = record(0, "ProgramPublished.v1", "PROGRAM", "one")
    bad = {"messageId": "bad", "eventSource": "aws:sqs", "body": body}
    answer = handler({"Records": [bad, good]}, CONTEXT)
    assert [failure["itemIdentifier"] for failure in answer["batchItemFailures"]] == ["bad"]
    assert len(world.publisher.versions) == 1


# --- who saved a search -----------------------------------------------------------------------------------------------
def test_a_batch_tells_of_the_programs_that_went_on_the_market_once_and_of_none_that_only_changed(world: World) -> None:
    for id in ("one", "two", "three"):
        stored_program(world.store, id=id)
    published = [("ProgramPublished.v1", "PROGRAM", id) for id in ("one", "two")]
    assert world.deliver(*published, ("GuidelinesChanged.v1", "PROGRAM", "three")) == []
    assert world.alerts.opened == [{"one", "two"}]


def test_when_telling_fails_the_messages_come_back_and_tell_of_all(world: World) -> None:
    for id in ("one", "two"):
        stored_program(world.store, id=id)
    world.alerts.failures = [Busy("The index is away.")]
    published = [("ProgramPublished.v1", "PROGRAM", id) for id in ("one", "two")]
    assert world.deliver(*published) == ["m0", "m1"]
    assert world.deliver(*published) == []
    assert world.alerts.opened == [{"one", "two"}]


@pytest.mark.parametrize(
    ("type", "told"), [("SeatHeld.v1", False), ("SeatReleased.v1", True), ("ReservationConfirmed.v1", False)]
)
def test_only_a_seat_that_comes_back_is_told(world: World, type: str, told: bool) -> None:
    stored_program(world.store)
    world.store.open_seats(PROGRAM, dict.fromkeys(WEEKS, 1))
    stored(world.store, "RESERVATION", "r1", reservation_state(id="r1"))
    assert world.deliver((type, "RESERVATION", "r1")) == []
    assert world.alerts.returned == ([(PROGRAM, WEEKS)] if told else [])


@pytest.mark.parametrize("type", ["ApplicationApproved.v1", "ApplicationRejected.v1"])
def test_a_decision_goes_into_the_programs_record(world: World, type: str) -> None:
    stored_application(world.store)
    assert world.deliver((type, "APPLICATION", "application-1")) == []
    assert len(world.store.load("RECORD", PROGRAM).state["answers"]) == 1
