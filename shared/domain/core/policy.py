"""Every number that the requirements leave open, in one frozen, versioned record (product.md 1d).

An application and a reservation keep the version that they were made under, so a later policy never changes a promise
already made. A new policy is a new entry of `_VERSIONS`; an old one is never edited.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from shared.domain.core.business_clock import ZONE
from shared.domain.core.errors import NotFound


class Policy(BaseModel):
    """Units are in the names: `_cents` US cents, `_days` calendar days, `_hours` clock hours, `_bh` business hours."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    version: str
    business_zone: str = ZONE

    # Applications
    draft_days: int = 90
    review_bh: int = 24
    review_escalate_bh: int = 72
    claim_bh: int = 4
    info_remind_days: int = 7
    info_days: int = 14
    host_promise_days: int = 5
    host_nudge_days: tuple[int, ...] = (3, 5)
    host_escalate_days: int = 7
    host_decide_days: int = 10
    stale_start_days: int = 14
    closing_hours: int = 12
    early_advice_months: int = 3
    horizon_years: int = 2

    # Offers and holds
    offer_days: int = 7
    offer_short_hours: int = 72
    offer_short_below_days: int = 60
    hold_minutes: int = 30
    session_minutes: int = 35
    holds_per_offer: int = 3
    waitlist_offer_hours: int = 48

    # Preparing
    prep_reminder_days: tuple[int, ...] = (90, 60, 30, 14, 7)

    # Money
    deposit_cents: int = 69900
    price_4w_min_cents: int = 99900
    price_4w_max_cents: int = 419900
    balance_days: int = 45
    late_fee_cents: int = 10000
    seat_review_days: int = 30
    balance_reminder_days: tuple[int, ...] = (30, 14, 7, 1)
    refund_rule: Literal["visa_denial_only"] = "visa_denial_only"

    def first_start(self, today: date) -> date:
        """The first day for which somebody may still apply `today` (stale application: sooner, nobody's answer would
        count)."""
        return today + timedelta(days=self.stale_start_days)

    def snapshot(self) -> dict[str, Any]:
        """What an application or a reservation keeps: the version and every value, JSON-ready."""
        values = self.model_dump(mode="json")
        return {"version": values.pop("version"), "values": values}


_VERSIONS = {policy.version: policy for policy in (Policy(version="2026-11"),)}
CURRENT = _VERSIONS["2026-11"]


def by_version(version: str) -> Policy:
    """The policy that something was made under. Raises `NotFound` for a version that never existed."""
    try:
        return _VERSIONS[version]
    except KeyError:
        raise NotFound(
            f"There is no policy {version!r}.", "Use a version that an application or a reservation names."
        ) from None
