"""An application: the machine of product.md section 4, the stored state, and its clocks. Guards: `application_guards`.

No personal data: ids, codes, cents, dates and hashes only. Reasons and messages are erasable items, named by `*_ref`.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict

from shared.domain.core.business_clock import add_business_hours, add_business_time, business_time_between
from shared.domain.core.calendar import local_date, reached, start_of_day
from shared.domain.core.instants import Instant
from shared.domain.core.machine import NEW, Actor, Arrow, Machine
from shared.domain.core.policy import Policy
from shared.domain.programs.guidelines import Guidelines, GuidelineVerdict
from shared.domain.programs.program import ExperienceType, ReviewMode
from shared.domain.seats.waitlist import WaitlistStatus


class ApplicationStatus(StrEnum):
    DRAFT = "DRAFT"
    SUBMITTED = "SUBMITTED"
    IN_REVIEW = "IN_REVIEW"
    NEEDS_INFO = "NEEDS_INFO"
    HOST_REVIEW = "HOST_REVIEW"
    APPROVED = "APPROVED"
    REJECTED = "REJECTED"
    EXPIRED = "EXPIRED"
    CONVERTED = "CONVERTED"
    WITHDRAWN = "WITHDRAWN"
    CLOSED = "CLOSED"


class ApplicationEvent(StrEnum):
    START = "start"
    SAVE = "save"
    SUBMIT = "submit"
    DRAFT_LAPSED = "draft_lapsed"
    CLAIM = "claim"
    CLAIM_LAPSED = "claim_lapsed"
    ASK = "ask"
    REPLY = "reply"
    REPLY_LAPSED = "reply_lapsed"
    REMIND = "remind"
    ESCALATE = "escalate"
    ROUTE_TO_HOST = "route_to_host"
    RECOMMEND_YES = "recommend_yes"
    RECOMMEND_NO = "recommend_no"
    TAKE_BACK = "take_back"
    ASK_AGAIN = "ask_again"
    APPROVE = "approve"
    REJECT = "reject"
    TERMS_SIGNED = "terms_signed"
    HOLD_PLACED = "hold_placed"
    HOLD_RELEASED = "hold_released"
    JOIN_WAITLIST = "join_waitlist"
    LEAVE_WAITLIST = "leave_waitlist"
    SEAT_OFFERED = "seat_offered"
    OFFER_LAPSED = "offer_lapsed"
    RESERVED = "reserved"
    WITHDRAW = "withdraw"
    CLOSE = "close"


_S, _E = ApplicationStatus, ApplicationEvent
_TR, _HM, _RV, _CO, _SYS = (
    frozenset({actor}) for actor in (Actor.TRAINEE, Actor.HOST, Actor.REVIEWER, Actor.COORDINATOR, Actor.SYSTEM)
)

OPEN = (_S.DRAFT, _S.SUBMITTED, _S.IN_REVIEW, _S.NEEDS_INFO, _S.HOST_REVIEW, _S.APPROVED)
"""States that still lead somewhere: while in one, the application blocks a second one for the same program and
start."""

UNDECIDED = (_S.SUBMITTED, _S.IN_REVIEW, _S.NEEDS_INFO, _S.HOST_REVIEW)
"""States in which the trainee waits for an answer, whoever owes the next step."""

_CLOSE_GUARD = "no live hold; what is undecided when the start is less than 14 days away"
_WITHDRAW_GUARD = "no live hold; by the system only when a sibling reserved overlapping weeks"

APPLICATION = Machine(
    "application",
    (
        Arrow(NEW, _E.START, _TR, _S.DRAFT, "signed in", ("draft due in 90 days",)),
        Arrow(_S.DRAFT, _E.SAVE, _TR, _S.DRAFT),
        Arrow(
            _S.DRAFT,
            _E.SUBMIT,
            _TR,
            _S.SUBMITTED,
            "CV, program LIVE, start and length, eligibility, horizon, no duplicate",
            ("review clock 24 business hours", "escalation at 72 business hours"),
        ),
        Arrow(_S.DRAFT, _E.DRAFT_LAPSED, _SYS, _S.EXPIRED, "90 days without submission"),
        Arrow(_S.SUBMITTED, _E.CLAIM, _RV, _S.IN_REVIEW, "unclaimed", ("claim lapses in 4 business hours",)),
        Arrow(_S.IN_REVIEW, _E.CLAIM_LAPSED, _SYS, _S.SUBMITTED, "4 business hours without a decision"),
        Arrow(
            _S.IN_REVIEW,
            _E.ASK,
            _RV,
            _S.NEEDS_INFO,
            "message; a day at least before it closes",
            ("review clock paused", "reminder at 7 days", "expiry at 14 days, or 12 hours before it closes"),
        ),
        Arrow(_S.NEEDS_INFO, _E.REPLY, _TR, _S.IN_REVIEW, "what was asked for is there", ("review clock resumes",)),
        Arrow(
            _S.NEEDS_INFO, _E.REPLY_LAPSED, _SYS, _S.EXPIRED, "14 days without a reply, or 12 hours before it closes"
        ),
        Arrow(_S.NEEDS_INFO, _E.REMIND, _SYS, _S.NEEDS_INFO, "7 days without a reply", ("reminder to the trainee",)),
        Arrow(
            _S.IN_REVIEW,
            _E.ROUTE_TO_HOST,
            _RV,
            _S.HOST_REVIEW,
            "the program or the case asks for it; a day at least before it closes",
            (
                "promise of at least 5 days",
                "nudges at 3 and 5 days",
                "escalation at 7 days",
                "the coordinator decides at 10 days, or 12 hours before it closes; what comes before keeps its share "
                "of the time",
            ),
        ),
        Arrow(
            _S.HOST_REVIEW,
            _E.RECOMMEND_YES,
            _HM,
            _S.IN_REVIEW,
            "link or sign-in of the host",
            ("recommendation stored",),
        ),
        Arrow(
            _S.HOST_REVIEW,
            _E.RECOMMEND_NO,
            _HM,
            _S.IN_REVIEW,
            "link or sign-in of the host",
            ("recommendation stored",),
        ),
        Arrow(
            _S.HOST_REVIEW, _E.REMIND, _SYS, _S.HOST_REVIEW, "3 and 5 days without an answer", ("reminder to the host",)
        ),
        Arrow(
            _S.HOST_REVIEW,
            _E.ESCALATE,
            _SYS,
            _S.HOST_REVIEW,
            "7 days without an answer",
            ("the coordinator decides at 10 days",),
        ),
        Arrow(
            _S.HOST_REVIEW,
            _E.TAKE_BACK,
            _CO,
            _S.IN_REVIEW,
            "reason",
            ("from 10 days on the reviewer may approve without the host",),
        ),
        Arrow(
            _S.HOST_REVIEW,
            _E.ASK_AGAIN,
            _CO,
            _S.HOST_REVIEW,
            "reason; a day at least before it closes",
            ("asked again: new link, new days",),
        ),
        Arrow(
            _S.IN_REVIEW,
            _E.APPROVE,
            _RV,
            _S.APPROVED,
            "every guideline met or overridden with a reason; the host said yes where it decides too, or the "
            "coordinator did without it",
            ("offer for 7 days, or 72 hours when the start is less than 60 days away",),
        ),
        Arrow(_S.IN_REVIEW, _E.REJECT, _RV, _S.REJECTED, "reason code and text", ("three alternatives",)),
        Arrow(_S.APPROVED, _E.TERMS_SIGNED, _TR, _S.APPROVED, "the current version of the terms"),
        Arrow(
            _S.APPROVED,
            _E.HOLD_PLACED,
            _TR | _CO,
            _S.APPROVED,
            "terms signed, offer open, fewer than 3 holds, no live hold",
        ),
        Arrow(_S.APPROVED, _E.HOLD_RELEASED, _TR | _CO | _SYS, _S.APPROVED, "the hold ended without payment"),
        Arrow(
            _S.APPROVED,
            _E.JOIN_WAITLIST,
            _TR,
            _S.APPROVED,
            "a week without a seat, the first day to come, offer open, no live hold",
            ("offer stands still",),
        ),
        Arrow(
            _S.APPROVED,
            _E.LEAVE_WAITLIST,
            _TR | _SYS,
            _S.APPROVED,
            "stands in line",
            ("offer counts on with what was left",),
        ),
        Arrow(
            _S.APPROVED,
            _E.SEAT_OFFERED,
            _SYS,
            _S.APPROVED,
            "first in line, a seat in every week",
            ("seat held for 48 hours",),
        ),
        Arrow(
            _S.APPROVED,
            _E.OFFER_LAPSED,
            _SYS,
            _S.EXPIRED,
            "offer over, not reserved, no live hold, not on the waitlist",
        ),
        Arrow(_S.APPROVED, _E.RESERVED, _SYS, _S.CONVERTED, "payment settled", ("overlapping siblings withdrawn",)),
        *(Arrow(state, _E.WITHDRAW, _TR | _SYS, _S.WITHDRAWN, _WITHDRAW_GUARD) for state in OPEN),
        *(Arrow(state, _E.CLOSE, _SYS, _S.CLOSED, _CLOSE_GUARD) for state in OPEN),
    ),
    {
        _S.DRAFT: "This application is a draft and was not sent yet.",
        _S.SUBMITTED: "This application waits for a reviewer to take it.",
        _S.IN_REVIEW: "A reviewer has this application.",
        _S.NEEDS_INFO: "The trainee was asked a question and has not answered yet.",
        _S.HOST_REVIEW: "The host was asked and has not answered yet.",
        _S.APPROVED: "This application is approved.",
        _S.REJECTED: "This application was declined.",
        _S.EXPIRED: "This application has expired.",
        _S.CONVERTED: "This application has become a reservation.",
        _S.WITHDRAWN: "This application was withdrawn.",
        _S.CLOSED: "This application was closed.",
    },
)


class GuidelineOutcome(BaseModel):
    """H12: what approval stores of one guideline; its evidence stays with the facts it came from."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    code: str
    verdict: GuidelineVerdict


