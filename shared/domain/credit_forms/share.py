"""The promise kept, public both ways: how many of a host's rounds were answered within 48 hours (section 12)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from statistics import median

from pydantic import BaseModel, ConfigDict

from shared.domain.core.calendar import reached
from shared.domain.core.instants import Instant
from shared.domain.credit_forms.form import Outcome, Round
from shared.domain.credit_forms.policy import CreditPolicy


class Kept(BaseModel):
    """One round of a host's: `seconds` until it was answered; None as long as it was not."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    form_id: str
    round: int
    due_at: Instant
    seconds: int | None = None
    in_time: bool = False


class FormRecord(BaseModel):
    """`id` is `forms:<host>`; the oldest round first. It holds ids and spans, no person."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    id: str
    version: int = 0
    rounds: tuple[Kept, ...] = ()

    def with_round(self, one: Kept, policy: CreditPolicy) -> tuple[Kept, ...]:
        """In place of what was known of that round; so many as the share counts, and those not due yet."""
        others = [kept for kept in self.rounds if (kept.form_id, kept.round) != (one.form_id, one.round)]
        return tuple(sorted((*others, one), key=lambda kept: (kept.due_at, kept.form_id)))[-4 * policy.share_newest :]


def record_id(host_id: str) -> str:
    return f"forms:{host_id}"


def counts(form_id: str, round: Round, ended_at: datetime | None = None) -> Kept | None:
    """What a round adds to the share: answered, or never. None for what no host could answer: not delivered, or taken
    back or void before it was due (`ended_at`: when the form ended without an answer)."""
    if round.outcome is Outcome.UNDELIVERED or round.undelivered_at is not None:
        return None
    if round.outcome in (Outcome.TAKEN_BACK, Outcome.VOID) and ended_at is not None and ended_at < round.due_at:
        return None
    answered = round.answered_at if round.outcome in (Outcome.SIGNED, Outcome.DECLINED) else None
    return Kept(
        form_id=form_id,
        round=round.n,
        due_at=round.due_at,
        seconds=None if answered is None else (answered - round.sent_at) // timedelta(seconds=1),
        in_time=answered is not None and answered < round.due_at,
    )


class Share(BaseModel):
    """`median_hours` of the answered ones, rounded up; None where nobody answered."""

    model_config = ConfigDict(frozen=True)
    counted: int
    kept: int
    median_hours: int | None


def share(rounds: Iterable[Kept], now: datetime, policy: CreditPolicy) -> Share | None:
    """Of the newest rounds whose 48 hours are over; None where there are too few to say something."""
    over = [one for one in sorted(rounds, key=lambda one: one.due_at) if reached(one.due_at, now)]
    over = over[-policy.share_newest :]
    if len(over) < policy.share_from:
        return None
    answered = [one.seconds for one in over if one.seconds is not None]
    return Share(
        counted=len(over),
        kept=sum(one.in_time for one in over),
        median_hours=max(1, -int(-median(answered) // 3600)) if answered else None,
    )
