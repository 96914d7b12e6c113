"""Who else wants the same seats: for the reviewer's page (H12). Nothing here writes or decides.

Two lists, both by program, so that nobody hides behind other programs' applications and none is left out: the names of
open applications (`applying.open_claim`), which everybody who was sent and has not ended holds, also while paying or
standing in line; and who has a seat in one of the weeks, paid or not.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.domain.applications.application import Application
from shared.domain.applications.application_machine import OPEN
from shared.domain.applications.clocks import as_of
from shared.domain.core.calendar import weeks_covered
from shared.domain.reservations.reservation import SEATED, Reservation
from shared.ports import People, Person, Store
from shared.services.applications.state_changes import open_list
from shared.services.core.records import application_of, reservation_of

LONGEST = 52
"""Weeks of the longest rotation that a form takes: so much earlier an application for one of the same weeks may
start."""


@dataclass(frozen=True)
class Rival:
    """Another application for one of the same weeks; `trainee` None once erased, `seat` the reservation that has the
    seat."""

    application: Application
    trainee: Person | None
    seat: Reservation | None = None


def rivals_of(application: Application, store: Store, people: People, now: datetime) -> tuple[Rival, ...]:
    """Everybody else who is open for one of its weeks at `now` or has a seat in one, the first sent first; none without
    a start."""
    if application.start is None:
        return ()
    wanted = weeks_covered(application.start, application.weeks)
    earliest = application.start - timedelta(weeks=LONGEST - 1)
    latest = application.start + timedelta(weeks=application.weeks - 1)
    waiting = store.claimants(open_list(application.program_id), earliest.isoformat(), latest.isoformat())
    seats = _seats(store, application.program_id, wanted)
    found = store.load_many(("APPLICATION", id) for id in dict.fromkeys([*waiting, *seats]) if id != application.id)
    known = (as_of(application_of(loaded), now) for loaded in found.values())
    others = [one for one in known if one.id in seats or (one.status in OPEN and _meets(one, wanted))]
    others.sort(key=lambda one: (one.submitted.at if one.submitted else one.created_at, one.id))
    persons = people.persons({one.trainee_id for one in others})
    return tuple(Rival(one, persons.get(one.trainee_id), seats.get(one.id)) for one in others)


def _meets(application: Application, weeks: tuple[str, ...]) -> bool:
    return application.start is not None and not set(weeks).isdisjoint(
        weeks_covered(application.start, application.weeks)
    )


def _seats(store: Store, program_id: str, weeks: tuple[str, ...]) -> dict[str, Reservation]:
    """By application; the list may be a moment behind, so each reservation is asked whether it still has its seat."""
    found = store.load_many(("RESERVATION", id) for id in store.seated(program_id, weeks[0], weeks[-1]))
    held = (reservation_of(loaded) for loaded in found.values())
    return {one.application_id: one for one in held if one.status in SEATED}
