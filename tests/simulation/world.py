"""The whole chain in memory, with the real rooms where they decide anything: checkout, webhook, stream, bus, queues,
workers, sweep, mail.

Whatever AWS would do between two of them is a method here, so that a test says in which order, how often, and with
which faults.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

from functions.deadlines.handler import Deadlines, StuckItems
from functions.payments.handler import worker as payments_worker
from functions.stripe_webhook.webhook import Webhook
from shared.adapters.dynamodb.announcements import envelope_of
from shared.domain.applications.application import Application
from shared.domain.applications.values import Offer, SubmittedCv
from shared.domain.core.calendar import weeks_covered
from shared.domain.core.instants import iso
from shared.domain.reservations.reservation import Choice, Reservation
from shared.domain.seats.waitlist import Place
from shared.events.envelope import Envelope
from shared.ports import Contact, Delivery, Due, Person, StoredObject, Transition, UnitOfWork
from shared.services.applications.state_changes import open_claim
from shared.services.core.transitions import RequestContext
from shared.services.reservations.reserve import PayLink
from shared.services.seats.line import line_of
from tests.builders import FIRST_DAY, actor, application, draft, facts, fresh, program, stored, stored_account
from tests.fakes import (
    CountingIds,
    FakeBus,
    FakeDeliveries,
    FakeDocuments,
    FakeMailer,
    FakeOutbox,
    FakePeople,
    FakeStore,
    FrozenClock,
)
from tests.fakes.wiring import FakeWiring
from tests.simulation.hub import Hub
from tests.simulation.stripe import SECRET, Stripe, StripeEvent

CV = b"%PDF-1.4 a CV"
MAILED = ("ApplicationExpired.v1", "ReservationConfirmed.v1", "RefundDue.v1", "ReservationRefunded.v1")
"""What notifications listens to, of what can happen in these tests."""
BATCH = 10
LONG = 900_000


class StreamStore(FakeStore):
    """`stream` is the table's own: every new event row, in order of commit, whether or not its writer heard of it."""

    def __init__(self) -> None:
        super().__init__()
        self.stream: list[Envelope] = []

    def _apply(self, work: UnitOfWork, rows: Any) -> None:
        super()._apply(work, rows)
        self.stream += [Envelope.of(row) for row in rows]


class StreamDeliveries(FakeDeliveries):
    def __init__(self, stream: list[Envelope], clock: FrozenClock) -> None:
        super().__init__()
        self._stream, self._clock = stream, clock

    def store(self, delivery: Delivery, raw: str) -> bool:
        new = super().store(delivery, raw)
        if new:
            row = {
                "pk": f"STRIPE#{delivery.event_id}",
                "sk": "DELIVERY",
                "event_id": delivery.event_id,
                "type": delivery.type,
                "object_id": delivery.object_id,
                "day_sk": f"{iso(self._clock.now())}#{delivery.event_id}",
            }
            self._stream.append(envelope_of({name: {"S": value} for name, value in row.items()}))
        return new


@dataclass
class Queue:
    """An inbox: `types` it listens to, `waiting` messages, and the ids of the events that its worker finished."""

    types: tuple[str, ...]
    consume: Callable[[Envelope], None]
    waiting: list[Envelope] = field(default_factory=list)
    done: set[str] = field(default_factory=set)


