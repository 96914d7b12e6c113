"""What the reservations room takes and answers. Cents are US cents, weeks ISO weeks, instants UTC."""

from __future__ import annotations

from datetime import date, timedelta

from pydantic import BaseModel, ConfigDict, Field

from functions.reservations.care import CareView, HostMailView
from shared.domain.core.calendar import end_date, local_date, monday_of
from shared.domain.core.instants import Instant
from shared.domain.core.policy import by_version
from shared.domain.money.fees import Quote
from shared.domain.money.money import Account, balance
from shared.domain.programs.program import ExperienceType, Program
from shared.domain.reservations.reservation import Choice, Reservation, ReservationStatus, balance_overdue, hold_over
from shared.domain.reservations.terms import Terms
from shared.domain.seats.waitlist import WaitlistStatus, line_over
from shared.ports import BusinessClock
from shared.services.reservations.queries import Hub, Offer, Stage
from shared.services.reservations.reserve import PayLink


class SignTerms(BaseModel):
    """T24: the version that was read, and the full name as it stands in the profile."""

    model_config = ConfigDict(extra="forbid")
    terms_version: str = Field(title="Version of the terms", max_length=20)
    typed_name: str = Field(title="Your full name", min_length=1, max_length=200)


class BeginCheckout(BaseModel):
    """T25, T26: the deposit or the full fee."""

    model_config = ConfigDict(extra="forbid")
    choice: Choice = Field(title="What to pay now")


class Place(BaseModel):
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


class ChoiceView(BaseModel):
    """What a choice costs now and what remains, due by the end of `later_on` at the site."""

    choice: Choice
    now_cents: int
    later_cents: int
    later_on: date | None


class HoldView(BaseModel):
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


class WaitlistView(BaseModel):
    """The last entry: `place` of `waiting` who wait for the same start, 0 when not in line; `until` a held seat is
    offered; `code` says why an entry ended."""

    status: WaitlistStatus
    place: int
    waiting: int
    since: Instant | None
    until: Instant | None
    code: str | None


class CoachView(BaseModel):
    """T30: whom the trainee turns to, before, during and after."""

    name: str
    email: str


class ReserveView(BaseModel):
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

    @classmethod
    def of(cls, offer: Offer, clock: BusinessClock) -> ReserveView:
        applied, plan = offer.applied, offer.plan
        return cls(
            application_id=applied.id,
            stage=offer.stage,
            place=Place.of(offer.program),
            experience_type=applied.experience_type,
            start=applied.start,
            weeks=applied.weeks,
            offered_at=applied.decided_at,
            offer_expires_at=applied.offer_expires_at,
            quote=plan,
            choices=_choices(plan) if plan else [],
            terms=offer.terms,
            terms_signed_at=applied.terms_signed_at if applied.terms_version == offer.terms.version else None,
            seats_left=offer.seats_left,
            holds_left=offer.holds_left,
            hold=_hold(offer.live, clock) if offer.live else None,
            reservation_id=applied.live_reservation_id,
            offered=_hold(offer.offered, clock) if offer.offered else None,
            coach=CoachView(name=offer.coach.name, email=offer.coach.email) if offer.coach else None,
            waitlist=_waitlist(offer),
            can_wait=_can_wait(offer, clock),
        )


class CheckoutView(BaseModel):
    """Send the person to `checkout_url`; the seat is theirs to pay until `held_until`."""

    reservation_id: str
    checkout_url: str
    held_until: Instant

    @classmethod
    def of(cls, link: PayLink) -> CheckoutView:
        return cls(reservation_id=link.reserved.id, checkout_url=link.url, held_until=link.reserved.held_until)


class ReceiptRow(BaseModel):
    """One event row of the reservation: the proof that its hash chain gives (docs/data-model.md)."""

    number: int
    type: str
    at: Instant
    by: str
    hash: str


class WeekRow(BaseModel):
    """A week's counters at the program right now."""

    week: str
    first_day: date
    last_day: date
    capacity: int
    taken: int


class MoneyRow(BaseModel):
    """One movement: positive when you paid, negative when it went back."""

    at: Instant
    what: str
    cents: int


