"""Keeps search current from events. A batch publishes one version however many programs it announces; seats go to the
overlay. Then who saved a search that the news answers is told."""

from __future__ import annotations

from collections.abc import Sequence

from shared.domain.core.aggregate import Actor
from shared.events.application import ApplicationApproved, ApplicationRejected
from shared.events.envelope import Envelope
from shared.events.program import GuidelinesChanged, ProgramPublished, SeatsExtended
from shared.events.reservation import ReservationConfirmed, SeatHeld, SeatReleased
from shared.events.waitlist import WaitlistChanged
from shared.runtime.settings import CoreTable
from shared.runtime.worker import Worker
from shared.services.core.records import reservation_of
from shared.services.core.transitions import RequestContext


class Settings(CoreTable):
    search_bucket: str


worker = Worker("search_indexer", Settings)


@worker.on_batch(ProgramPublished.TYPE, GuidelinesChanged.TYPE, SeatsExtended.TYPE)
def publish(events: Sequence[Envelope]) -> None:
    """Every change that a batch announces was committed before the batch arrived: one version holds them all. Then
    those who saved a search that a new program answers are told; when that fails, all of it comes back."""
    worker.wiring.indexing.rebuild([event.subject.id for event in events])
    opened = {event.subject.id: event.occurred_at for event in events if event.type == ProgramPublished.TYPE}
    worker.wiring.alerts.programs_opened(_call(events[0]), opened)


@worker.on(SeatHeld.TYPE, SeatReleased.TYPE, ReservationConfirmed.TYPE)
def note_seats(event: Envelope) -> None:
    """The event says which reservation; program and weeks are its state's."""
    reserved = reservation_of(worker.wiring.store.load("RESERVATION", event.subject.id))
    program_id, weeks = reserved.program_id, reserved.week_list
    worker.wiring.indexing.seats_changed(program_id, weeks)
    worker.wiring.indexing.shorten()
    if event.type == SeatReleased.TYPE:
        worker.wiring.alerts.seats_returned(_call(event), program_id, weeks, event.occurred_at)


@worker.on(ApplicationApproved.TYPE, ApplicationRejected.TYPE)
def note_answer(event: Envelope) -> None:
    """How long it took is told on the program's page."""
    worker.wiring.response_times.add(_call(event), event.subject.id)


@worker.on(WaitlistChanged.TYPE)
def note_line(event: Envelope) -> None:
    """A seat that nobody waits for any more is open to everybody again, without a seat having moved."""
    if weeks := event.data["weeks"]:
        worker.wiring.indexing.seats_changed(event.data["program_id"], weeks)
        worker.wiring.indexing.shorten()
        worker.wiring.alerts.seats_returned(_call(event), event.data["program_id"], weeks, event.occurred_at)


def _call(event: Envelope) -> RequestContext:
    return RequestContext(Actor(role="system", id="search_indexer"), event.correlation_id, event.id)


handler = worker.handler()
