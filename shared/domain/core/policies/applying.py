"""Applying: the numbers that the requirements leave open."""

from __future__ import annotations

from datetime import date, timedelta

from shared.domain.core.policies.area import Area


class ApplyingPolicy(Area):
    """Drafts, and the starts that somebody may apply for."""

    draft_days: int
    stale_start_days: int
    early_advice_months: int
    horizon_years: int

    def first_start(self, today: date) -> date:
        """The first day for which somebody may still apply `today` (stale application: sooner, nobody's answer would
        count)."""
        return today + timedelta(days=self.stale_start_days)


APPLYING_2026_11 = ApplyingPolicy(
    version="2026-11",
    draft_days=90,
    stale_start_days=14,
    early_advice_months=3,
    horizon_years=2,
)
