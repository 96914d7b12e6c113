"""An application: the stored state and its clocks. Its machine: `application_machine`; guards: `guards`.

Its parts are `values`.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from pydantic import BaseModel, ConfigDict

from shared.domain.applications.application_machine import UNDECIDED, ApplicationStatus
from shared.domain.applications.values import (
    Approval,
    Claim,
    CreditWish,
    Ending,
    HostAnswer,
    HostQuestion,
    Offer,
    Question,
    Rejection,
    ReviewClock,
    SignedTerms,
    Submitted,
    SubmittedCv,
)
from shared.domain.core.business_clock import add_business_hours, add_business_time, business_time_between
from shared.domain.core.calendar import local_date, reached, start_of_day
from shared.domain.core.instants import Instant
from shared.domain.core.policy import Policy
from shared.domain.email.email_names import EmailTrouble
from shared.domain.programs.program import ExperienceType
from shared.domain.seats.waitlist import WaitlistEntry, WaitlistStatus


class Application(BaseModel):
    """The stored state. `start` is a Monday at the site. What is None has not happened: a draft was not `submitted`,
    an application without a `claim` has no reviewer."""

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
    credit: CreditWish | None = None
    policy_version: str
    created_at: Instant
    draft_expires_at: Instant | None = None
    cv: SubmittedCv | None = None
    submitted: Submitted | None = None
    review: ReviewClock | None = None
    claim: Claim | None = None
    question: Question | None = None
    host: HostQuestion | None = None
    bounced_mails: tuple[str, ...] = ()
    mail_trouble: EmailTrouble | None = None
    mail_trouble_at: Instant | None = None
    mail_settled_at: Instant | None = None
    mail_again_seq: int = 0
    approval: Approval | None = None
    rejection: Rejection | None = None
    ending: Ending | None = None
    offer: Offer | None = None
    terms: SignedTerms | None = None
    holds_used: int = 0
    live_reservation_id: str | None = None
    waitlist: WaitlistEntry | None = None

    @property
    def host_answer(self) -> HostAnswer | None:
        """What the host said, if it was asked and answered."""
        return self.host.answer if self.host else None

    @property
    def waitlist_status(self) -> WaitlistStatus | None:
        """How it stands with the waitlist; None for one that never stood in line."""
        return self.waitlist.status if self.waitlist else None


def by_closing(at: datetime, closes_at: datetime | None) -> datetime:
    """Nothing is promised for a moment after the one at which the application closes undecided."""
    return at if closes_at is None else min(at, closes_at)


def review_clock(submitted_at: datetime, policy: Policy, closes_at: datetime | None = None) -> ReviewClock:
    due, escalate = (
        add_business_hours(submitted_at, hours) for hours in (policy.review.answer_bh, policy.review.escalate_bh)
    )
    return ReviewClock(due_at=by_closing(due, closes_at), escalate_at=by_closing(escalate, closes_at))


def resumed_clock(application: Application, paused_at: datetime, now: datetime) -> ReviewClock:
    """T18 after a pause: what was left of both promises at `paused_at`, in business time to the second, counts on from
    `now`. A promise that was broken before the pause stays broken: its moment is `now`. Raises `ValueError` for what
    was never submitted."""
    if application.review is None or application.submitted is None:
        raise ValueError("the review clock of this application was never started")
    closes_at = application.submitted.closes_at
    due, escalate = (
        by_closing(add_business_time(now, max(business_time_between(paused_at, promised), timedelta())), closes_at)
        for promised in (application.review.due_at, application.review.escalate_at)
    )
    return ReviewClock(due_at=due, escalate_at=escalate)


def reply_over(application: Application, now: datetime) -> bool:
    """Computed, never stored: from `reply_due_at` on, to the second, an answer comes too late."""
    return application.question is not None and reached(application.question.reply_due_at, now)


def host_over(application: Application, now: datetime) -> bool:
    """Computed, never stored: from `decide_at` on, to the second, the host's answer comes too late and the
    coordinator decides."""
    return application.host is not None and reached(application.host.decide_at, now)


def claim_lapse(claimed_at: datetime, policy: Policy, closes_at: datetime | None = None) -> datetime:
    return by_closing(add_business_hours(claimed_at, policy.review.claim_bh), closes_at)


def closing(submitted_at: datetime, start: date, policy: Policy, zone: str) -> datetime:
    """Policy stale application: what nobody has decided closes at the midnight at the site from which on the start is
    less than 14 days away. Sent on short notice (T13), it has the 72 business hours of the escalation first, and at
    most the first day of the rotation."""
    near = start_of_day(start - timedelta(days=policy.applying.stale_start_days - 1), zone)
    fair = add_business_hours(submitted_at, policy.review.escalate_bh)
    return min(max(near, fair), reservable_until(start, zone))


def closed_by_time(application: Application, now: datetime) -> bool:
    """Computed, never stored: from `closes_at` on, to the second, while it is undecided."""
    submitted = application.submitted
    return application.status in UNDECIDED and submitted is not None and reached(submitted.closes_at, now)


def draft_expiry(created_at: datetime, policy: Policy) -> datetime:
    return created_at + timedelta(days=policy.applying.draft_days)


def offer_expiry(now: datetime, start: date, policy: Policy, zone: str) -> datetime:
    """Policy offer.ttl: 7 days to sign and pay, 72 hours when the start is less than 60 days away (dates at the site),
    and never beyond the first day of the rotation, after which nobody may reserve it (`require_start`)."""
    short = (start - local_date(now, zone)).days < policy.offer.short_below_days
    until = now + (timedelta(hours=policy.offer.short_hours) if short else timedelta(days=policy.offer.days))
    return min(until, reservable_until(start, zone))


def reservable_until(start: date, zone: str) -> datetime:
    """The end of the rotation's first day at the site: nobody reserves it from then on (`require_start`)."""
    return start_of_day(start + timedelta(days=1), zone)


def offer_over(application: Application, now: datetime) -> bool:
    """Computed, never stored; see `Offer.over`. False for one that was never approved."""
    return application.offer is not None and application.offer.over(now)


def in_line(application: Application) -> bool:
    """Stands on the waitlist and has no seat yet. An application that ended does not, whatever its last entry was."""
    return application.status is ApplicationStatus.APPROVED and application.waitlist_status is WaitlistStatus.WAITING


def review_overdue(application: Application, now: datetime) -> bool:
    """T18: computed, never stored: it waits for us and the promised moment has come. The clock is paused while the
    trainee owes a reply."""
    waits_for_us = application.status in (ApplicationStatus.SUBMITTED, ApplicationStatus.IN_REVIEW)
    return waits_for_us and application.review is not None and reached(application.review.due_at, now)
