"""Opening and ending a hold's checkout at Stripe: what the trainee's own cancellation and the sweep have in common."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from shared.domain.core.calendar import end_date, reached
from shared.domain.core.errors import Invalid, KeyReused, NotFound, PaymentUnavailable, VersionConflict
from shared.domain.core.instants import say
from shared.domain.programs.program import Program
from shared.domain.reservations.reservation import (
    Choice,
    Reservation,
    ReservationEvent,
    ReservationStatus,
    hold_over,
    still_offered,
)
from shared.ports import (
    SYSTEM,
    BusinessClock,
    Catalogue,
    Checkout,
    CheckoutRequest,
    PaymentGateway,
    People,
    Store,
    system,
)
from shared.services.core.due_rule import NOTHING
from shared.services.core.records import reservation_of
from shared.services.core.transitions import RequestContext, retry_on_conflict
from shared.services.money.settlement import Settled, Settlement
from shared.services.seats import seat_gate


class Ended(StrEnum):
    """What asking for the end of a hold came to."""

    RELEASED = "released"
    PAID = "paid"
    IN_FLIGHT = "payment in flight"
    OFFERED_AGAIN = "offered again"
    NOT_HELD = "no longer held"


CODES = {ReservationEvent.EXPIRE: "expired", ReservationEvent.CANCEL: "cancelled"}


@dataclass(frozen=True)
class Holds:
    """`public_url` is the site's origin: where Stripe sends the browser back to."""

    store: Store
    payment_gateway: PaymentGateway
    catalogue: Catalogue
    people: People
    clock: BusinessClock
    settlement: Settlement
    public_url: str

    def open(self, reserved: Reservation, program: Program | None = None) -> Checkout:
        """The session of this hold, made now or found: the request is the same each time, and so is its key. `program`:
        where it was read before.

        Raises `PaymentUnavailable` (it may exist), `Invalid` (Stripe refused for good: it does not), `KeyReused` (one
        exists that was asked for with other details), `NotFound` (the person was erased).
        """
        program = program or self.catalogue.program(reserved.program_id)
        what = "Deposit" if reserved.choice is Choice.DEPOSIT and reserved.balance_cents else "Full fee"
        days = f"{say(reserved.start)} to {say(end_date(reserved.start, reserved.weeks))}"
        address = f"{self.public_url}/reservations/{reserved.id}"
        request = CheckoutRequest(
            reservation_id=reserved.id,
            application_id=reserved.application_id,
            amount_cents=reserved.charge_cents,
            description=f"{what}: {program.name}, {days}",
            email=self.people.person(reserved.trainee_id).email,
            expires_at=reserved.session_expires_at,
            success_url=f"{address}/paid",
            cancel_url=f"{address}/left",
            number=reserved.payment_number,
        )
        return self.payment_gateway.open_checkout(request)

    def end(self, reservation_id: str, event: ReservationEvent, call: RequestContext) -> Ended:
        """EXPIRE or CANCEL a hold: first Stripe is asked to end the session, so that nobody can pay for a seat that was
        given back.

        Paid meanwhile: the payment is settled instead. A seat that the waitlist offered stays held after an EXPIRE
        until the offer is over. Raises `PaymentUnavailable` while Stripe does not answer; the hold stays.
        """
        return retry_on_conflict(lambda: self._end(reservation_id, event, call))

    def _end(self, reservation_id: str, event: ReservationEvent, call: RequestContext) -> Ended:
        reserved = self._reserved(reservation_id)
        if reserved.status is not ReservationStatus.HELD:
            return Ended.NOT_HELD
        session = self._closed_session(reserved)
        if session is not None and session.status == "complete":
            return (
                Ended.IN_FLIGHT if self.settlement.settle(session, _as_system(call)) is Settled.UNPAID else Ended.PAID
            )
        if session is not None and session.status == "open":
            raise PaymentUnavailable("The payment page could not be closed yet.", "Try again in a minute.")
        return retry_on_conflict(lambda: self._release(reserved, event, CODES[event], call))

    def end_in_time(self, reservation_id: str, call: RequestContext) -> str:
        """The sweep's: ends a hold whose time is up. Raises as `end`."""
        return self.end(reservation_id, ReservationEvent.EXPIRE, call) if self._over(reservation_id) else NOTHING

    def _over(self, reservation_id: str) -> bool:
        return hold_over(self._reserved(reservation_id), self.clock.now())

    def abandon(self, reservation_id: str, call: RequestContext) -> Ended:
        """Gives a hold back for which Stripe certainly has no session: it refused to make one."""
        reserved = self._reserved(reservation_id)
        return retry_on_conflict(
            lambda: self._release(reserved, ReservationEvent.EXPIRE, "not_opened", _as_system(call))
        )

    def _closed_session(self, reserved: Reservation) -> Checkout | None:
        """The hold's session after Stripe was asked to end it; None when there is none that anybody could pay."""
        if not reserved.paying:
            return None  # an offered seat that nobody has begun to pay
        session_id = reserved.checkout_session_id or self._lost_session(reserved)
        if session_id is None:
            return None
        try:
            return self.payment_gateway.expire(session_id)
        except Invalid:
            return None  # Stripe does not know this id: nothing can be paid there

    def _lost_session(self, reserved: Reservation) -> str | None:
        """A session may exist that we were never told of (killed after the call). Asking again under the same key
        answers with it; a refusal means that it was never made, because so late Stripe would not make one either (30
        minutes at least)."""
        try:
            return self.open(reserved).id
        except Invalid:
            return None
        except (KeyReused, NotFound):
            # It cannot be asked for the same way again (erased person, other address). Its own end is certain, though.
            if reached(reserved.session_expires_at, self.clock.now()):
                return None
            raise PaymentUnavailable(
                "The payment page cannot be found yet.", "It ends by itself within minutes."
            ) from None

    def _release(self, closed: Reservation, event: ReservationEvent, code: str, call: RequestContext) -> Ended:
        """Gives back the hold whose payment page was closed; `closed` is how it was then."""
        case, now = seat_gate.read_case(self.store, closed.id), self.clock.now()
        if case.reserved.status is not ReservationStatus.HELD:
            return Ended.RELEASED if case.reserved.status is ReservationStatus.RELEASED else Ended.NOT_HELD
        if (case.reserved.payment_number, case.reserved.paying) != (closed.payment_number, closed.paying):
            raise VersionConflict("A payment began or ended at the same moment.", "Try again.", about=[closed.id])
        if event is ReservationEvent.EXPIRE and still_offered(case.reserved, now):
            self.store.commit(seat_gate.wait_on(case, call, now))
            return Ended.OFFERED_AGAIN
        self.store.commit(seat_gate.release(case, event, code, call, now))
        return Ended.RELEASED

    def _reserved(self, reservation_id: str) -> Reservation:
        return reservation_of(self.store.load("RESERVATION", reservation_id))


def _as_system(call: RequestContext) -> RequestContext:
    """A payment and a lapse are nobody's deed, also when a person's call finds them."""
    return (
        call
        if call.actor.role == SYSTEM
        else RequestContext(system("reservations"), call.correlation_id, call.causation_id)
    )
