"""Keeps search current from events. A batch publishes one version however many programs it announces; seats go to the
overlay. Then who saved a search that the news answers is told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from shared.domain.core.aggregate import Actor
from shared.events.application import ApplicationApproved, ApplicationRejected
from shared.events.envelope import Envelope
from shared.events.program import GuidelinesChanged, ProgramPublished, SeatsExtended
from shared.events.reservation import ReservationConfirmed, SeatHeld, SeatReleased
from shared.events.waitlist import WaitlistChanged
from shared.runtime.settings import CoreTable
from shared.runtime.worker import Worker
from shared.services.core.transitions import RequestContext


class Settings(CoreTable):
    search_bucket: str


worker = Worker("search_indexer", Settings)
answer = worker.handler()
PROGRAMS = (ProgramPublished.TYPE, GuidelinesChanged.TYPE, SeatsExtended.TYPE)
"""What changes a program, so that a new version is needed."""
announced: list[str] = []
"""The programs of the batch at hand that no version of this batch holds yet."""
opened: dict[str, datetime] = {}
"""Those of them that went on the market, and when."""


@worker.on(*PROGRAMS)
def publish(event: Envelope) -> None:
    """Every change that a batch announces was committed before the batch arrived: one version holds them all."""
    if event.subject.id in announced:
        worker.wiring.indexing.rebuild(list(announced))
        # Before the batch counts as done: when this fails, the next message tells everybody.
        worker.wiring.alerts.programs_opened(_call(event), opened)
        announced.clear()


@worker.on(SeatHeld.TYPE, SeatReleased.TYPE, ReservationConfirmed.TYPE)
def note_seats(event: Envelope) -> None:
    """The event says which reservation; program and weeks are its state's."""
    state = worker.wiring.store.load("RESERVATION", event.subject.id).state
    worker.wiring.indexing.seats_changed(state["program_id"], state["week_list"])
    worker.wiring.indexing.shorten()
    if event.type == SeatReleased.TYPE:
        worker.wiring.alerts.seats_returned(_call(event), state["program_id"], state["week_list"], event.occurred_at)


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


def handler(event: Mapping[str, Any], context: Any) -> Any:
    found = [one for record in event["Records"] if (one := _announcement(record))]
    announced[:] = [one.subject.id for one in found]
    opened.clear()
    opened.update({one.subject.id: one.occurred_at for one in found if one.type == ProgramPublished.TYPE})
    return answer(event, context)


def _announcement(record: Mapping[str, Any]) -> Envelope | None:
    """The change of a program that a message announces. What cannot be read announces nothing here; the worker fails
    that message alone."""
    try:
        event = Envelope.from_bus(record["body"])
    except ValueError:
        return None
    return event if event.type in PROGRAMS else None


def _call(event: Envelope) -> RequestContext:
    return RequestContext(Actor(role="system", id="search_indexer"), event.correlation_id, event.id)