class World:
    """`seats` a week at each of `programs` programs, each of another host."""

    def __init__(self, seats: int = 1, programs: int = 1, weeks: int = 8) -> None:
        self.hub, self.clock, self.ids = Hub(), FrozenClock(), CountingIds()
        self.store, self.stripe = StreamStore(), Stripe(self.clock)
        self.people, self.file_store = FakePeople(self.store), FakeDocuments()
        self.mailer, self.outbox, self.bus = FakeMailer(), FakeOutbox(), FakeBus()
        self.deliveries = StreamDeliveries(self.store.stream, self.clock)
        self.published = self.routed = 0
        self._wire()
        stored_account(self.store, "coach", ("coach",))
        self.programs = [self._program(number, seats, weeks) for number in range(programs)]

    def _wire(self) -> None:
        """Services as `bootstrap` makes them, each port behind the hub."""
        watch = self.hub.watched
        store, payments, people = (
            watch("store", self.store),
            watch("payments", self.stripe),
            watch("people", self.people),
        )
        self.watched_stripe = payments
        self.wiring = FakeWiring(
            store=store,
            payment_gateway=payments,
            people=people,
            clock=self.clock,
            ids=self.ids,
            outbox=watch("outbox", self.outbox),
            mailer=watch("mailer", self.mailer),
            file_store=watch("documents", self.file_store),
        )
        self.holds, self.settlement, self.reserve = self.wiring.holds, self.wiring.settlement, self.wiring.reserve
        self.submission, self.waitlist = self.wiring.submission, self.wiring.waitlist
        self.send_emails = self.wiring.send_emails
        self.deadlines = Deadlines()
        self.deadlines.wire(self.wiring)
        # Signatures go by wall time: it stands still here.
        self.webhook = Webhook(watch("deliveries", self.deliveries), lambda: SECRET, now=lambda: 0.0)
        self.announce = watch("bus", self.bus)
        self.queues = {
            "payments": Queue(tuple(payments_worker.consumers), self._pay),
            "notifications": Queue(MAILED, self.send_emails.notify),
        }

    def _pay(self, event: Envelope) -> None:
        payments_worker.wire(self.wiring)
        payments_worker.consumers[event.type](event)

    # --- scene --------------------------------------------------------------------------------------------------------
    def _program(self, number: int, seats: int, weeks: int) -> str:
        made = program(id=f"program-{number}", host_id=f"host-{number}", capacity=seats)
        stored(self.store, "PROGRAM", made.id, made.model_dump(mode="json"))
        self.store.open_seats(made.id, dict.fromkeys(weeks_covered(FIRST_DAY, weeks), seats))
        self.people.save_contact(Contact(made.host_id, "Dr. Host", f"{made.host_id}@example.org"))
        return made.id

    def join(self, trainee: str) -> None:
        """A trainee with a profile and a CV."""
        self.people.save_person(Person(trainee, f"Trainee {trainee}", f"{trainee}@example.org", "Africa/Cairo"))
        self.people.save_facts(trainee, facts())
        self.file_store.objects[f"uploads/{trainee}/cv"] = StoredObject(CV, {"kind": "cv"})
        data = {
            "id": f"cv-{trainee}",
            "status": "STORED",
            "trainee_id": trainee,
            "created_at": iso(self.clock.now()),
            "kind": "cv",
            "number": 1,
            "key": f"uploads/{trainee}/cv",
            "content_type": "application/pdf",
        }
        stored(self.store, "DOCUMENT", f"cv-{trainee}", data)
        stored_account(self.store, trainee)

    def approve(self, trainee: str, program_id: str = "program-0", start: date = FIRST_DAY, days: int = 7) -> str:
        """An application as approval leaves it, its offer open for `days`; the id."""
        id = f"{trainee}-{program_id}"
        made = application(
            id=id,
            case_id=id,
            trainee_id=trainee,
            program_id=program_id,
            start=start,
            cv=SubmittedCv(document_id=f"cv-{trainee}", sha256=hashlib.sha256(CV).hexdigest()),
            offer=Offer(expires_at=self.clock.now() + timedelta(days=days)),
        )
        data = made.model_dump(mode="json", exclude={"version"})
        assert made.offer
        due = (Due("offer", made.offer.expires_at, "trainee"),)
        first = Transition(fresh("APPLICATION", id), draft(data, "Given.v1", self.clock.now(), case_id=id), due)
        self.store.commit(UnitOfWork(transitions=(first,), keys=(open_claim(made),)))
        return id

    # --- what happens -------------------------------------------------------------------------------------------------
    def checkout(self, application_id: str, choice: Choice = Choice.DEPOSIT, role: str = "trainee") -> PayLink:
        who = self.application(application_id).trainee_id if role == "trainee" else f"{role}-1"
        return self.reserve.checkout(RequestContext(actor(role, who), "request"), application_id, choice)

    def cancel(self, reservation_id: str) -> None:
        self.reserve.cancel(
            RequestContext(actor("trainee", self.reservation(reservation_id).trainee_id), "request"), reservation_id
        )

    def withdraw(self, application_id: str) -> None:
        self.submission.withdraw(
            RequestContext(actor("trainee", self.application(application_id).trainee_id), "request"), application_id
        )

    def wait(self, application_id: str) -> None:
        self.waitlist.join(
            RequestContext(actor("trainee", self.application(application_id).trainee_id), "request"), application_id
        )

    def stop_waiting(self, application_id: str) -> None:
        self.waitlist.leave(
            RequestContext(actor("trainee", self.application(application_id).trainee_id), "request"), application_id
        )

    def deliver(self, event: StripeEvent) -> int:
        """Stripe posts to the webhook; what is answered with anything but 2xx is posted again."""
        status = int(self.webhook.answer(event.request(), None)["statusCode"])
        if status == 200 and event in self.stripe.undelivered:
            self.stripe.undelivered.remove(event)
        return status

    def publish(self) -> None:
        """The stream calls the publisher; a batch that raises, or whose publisher died, comes again whole."""
        first = self.published
        batch = self.store.stream[first : first + BATCH]
        if batch:
            self.announce.publish([envelope.model_dump(mode="json") for envelope in batch])
            self.published = max(self.published, first + len(batch))

    def route(self) -> None:
        """The bus puts what it was given into the queue of everybody who listens."""
        for event in self.bus.events[self.routed :]:
            for queue in self.queues.values():
                if event["type"] in queue.types:
                    queue.waiting.append(Envelope.model_validate(event))
        self.routed = len(self.bus.events)

    def work(self, name: str, index: int = 0) -> None:
        """One message of a queue. It goes away only when its worker came to the end."""
        queue = self.queues[name]
        message = queue.waiting[index]
        queue.consume(message)
        if message in queue.waiting:  # another worker may have had it at the same time, and be done with it
            queue.waiting.remove(message)
        queue.done.add(message.id)

    def sweep(self, **later: float) -> None:
        """The minute's message, `later`. A sweep that calls for help has done what it could all the same."""
        self.pass_time(**later)
        context = SimpleNamespace(aws_request_id="sweep", get_remaining_time_in_millis=lambda: LONG)
        with contextlib.suppress(StuckItems):
            self.deadlines.answer({"Records": []}, context)

    def pass_time(self, **later: float) -> None:
        self.clock.move(timedelta(**later))
        self.stripe.tick()

    # --- what is there ------------------------------------------------------------------------------------------------
    def application(self, id: str) -> Application:
        return Application.model_validate(self.store.load("APPLICATION", id).state)

    def reservation(self, id: str) -> Reservation:
        return Reservation.model_validate(self.store.load("RESERVATION", id).state)

    def all_reservations(self) -> list[Reservation]:
        return [
            Reservation.model_validate(state.state)
            for (kind, _), state in self.store.states.items()
            if kind == "RESERVATION"
        ]

    def places(self) -> list[Place]:
        """Everybody in every line."""
        return [
            place
            for (kind, _), found in self.store.states.items()
            if kind == "WAITLIST"
            for place in line_of(found).line
        ]

    def all_applications(self) -> list[Application]:
        return [
            Application.model_validate(state.state)
            for (kind, _), state in self.store.states.items()
            if kind == "APPLICATION"
        ]
