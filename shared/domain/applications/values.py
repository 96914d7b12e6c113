"""What an application is made of: each part is there or not, as a whole, and an event that sets one replaces all of it.

No personal data: ids, codes, cents, dates and hashes only. Reasons and messages are erasable items, named by a
`TextRef`. Instants are UTC.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from shared.domain.core.calendar import reached
from shared.domain.core.instants import Instant
from shared.domain.core.text_ref import TextRef
from shared.domain.programs.guidelines import Guidelines, GuidelineVerdict
from shared.domain.programs.program import ReviewMode

EndCode = Literal["draft", "reply", "offer", "start_near", "withdrawn", "reserved_instead"]
Recommendation = Literal["yes", "no"]


class Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CreditWish(Value):
    """H14: the trainee wants school credit; `contact` is whom at the school it concerns, where they named somebody."""

    contact: TextRef | None = None


class SubmittedCv(Value):
    """The document that goes to reviewer and host, bound by its SHA-256: nobody ever reads another file."""

    document_id: str
    sha256: str


class Submitted(Value):
    """What submission fixes. `total_cents` is the price shown, the one that is charged; `guidelines` and `review_mode`
    are those in force then, by which it is decided whatever the host changes later (H12, T19); undecided, it closes at
    `closes_at`."""

    at: Instant
    total_cents: int
    guidelines: Guidelines
    review_mode: ReviewMode
    closes_at: Instant


class ReviewClock(Value):
    """T18: promise "from 24 business hours" and the moment of escalation."""

    due_at: Instant
    escalate_at: Instant


class Claim(Value):
    """The reviewer who has it, or will have it again: `lapses_at` is None while somebody else owes the next step."""

    by: str
    lapses_at: Instant | None = None

    def paused(self) -> Claim:
        return Claim(by=self.by)


class Reply(Value):
    at: Instant
    text: TextRef


class Question(Value):
    """The reviewer's newest question to the trainee, with its answer."""

    text: TextRef
    asked_at: Instant
    reply_due_at: Instant
    reminded_at: Instant | None = None
    reply: Reply | None = None


class HostAnswer(Value):
    recommendation: Recommendation
    at: Instant
    note: TextRef


class TakenBack(Value):
    """The coordinator waits no longer. `waived`: the host's time was over, so the reviewer may approve without its
    yes."""

    reason: TextRef
    waived: bool


class HostQuestion(Value):
    """T19, T20: the newest question to the host, by the link whose secret is kept at `link_ref`. It hopes for an answer
    by `due_at`, and takes one until `decide_at`. `asked_again`: why a coordinator had the host asked once more."""

    routed_at: Instant
    due_at: Instant
    decide_at: Instant
    link_ref: str
    reminders: int
    escalated_at: Instant | None = None
    asked_again: TextRef | None = None
    answer: HostAnswer | None = None
    taken_back: TakenBack | None = None


class GuidelineOutcome(Value):
    """H12: what approval stores of one guideline; its evidence stays with the facts it came from."""

    code: str
    verdict: GuidelineVerdict


class Override(Value):
    """H12: a reviewer accepted in spite of this guideline."""

    code: str
    reason: TextRef


class Approval(Value):
    """H12. `step1_checked`: the reviewer saw the score report."""

    by: str
    at: Instant
    results: tuple[GuidelineOutcome, ...]
    overrides: tuple[Override, ...] = ()
    step1_checked: bool = False


class Rejection(Value):
    """`alternatives`: ids of up to three other programs; not `alternatives_searched`: search was away when it was
    decided."""

    by: str
    at: Instant
    code: str
    reason: TextRef
    alternatives: tuple[str, ...] = ()
    alternatives_searched: bool = False


class Ending(Value):
    """Why it ended without a decision: a draft, a reply or an offer ran out, the start came too near, it was withdrawn,
    or the trainee reserved `reservation_id` for these weeks."""

    code: EndCode
    reservation_id: str | None = None


class Offer(Value):
    """Until when the trainee may reserve. While they wait in line it stands still from `paused_at` on; however long
    that is, it never counts beyond `last_at`."""

    expires_at: Instant
    paused_at: Instant | None = None
    last_at: Instant | None = None

    def pause(self, at: datetime, last_at: datetime) -> Offer:
        return Offer(expires_at=self.expires_at, paused_at=at, last_at=last_at)

    def resume(self, now: datetime) -> Offer:
        """The time waited is not counted, but the start does not wait."""
        if self.paused_at is None:
            return self
        until = self.expires_at + (now - self.paused_at)
        return Offer(expires_at=until if self.last_at is None else min(until, self.last_at), last_at=self.last_at)

    def over(self, now: datetime) -> bool:
        """Computed, never stored: true from `expires_at` on, to the second; nobody can start to reserve any more."""
        return self.paused_at is None and reached(self.expires_at, now)


class SignedTerms(Value):
    """T24. The name, address and browser of the signature are the erasable item `signature_ref`."""

    version: str
    signed_at: Instant
    signature_ref: str
