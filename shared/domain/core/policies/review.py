"""Reviewing: the numbers that the requirements leave open."""

from __future__ import annotations

from shared.domain.core.policies.area import Area


class ReviewPolicy(Area):
    """T18: a reviewer's promise, and questions to the trainee, who answers `closing_hours` before it closes at last."""

    answer_bh: int
    escalate_bh: int
    claim_bh: int
    remind_days: int
    reply_days: int
    closing_hours: int


REVIEW_2026_11 = ReviewPolicy(
    version="2026-11",
    answer_bh=24,
    escalate_bh=72,
    claim_bh=4,
    remind_days=7,
    reply_days=14,
    closing_hours=12,
)
