"""The offer and its checkout. Cents are US cents, weeks ISO weeks, instants UTC."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from shared.domain.core.instants import Instant
from shared.domain.core.policy import Policy, by_version
from shared.domain.money.fees import Quote
from shared.domain.programs.program import ExperienceType, Program
from shared.domain.reservations.reservation import Choice, Reservation, hold_over
from shared.domain.reservations.terms import Terms
from shared.domain.seats.waitlist import WaitlistStatus, line_over
from shared.ports import BusinessClock
from shared.runtime.http.models import Answer, Request
from shared.services.reservations.queries import Offer, Stage
from shared.services.reservations.reserve import PayLink


class SignTerms(Request):
    """T24: the version that was read, and the full name as it stands in the profile."""

    terms_version: str = Field(title="Version of the terms", max_length=20)
    typed_name: str = Field(title="Your full name", min_length=1, max_length=200)


class BeginCheckout(Request):
    """T25, T26: the deposit or the full fee."""

    choice: Choice = Field(title="What to pay now")


class Place(Answer):
    """The program of a rotation; `zone` is the site's IANA zone."""

    program_id: str
    program: str
    city: str
    state: str
    zone: str

    @classmethod
    def of(cls, program: Program) -> Place:
        return cls(
            program_id=program.id,
            program=program.name,
            city=program.place.city,
            state=program.place.state,
            zone=program.place.zone,
        )


class ChoiceView(Answer):
    """What a choice costs now and what remains, due by the end of `later_on` at the site."""

    choice: Choice
    now_cents: int
    later_cents: int
    later_on: date | None


class HoldView(Answer):
    """A seat that waits for its payment. `over`: the time is up, it is being given back. `offered_until`: the waitlist
    holds it so long, whether or not it is being paid (`paying`) now."""

    reservation_id: str
    choice: Choice
    charge_cents: int
    created_at: Instant
    held_until: Instant
    over: bool
    offered_until: Instant | None
    paying: bool


class WaitlistView(Answer):
    """The last entry: `place` of `waiting` who wait for the same start, 0 when not in line; `until` a held seat is
    offered; `code` says why an entry ended."""

    status: WaitlistStatus
    place: int
    waiting: int
    since: Instant | None
    until: Instant | None
    code: str | None


class CoachView(Answer):
    """T30: whom the trainee turns to, before, during and after."""

    name: str
    email: str


class LimitsView(Answer):
    """What the policy of this application allows: minutes of a hold, unpaid holds of one offer, hours for which the
    waitlist holds a seat, and days before the start by which everything is paid."""

    hold_minutes: int
    holds: int
    waitlist_hours: int
    balance_days: int

    @classmethod
    def of(cls, policy: Policy) -> LimitsView:
        return cls(
            hold_minutes=policy.reservation.hold_minutes,
            holds=policy.offer.holds,
            waitlist_hours=policy.offer.waitlist_hours,
            balance_days=policy.money.balance_days,
        )


class ReserveView(Answer):
    """The reserve page. `stage` says what is possible now; `quote` is the bill. `offered`: the seat that the waitlist
    holds, to be paid; `can_wait`: no seat is free for everybody and the first day has not come, so the waitlist may be
    joined."""

    application_id: str
    stage: Stage
    place: Place
    experience_type: ExperienceType
    start: date | None
    weeks: int
    offered_at: Instant | None
    offer_expires_at: Instant | None
    quote: Quote | None
    choices: list[ChoiceView]
    terms: Terms
    terms_signed_at: Instant | None
    seats_left: int
    holds_left: int
    hold: HoldView | None
    reservation_id: str | None
    coach: CoachView | None
    offered: HoldView | None
    waitlist: WaitlistView | None
    can_wait: bool
    limits: LimitsView

    @classmethod
    def of(cls, offer: Offer, clock: BusinessClock) -> ReserveView:
        applied, plan, signed = offer.applied, offer.plan, offer.applied.terms
        return cls(
            application_id=applied.id,
            stage=offer.stage,
            place=Place.of(offer.program),
            experience_type=applied.experience_type,
            start=applied.start,
            weeks=applied.weeks,
            offered_at=applied.approval.at if applied.approval else None,
            offer_expires_at=applied.offer.expires_at if applied.offer else None,
            quote=plan,
            choices=_choices(plan) if plan else [],
            terms=offer.terms,
            terms_signed_at=signed.signed_at if signed and signed.version == offer.terms.version else None,
            seats_left=offer.seats_left,
            holds_left=offer.holds_left,
            hold=hold_view(offer.live, clock) if offer.live else None,
            reservation_id=applied.live_reservation_id,
            offered=hold_view(offer.offered, clock) if offer.offered else None,
            coach=CoachView(name=offer.coach.name, email=offer.coach.email) if offer.coach else None,
            waitlist=_waitlist(offer),
            can_wait=_can_wait(offer, clock),
            limits=LimitsView.of(by_version(applied.policy_version)),
        )


class CheckoutView(Answer):
    """Send the person to `checkout_url`; the seat is theirs to pay until `held_until`."""

    reservation_id: str
    checkout_url: str
    held_until: Instant

    @classmethod
    def of(cls, link: PayLink) -> CheckoutView:
        return cls(reservation_id=link.reserved.id, checkout_url=link.url, held_until=link.reserved.held_until)


def _can_wait(offer: Offer, clock: BusinessClock) -> bool:
    full = offer.stage in (Stage.SIGN, Stage.PAY) and offer.offered is None and offer.seats_left == 0
    return (
        full
        and offer.applied.start is not None
        and not line_over(offer.applied.start, clock.now(), offer.program.place.zone)
    )


def _waitlist(offer: Offer) -> WaitlistView | None:
    entry, standing = offer.applied.waitlist, offer.standing
    if entry is None:
        return None
    return WaitlistView(
        status=entry.status,
        place=standing.place if standing else 0,
        waiting=standing.waiting if standing else 0,
        since=entry.since,
        until=entry.until,
        code=entry.code,
    )


def _choices(plan: Quote) -> list[ChoiceView]:
    now = {Choice.DEPOSIT: plan.due_now_cents, Choice.FULL: plan.total_cents}
    return [
        ChoiceView(
            choice=choice,
            now_cents=now[choice],
            later_cents=plan.total_cents - now[choice],
            later_on=plan.balance_due_on if choice is Choice.DEPOSIT else None,
        )
        for choice in plan.choices
    ]


def hold_view(live: Reservation, clock: BusinessClock) -> HoldView:
    return HoldView(
        reservation_id=live.id,
        choice=live.choice,
        charge_cents=live.charge_cents,
        created_at=live.created_at or live.held_until,
        held_until=live.held_until,
        over=hold_over(live, clock.now()),
        offered_until=live.offer_until,
        paying=live.paying,
    )
