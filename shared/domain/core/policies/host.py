"""The host that reviews too: the numbers that the requirements leave open."""

from __future__ import annotations

from shared.domain.core.policies.area import Area


class HostReviewPolicy(Area):
    """T20: what a host is asked, from the day of asking."""

    promise_days: int
    nudge_days: tuple[int, ...]
    escalate_days: int
    decide_days: int


HOST_2026_11 = HostReviewPolicy(
    version="2026-11",
    promise_days=5,
    nudge_days=(3, 5),
    escalate_days=7,
    decide_days=10,
)
