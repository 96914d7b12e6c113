"""What the reserve page and the reservation's hub show, read together. Nothing here decides or writes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from shared.domain.applications.application import Application, in_line, offer_over
from shared.domain.applications.application_machine import ApplicationStatus
from shared.domain.applications.guards import has_signed
from shared.domain.core.aggregate import EventRow
from shared.domain.core.calendar import by_iso_year, monday_of, weeks_covered
from shared.domain.core.machine import Actor
from shared.domain.core.policy import by_version
from shared.domain.money import fees
from shared.domain.money.money import JournalEntry, book_of
from shared.domain.programs.program import Program
from shared.domain.reservations import terms
from shared.domain.reservations.reservation import Reservation, hold_over
from shared.domain.seats.seats import SeatYear, WeekSeats, free_by_week, seats_for
from shared.ports import BusinessClock, Catalogue, People, Person, Store
from shared.services.core.secret_links import secret_at
from shared.services.core.transitions import RequestContext
from shared.services.reservations.reserve import Reserve
from shared.services.seats.line import Standing as InLine
from shared.services.seats.line import standing_of


class Stage(StrEnum):
    """Where an offer stands for the person who reserves."""

    NOT_APPROVED = "not_approved"
    SIGN = "sign"
    PAY = "pay"
    HELD = "held"
    NO_HOLDS_LEFT = "no_holds_left"
    WAITING = "waiting"
    OVER = "over"
    RESERVED = "reserved"
    ENDED = "ended"


@dataclass(frozen=True)
class Offer:
    """`plan` is None before submission; `seats_left` is the least over the weeks; `live` the hold that is being paid,
    if any; `offered` the seat that the waitlist holds and nobody has begun to pay; `standing` the place in line of who
    waits."""

    applied: Application
    program: Program
    stage: Stage
    plan: fees.Quote | None
    terms: terms.Terms
    live: Reservation | None
    seats_left: int
    holds_left: int
    offered: Reservation | None = None
    standing: InLine | None = None
    coach: Person | None = None


@dataclass(frozen=True)
class Hub:
    """A reservation with its receipt: the event rows (why the seat is theirs), the weeks' counters, the ledger of its
    book.

    `mine`: the caller is the trainee, `coaching`: its coach, `staff`: one of ours. Only for the trainee `feed` is the
    name of the calendar's secret address, empty while it is closed; `trainee` is only for staff, and None once erased.
    """

    reserved: Reservation
    program: Program
    rows: list[EventRow]
    weeks: dict[str, WeekSeats]
    journal: list[JournalEntry]
    mine: bool
    coaching: bool
    staff: bool
    feed: str
    coach: Person | None
    trainee: Person | None


WAITING = (
    ApplicationStatus.DRAFT,
    ApplicationStatus.SUBMITTED,
    ApplicationStatus.IN_REVIEW,
    ApplicationStatus.NEEDS_INFO,
    ApplicationStatus.HOST_REVIEW,
)


@dataclass(frozen=True, kw_only=True)
class ReservationQueries:
    store: Store
    people: People
    catalogue: Catalogue
    clock: BusinessClock
    reserve: Reserve

    def offer(self, call: RequestContext, application_id: str) -> Offer:
        """Raises `NotFound` for somebody else's."""
        _, applied = self.reserve.application(call, application_id)
        program = self.catalogue.program(applied.program_id)
        stage = self.stage(applied)
        plan = self.reserve.plan(applied, program) if applied.submitted is not None else None
        live_id = applied.live_reservation_id if stage is Stage.HELD else None
        live = self.reserve.reservation(call, live_id) if live_id else None
        offered = live if live and not live.paying and not hold_over(live, self.clock.now()) else None
        if offered:
            live, stage = None, Stage.PAY if has_signed(applied, terms.CURRENT) else Stage.SIGN
        weeks = weeks_covered(applied.start, applied.weeks) if applied.start else ()
        free = free_by_week(self._seats(program.id, weeks))
        left = by_version(applied.policy_version).offer.holds - applied.holds_used
        standing = standing_of(self.store, applied) if stage is Stage.WAITING else None
        reserved = (
            self.reserve.reservation(call, applied.live_reservation_id or "") if stage is Stage.RESERVED else None
        )
        coach = self._coach(reserved) if reserved else None
        return Offer(
            applied,
            program,
            stage,
            plan,
            terms.get(),
            live,
            seats_for(free, weeks),
            max(0, left),
            offered,
            standing,
            coach,
        )

    def stage(self, applied: Application) -> Stage:
        if applied.status is ApplicationStatus.CONVERTED:
            return Stage.RESERVED
        if applied.status in WAITING:
            return Stage.NOT_APPROVED
        if applied.status is not ApplicationStatus.APPROVED:
            return Stage.ENDED
        if in_line(applied):
            return Stage.WAITING
        if applied.live_reservation_id is not None:
            return Stage.HELD
        if offer_over(applied, self.clock.now()):
            return Stage.OVER
        if applied.holds_used >= by_version(applied.policy_version).offer.holds:
            return Stage.NO_HOLDS_LEFT
        return Stage.PAY if has_signed(applied, terms.CURRENT) else Stage.SIGN

    def hub(self, call: RequestContext, reservation_id: str) -> Hub:
        """Raises `NotFound` for somebody else's."""
        reserved = self.reserve.reservation(call, reservation_id)
        seats = self._seats(reserved.program_id, reserved.week_list)
        weeks = {f"{item.year:04d}-{key}": cell for item in seats for key, cell in item.weeks.items()}
        mine, staff = call.actor.id == reserved.trainee_id, call.actor.role != Actor.TRAINEE
        wanted = [one for one in (reserved.coach_id, reserved.trainee_id if staff else None) if one]
        people = self.people.persons(wanted) if wanted else {}
        return Hub(
            reserved,
            self.catalogue.program(reserved.program_id),
            self.store.history("RESERVATION", reserved.id),
            {week: weeks[week] for week in sorted(reserved.week_list, key=monday_of) if week in weeks},
            self.store.journal(book_of(reserved.id)),
            mine,
            call.actor.id == reserved.coach_id,
            staff,
            self._feed(reserved) if mine else "",
            people.get(reserved.coach_id or ""),
            people.get(reserved.trainee_id) if staff else None,
        )

    def _coach(self, reserved: Reservation) -> Person | None:
        """T30. None before one is matched, and once the coach was erased."""
        return self.people.persons([reserved.coach_id]).get(reserved.coach_id) if reserved.coach_id else None

    def _feed(self, reserved: Reservation) -> str:
        secret = secret_at(self.store, reserved.feed_ref)
        return f"{reserved.id}.{secret}" if secret else ""

    def _seats(self, program_id: str, weeks: tuple[str, ...]) -> list[SeatYear]:
        return self.store.seat_years([(program_id, year) for year in by_iso_year(weeks)])
