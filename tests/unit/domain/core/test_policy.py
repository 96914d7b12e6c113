"""The versioned policy: the values of product.md 1d, frozen, and found again by version."""

from __future__ import annotations

import re
from datetime import date

import pytest
from pydantic import ValidationError

from shared.domain.core.errors import NotFound
from shared.domain.core.policies.area import Area
from shared.domain.core.policy import CURRENT, Policy, by_version
from tests.unit.services.applications.clock_table import CLOCKS


def test_current_policy_holds_the_values_of_the_product_page() -> None:
    assert CURRENT.business_zone == "America/Chicago"
    areas = CURRENT.model_dump(exclude={"version": True, "business_zone": True})
    assert {name: {key: value for key, value in area.items() if key != "version"} for name, area in areas.items()} == {
        "applying": {"draft_days": 90, "stale_start_days": 14, "early_advice_months": 3, "horizon_years": 2},
        "review": {
            "answer_bh": 24,
            "escalate_bh": 72,
            "claim_bh": 4,
            "remind_days": 7,
            "reply_days": 14,
            "closing_hours": 12,
        },
        "host": {"promise_days": 5, "nudge_days": (3, 5), "escalate_days": 7, "decide_days": 10},
        "offer": {"days": 7, "short_hours": 72, "short_below_days": 60, "holds": 3, "waitlist_hours": 48},
        "reservation": {"hold_minutes": 30, "session_minutes": 35, "prep_reminder_days": (90, 60, 30, 14, 7)},
        "money": {
            "deposit_cents": 69900,
            "price_4w_min_cents": 99900,
            "price_4w_max_cents": 419900,
            "balance_days": 45,
            "late_fee_cents": 10000,
            "seat_review_days": 30,
            "balance_reminder_days": (30, 14, 7, 1),
            "refund_rule": "visa_denial_only",
        },
    }


def test_T13_the_first_start_is_fourteen_days_ahead_also_across_a_leap_day() -> None:
    assert CURRENT.applying.first_start(date(2028, 2, 16)) == date(2028, 3, 1)


def test_snapshot_names_the_version_and_restores_the_policy() -> None:
    snapshot = CURRENT.snapshot()
    assert by_version(snapshot["version"]) == CURRENT
    assert Policy.model_validate({"version": snapshot["version"], **snapshot["values"]}) == CURRENT


def test_unknown_version_is_not_found() -> None:
    with pytest.raises(NotFound):
        by_version("1999-01")


def test_policy_cannot_be_changed_in_place() -> None:
    with pytest.raises(ValidationError):
        CURRENT.money.deposit_cents = 1  # type: ignore[misc]


# --- every clock has a test -------------------------------------------------------------------------------------------
OF_SEATS = {
    "applying.stale_start_days",
    "applying.early_advice_months",
    "applying.horizon_years",
    "offer.short_hours",
    "offer.short_below_days",
    "reservation.hold_minutes",
    "reservation.session_minutes",
    "offer.waitlist_hours",
    "reservation.prep_reminder_days",
    "money.balance_days",
}
"""Tested in `test_clocks_of_seats_and_money`."""
NEAR_CLOSING = {"review.closing_hours"}
"""Tested in `test_application_clocks`."""
OF_BILLING = {"money.seat_review_days", "money.balance_reminder_days"}
"""The sweeps that read these belong to billing a balance, which nothing does yet: nobody is reminded of one or loses a
seat for it."""


def test_every_field_of_the_policy_that_is_a_time_has_a_clock_that_is_tested() -> None:
    areas = {name: getattr(CURRENT, name) for name in Policy.model_fields if isinstance(getattr(CURRENT, name), Area)}
    fields = [f"{area}.{name}" for area, record in areas.items() for name in type(record).model_fields]
    times = {name for name in fields if re.search(r"[_.](bh|minutes|hours|days|months|years)$", name)}
    reminders = {"host.nudge_days"}  # two lines of the table, host_nudge_1 and host_nudge_2
    assert times == {name for name in CLOCKS if name in times} | reminders | OF_SEATS | NEAR_CLOSING | OF_BILLING
