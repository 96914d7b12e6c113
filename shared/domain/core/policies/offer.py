"""Offers: the numbers that the requirements leave open."""

from __future__ import annotations

from shared.domain.core.policies.area import Area


class OfferPolicy(Area):
    """T24: how long an offer stands (the short one for a start less than `short_below_days` away), how often its seat
    may be held unpaid, and for how long the waitlist holds one."""

    days: int
    short_hours: int
    short_below_days: int
    holds: int
    waitlist_hours: int


OFFER_2026_11 = OfferPolicy(
    version="2026-11",
    days=7,
    short_hours=72,
    short_below_days=60,
    holds=3,
    waitlist_hours=48,
)
