"""A reservation: the seat's machine of product.md section 4, the stored state, and the guards of its arrows as pure
functions.

A hold has no TTL: only an arrow out of HELD, fired in the same transaction as the seat gate, gives the seat back. No
personal data here.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from shared.domain.core.calendar import passed, reached
from shared.domain.core.instants import Instant
from shared.domain.core.machine import NEW, Actor, Arrow, Machine
from shared.domain.core.policy import CURRENT, Policy
from shared.domain.email.email_names import EmailTrouble
from shared.domain.reservations.preparation import PrepKind


class ReservationStatus(StrEnum):
    HELD = "HELD"
    RELEASED = "RELEASED"
    RESERVED = "RESERVED"
    CLEARED = "CLEARED"
    IN_PROGRESS = "IN_PROGRESS"
    COMPLETED = "COMPLETED"
    CANCELLED_BY_TRAINEE = "CANCELLED_BY_TRAINEE"
    CANCELLED_BY_HOST = "CANCELLED_BY_HOST"
    CANCELLED_BY_OPERATOR = "CANCELLED_BY_OPERATOR"
    NO_SHOW = "NO_SHOW"
    ENDED_EARLY = "ENDED_EARLY"
    REFUND_DUE = "REFUND_DUE"
    REFUNDED = "REFUNDED"


class ReservationEvent(StrEnum):
    BEGIN_CHECKOUT = "begin_checkout"
    OFFER_SEAT = "offer_seat"
    BEGIN_PAYMENT = "begin_payment"
    PAYMENT_LAPSED = "payment_lapsed"
    SESSION_OPENED = "session_opened"
    PAYMENT_SUCCEEDED = "payment_succeeded"
    EXPIRE = "expire"
    CANCEL = "cancel"
    RETAKE = "retake"
    REFUND_DUE = "refund_due"
    REFUND_RECORDED = "refund_recorded"
    PREPARE = "prepare"
    REMIND = "remind"
    SUGGEST = "suggest"
    CHANGE_DATES = "change_dates"
    SWITCH = "switch"
    CLEAR = "clear"
    START = "start"
    NO_SHOW = "no_show"
    END_EARLY = "end_early"
    COMPLETE = "complete"


class Choice(StrEnum):
    """T25, T26: what the trainee pays at reserve."""

    DEPOSIT = "deposit"
    FULL = "full"


_S, _E = ReservationStatus, ReservationEvent
_TR, _HM, _CO, _CH, _SYS = (
    frozenset({actor}) for actor in (Actor.TRAINEE, Actor.HOST, Actor.COORDINATOR, Actor.COACH, Actor.SYSTEM)
)

SEATED = (_S.HELD, _S.RESERVED, _S.CLEARED, _S.IN_PROGRESS)
"""States that keep a seat in every week: the seat counters equal the sums of these."""

PAID_SEAT = tuple(one for one in SEATED if one is not _S.HELD)
"""States in which the trainee has the seat for sure, until the rotation is over or called off."""

_RESERVED_EFFECTS = ("host mail with CV", "coach matched", "balance schedule", "preparation list", "calendar entry")
_CANCEL_EFFECTS = ("seat given back", "refund computed", "next on the waitlist")

RESERVATION = Machine(
    "reservation",
    (
        Arrow(
            NEW,
            _E.BEGIN_CHECKOUT,
            _TR | _CO,
            _S.HELD,
            "application APPROVED, terms signed, a free seat in every week, horizon, no overlap",
            ("seat taken", f"hold due in {CURRENT.reservation.hold_minutes} minutes"),
        ),
        Arrow(
            NEW,
            _E.OFFER_SEAT,
            _SYS,
            _S.HELD,
            "first in line, a seat in every week",
            ("seat taken", f"offer due in {CURRENT.offer.waitlist_hours} hours"),
        ),
        Arrow(
            _S.HELD,
            _E.BEGIN_PAYMENT,
            _TR | _CO,
            _S.HELD,
            "a waitlist offer that is not over, terms signed, no payment page open",
            (f"payment due in {CURRENT.reservation.session_minutes} minutes",),
        ),
        Arrow(
            _S.HELD,
            _E.PAYMENT_LAPSED,
            _SYS,
            _S.HELD,
            "no payment in flight, the waitlist offer is not over",
            ("offer due again",),
        ),
        Arrow(_S.HELD, _E.SESSION_OPENED, _TR | _CO | _SYS, _S.HELD, "the payment session of this hold"),
        Arrow(
            _S.HELD, _E.PAYMENT_SUCCEEDED, _SYS, _S.RESERVED, "amount covers what is due at reserve", _RESERVED_EFFECTS
        ),
        Arrow(
            _S.HELD, _E.EXPIRE, _SYS, _S.RELEASED, "no payment in flight", ("seat given back", "next on the waitlist")
        ),
        Arrow(
            _S.HELD, _E.CANCEL, _TR, _S.RELEASED, "no payment in flight", ("seat given back", "next on the waitlist")
        ),
        Arrow(
            _S.RELEASED,
            _E.RETAKE,
            _SYS,
            _S.RESERVED,
            "late payment; application still APPROVED, a free seat in every week",
            ("seat taken", *_RESERVED_EFFECTS),
        ),
        Arrow(
            _S.RELEASED,
            _E.REFUND_DUE,
            _SYS,
            _S.REFUND_DUE,
            "late payment that cannot take the seat again",
            ("refund in full",),
        ),
        Arrow(_S.REFUND_DUE, _E.REFUND_RECORDED, _SYS, _S.REFUNDED, "the refund exists at the payment provider"),
        *(
            arrow
            for state in (_S.RESERVED, _S.CLEARED)
            for arrow in (
                Arrow(state, _E.PREPARE, _TR, state, "an item of the preparation list done, or open again"),
                Arrow(state, _E.REMIND, _SYS, state, "an item is open, and the next reminder is due"),
                Arrow(state, _E.SUGGEST, _CH, state, "by the rotation's own coach; a partner of the directory"),
            )
        ),
        Arrow(
            _S.RESERVED,
            _E.CHANGE_DATES,
            _CO,
            _S.RESERVED,
            "seat in the new weeks; reason and proof",
            ("differing weeks moved",),
        ),
        Arrow(
            _S.RESERVED,
            _E.SWITCH,
            _CO,
            _S.RESERVED,
            "seat at the new program; reason and proof",
            ("seats moved in one transaction",),
        ),
        Arrow(_S.RESERVED, _E.CLEAR, _CH, _S.CLEARED, "balance paid, documents accepted"),
        *(
            Arrow(state, _E.CANCEL, actors, target, "the shown refund accepted", _CANCEL_EFFECTS)
            for state in (_S.RESERVED, _S.CLEARED)
            for actors, target in (
                (_TR, _S.CANCELLED_BY_TRAINEE),
                (_HM, _S.CANCELLED_BY_HOST),
                (_CO, _S.CANCELLED_BY_OPERATOR),
            )
        ),
        Arrow(_S.CLEARED, _E.START, _SYS, _S.IN_PROGRESS, "the start date has come"),
        Arrow(_S.IN_PROGRESS, _E.NO_SHOW, _HM | _CO, _S.NO_SHOW, "reason"),
        Arrow(_S.IN_PROGRESS, _E.END_EARLY, _HM | _CO, _S.ENDED_EARLY, "reason"),
        Arrow(
            _S.IN_PROGRESS,
            _E.COMPLETE,
            _SYS,
            _S.COMPLETED,
            "the end date has passed",
            ("evaluation", "letter if asked for", "stipend", "certificate"),
        ),
    ),
    {
        _S.HELD: "The seat is held and not paid yet.",
        _S.RELEASED: "The seat was given back.",
        _S.RESERVED: "The seat is reserved.",
        _S.CLEARED: "The seat is reserved, paid and ready to start.",
        _S.IN_PROGRESS: "The rotation has started.",
        _S.COMPLETED: "The rotation is completed.",
        _S.CANCELLED_BY_TRAINEE: "The trainee cancelled this reservation.",
        _S.CANCELLED_BY_HOST: "The host cancelled this reservation.",
        _S.CANCELLED_BY_OPERATOR: "We cancelled this reservation.",
        _S.NO_SHOW: "The trainee did not come to the rotation.",
        _S.ENDED_EARLY: "The rotation ended early.",
        _S.REFUND_DUE: "The seat was gone when the payment came, and the money goes back.",
        _S.REFUNDED: "The money went back.",
    },
)


class Suggestion(BaseModel):
    """T31: the coach showed the trainee a partner of the directory; never more than a suggestion."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    partner_id: str
    at: Instant


