"""An application: the stored state and its clocks. Its machine: `application_machine`; guards: `guards`.

No personal data: ids, codes, cents, dates and hashes only. Reasons and messages are erasable items, named by `*_ref`.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Literal

from pydantic import BaseModel, ConfigDict

from shared.domain.applications.application_machine import UNDECIDED, ApplicationStatus
from shared.domain.core.business_clock import add_business_hours, add_business_time, business_time_between
from shared.domain.core.calendar import local_date, reached, start_of_day
from shared.domain.core.instants import Instant
from shared.domain.core.policy import Policy
from shared.domain.email.email_names import EmailTrouble
from shared.domain.programs.guidelines import Guidelines, GuidelineVerdict
from shared.domain.programs.program import ExperienceType, ReviewMode
from shared.domain.seats.waitlist import WaitlistStatus


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
    bounced_mails: tuple[str, ...] = ()
    mail_trouble: EmailTrouble | None = None
    mail_trouble_at: Instant | None = None
    mail_settled_at: Instant | None = None
    mail_again_seq: int = 0
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
