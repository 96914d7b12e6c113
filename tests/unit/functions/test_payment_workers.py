"""The payments worker and the sweep as queues call them: partial failures, unknown sessions, and what makes a message
come again."""

from __future__ import annotations

import json
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from functions.deadlines.handler import RESERVE_MS, Deadlines, StuckItems
from functions.payments.handler import worker
from shared.domain.core.errors import Busy
from shared.domain.reservations.reservation import ReservationStatus
from tests.rooms import come_back
from tests.unit.services.reservations.reservation_scene import Scene

COMPLETED = "checkout.session.completed"


class Context(SimpleNamespace):
    """Lambda's context with some time left, in milliseconds."""

    def __init__(self, left: int = 60_000) -> None:
        super().__init__(
            aws_request_id="request-1", function_name="test", memory_limit_in_mb=128, invoked_function_arn="arn:test"
        )
        self.left = left

    def get_remaining_time_in_millis(self) -> int:
        return self.left


@pytest.fixture
def scene() -> Scene:
    made = Scene()
    made.apply()
    made.coach()
    worker.wire(made)
    return made


def message(type: str, subject: tuple[str, str], data: dict[str, Any], number: int = 1) -> dict[str, Any]:
    detail = {
        "id": f"{subject[0]}#{subject[1]}#{number}",
        "type": type,
        "source": "rota",
        "occurred_at": "2026-11-23T15:00:00Z",
        "actor": {"role": "system", "id": "stripe"},
        "subject": {"kind": subject[0], "id": subject[1]},
        "seq": number,
        "data": data,
    }
    body = {"detail-type": type, "source": "rota", "detail": detail}
    return {
        "messageId": f"message-{number}",
        "body": json.dumps(body),
        "eventSource": "aws:sqs",
        "attributes": {},
        "messageAttributes": {},
    }


def delivered(event_type: str, object_id: str, number: int = 1) -> dict[str, Any]:
    data = {"event_id": f"evt_{number}", "event_type": event_type, "object_id": object_id}
    return message("StripeDelivered.v1", ("STRIPE", f"evt_{number}"), data, number)


def consume(*records: dict[str, Any]) -> list[str]:
    return come_back(worker.answer, *records)


def test_H11_delivery_makes_the_worker_ask_stripe_and_reserve_the_seat(scene: Scene) -> None:
    link = scene.checkout()
    session = scene.pay(link)
    assert consume(delivered(COMPLETED, session.id)) == []
    reserved = scene.reservation(link.reserved.id)
    assert reserved.status is ReservationStatus.RESERVED
    row = scene.store.history("RESERVATION", reserved.id)[-1]
    assert (row.actor.role, row.actor.id, row.causation_id) == ("system", "payments", "STRIPE#evt_1#1")


def test_deliveries_about_other_things_and_unknown_sessions_are_done_without_a_word(scene: Scene) -> None:
    assert consume(delivered("payment_intent.succeeded", "pi_1"), delivered(COMPLETED, "cs_unknown", 2)) == []
    assert scene.payments.calls == ["checkout"]


def test_silent_stripe_fails_that_message_alone_and_its_redelivery_settles(scene: Scene) -> None:
    session = scene.pay(scene.checkout())
    scene.payments.unavailable_before()
    assert consume(delivered(COMPLETED, session.id), delivered("charge.succeeded", "ch_1", 2)) == ["message-1"]
    assert consume(delivered(COMPLETED, session.id)) == []
    assert scene.reservations()[0].status is ReservationStatus.RESERVED


def test_reserved_seat_ends_the_other_applications_for_its_weeks(scene: Scene) -> None:
    scene.apply("application-2", program_id="elsewhere")
    link = scene.checkout()
    consume(delivered(COMPLETED, scene.pay(link).id))
    row = scene.store.history("RESERVATION", link.reserved.id)[-1]
    assert consume(message("ReservationConfirmed.v1", ("RESERVATION", link.reserved.id), row.data)) == []
    assert scene.application("application-2").status == "WITHDRAWN"
    assert scene.reservation(link.reserved.id).coach_id == "coach-1"


def test_T30_message_comes_again_until_there_is_a_coach_and_then_matches_one(scene: Scene) -> None:
    link = scene.checkout()
    consume(delivered(COMPLETED, scene.pay(link).id))
    row = scene.store.history("RESERVATION", link.reserved.id)[-1]
    coach = scene.store.states.pop(("ACCOUNT", "coach-1"))
    again = message("ReservationConfirmed.v1", ("RESERVATION", link.reserved.id), row.data)
    assert consume(again) == ["message-1"]
    scene.store.states[("ACCOUNT", "coach-1")] = coach
    assert consume(again) == consume(again) == []
    assert [row.type for row in scene.store.history("RESERVATION", link.reserved.id)].count("CoachMatched.v1") == 1


# --- the sweep --------------------------------------------------------------------------------------------------------
def sweep(scene: Scene, left: int = 60_000, records: int = 1) -> Any:
    room = Deadlines()
    wiring: Any = SimpleNamespace(sweep=scene.sweep, clock=scene.clock)
    room.wire(wiring)
    return room.answer({"Records": [{}] * records}, Context(left))


@pytest.mark.parametrize("records", [0, 1, 3])
def test_sweep_runs_once_per_call_whatever_the_messages_say(scene: Scene, records: int) -> None:
    scene.checkout()
    scene.run_sweep(minutes=29)
    scene.clock.move(scene.reservations()[0].held_until - scene.clock.now())
    assert sweep(scene, records=records) == {
        "batchItemFailures": [],
        "done": {"hold: released": 1},
        "failed": 0,
        "left": 0,
    }


def test_failing_item_is_counted_and_does_not_fail_the_message(scene: Scene) -> None:
    scene.checkout()
    scene.clock.set(scene.reservations()[0].held_until)
    scene.payments.unavailable_before()
    assert sweep(scene) == {"batchItemFailures": [], "done": {}, "failed": 1, "left": 0}


def test_item_that_failed_for_an_hour_calls_a_person_after_the_others_are_done(scene: Scene) -> None:
    scene.apply("application-2", "trainee-2")
    scene.checkout()
    held_until = scene.reservations()[0].held_until
    scene.payments.unavailable_before(9)
    scene.clock.set(held_until + timedelta(hours=1))
    assert sweep(scene)["failed"] == 1
    scene.clock.move(timedelta(days=8))
    with pytest.raises(StuckItems, match=f"hold {scene.reservations()[0].id}"):
        sweep(scene)
    assert scene.application("application-2").status == "EXPIRED"


def test_sweep_begins_nothing_that_it_may_not_finish(scene: Scene) -> None:
    scene.checkout()
    scene.clock.set(scene.reservations()[0].held_until)
    assert sweep(scene, left=RESERVE_MS)["left"] == 1


def test_unreadable_due_rows_fail_the_call(scene: Scene) -> None:
    def unreadable(*_: Any, **__: Any) -> Any:
        raise Busy("Our records cannot be reached for a moment.", "Try again.")

    scene.store.due = unreadable  # type: ignore[method-assign]
    with pytest.raises(Busy):
        sweep(scene)