class Override(BaseModel):
    """H12: a reviewer accepted in spite of this guideline; the reason is an erasable text."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    code: str
    reason_ref: str
    reason_hash: str = ""


class Application(BaseModel):
    """The stored state. `start` is a Monday at the site; `total_cents` the price shown when submitting, the one that is
    charged; `guidelines` those in force then, by which it is decided whatever the host changes later (H12)."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    id: str
    version: int
    status: ApplicationStatus
    case_id: str
    trainee_id: str
    program_id: str
    experience_type: ExperienceType
    start: date | None = None
    weeks: int = 4
    credit_wish: bool = False
    credit_contact_ref: str | None = None
    credit_contact_hash: str | None = None
    cv_document_id: str | None = None
    cv_sha256: str | None = None
    policy_version: str
    total_cents: int | None = None
    created_at: Instant
    draft_expires_at: Instant | None = None
    submitted_at: Instant | None = None
    review_due_at: Instant | None = None
    escalate_at: Instant | None = None
    closes_at: Instant | None = None
    claimed_by: str | None = None
    claim_lapses_at: Instant | None = None
    asked_at: Instant | None = None
    question_ref: str | None = None
    question_hash: str | None = None
    reply_due_at: Instant | None = None
    reminded_at: Instant | None = None
    replied_at: Instant | None = None
    reply_ref: str | None = None
    reply_hash: str | None = None
    guidelines: Guidelines | None = None
    review_mode: ReviewMode | None = None
    routed_to_host: bool = False
    routed_at: Instant | None = None
    host_due_at: Instant | None = None
    host_decide_at: Instant | None = None
    host_link_ref: str | None = None
    host_reminders: int = 0
    host_escalated_at: Instant | None = None
    host_answered_at: Instant | None = None
    host_recommendation: Literal["yes", "no"] | None = None
    host_note_ref: str | None = None
    host_note_hash: str | None = None
    taken_back_ref: str | None = None
    taken_back_hash: str | None = None
    host_waived: bool = False
    asked_again_ref: str | None = None
    asked_again_hash: str | None = None
    guideline_results: tuple[GuidelineOutcome, ...] = ()
    overrides: tuple[Override, ...] = ()
    step1_checked: bool = False
    decided_by: str | None = None
    decided_at: Instant | None = None
    decision_code: str | None = None
    decision_reason_ref: str | None = None
    decision_reason_hash: str | None = None
    alternatives: tuple[str, ...] = ()
    alternatives_searched: bool = False
    reserved_instead: str | None = None
    offer_expires_at: Instant | None = None
    offer_last_at: Instant | None = None
    terms_version: str | None = None
    terms_signed_at: Instant | None = None
    terms_signature_ref: str | None = None
    holds_used: int = 0
    live_reservation_id: str | None = None
    waitlist: WaitlistStatus | None = None
    waitlist_joins: int = 0
    waitlisted_at: Instant | None = None
    waitlist_until: Instant | None = None
    waitlist_code: str | None = None


