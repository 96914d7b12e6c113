"""Keeps search current from events. A batch publishes one version however many programs it announces; seats go to the overlay."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shared.events.envelope import Envelope
from shared.events.program import GuidelinesChanged, ProgramPublished
from shared.events.reservation import ReservationConfirmed, SeatHeld, SeatReleased
from shared.events.waitlist import WaitlistChanged
from shared.runtime.settings import CoreTable
from shared.runtime.worker import Worker


class Settings(CoreTable):
    search_bucket: str


worker = Worker("search_indexer", Settings)
answer = worker.handler()
PROGRAMS = (ProgramPublished.TYPE, GuidelinesChanged.TYPE)
"""What changes a program, so that a new version is needed."""
announced: list[str] = []
"""The programs of the batch at hand that no version of this batch holds yet."""


@worker.on(*PROGRAMS)
def publish(event: Envelope) -> None:
    """Every change that a batch announces was committed before the batch arrived: one version holds them all."""
    if event.subject.id in announced:
        worker.wiring.indexing.rebuild(list(announced))
        announced.clear()


@worker.on(SeatHeld.TYPE, SeatReleased.TYPE, ReservationConfirmed.TYPE)
def note_seats(event: Envelope) -> None:
    """The event says which reservation; program and weeks are its state's."""
    state = worker.wiring.store.load("RESERVATION", event.subject.id).state
    worker.wiring.indexing.seats_changed(state["program_id"], state["week_list"])
    worker.wiring.indexing.shorten()


@worker.on(WaitlistChanged.TYPE)
def note_line(event: Envelope) -> None:
    """A seat that nobody waits for any more is open to everybody again, without a seat having moved."""
    if event.data["weeks"]:
        worker.wiring.indexing.seats_changed(event.data["program_id"], event.data["weeks"])
        worker.wiring.indexing.shorten()


def handler(event: Mapping[str, Any], context: Any) -> Any:
    announced[:] = [program for record in event["Records"] if (program := _announced_by(record))]
    return answer(event, context)


def _announced_by(record: Mapping[str, Any]) -> str:
    """The program that a message announces. What cannot be read announces nothing here; the worker fails that message alone."""
    try:
        event = Envelope.from_bus(record["body"])
    except ValueError:
        return ""
    return event.subject.id if event.type in PROGRAMS else ""