class Reservation(BaseModel):
    """The stored state. `week_list` holds ISO weeks; `charge_cents` is what the open or settled checkout asks for.

    A seat held for who was first in line has an `offer_until`; while it waits for them to begin, nothing is being paid
    (`paying` False), and each beginning opens the payment page `payment_number`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    id: str
    version: int
    status: ReservationStatus
    case_id: str
    application_id: str
    trainee_id: str
    program_id: str
    start: date
    weeks: int
    week_list: tuple[str, ...]
    choice: Choice
    charge_cents: int
    total_cents: int
    balance_cents: int
    balance_due_at: Instant | None = None
    late_fee_from: date | None = None
    policy_version: str
    created_at: Instant | None = None
    held_until: Instant
    session_expires_at: Instant
    offer_until: Instant | None = None
    paying: bool = True
    payment_number: int = 1
    checkout_session_id: str | None = None
    payment_intent_id: str | None = None
    paid_cents: int = 0
    reserved_at: Instant | None = None
    released_at: Instant | None = None
    release_code: str | None = None
    refund_cents: int | None = None
    refund_id: str | None = None
    second_payment_intent_id: str | None = None
    second_refund_id: str | None = None
    second_refund_cents: int | None = None
    coach_id: str | None = None
    prep_from: Instant | None = None
    prep_done: dict[PrepKind, Instant] = Field(default_factory=dict)
    prep_reminded_at: Instant | None = None
    suggestions: tuple[Suggestion, ...] = ()
    uncertain_mail: str | None = None
    bounced_mails: tuple[str, ...] = ()
    mail_trouble: EmailTrouble | None = None
    mail_trouble_at: Instant | None = None
    mail_settled_at: Instant | None = None
    mail_again_seq: int = 0
    feed_ref: str | None = None


class HoldWindow(BaseModel):
    """Until when the seat is held and when the payment session ends on its own, UTC. The session outlives the hold by
    five minutes."""

    model_config = ConfigDict(frozen=True)
    held_until: Instant
    session_expires_at: Instant


def hold_window(now: datetime, policy: Policy) -> HoldWindow:
    """Policy seat_hold: 30 and 35 minutes (Stripe's minimum for a session is 30 minutes from its creation)."""
    return HoldWindow(
        held_until=now + timedelta(minutes=policy.reservation.hold_minutes),
        session_expires_at=now + timedelta(minutes=policy.reservation.session_minutes),
    )


def waitlist_payment_window(now: datetime, policy: Policy) -> HoldWindow:
    """A payment for an offered seat: page and hold end together, so that no page outlives the hold. Begun in the
    offer's last minutes, the hold outlives the offer by this much, as a checkout outlives an application's offer."""
    ends = now + timedelta(minutes=policy.reservation.session_minutes)
    return HoldWindow(held_until=ends, session_expires_at=ends)


def still_offered(reservation: Reservation, now: datetime) -> bool:
    """A seat held for who was first in line, up to the second before `offer_until`."""
    return reservation.offer_until is not None and not reached(reservation.offer_until, now)


def hold_over(reservation: Reservation, now: datetime) -> bool:
    """The hold may be ended from `held_until` on, to the second; it is still HELD until the gate gives the seat
    back."""
    return reservation.status is ReservationStatus.HELD and reached(reservation.held_until, now)


def settles(reservation: Reservation, paid_cents: int) -> bool:
    """H11: the guard of `payment_succeeded`: the payment covers what this checkout asked for."""
    return paid_cents >= reservation.charge_cents


def late_payment(seat_free: bool, application_approved: bool) -> ReservationEvent:
    """Policy seat_hold, for a payment that arrives after RELEASED: take the seat again if that is still possible, else
    refund in full.

    An application that is no longer APPROVED (withdrawn, closed, expired) cannot reserve (H11), so its payment goes
    back.
    """
    return ReservationEvent.RETAKE if seat_free and application_approved else ReservationEvent.REFUND_DUE


def overlap(first: Iterable[str], second: Iterable[str]) -> tuple[str, ...]:
    """The ISO weeks in both, sorted: a trainee may hold a seat in each week once."""
    return tuple(sorted(set(first) & set(second)))


def balance_overdue(reservation: Reservation, now: datetime) -> bool:
    """T28: computed, never stored. All of the due day is on time; the second after it is late."""
    if reservation.balance_due_at is None or reservation.balance_cents == 0:
        return False
    return passed(reservation.balance_due_at, now)
