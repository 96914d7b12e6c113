"""A trainee reserves: reads and signs the clinical terms (T24), chooses deposit or full fee (T25, T26), holds a seat
and goes to pay.

The seat is taken before Stripe is asked and given back only when Stripe says that nobody can pay any more. A
coordinator may do the same for a trainee, through the same gate.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from shared.domain.applications.application import Application, in_line
from shared.domain.applications.application_machine import APPLICATION, ApplicationEvent, ApplicationStatus
from shared.domain.applications.clocks import as_of, require_running
from shared.domain.applications.guards import can_begin_checkout, has_signed, require_terms
from shared.domain.applications.values import SignedTerms
from shared.domain.core.calendar import local_date, weeks_covered
from shared.domain.core.errors import Expired, Invalid, NotAllowedNow, NotFound, PaymentUnavailable
from shared.domain.core.machine import Actor
from shared.domain.core.policy import by_version
from shared.domain.money import fees
from shared.domain.programs.program import Program, ProgramStatus
from shared.domain.programs.starts import require_start
from shared.domain.reservations import terms
from shared.domain.reservations.due_kinds import HOLD
from shared.domain.reservations.preparation import reminders_from
from shared.domain.reservations.reservation import (
    RESERVATION,
    Choice,
    Reservation,
    ReservationEvent,
    ReservationStatus,
    hold_over,
    hold_window,
    waitlist_payment_window,
)
from shared.events.application import TermsSigned
from shared.events.reservation import CheckoutOpened, PaymentBegun, SeatHeld
from shared.ports import (
    BusinessClock,
    Catalogue,
    Checkout,
    Due,
    Ids,
    PaymentGateway,
    People,
    PersonalRecord,
    Store,
    Stored,
    UnitOfWork,
)
from shared.services.core.records import application_of, reservation_of
from shared.services.core.transitions import RequestContext, retry_on_conflict, state_after, transition
from shared.services.money.charges import bill
from shared.services.reservations.holds import Ended, Holds
from shared.services.seats import seat_gate

COORDINATOR = "coordinator"


@dataclass(frozen=True)
class Signature:
    """How somebody signed: the name as typed, and where from. Erasable."""

    typed_name: str
    address: str
    browser: str


@dataclass(frozen=True)
class PayLink:
    """Where to pay for the seat that is held until `held_until`."""

    reserved: Reservation
    url: str


@dataclass(frozen=True, kw_only=True)
class Reserve:
    store: Store
    catalogue: Catalogue
    people: People
    clock: BusinessClock
    ids: Ids
    holds: Holds
    payment_gateway: PaymentGateway

    def sign(self, call: RequestContext, application_id: str, terms_version: str, signature: Signature) -> Application:
        """T24: signs the current terms. Signing them again changes nothing.

        Raises `NotFound`, `NotAllowedNow` (not approved), `Expired` (offer over), `Invalid` (`terms_version` or
        `typed_name`).
        """

        def decide() -> Application:
            loaded, applied = self.application(call, application_id)
            now = self.clock.now()
            applied = as_of(applied, now)
            require_running(applied)
            arrow = APPLICATION.fire(applied.status, ApplicationEvent.TERMS_SIGNED, Actor(call.actor.role))
            if terms_version != terms.CURRENT:
                raise Invalid(
                    "The terms have changed since you opened this page.",
                    "Read and sign the new ones.",
                    field="terms_version",
                )
            self._require_own_name(call, signature.typed_name)
            if has_signed(applied, terms_version):
                return applied
            text = self._signature_text(call, application_id, terms_version, signature)
            signed = TermsSigned(
                status=ApplicationStatus(arrow.target),
                terms=SignedTerms(version=terms_version, signed_at=now, signature_ref=text.ref),
            )
            moved = transition(loaded, signed, call, now)
            self.store.commit(UnitOfWork(transitions=(moved,), records=(text,)))
            return Application.model_validate(state_after(moved))

        return retry_on_conflict(decide)

    def checkout(self, call: RequestContext, application_id: str, choice: Choice) -> PayLink:
        """Holds a seat in every week (T27) and opens the payment page. Repeated, it answers with the same hold and the
        same page.

        Raises `NotFound`, `NotAllowedNow`, `Expired`, `TermsNotSigned`, `Invalid`; `SoldOut` and `OverlappingRotation`
        from the gate; `PaymentUnavailable` with `reservation_id` and `held_until` while the seat stays held and the
        page could not be opened.
        """
        reserved, program = retry_on_conflict(lambda: self._held(call, application_id, choice))
        try:
            session = self.holds.open(reserved, program)
        except Invalid as refused:
            self.holds.abandon(reserved.id, call)
            raise PaymentUnavailable(
                "The payment page could not be opened.", "Your seat is free again; start once more."
            ) from refused
        except PaymentUnavailable as silent:
            raise PaymentUnavailable(
                "The payment service did not answer. Your seat is held all the same.",
                "Try again in a moment; you keep this seat.",
                reservation_id=reserved.id,
                held_until=reserved.held_until.isoformat(),
            ) from silent
        return retry_on_conflict(lambda: self._opened(call, reserved.id, session, reserved.payment_number))

    def cancel(self, call: RequestContext, reservation_id: str) -> str:
        """Ends the trainee's own hold before payment. Cancelled before: nothing happens. The application's id.

        Raises `NotFound`, `NotAllowedNow` (paid, also a moment ago; a payment is on its way), `PaymentUnavailable` (the
        hold stays).
        """
        reserved = self.reservation(call, reservation_id)
        if reserved.status is ReservationStatus.RELEASED:
            return reserved.application_id
        if reserved.status is not ReservationStatus.HELD:
            raise _too_late("This rotation is paid for; it can no longer be cancelled as a checkout.", reserved)
        RESERVATION.fire(reserved.status, ReservationEvent.CANCEL, Actor(call.actor.role))
        ended = self.holds.end(reservation_id, ReservationEvent.CANCEL, call)
        if ended is Ended.PAID:
            raise _too_late("Your payment arrived a moment before.", self.reservation(call, reservation_id))
        if ended is Ended.IN_FLIGHT:
            raise _too_late("A payment for this seat is on its way.", reserved)
        return reserved.application_id

    # --- reading ------------------------------------------------------------------------------------------------------
    def application(self, call: RequestContext, application_id: str) -> tuple[Stored, Application]:
        """The trainee's own, or any for a coordinator. Raises `NotFound` for somebody else's."""
        loaded = self.store.load("APPLICATION", application_id)
        applied = application_of(loaded)
        if call.actor.role != COORDINATOR and applied.trainee_id != call.actor.id:
            raise NotFound(
                f"There is no application {application_id}.", "Check the address, or start again from your list."
            )
        return loaded, applied

    def owns(self, call: RequestContext, kind: Literal["APPLICATION", "RESERVATION"], id: str) -> bool:
        """Whether the caller is its trainee. Raises `NotFound` for one that does not exist."""
        loaded = self.store.load(kind, id)
        case = application_of(loaded) if kind == "APPLICATION" else reservation_of(loaded)
        return case.trainee_id == call.actor.id

    def reservation(self, call: RequestContext, reservation_id: str) -> Reservation:
        """The trainee's own, or any for staff. Raises `NotFound` for somebody else's."""
        return self.stored(call, reservation_id)[1]

    def stored(self, call: RequestContext, reservation_id: str) -> tuple[Stored, Reservation]:
        """The same, and how it is stored."""
        loaded = self.store.load("RESERVATION", reservation_id)
        reserved = reservation_of(loaded)
        if call.actor.role == Actor.TRAINEE and reserved.trainee_id != call.actor.id:
            raise NotFound(
                f"There is no reservation {reservation_id}.", "Check the address, or start again from your list."
            )
        return loaded, reserved

    def plan(self, applied: Application, program: Program) -> fees.Quote:
        """The bill as of today at the site, at the price that was shown when the application was submitted."""
        sent = applied.submitted
        if applied.start is None or sent is None:
            raise NotAllowedNow(
                "This application was not submitted yet.", "Submit it first.", state=applied.status.value
            )
        today = local_date(self.clock.now(), program.place.zone)
        return fees.quote(
            program,
            applied.start,
            applied.weeks,
            today,
            by_version(applied.policy_version),
            sent.total_cents,
        )

    # --- deciding -----------------------------------------------------------------------------------------------------
    def _held(self, call: RequestContext, application_id: str, choice: Choice) -> tuple[Reservation, Program | None]:
        """The live hold of this application, or a new one through the gate; and its program where it was read."""
        loaded, applied = self.application(call, application_id)
        if in_line(applied):
            raise NotAllowedNow(
                "You stand on the waitlist for these weeks.",
                "We write to you when a seat is held for you; or leave the waitlist first.",
                state=applied.status.value,
                event=ApplicationEvent.HOLD_PLACED.value,
            )
        if applied.live_reservation_id is not None and applied.status is ApplicationStatus.APPROVED:
            live = reservation_of(self.store.load("RESERVATION", applied.live_reservation_id))
            if hold_over(live, self.clock.now()):
                raise Expired(
                    "The time to pay for this seat has run out.", "It is being given back. Look again in two minutes."
                )
            if not live.paying:
                return self._payment_of_offered(call, live.id, choice), None
            if live.choice is choice:
                return live, None
        require_running(as_of(applied, self.clock.now()))
        APPLICATION.fire(applied.status, ApplicationEvent.HOLD_PLACED, Actor(call.actor.role))
        now, policy, program = (
            self.clock.now(),
            by_version(applied.policy_version),
            self.catalogue.program(applied.program_id),
        )
        can_begin_checkout(applied, now, terms.CURRENT, policy, by_staff=call.actor.role == COORDINATOR)
        held = self._hold_of(applied, program, choice)
        work = seat_gate.hold(loaded, held, call, now)
        self.store.commit(work)
        return Reservation.model_validate(state_after(work.transitions[1])), program

    def _payment_of_offered(self, call: RequestContext, reservation_id: str, choice: Choice) -> Reservation:
        """The seat is held since the waitlist offered it: what is due is reckoned anew, and its next payment page may
        be opened."""
        case, now = seat_gate.read_case(self.store, reservation_id), self.clock.now()
        applied, policy = case.applied, by_version(case.applied.policy_version)
        arrow = RESERVATION.fire(case.reserved.status, ReservationEvent.BEGIN_PAYMENT, Actor(call.actor.role))
        require_terms(applied, terms.CURRENT)
        program = self.catalogue.program(applied.program_id)
        plan, window = self._bookable(applied, program), waitlist_payment_window(now, policy)
        begun = PaymentBegun(
            status=ReservationStatus(arrow.target),
            **bill(plan, choice),
            held_until=window.held_until,
            session_expires_at=window.session_expires_at,
            paying=True,
            payment_number=case.reserved.payment_number + 1,
            checkout_session_id=None,
        )
        moved = transition(case.reservation, begun, call, now, due=(Due(HOLD, window.held_until, "system"),))
        self.store.commit(UnitOfWork(transitions=(moved,)))
        return Reservation.model_validate(state_after(moved))

    def _bookable(self, applied: Application, program: Program) -> fees.Quote:
        """H10, H17: the bill, if this program may be reserved today at all."""
        plan = self.plan(applied, program)
        if program.status is not ProgramStatus.LIVE:
            raise NotAllowedNow(
                f"{program.name} takes no reservations at present.",
                "Write to us: we look for another program with you.",
                state=applied.status.value,
                event=ApplicationEvent.HOLD_PLACED.value,
                program_status=program.status.value,
            )
        require_start(
            plan.start, applied.weeks, plan.pay_on, program, by_version(applied.policy_version).applying.horizon_years
        )
        return plan

    def _hold_of(self, applied: Application, program: Program, choice: Choice) -> SeatHeld:
        """H10, H17, T25-T28: what this hold reserves and charges. Its id is that of the offer's nth hold, whoever asks
        how often."""
        now, policy, plan = self.clock.now(), by_version(applied.policy_version), self._bookable(applied, program)
        window = hold_window(now, policy)
        return SeatHeld(
            status=ReservationStatus.HELD,
            id=self.ids.derived("reservation", applied.id, str(applied.holds_used + 1)),
            case_id=applied.case_id,
            application_id=applied.id,
            trainee_id=applied.trainee_id,
            program_id=program.id,
            start=plan.start,
            weeks=applied.weeks,
            week_list=weeks_covered(plan.start, applied.weeks),
            **bill(plan, choice),
            policy_version=policy.version,
            created_at=now,
            held_until=window.held_until,
            session_expires_at=window.session_expires_at,
            prep_from=reminders_from(plan.start, program.place.zone, policy),
        )

    def _opened(self, call: RequestContext, reservation_id: str, session: Checkout, number: int) -> PayLink:
        """Writes down the session of a hold's payment `number`. A hold or a payment that ended meanwhile takes its
        session with it."""
        loaded = self.store.load("RESERVATION", reservation_id)
        reserved = reservation_of(loaded)
        over = reserved.status is not ReservationStatus.HELD or not reserved.paying or reserved.payment_number != number
        if over and session.status != "complete":
            self.payment_gateway.expire(session.id)
            raise Expired("The time to pay for this seat has run out.", "Start once more from your application.")
        if session.status != "open":
            raise Expired(
                "This payment page is closed.",
                "If you have paid, your seat appears here within a minute.",
                reservation_id=reserved.id,
            )
        if reserved.checkout_session_id != session.id:
            arrow = RESERVATION.fire(reserved.status, ReservationEvent.SESSION_OPENED, Actor(call.actor.role))
            opened = CheckoutOpened(status=ReservationStatus(arrow.target), checkout_session_id=session.id)
            self.store.commit(UnitOfWork(transitions=(transition(loaded, opened, call, self.clock.now()),)))
        return PayLink(reserved, session.url)

    def _require_own_name(self, call: RequestContext, typed: str) -> None:
        name = self.people.person(call.actor.id).name
        if not terms.same_name(typed, name):
            raise Invalid(
                "This is not the name in your profile.", f"Type it as it stands there: {name}.", field="typed_name"
            )

    def _signature_text(
        self, call: RequestContext, application_id: str, version: str, signature: Signature
    ) -> PersonalRecord:
        body: Mapping[str, str] = {
            "typed_name": signature.typed_name,
            "address": signature.address,
            "browser": signature.browser,
            "terms_version": version,
            "terms_sha256": terms.get(version).sha256,
        }
        return PersonalRecord(f"{call.actor.id}/terms-{application_id}-{version}", body)


def _too_late(detail: str, reserved: Reservation) -> NotAllowedNow:
    return NotAllowedNow(
        detail,
        "Open the reservation to see where it stands.",
        state=reserved.status.value,
        event=ReservationEvent.CANCEL.value,
        reservation_id=reserved.id,
    )
