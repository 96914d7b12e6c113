"""Money: the numbers that the requirements leave open."""

from __future__ import annotations

from typing import Literal

from shared.domain.core.policies.area import Area


class MoneyPolicy(Area):
    """T21, T25-T28: prices of four weeks, what is paid when, and what comes back."""

    deposit_cents: int
    price_4w_min_cents: int
    price_4w_max_cents: int
    balance_days: int
    late_fee_cents: int
    seat_review_days: int
    balance_reminder_days: tuple[int, ...]
    refund_rule: Literal["visa_denial_only"]


MONEY_2026_11 = MoneyPolicy(
    version="2026-11",
    deposit_cents=69900,
    price_4w_min_cents=99900,
    price_4w_max_cents=419900,
    balance_days=45,
    late_fee_cents=10000,
    seat_review_days=30,
    balance_reminder_days=(30, 14, 7, 1),
    refund_rule="visa_denial_only",
)
