"""A reserved seat, and a host's mail about it. Cents are US cents, weeks ISO weeks, instants UTC."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Literal

from pydantic import Field

from functions.reservations.models.offer import CoachView, HoldView, Place, hold_view
from functions.reservations.models.preparation import CareView
from shared.domain.core.calendar import end_date, local_date, monday_of
from shared.domain.core.instants import Instant
from shared.domain.core.policy import by_version
from shared.domain.email.email_names import EmailTrouble
from shared.domain.money.money import Account, balance
from shared.domain.reservations.reservation import Choice, Reservation, ReservationStatus, balance_overdue
from shared.ports import BusinessClock
from shared.runtime.http.models import Answer, Request
from shared.services.reservations.queries import Hub


class HostMailRequest(Request):
    """`again` needs the corrected address; `told`: the host knows by phone."""

    answer: Literal["again", "told"] = Field(title="What was done")
    email: str = Field("", title="Corrected address", max_length=254)


class HostMailView(Answer):
    """For staff: a mail that the host did not get, until somebody ends it. `address` is where it went, for a
    coordinator alone, who ends it."""

    trouble: EmailTrouble
    at: Instant
    address: str | None

    @classmethod
    def of(cls, reserved: Reservation, staff: bool, address: str | None) -> HostMailView | None:
        if not staff or reserved.mail_trouble is None or reserved.mail_trouble_at is None:
            return None
        return cls(trouble=reserved.mail_trouble, at=reserved.mail_trouble_at, address=address)


class ReceiptRow(Answer):
    """One event row of the reservation: the proof that its hash chain gives (docs/data-model.md)."""

    number: int
    type: str
    at: Instant
    by: str
    hash: str


class WeekRow(Answer):
    """A week's counters at the program right now."""

    week: str
    first_day: date
    last_day: date
    capacity: int
    taken: int


class MoneyRow(Answer):
    """One movement: positive when you paid, negative when it went back."""

    at: Instant
    what: str
    cents: int


class ReservationView(Answer):
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
            late_fee_cents=by_version(reserved.policy_version).money.late_fee_cents,
            hold=hold_view(reserved, clock) if held else None,
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
