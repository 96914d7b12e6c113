"""Every file of `events/samples` drives the function that it is an example for, in the world that the samples
themselves tell of."""

from __future__ import annotations

import hashlib
import hmac
import json
from pathlib import Path
from typing import Any

import pytest

from functions.catalogue.handler import room as catalogue_room
from functions.deadlines.handler import deadlines
from functions.documents.handler import handler as documents
from functions.documents.handler import room as documents_room
from functions.event_publisher.handler import publish
from functions.notifications.handler import handler as notify
from functions.notifications.handler import worker as notifications
from functions.payments.handler import worker as payments
from functions.search_indexer.handler import handler as search_indexer
from functions.search_indexer.handler import worker as indexing_worker
from functions.stripe_webhook.webhook import Webhook
from infra.local.seed.catalogue import load as catalogue
from shared.domain.core.instants import parse
from shared.ports import Checkout, Contact, Person, StoredObject
from shared.services.applications.state_changes import open_claim
from tests.builders import facts, stored
from tests.fakes import FakeBus, FakeDeliveries
from tests.files import A_PDF
from tests.unit.functions.catalogue_scene import Scene as Shop
from tests.unit.functions.test_payment_workers import Context
from tests.unit.services.operations.email_scene import Post

FOLDER = Path(__file__).resolve().parents[2] / "events" / "samples"
SAMPLES: dict[str, Any] = {path.stem: json.loads(path.read_text()) for path in FOLDER.glob("*.json")}
MAILED = ("AccountSignedUp.v1", "ApplicationSubmitted.v1", "ApplicationApproved.v1", "ReservationConfirmed.v1")
INDEXED = ("SeatHeld.v1", "ReservationConfirmed.v1")
OTHERS = {
    "bus-StripeDelivered.v1",
    "sqs-bus-event",
    "sqs-object-created",
    "sqs-mail-bounced",
    "sqs-sweep",
    "http-search",
    "http-stripe-webhook",
    "stream-event-row",
    "stream-delivery",
}
HELD = SAMPLES["bus-SeatHeld.v1"]["detail"]["data"]
CV = hashlib.sha256(A_PDF).hexdigest()
MAIL = "amina@example.org"


def data(type: str) -> dict[str, Any]:
    found: dict[str, Any] = SAMPLES[f"bus-{type}"]["detail"]["data"]
    return found


def queued(type: str) -> dict[str, Any]:
    """A bus event as its consumer's queue brings it."""
    return {"Records": [SAMPLES["sqs-bus-event"]["Records"][0] | {"body": json.dumps(SAMPLES[f"bus-{type}"])}]}


class World(Post):
    """The person, program, application and held seat that the samples are about, put together from the samples' own
    data."""

    def __init__(self) -> None:
        super().__init__()
        self.trainee, session = HELD["trainee_id"], data("StripeDelivered.v1")["object_id"]
        live = next(one for one in catalogue(coordinator_id="coordinator-1").programs if one.id == HELD["program_id"])
        stored(self.store, "PROGRAM", live.id, live.model_dump(mode="json"))
        stored(self.store, "ACCOUNT", self.trainee, data("AccountSignedUp.v1"))
        self.coach()
        self.people.save_person(Person(self.trainee, "Amina Farouk", MAIL, "Africa/Cairo"))
        self.people.save_facts(self.trainee, facts())
        self.people.save_contact(Contact(live.host_id, "Dr. Lee", "lee@example.org"))
        names = {name: HELD[name] for name in ("trainee_id", "program_id", "case_id", "policy_version", "created_at")}
        application = names | {"id": HELD["application_id"], "holds_used": 1, "live_reservation_id": HELD["id"]}
        applied = application | data("ApplicationSubmitted.v1") | data("ApplicationApproved.v1")
        applied |= {"cv": applied["cv"] | {"sha256": CV}}
        stored(self.store, "APPLICATION", HELD["application_id"], applied)
        claim = open_claim(self.application(HELD["application_id"]))
        self.store.claims[claim.key] = claim.owner
        stored(self.store, "RESERVATION", HELD["id"], HELD | {"checkout_session_id": session})
        self.store.open_seats(live.id, dict.fromkeys(HELD["week_list"], 1))
        self._upload(applied["cv"]["document_id"])
        paid = Checkout(session, "", "complete", "paid", HELD["charge_cents"], HELD["id"], "pi_1", "ch_1")
        self.payments.sessions[session] = paid
        self.clock.set(parse(HELD["created_at"]))
        self._wire()

    def _upload(self, id: str) -> None:
        key = f"uploads/{self.trainee}/cv/{id}"
        document = {
            "id": id,
            "trainee_id": self.trainee,
            "kind": "cv",
            "number": 1,
            "key": key,
            "sha256": CV,
            "status": "STORED",
        }
        stored(
            self.store, "DOCUMENT", id, document | {"content_type": "application/pdf", "created_at": HELD["created_at"]}
        )
        self.file_store.objects[key] = StoredObject(A_PDF, {"kind": "cv"})

    def _wire(self) -> None:
        """Everything that the workers ask for."""
        for part in (notifications, payments, indexing_worker, deadlines):
            part.wire(self)

    def confirmed(self) -> World:
        """Paid, as the confirmation's sample says."""
        state = HELD | {"checkout_session_id": "cs_1"} | data("ReservationConfirmed.v1")
        loaded = self.store.load("RESERVATION", HELD["id"])
        self.store.states[("RESERVATION", HELD["id"])] = type(loaded)(
            loaded.kind, loaded.id, state | {"version": 1}, 1, loaded.head
        )
        return self


