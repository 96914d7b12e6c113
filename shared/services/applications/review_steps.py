"""What every step of a review shares: where what is written about an application is kept, and the review that goes on
after a pause."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.domain.applications.application import Application, ReviewClock, claim_lapse, resumed_clock
from shared.domain.core import due_kinds
from shared.domain.core.policy import by_version
from shared.ports import Due


def text_ref(application: Application, what: str, version: int | None = None) -> str:
    """Where `what` is kept: under the trainee's account, so that erasing the trainee erases it (and ends a link). What
    may be written more than once is a text of its own each time, named by the version that it brings."""
    again = "" if version is None else f"-{version + 1}"
    return f"{application.trainee_id}/application:{application.id}:{what}{again}"


def promises(clock: ReviewClock) -> tuple[Due, Due]:
    """T18: the due rows of a review that somebody owes."""
    return Due(due_kinds.REVIEW, clock.due_at, "reviewer"), Due(due_kinds.ESCALATION, clock.escalate_at, "coordinator")


def claimed_until(application: Application, now: datetime) -> datetime:
    """Four business hours for the reviewer, and not beyond the moment at which it closes. UTC."""
    return claim_lapse(now, by_version(application.policy_version), application.closes_at)


def claimed(lapses: datetime) -> Due:
    """The due row of a reviewer who has it."""
    return Due(due_kinds.CLAIM, lapses, "reviewer")


@dataclass(frozen=True)
class GoesOn:
    """The reviewer has it again: the fields of the event that says so, and the due rows."""

    fields: dict[str, Any]
    due: tuple[Due, ...]


def goes_on(application: Application, paused_at: datetime, now: datetime) -> GoesOn:
    """T18, T20: what was left of the promises at `paused_at` counts on from `now`, and the claim begins anew. UTC."""
    clock, lapses = resumed_clock(application, paused_at, now), claimed_until(application, now)
    fields = {"review_due_at": clock.due_at, "escalate_at": clock.escalate_at, "claim_lapses_at": lapses}
    return GoesOn(fields, (*promises(clock), claimed(lapses)))
