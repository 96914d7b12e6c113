"""What every step of a review shares: where what is written about an application is kept, and the review that goes on
after a pause."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shared.domain.applications.application import Application, claim_lapse, resumed_clock
from shared.domain.applications.due_kinds import CLAIM, REVIEW
from shared.domain.applications.values import Claim, ReviewClock
from shared.domain.core.due_readers import REVIEWERS
from shared.domain.core.policy import by_version
from shared.ports import Due


def review_due_rows(clock: ReviewClock) -> tuple[Due, ...]:
    """T18: the due rows of a review that somebody owes."""
    return (Due(REVIEW, clock.due_at, "reviewer", REVIEWERS),)


def claim_expiry(application: Application, now: datetime) -> datetime:
    """Four business hours for the reviewer, and not beyond the moment at which it closes. UTC."""
    closes_at = application.submitted.closes_at if application.submitted else None
    return claim_lapse(now, by_version(application.policy_version), closes_at)


def claim_due_row(lapses: datetime) -> Due:
    """The due row of a reviewer who has it."""
    return Due(CLAIM, lapses, "reviewer")


@dataclass(frozen=True)
class ResumedReview:
    """The reviewer has it again."""

    clock: ReviewClock
    claim: Claim
    due: tuple[Due, ...]


def resume_review(application: Application, paused_at: datetime, now: datetime) -> ResumedReview:
    """T18, T20: what was left of the promises at `paused_at` counts on from `now`, and the claim begins anew. UTC.
    Raises `ValueError` for what no reviewer ever had."""
    clock, lapses = resumed_clock(application, paused_at, now), claim_expiry(application, now)
    claim = Claim(by=claimed(application).by, lapses_at=lapses)
    return ResumedReview(clock, claim, (*review_due_rows(clock), claim_due_row(lapses)))


def claimed(application: Application) -> Claim:
    """Whose it is in review, and while trainee or host are asked. Raises `ValueError` before anybody took it."""
    if application.claim is None:
        raise ValueError("no reviewer has taken this application")
    return application.claim
