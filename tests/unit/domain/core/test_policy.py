"""The versioned policy: the values of product.md 1d, frozen, and found again by version."""

from __future__ import annotations

from datetime import date

import pytest
from pydantic import ValidationError

from shared.domain.core.errors import NotFound
from shared.domain.core.policy import CURRENT, Policy, by_version


def test_current_policy_holds_the_values_of_the_product_page() -> None:
    expected = {
        "deposit_cents": 69900,
        "late_fee_cents": 10000,
        "balance_days": 45,
        "price_4w_min_cents": 99900,
        "price_4w_max_cents": 419900,
        "offer_days": 7,
        "offer_short_hours": 72,
        "offer_short_below_days": 60,
        "hold_minutes": 30,
        "session_minutes": 35,
        "holds_per_offer": 3,
        "draft_days": 90,
        "review_bh": 24,
        "review_escalate_bh": 72,
        "claim_bh": 4,
        "horizon_years": 2,
        "business_zone": "America/Chicago",
    }
    assert {name: getattr(CURRENT, name) for name in expected} == expected


def test_T13_the_first_start_is_fourteen_days_ahead_also_across_a_leap_day() -> None:
    assert CURRENT.first_start(date(2028, 2, 16)) == date(2028, 3, 1)


def test_snapshot_names_the_version_and_restores_the_policy() -> None:
    snapshot = CURRENT.snapshot()
    assert by_version(snapshot["version"]) == CURRENT
    assert Policy.model_validate({"version": snapshot["version"], **snapshot["values"]}) == CURRENT


def test_unknown_version_is_not_found() -> None:
    with pytest.raises(NotFound):
        by_version("1999-01")


def test_policy_cannot_be_changed_in_place() -> None:
    with pytest.raises(ValidationError):
        CURRENT.deposit_cents = 1  # type: ignore[misc]
