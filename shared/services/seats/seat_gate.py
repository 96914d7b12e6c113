"""The one gate for seats (T27). Whoever takes or gives back a seat does it with the work that one of these functions
builds.

Each work is one transaction: the weeks' counters under `taken < capacity`, a row per trainee and week (no overlapping
rotations), the reservation's and the application's event rows, and what is due. So a seat is taken by exactly one
reservation, or nothing happened. `Store.commit` raises `SoldOut` or `OverlappingRotation` for a `hold` or a `retake`
that finds no place. Nothing else makes a `SeatMove`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shared.domain.applications.application import Application
from shared.domain.applications.application_machine import APPLICATION, ApplicationEvent, ApplicationStatus
from shared.domain.applications.due_kinds import OFFER
from shared.domain.core.errors import VersionConflict
from shared.domain.core.machine import NEW, Actor, Arrow
from shared.domain.money.money import JournalEntry, payment
from shared.domain.reservations.due_kinds import HOLD, PREPARATION
from shared.domain.reservations.reservation import RESERVATION, Reservation, ReservationEvent, ReservationStatus
from shared.domain.seats.due_kinds import LINE
from shared.domain.seats.waitlist import WAITLIST, Line, Place, WaitlistEntry, WaitlistEvent, WaitlistStatus
from shared.events.application import ApplicationConverted, HoldPlaced, HoldReleased
from shared.events.reservation import PaymentLapsed, ReservationConfirmed, SeatHeld, SeatReleased
from shared.events.waitlist import WaitlistChanged, WaitlistEnded, WaitlistJoined, WaitlistOffered
from shared.ports import Due, SeatMove, Store, Stored, Transition, UnitOfWork
from shared.services.applications.state_changes import releases_of
from shared.services.core.records import application_of, reservation_of
from shared.services.core.transitions import RequestContext, transition, unsaved
from shared.services.seats.line import line_of


@dataclass(frozen=True)
class Case:
    """An application and its reservation as loaded, for one decision."""

    application: Stored
    reservation: Stored

    @property
    def applied(self) -> Application:
        return application_of(self.application)

    @property
    def reserved(self) -> Reservation:
        return reservation_of(self.reservation)


def read_case(store: Store, reservation_id: str) -> Case:
    """Both sides of a reservation. Raises `NotFound`, and `VersionConflict` when somebody changed both between the two
    reads: a live hold is always that of an approved application, so anything else was never stored and is no ground for
    a refusal."""
    reservation = store.load("RESERVATION", reservation_id)
    case = Case(store.load("APPLICATION", reservation_of(reservation).application_id), reservation)
    lives = case.applied.status is ApplicationStatus.APPROVED and case.applied.live_reservation_id == reservation.id
    if case.reserved.status is ReservationStatus.HELD and not lives:
        raise VersionConflict(
            "Somebody changed this at the same moment.", "Look at it again and repeat the step.", about=[reservation.id]
        )
    return case


@dataclass(frozen=True)
class Payment:
    """What Stripe says was paid: cents, and the payment intent that names it."""

    intent_id: str
    cents: int


def hold(application: Stored, held: SeatHeld, call: RequestContext, now: datetime) -> UnitOfWork:
    """Takes a seat in every week of `held` for a new reservation. The guards of `hold_placed` are the caller's.

    The hold's due row takes the place of the offer's, so that an offer never lapses under somebody who is paying.
    """
    applied = application_of(application)
    arrow = APPLICATION.fire(applied.status, ApplicationEvent.HOLD_PLACED, Actor(call.actor.role))
    RESERVATION.fire(NEW, ReservationEvent.BEGIN_CHECKOUT, Actor(call.actor.role))
    holds = applied.holds_used + 1
    placed = HoldPlaced(status=ApplicationStatus(arrow.target), holds_used=holds, live_reservation_id=held.id)
    return UnitOfWork(
        transitions=(
            transition(application, placed, call, now, done=(OFFER,)),
            transition(unsaved("RESERVATION", held.id), held, call, now, due=(Due(HOLD, held.held_until, "system"),)),
        ),
        seats=(SeatMove(held.program_id, held.trainee_id, held.id, take=held.week_list),),
    )


def release(case: Case, event: ReservationEvent, code: str, call: RequestContext, now: datetime) -> UnitOfWork:
    """Gives every week of a hold back. `event` is EXPIRE or CANCEL; the offer, if it is still open, waits for the
    trainee again. A seat that the waitlist had offered goes to the next in line, whose marks keep it until the sweep
    comes by."""
    reserved, applied = case.reserved, case.applied
    arrow = RESERVATION.fire(reserved.status, event, Actor(call.actor.role))
    back = APPLICATION.fire(applied.status, ApplicationEvent.HOLD_RELEASED, Actor(call.actor.role))
    released = SeatReleased(status=ReservationStatus(arrow.target), released_at=now, release_code=code)
    status, offer = ApplicationStatus(back.target), applied.offer
    data: HoldReleased | WaitlistEnded = HoldReleased(status=status, live_reservation_id=None)
    if applied.waitlist and applied.waitlist_status is WaitlistStatus.OFFERED:
        left = event is ReservationEvent.CANCEL
        ending = WaitlistEvent.LEAVE if left else WaitlistEvent.LAPSE
        data = _ended(applied, status, ending, "left" if left else code, call, now)
        offer = data.offer
    waits = (Due(OFFER, offer.expires_at, "trainee"),) if offer else ()
    return UnitOfWork(
        transitions=(
            transition(case.reservation, released, call, now, done=(HOLD,)),
            transition(case.application, data, call, now, due=waits),
        ),
        seats=(_move(reserved, give=reserved.week_list),),
    )


def wait_on(case: Case, call: RequestContext, now: datetime) -> UnitOfWork:
    """An offered seat whose payment ended unpaid: no seat moves, it waits for its trainee until the waitlist's offer is
    over."""
    arrow = RESERVATION.fire(case.reserved.status, ReservationEvent.PAYMENT_LAPSED, Actor(call.actor.role))
    until = case.reserved.offer_until
    assert until is not None
    lapsed = PaymentLapsed(
        status=ReservationStatus(arrow.target), held_until=until, paying=False, checkout_session_id=None
    )
    return UnitOfWork(
        transitions=(transition(case.reservation, lapsed, call, now, due=(Due(HOLD, until, "trainee"),)),)
    )


def confirm(case: Case, paid: Payment, call: RequestContext, now: datetime) -> UnitOfWork:
    """H11: the held seat becomes the reserved one; no counter moves."""
    arrow = RESERVATION.fire(case.reserved.status, ReservationEvent.PAYMENT_SUCCEEDED, Actor.SYSTEM)
    return UnitOfWork(
        transitions=_reserved(case, arrow, paid, call, now),
        released_keys=releases_of(case.applied),
        journal=(_entry(case, paid, now),),
    )


def retake(case: Case, paid: Payment, call: RequestContext, now: datetime) -> UnitOfWork:
    """Policy seat_hold: a payment after the seat was given back takes it again, if there is still one in every week."""
    reserved = case.reserved
    arrow = RESERVATION.fire(reserved.status, ReservationEvent.RETAKE, Actor.SYSTEM)
    return UnitOfWork(
        transitions=_reserved(case, arrow, paid, call, now),
        seats=(_move(reserved, take=reserved.week_list),),
        released_keys=releases_of(case.applied),
        journal=(_entry(case, paid, now),),
    )


def _reserved(case: Case, arrow: Arrow, paid: Payment, call: RequestContext, now: datetime) -> tuple[Transition, ...]:
    first = max(case.reserved.prep_from or now, now)  # H20: from 90 days before the start, at once when it is later
    converted = APPLICATION.fire(case.applied.status, ApplicationEvent.RESERVED, Actor.SYSTEM)
    confirmed = ReservationConfirmed(
        status=ReservationStatus(arrow.target),
        payment_intent_id=paid.intent_id,
        paid_cents=paid.cents,
        reserved_at=now,
        released_at=None,
    )
    done = ApplicationConverted(status=ApplicationStatus(converted.target), live_reservation_id=case.reservation.id)
    entry = case.applied.waitlist
    if entry and entry.status in (WaitlistStatus.WAITING, WaitlistStatus.OFFERED):
        taken = WAITLIST.fire(entry.status, WaitlistEvent.TAKE, Actor.SYSTEM)
        done = done.model_copy(update={"waitlist": entry.ended(WaitlistStatus(taken.target))})
    return (
        transition(
            case.reservation,
            confirmed,
            call,
            now,
            due=(Due(PREPARATION, first, "system"),),
            done=(HOLD,),
        ),
        transition(case.application, done, call, now, done=(OFFER,)),
    )


# --- the line ---------------------------------------------------------------------------------------------------------
def join(
    application: Stored, line: Stored, place: Place, last_at: datetime, call: RequestContext, now: datetime
) -> UnitOfWork:
    """Last in line, with a mark on every week that has no seat for everybody: from this transaction on no seat that
    comes back there goes to anybody who is not in line. It happens only if those weeks still have none; a seat that
    came back meanwhile is a conflict. `last_at`: beyond it the offer never counts, however long they wait."""
    applied = application_of(application)
    arrow = APPLICATION.fire(applied.status, ApplicationEvent.JOIN_WAITLIST, Actor(call.actor.role))
    entry = WAITLIST.fire(applied.waitlist_status or NEW, WaitlistEvent.JOIN, Actor(call.actor.role))
    assert applied.offer is not None  # approved
    joined = WaitlistJoined(
        status=ApplicationStatus(arrow.target),
        waitlist=WaitlistEntry(status=WaitlistStatus(entry.target), number=place.number, since=place.since),
        offer=applied.offer.pause(place.since, last_at),
    )
    stands = line_of(line)
    return UnitOfWork(
        transitions=(
            transition(application, joined, call, now, done=(OFFER,)),
            _line(line, stands, (*stands.line, place), place.marks, call, now),
        ),
        seats=_marks(place, wait=place.marks),
    )


def leave(
    application: Stored, line: Stored, place: Place, code: str, call: RequestContext, now: datetime
) -> UnitOfWork:
    """Out of the line without a seat: LEFT by the trainee, LAPSED by the system. The offer counts on with what was
    left."""
    applied = application_of(application)
    arrow = APPLICATION.fire(applied.status, ApplicationEvent.LEAVE_WAITLIST, Actor(call.actor.role))
    event = WaitlistEvent.LEAVE if call.actor.role == Actor.TRAINEE else WaitlistEvent.LAPSE
    ended, gone = (
        _ended(applied, ApplicationStatus(arrow.target), event, code, call, now),
        forget(line, place, call, now),
    )
    waits = (Due(OFFER, ended.offer.expires_at, "trainee"),)
    return UnitOfWork(
        transitions=(transition(application, ended, call, now, due=waits), *gone.transitions), seats=gone.seats
    )


def forget(line: Stored, place: Place, call: RequestContext, now: datetime) -> UnitOfWork:
    """Takes a place away whose application does not wait any more (withdrawn, closed, paid)."""
    stands = line_of(line)
    return UnitOfWork(
        transitions=(_line(line, stands, stands.without(place.application_id), place.marks, call, now),),
        seats=_marks(place, unwait=place.marks),
    )


def mark_again(line: Stored, place: Place, marks: tuple[str, ...], call: RequestContext, now: datetime) -> UnitOfWork:
    """Marks what is full by now, and lets go of free weeks that this place cannot use because others are full."""
    stands = line_of(line)
    added, gone = (
        tuple(week for week in marks if week not in place.marks),
        tuple(week for week in place.marks if week not in marks),
    )
    moved = tuple(
        one.model_copy(update={"marks": marks}) if one.application_id == place.application_id else one
        for one in stands.line
    )
    return UnitOfWork(
        transitions=(_line(line, stands, moved, added + gone, call, now),), seats=_marks(place, wait=added, unwait=gone)
    )


def offer(
    application: Stored, line: Stored, place: Place, held: SeatHeld, call: RequestContext, now: datetime
) -> UnitOfWork:
    """The seat that came back is held for who is first in line: taken, and the place's marks gone, in one
    transaction."""
    applied = application_of(application)
    arrow = APPLICATION.fire(applied.status, ApplicationEvent.SEAT_OFFERED, Actor.SYSTEM)
    entry = WAITLIST.fire(applied.waitlist_status or NEW, WaitlistEvent.OFFER, Actor.SYSTEM)
    assert applied.waitlist is not None  # in line
    RESERVATION.fire(NEW, ReservationEvent.OFFER_SEAT, Actor.SYSTEM)
    offered = WaitlistOffered(
        status=ApplicationStatus(arrow.target),
        waitlist=applied.waitlist.offered(WaitlistStatus(entry.target), held.held_until),
        live_reservation_id=held.id,
    )
    stands = line_of(line)
    return UnitOfWork(
        transitions=(
            transition(application, offered, call, now, done=(OFFER,)),
            transition(unsaved("RESERVATION", held.id), held, call, now, due=(Due(HOLD, held.held_until, "trainee"),)),
            _line(line, stands, stands.without(place.application_id), place.marks, call, now),
        ),
        seats=(
            SeatMove(held.program_id, held.trainee_id, held.id, take=held.week_list, unwait=place.marks, in_line=True),
        ),
    )


def _line(
    loaded: Stored, line: Line, places: tuple[Place, ...], weeks: tuple[str, ...], call: RequestContext, now: datetime
) -> Transition:
    """The sweep looks at a line every minute while somebody stands in it."""
    changed = WaitlistChanged(id=line.id, program_id=line.program_id, line=places, weeks=weeks)
    if not places:
        return transition(loaded, changed, call, now, done=(LINE,))
    return transition(loaded, changed, call, now, due=() if line.line else (Due(LINE, now, "system"),))


def _ended(
    applied: Application,
    status: ApplicationStatus,
    event: WaitlistEvent,
    code: str,
    call: RequestContext,
    now: datetime,
) -> WaitlistEnded:
    entry = WAITLIST.fire(applied.waitlist_status or NEW, event, Actor(call.actor.role))
    assert applied.waitlist is not None  # in line
    assert applied.offer is not None  # approved
    return WaitlistEnded(
        status=status,
        waitlist=applied.waitlist.ended(WaitlistStatus(entry.target), code),
        offer=applied.offer.resume(now),
        live_reservation_id=None,
    )


def _marks(place: Place, wait: tuple[str, ...] = (), unwait: tuple[str, ...] = ()) -> tuple[SeatMove, ...]:
    program_id = place.program_id
    return (SeatMove(program_id, place.trainee_id, "", wait=wait, unwait=unwait),) if wait or unwait else ()


def _move(reserved: Reservation, take: tuple[str, ...] = (), give: tuple[str, ...] = ()) -> SeatMove:
    return SeatMove(reserved.program_id, reserved.trainee_id, reserved.id, take=take, give=give)


def _entry(case: Case, paid: Payment, now: datetime) -> JournalEntry:
    return payment(case.reservation.id, paid.intent_id, paid.cents, now)