class ReviewClock(BaseModel):
    """T18: promise "from 24 business hours" and the moment of escalation, UTC."""

    model_config = ConfigDict(frozen=True)
    due_at: Instant
    escalate_at: Instant


def by_closing(at: datetime, closes_at: datetime | None) -> datetime:
    """Nothing is promised for a moment after the one at which the application closes undecided."""
    return at if closes_at is None else min(at, closes_at)


def review_clock(submitted_at: datetime, policy: Policy, closes_at: datetime | None = None) -> ReviewClock:
    due, escalate = (add_business_hours(submitted_at, hours) for hours in (policy.review_bh, policy.review_escalate_bh))
    return ReviewClock(due_at=by_closing(due, closes_at), escalate_at=by_closing(escalate, closes_at))


def resumed_clock(application: Application, paused_at: datetime, now: datetime) -> ReviewClock:
    """T18 after a pause: what was left of both promises at `paused_at`, in business time to the second, counts on from
    `now`. A promise that was broken before the pause stays broken: its moment is `now`. Raises `ValueError` for what
    was never submitted."""
    if application.review_due_at is None or application.escalate_at is None:
        raise ValueError("the review clock of this application was never started")
    due, escalate = (
        by_closing(
            add_business_time(now, max(business_time_between(paused_at, promised), timedelta())), application.closes_at
        )
        for promised in (application.review_due_at, application.escalate_at)
    )
    return ReviewClock(due_at=due, escalate_at=escalate)


