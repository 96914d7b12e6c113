"""A rotation as a calendar that the trainee's own calendar subscribes to (RFC 5545), behind a secret address that can
be taken back.

The address names the reservation and carries a random part; who knows it reads the program's name, place and days and
nothing about a person. The random part lies in an erasable item, so erasing the person ends the feed as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from icalendar import Calendar, Event, vText

from shared.domain.core.errors import NotAllowedNow, NotFound
from shared.domain.programs.program import Program
from shared.domain.reservations.reservation import Reservation, ReservationStatus
from shared.events.reservation import CalendarFeedClosed, CalendarFeedOpened
from shared.ports import BusinessClock, Catalogue, PersonalRecord, Store, UnitOfWork
from shared.services.core.records import reservation_of
from shared.services.core.secret_links import new_secret, secret_at, secret_matches
from shared.services.core.transitions import RequestContext, find, retry_on_conflict, state_after, transition
from shared.services.reservations.reserve import Reserve

REFRESH = timedelta(hours=6)
_S = ReservationStatus
CALLED_OFF = (
    _S.RELEASED,
    _S.CANCELLED_BY_TRAINEE,
    _S.CANCELLED_BY_HOST,
    _S.CANCELLED_BY_OPERATOR,
    _S.NO_SHOW,
    _S.REFUND_DUE,
    _S.REFUNDED,
)


@dataclass(frozen=True, kw_only=True)
class CalendarFeeds:
    """`public_url` is the site's origin: what the calendar's entry links to."""

    store: Store
    catalogue: Catalogue
    clock: BusinessClock
    reserve: Reserve
    public_url: str

    def open(self, call: RequestContext, reservation_id: str) -> Reservation:
        """Makes the secret address. One that is open stays as it is. Raises `NotFound`, `NotAllowedNow` before the seat
        is paid for."""

        def decide() -> Reservation:
            loaded, reserved = self.reserve.stored(call, reservation_id)
            if reserved.reserved_at is None:
                raise NotAllowedNow(
                    "A calendar comes with a reserved seat, and this one is not paid for.",
                    "Pay first; then make the calendar here.",
                    state=reserved.status.value,
                )
            if reserved.feed_ref is not None:
                return reserved
            # A text is written once: each opening has one of its own.
            ref = f"{reserved.trainee_id}/calendar-{reserved.id}-{reserved.version}"
            text = PersonalRecord(ref, {"secret": new_secret()})
            opened = CalendarFeedOpened(status=reserved.status, feed_ref=ref)
            moved = transition(loaded, opened, call, self.clock.now())
            self.store.commit(UnitOfWork(transitions=(moved,), records=(text,)))
            return Reservation.model_validate(state_after(moved))

        return retry_on_conflict(decide)

    def close(self, call: RequestContext, reservation_id: str) -> Reservation:
        """The address ends to work, at once and for good; opened again, it is another one. Closed before: nothing
        happens. `NotFound`."""

        def decide() -> Reservation:
            loaded, reserved = self.reserve.stored(call, reservation_id)
            if reserved.feed_ref is None:
                return reserved
            closed = CalendarFeedClosed(status=reserved.status, feed_ref=None)
            moved = transition(loaded, closed, call, self.clock.now())
            self.store.commit(UnitOfWork(transitions=(moved,)))
            return Reservation.model_validate(state_after(moved))

        return retry_on_conflict(decide)

    def read(self, address: str) -> bytes:
        """The calendar behind an address (`<reservation id>.<random part>`). Raises `NotFound`, the same for every
        wrong address."""
        reservation_id, _, given = address.partition(".")
        found = find(self.store, "RESERVATION", reservation_id)
        reserved = reservation_of(found) if found else None
        if reserved is None or not secret_matches(secret_at(self.store, reserved.feed_ref), given):
            raise NotFound(
                "There is no calendar at this address.", "Open your rotation and copy its calendar address again."
            )
        return bytes(
            calendar(reserved, self.catalogue.program(reserved.program_id), self.clock.now(), self.public_url).to_ical()
        )


def calendar(reserved: Reservation, program: Program, now: datetime, public_url: str) -> Calendar:
    """One all-day entry from the first Monday to the last Sunday, which leaves its days free (TRANSP). Its UID never
    changes; its SEQUENCE grows with what an invitation would be sent again for, dates, place and status (RFC 5545
    3.8.7.4); DTEND is the day after the last (3.6.1), and a rotation that was called off is cancelled, not gone. A feed
    has no METHOD: it is no invitation (RFC 5546 1.4)."""
    off = reserved.status in CALLED_OFF
    made = Calendar()
    made.add("prodid", "-//Rota//Rotations//EN")
    made.add("version", "2.0")
    made.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    # RFC 7986 5.1; Outlook and Apple read the second name. Both are texts, and escaped as such.
    for name in ("name", "x-wr-calname"):
        made.add(name, vText(f"Rota: {program.name}"))
    entry = Event()
    entry.add("uid", f"{reserved.id}@rota")
    entry.add("sequence", int(off))
    entry.add("dtstamp", now)
    entry.add("dtstart", reserved.start)
    entry.add("dtend", reserved.start + timedelta(weeks=reserved.weeks))
    entry.add("summary", f"Clinical rotation: {program.name}")
    entry.add("location", f"{program.place.city}, {program.place.state}")
    entry.add("status", "CANCELLED" if off else "CONFIRMED")
    entry.add("transp", "TRANSPARENT")
    entry.add("class", "PRIVATE")
    entry.add("url", f"{public_url}/reservations/{reserved.id}")
    made.add_component(entry)
    return made
