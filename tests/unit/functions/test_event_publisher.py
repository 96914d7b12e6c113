"""Stream records in, events out: one row is one event, nothing personal travels, and a failure brings back the whole
batch."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from functions.event_publisher.handler import publish
from shared.domain.core.errors import Busy
from tests.fakes import FakeBus

SAMPLES = Path(__file__).resolve().parents[3] / "events" / "samples"


def sample(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((SAMPLES / f"{name}.json").read_text())
    return found


ROW, DELIVERY = sample("stream-event-row"), sample("stream-delivery")


def test_an_event_row_becomes_the_event_that_it_recorded() -> None:
    bus = FakeBus()
    assert publish(ROW, bus) == {"published": 1}
    (event,) = bus.events
    image = ROW["Records"][0]["dynamodb"]["NewImage"]
    assert event == sample("bus-ReservationConfirmed.v1")["detail"]
    assert event["id"] == f"{image['pk']['S']}#{event['seq']}"
    assert "hash" not in event


def test_a_stripe_delivery_is_announced_by_ids_while_its_body_with_the_payers_data_stays() -> None:
    bus = FakeBus()
    publish(DELIVERY, bus)
    (event,) = bus.events
    image = DELIVERY["Records"][0]["dynamodb"]["NewImage"]
    assert event["data"] == {
        name: image[key]["S"]
        for name, key in (("event_id", "event_id"), ("event_type", "type"), ("object_id", "object_id"))
    }
    assert "@" in image["raw"]["S"]
    assert "@" not in json.dumps(event)


def test_rows_of_a_batch_go_out_together_in_their_order() -> None:
    bus = FakeBus()
    records = [*ROW["Records"], *DELIVERY["Records"], *ROW["Records"]]
    assert publish({"Records": records}, bus) == {"published": 3}
    assert [event["type"] for event in bus.events] == [
        "ReservationConfirmed.v1",
        "StripeDelivered.v1",
        "ReservationConfirmed.v1",
    ]


def test_a_bus_that_refuses_some_fails_the_whole_batch_which_then_goes_out_again_whole() -> None:
    bus = FakeBus()
    batch = {"Records": [*ROW["Records"], *DELIVERY["Records"]]}
    bus.fail()
    with pytest.raises(Busy):
        publish(batch, bus)
    publish(batch, bus)
    ids = [event["id"] for event in bus.events]
    assert len(ids) == 3, "publishing twice is harmless, losing is not"
    assert set(ids) == {event["id"] for event in bus.events[-2:]}


@pytest.mark.parametrize("missing", ["type", "seq", "occurred_at"])
def test_a_row_that_is_none_fails_the_batch_and_publishes_nothing(missing: str) -> None:
    broken = json.loads(json.dumps(ROW))
    del broken["Records"][0]["dynamodb"]["NewImage"][missing]
    bus = FakeBus()
    with pytest.raises(ValueError, match=missing):
        publish({"Records": [*ROW["Records"], *broken["Records"]]}, bus)
    assert bus.events == []
