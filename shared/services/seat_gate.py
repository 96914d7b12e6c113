"""The one gate for seats (T27). Whoever takes or gives back a seat does it with the work that one of these functions builds.

Each work is one transaction: the weeks' counters under `taken < capacity`, a row per trainee and week (no overlapping rotations), the
reservation's and the application's event rows, and what is due. So a seat is taken by exactly one reservation, or nothing happened.
`Store.commit` raises `SoldOut` or `OverlappingRotation` for a `hold` or a `retake` that finds no place. Nothing else makes a `SeatMove`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shared.domain.application import APPLICATION, Application, ApplicationEvent, ApplicationStatus
from shared.domain.errors import VersionConflict
from shared.domain.machine import NEW, Actor, Arrow
from shared.domain.money import JournalEntry, payment
from shared.domain.reservation import RESERVATION, Reservation, ReservationEvent, ReservationStatus
from shared.events.application import ApplicationConverted, HoldPlaced, HoldReleased
from shared.events.reservation import ReservationConfirmed, SeatHeld, SeatReleased
from shared.ports import Due, Loaded, SeatMove, Step, Store, Work
from shared.services.applying import releases_of
from shared.services.steps import Call, new, step

HOLD, OFFER = "hold", "offer"
"""Due kinds: a live hold takes the place of the offer's row, so that an offer never lapses under somebody who is paying."""


@dataclass(frozen=True)
class Case:
    """An application and its reservation as loaded, for one decision."""

    application: Loaded
    reservation: Loaded

    @property
    def applied(self) -> Application:
        return Application.model_validate(self.application.state)

    @property
    def reserved(self) -> Reservation:
        return Reservation.model_validate(self.reservation.state)


def read_case(store: Store, reservation_id: str) -> Case:
    """Both sides of a reservation. Raises `NotFound`, and `VersionConflict` when somebody changed both between the two reads: a live hold
    is always that of an approved application, so anything else was never stored and is no ground for a refusal."""
    reservation = store.load("RESERVATION", reservation_id)
    case = Case(store.load("APPLICATION", str(reservation.state["application_id"])), reservation)
    lives = case.applied.status is ApplicationStatus.APPROVED and case.applied.live_reservation_id == reservation.id
    if case.reserved.status is ReservationStatus.HELD and not lives:
        raise VersionConflict("Somebody changed this at the same moment.", "Look at it again and repeat the step.", about=[reservation.id])
    return case


@dataclass(frozen=True)
class Payment:
    """What Stripe says was paid: cents, and the payment intent that names it."""

    intent_id: str
    cents: int


def hold(application: Loaded, held: SeatHeld, call: Call, now: datetime) -> Work:
    """Takes a seat in every week of `held` for a new reservation. The guards of `hold_placed` are the caller's."""
    status = ApplicationStatus(application.state["status"])
    arrow = APPLICATION.fire(status, ApplicationEvent.HOLD_PLACED, Actor(call.actor.role))
    RESERVATION.fire(NEW, ReservationEvent.BEGIN_CHECKOUT, Actor(call.actor.role))
    holds = int(application.state.get("holds_used", 0)) + 1
    placed = HoldPlaced(status=ApplicationStatus(arrow.target), holds_used=holds, live_reservation_id=held.id)
    return Work(
        steps=(
            step(application, placed, call, now, done=(OFFER,)),
            step(new("RESERVATION", held.id), held, call, now, due=(Due(HOLD, held.held_until, "system"),)),
        ),
        seats=(SeatMove(held.program_id, held.trainee_id, held.id, take=held.week_list),),
    )


def release(case: Case, event: ReservationEvent, code: str, call: Call, now: datetime) -> Work:
    """Gives every week of a hold back. `event` is EXPIRE or CANCEL; the offer, if it is still open, waits for the trainee again."""
    reserved, applied = case.reserved, case.applied
    arrow = RESERVATION.fire(reserved.status, event, Actor(call.actor.role))
    back = APPLICATION.fire(applied.status, ApplicationEvent.HOLD_RELEASED, Actor(call.actor.role))
    released = SeatReleased(status=ReservationStatus(arrow.target), released_at=now, release_code=code)
    waits = (Due(OFFER, applied.offer_expires_at, "trainee"),) if applied.offer_expires_at else ()
    return Work(
        steps=(
            step(case.reservation, released, call, now, done=(HOLD,)),
            step(case.application, HoldReleased(status=ApplicationStatus(back.target), live_reservation_id=None), call, now, due=waits),
        ),
        seats=(_move(reserved, give=reserved.week_list),),
    )


def confirm(case: Case, paid: Payment, call: Call, now: datetime) -> Work:
    """H11: the held seat becomes the reserved one; no counter moves."""
    arrow = RESERVATION.fire(case.reserved.status, ReservationEvent.PAYMENT_SUCCEEDED, Actor.SYSTEM)
    return Work(steps=_reserved(case, arrow, paid, call, now), releases=releases_of(case.applied), journal=(_entry(case, paid, now),))


def retake(case: Case, paid: Payment, call: Call, now: datetime) -> Work:
    """Policy seat_hold: a payment after the seat was given back takes it again, if there is still one in every week."""
    reserved = case.reserved
    arrow = RESERVATION.fire(reserved.status, ReservationEvent.RETAKE, Actor.SYSTEM)
    return Work(
        steps=_reserved(case, arrow, paid, call, now),
        seats=(_move(reserved, take=reserved.week_list),),
        releases=releases_of(case.applied),
        journal=(_entry(case, paid, now),),
    )


def _reserved(case: Case, arrow: Arrow, paid: Payment, call: Call, now: datetime) -> tuple[Step, ...]:
    converted = APPLICATION.fire(case.applied.status, ApplicationEvent.RESERVED, Actor.SYSTEM)
    confirmed = ReservationConfirmed(
        status=ReservationStatus(arrow.target), payment_intent_id=paid.intent_id, paid_cents=paid.cents, reserved_at=now, released_at=None
    )
    done = ApplicationConverted(status=ApplicationStatus(converted.target), live_reservation_id=case.reservation.id)
    return (
        step(case.reservation, confirmed, call, now, done=(HOLD,)),
        step(case.application, done, call, now, done=(OFFER,)),
    )


def _move(reserved: Reservation, take: tuple[str, ...] = (), give: tuple[str, ...] = ()) -> SeatMove:
    return SeatMove(reserved.program_id, reserved.trainee_id, reserved.id, take=take, give=give)


def _entry(case: Case, paid: Payment, now: datetime) -> JournalEntry:
    return payment(case.reservation.id, paid.intent_id, paid.cents, now)