def reply_over(application: Application, now: datetime) -> bool:
    """Computed, never stored: from `reply_due_at` on, to the second, an answer comes too late."""
    return application.reply_due_at is not None and reached(application.reply_due_at, now)


def host_over(application: Application, now: datetime) -> bool:
    """Computed, never stored: from `host_decide_at` on, to the second, the host's answer comes too late and the
    coordinator decides."""
    return application.host_decide_at is not None and reached(application.host_decide_at, now)


def claim_lapse(claimed_at: datetime, policy: Policy, closes_at: datetime | None = None) -> datetime:
    return by_closing(add_business_hours(claimed_at, policy.claim_bh), closes_at)


def closing(submitted_at: datetime, start: date, policy: Policy, zone: str) -> datetime:
    """Policy stale application: what nobody has decided closes at the midnight at the site from which on the start is
    less than 14 days away. Sent on short notice (T13), it has the 72 business hours of the escalation first, and at
    most the first day of the rotation."""
    near = start_of_day(start - timedelta(days=policy.stale_start_days - 1), zone)
    fair = add_business_hours(submitted_at, policy.review_escalate_bh)
    return min(max(near, fair), reservable_until(start, zone))


def closed_by_time(application: Application, now: datetime) -> bool:
    """Computed, never stored: from `closes_at` on, to the second, while it is undecided."""
    return application.status in UNDECIDED and application.closes_at is not None and reached(application.closes_at, now)


def draft_expiry(created_at: datetime, policy: Policy) -> datetime:
    return created_at + timedelta(days=policy.draft_days)


def offer_expiry(now: datetime, start: date, policy: Policy, zone: str) -> datetime:
    """Policy offer.ttl: 7 days to sign and pay, 72 hours when the start is less than 60 days away (dates at the site),
    and never beyond the first day of the rotation, after which nobody may reserve it (`require_start`)."""
    short = (start - local_date(now, zone)).days < policy.offer_short_below_days
    until = now + (timedelta(hours=policy.offer_short_hours) if short else timedelta(days=policy.offer_days))
    return min(until, reservable_until(start, zone))


def reservable_until(start: date, zone: str) -> datetime:
    """The end of the rotation's first day at the site: nobody reserves it from then on (`require_start`)."""
    return start_of_day(start + timedelta(days=1), zone)


def offer_over(application: Application, now: datetime) -> bool:
    """Computed, never stored: true from `offer_expires_at` on, to the second; nobody can start to reserve any more. It
    stands still from joining the waitlist until that ended."""
    if application.waitlisted_at is not None:
        return False
    return application.offer_expires_at is not None and reached(application.offer_expires_at, now)


def in_line(application: Application) -> bool:
    """Stands on the waitlist and has no seat yet. An application that ended does not, whatever its last entry was."""
    return application.status is ApplicationStatus.APPROVED and application.waitlist is WaitlistStatus.WAITING


def offer_after_waiting(application: Application, now: datetime) -> datetime | None:
    """Until when the offer counts once waiting has ended at `now`: the time waited is not counted, but the start does
    not wait."""
    if application.offer_expires_at is None or application.waitlisted_at is None:
        return application.offer_expires_at
    until = application.offer_expires_at + (now - application.waitlisted_at)
    return until if application.offer_last_at is None else min(until, application.offer_last_at)


def review_overdue(application: Application, now: datetime) -> bool:
    """T18: computed, never stored: it waits for us and the promised moment has come. The clock is paused while the
    trainee owes a reply."""
    waits_for_us = application.status in (ApplicationStatus.SUBMITTED, ApplicationStatus.IN_REVIEW)
    return waits_for_us and application.review_due_at is not None and reached(application.review_due_at, now)