@pytest.fixture
def world() -> World:
    return World()


def test_every_sample_is_used_here() -> None:
    assert set(SAMPLES) == OTHERS | {f"bus-{type}" for type in (*MAILED, *INDEXED)}


@pytest.mark.parametrize("type", MAILED)
def test_a_bus_event_makes_notifications_write_its_mail(world: World, type: str) -> None:
    if type == "ReservationConfirmed.v1":
        world.confirmed()
    assert notifications.answer(queued(type), None) == {"batchItemFailures": []}
    assert world.mailer.to(MAIL)
    assert len(world.mailer.to("lee@example.org")) == (1 if type == "ReservationConfirmed.v1" else 0)


@pytest.mark.parametrize("type", INDEXED)
def test_a_bus_event_makes_the_indexer_note_the_start_that_is_gone(world: World, type: str) -> None:
    world.confirmed()
    world.store.open_seats(HELD["program_id"], {HELD["week_list"][0]: 0})
    assert search_indexer(queued(type), Context()) == {"batchItemFailures": []}
    assert (HELD["program_id"], HELD["week_list"][0], False) in world.publisher.overlays


@pytest.mark.parametrize("batch", [queued("StripeDelivered.v1"), SAMPLES["sqs-bus-event"]], ids=["bus", "sqs"])
def test_a_delivery_makes_payments_ask_stripe_and_confirm_the_seat(world: World, batch: dict[str, Any]) -> None:
    assert payments.answer(batch, None) == {"batchItemFailures": []}
    assert world.payments.calls == ["checkout"]
    assert world.reservation(HELD["id"]).status == "RESERVED"


def test_an_object_that_was_created_is_registered_as_the_trainees_document(world: World) -> None:
    key = json.loads(SAMPLES["sqs-object-created"]["Records"][0]["body"])["detail"]["object"]["key"]
    id = key.rpartition("/")[2]
    del world.store.states[("DOCUMENT", id)]
    documents_room.wire(world)
    assert documents(SAMPLES["sqs-object-created"], Context()) == {"batchItemFailures": []}
    assert world.store.load("DOCUMENT", id).state["sha256"] == CV


def test_a_report_that_the_hosts_mail_bounced_is_a_coordinators_task(world: World) -> None:
    world.confirmed()
    assert notify(SAMPLES["sqs-mail-bounced"], Context()) == {"batchItemFailures": []}
    assert world.due("mail") == [HELD["id"]]


def test_the_schedules_message_sweeps(world: World) -> None:
    report = deadlines.answer(SAMPLES["sqs-sweep"], Context())
    assert (report["failed"], report["batchItemFailures"]) == (0, [])


def test_a_search_over_http_is_answered_with_programs(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    shop.add("cardiology-chicago")
    shop.index()
    answer = catalogue_room.answer(SAMPLES["http-search"], None)
    assert answer["statusCode"] == 200
    assert [hit["program_id"] for hit in json.loads(answer["body"])["hits"]] == ["cardiology-chicago"]


def test_a_webhook_is_stored_when_it_is_signed_now_and_refused_as_it_lies_there() -> None:
    sample, deliveries, now = SAMPLES["http-stripe-webhook"], FakeDeliveries(), 1_795_250_000
    webhook = Webhook(deliveries, lambda: "whsec_1", lambda: float(now))
    assert webhook.answer(sample, None)["statusCode"] == 400
    assert deliveries.stored == {}
    signature = hmac.new(b"whsec_1", f"{now}.{sample['body']}".encode(), hashlib.sha256).hexdigest()
    headers = sample["headers"] | {"stripe-signature": f"t={now},v1={signature}"}
    assert webhook.answer(sample | {"headers": headers}, None)["statusCode"] == 200
    assert list(deliveries.stored) == [data("StripeDelivered.v1")["event_id"]]


@pytest.mark.parametrize(
    ("rows", "type"), [("stream-event-row", "ReservationConfirmed.v1"), ("stream-delivery", "StripeDelivered.v1")]
)
def test_a_stream_record_is_published_as_the_event_that_its_sample_shows(rows: str, type: str) -> None:
    bus = FakeBus()
    publish(SAMPLES[rows], bus)
    assert bus.events == [SAMPLES[f"bus-{type}"]["detail"]]