class ReservationView(BaseModel):
    """The hub. `paid_cents` is what the ledger holds for this rotation now; `owed_cents` what is still to pay.
    `calendar_path` is where the calendar is, with its secret: for the trainee alone (`mine`), who made it. `trainee` is
    the name, for staff alone."""

    id: str
    application_id: str
    status: ReservationStatus
    place: Place
    start: date
    end: date
    weeks: int
    choice: Choice
    charge_cents: int
    total_cents: int
    paid_cents: int
    owed_cents: int
    balance_due_at: Instant | None
    balance_due_on: date | None
    balance_overdue: bool
    late_fee_from: date | None
    late_fee_cents: int
    hold: HoldView | None
    created_at: Instant | None
    reserved_at: Instant | None
    released_at: Instant | None
    release_code: str | None
    refund_cents: int | None
    receipt: list[ReceiptRow]
    week_rows: list[WeekRow]
    money: list[MoneyRow]
    coach: CoachView | None
    trainee: str | None
    mine: bool
    care: CareView
    host_mail: HostMailView | None
    calendar_path: str | None

    @classmethod
    def of(cls, hub: Hub, clock: BusinessClock, host_address: str | None = None) -> ReservationView:
        """`host_address`: where the host's mails go, for who may correct it."""
        reserved, zone, now = hub.reserved, hub.program.place.zone, clock.now()
        paid = -balance(hub.journal, Account.TRAINEE)
        held = reserved.status is ReservationStatus.HELD
        return cls(
            id=reserved.id,
            application_id=reserved.application_id,
            status=reserved.status,
            place=Place.of(hub.program),
            start=reserved.start,
            end=end_date(reserved.start, reserved.weeks),
            weeks=reserved.weeks,
            choice=reserved.choice,
            charge_cents=reserved.charge_cents,
            total_cents=reserved.total_cents,
            paid_cents=paid,
            owed_cents=max(0, reserved.total_cents - paid) if reserved.reserved_at else 0,
            balance_due_at=reserved.balance_due_at,
            balance_due_on=local_date(reserved.balance_due_at, zone) if reserved.balance_due_at else None,
            balance_overdue=bool(reserved.reserved_at) and balance_overdue(reserved, now),
            late_fee_from=reserved.late_fee_from,
            late_fee_cents=by_version(reserved.policy_version).late_fee_cents,
            hold=_hold(reserved, clock) if held else None,
            created_at=reserved.created_at,
            reserved_at=reserved.reserved_at,
            released_at=reserved.released_at,
            release_code=reserved.release_code,
            refund_cents=reserved.refund_cents,
            receipt=_receipt(hub),
            week_rows=_weeks(hub),
            money=_money(hub),
            coach=CoachView(name=hub.coach.name, email=hub.coach.email) if hub.coach else None,
            mine=hub.mine,
            trainee=(hub.trainee.name if hub.trainee else "Name erased") if hub.staff else None,
            host_mail=HostMailView.of(reserved, hub.staff, host_address),
            care=CareView.of(reserved, hub.program, clock, hub.coaching),
            calendar_path=f"/reservations/feed/{hub.feed}.ics" if hub.feed else None,
        )


def _can_wait(offer: Offer, clock: BusinessClock) -> bool:
    full = offer.stage in (Stage.SIGN, Stage.PAY) and offer.offered is None and offer.seats_left == 0
    return (
        full
        and offer.applied.start is not None
        and not line_over(offer.applied.start, clock.now(), offer.program.place.zone)
    )


def _waitlist(offer: Offer) -> WaitlistView | None:
    applied, standing = offer.applied, offer.standing
    if applied.waitlist is None:
        return None
    return WaitlistView(
        status=applied.waitlist,
        place=standing.place if standing else 0,
        waiting=standing.waiting if standing else 0,
        since=applied.waitlisted_at,
        until=applied.waitlist_until,
        code=applied.waitlist_code,
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


def _hold(live: Reservation, clock: BusinessClock) -> HoldView:
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


def _receipt(hub: Hub) -> list[ReceiptRow]:
    return [
        ReceiptRow(number=row.seq, type=row.type, at=row.occurred_at, by=row.actor.role, hash=row.hash)
        for row in hub.rows
    ]


def _weeks(hub: Hub) -> list[WeekRow]:
    return [
        WeekRow(
            week=week,
            first_day=monday_of(week),
            last_day=monday_of(week) + timedelta(days=6),
            capacity=cell.capacity,
            taken=cell.taken,
        )
        for week, cell in hub.weeks.items()
    ]


def _money(hub: Hub) -> list[MoneyRow]:
    return [MoneyRow(at=entry.at, what=entry.what, cents=-balance([entry], Account.TRAINEE)) for entry in hub.journal]
