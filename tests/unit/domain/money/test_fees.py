"""Fees (T21-T29): prices of each length, deposit or full, due dates across clock changes and leap days, late fee once,
refunds."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from shared.domain.core.errors import Invalid
from shared.domain.core.policy import CURRENT
from shared.domain.money import fees
from shared.domain.money.fees import CancelledBy, LineCode
from shared.domain.reservations.reservation import Choice
from tests.unit.domain.samples import START, TODAY, a_program


@pytest.mark.parametrize(
    ("cents", "fine"), [(99899, False), (99900, True), (419900, True), (419901, False), (0, False), (-1, False)]
)
def test_T21_four_week_fee_is_within_999_and_4199_dollars_inclusive(cents, fine) -> None:
    if fine:
        fees.require_fee_in_bounds(cents, CURRENT)
        return
    with pytest.raises(Invalid) as refusal:
        fees.require_fee_in_bounds(cents, CURRENT)
    assert refusal.value.facts == {"field": "price_4w_cents", "minimum": 99900, "maximum": 419900}


def test_T21_finance_may_override_the_bounds_with_a_reason_but_not_with_blanks() -> None:
    fees.require_fee_in_bounds(50000, CURRENT, override_reason="pilot program")
    with pytest.raises(Invalid):
        fees.require_fee_in_bounds(50000, CURRENT, override_reason="  ")


@pytest.mark.parametrize(
    ("price_4w", "weeks", "cents"),
    [
        (214900, 4, 214900),
        (214900, 2, 107450),
        (99901, 1, 24975),
        (99902, 1, 24976),
        (99903, 1, 24976),
        (99901, 6, 149852),
        (99900, 12, 299700),
    ],
)
def test_price_of_another_length_is_a_quarter_per_week_rounded_half_up(price_4w, weeks, cents) -> None:
    assert fees.price(a_program(price_4w_cents=price_4w), weeks) == cents


def test_price_table_overrides_other_lengths_and_never_the_four_week_fee() -> None:
    program = a_program(price_table={2: 120000, 4: 1})
    assert fees.price(program, 2) == 120000
    assert fees.price(program, 4) == 214900
    assert fees.price(program, 3) == 161175


def test_price_of_no_weeks_is_refused() -> None:
    with pytest.raises(Invalid):
        fees.price(a_program(), 0)


@pytest.mark.parametrize(
    ("start", "due"),
    [
        (date(2027, 3, 1), date(2027, 1, 15)),
        (date(2027, 4, 5), date(2027, 2, 19)),  # clocks change between due day and start
        (date(2027, 11, 8), date(2027, 9, 24)),  # and back
        (date(2028, 3, 6), date(2028, 1, 21)),  # over 29 February 2028
        (date(2028, 4, 10), date(2028, 2, 25)),
        (date(2028, 4, 14), date(2028, 2, 29)),
        (date(2027, 1, 4), date(2026, 11, 20)),
    ],
)
def test_T28_balance_is_due_45_days_before_the_start(start, due) -> None:
    assert fees.balance_due_date(start, CURRENT) == due


def test_T28_due_instant_is_the_end_of_the_day_at_the_site() -> None:
    chicago = fees.quote(a_program(), START, 4, TODAY, CURRENT)
    assert chicago.balance_due_on == date(2027, 1, 15)
    assert chicago.balance_due_at == datetime(2027, 1, 16, 5, 59, 59, tzinfo=UTC)
    assert chicago.model_dump(mode="json")["balance_due_at"] == "2027-01-16T05:59:59Z"
    summer = fees.quote(a_program(), date(2027, 8, 30), 4, TODAY, CURRENT)
    assert summer.balance_due_at == datetime(2027, 7, 17, 4, 59, 59, tzinfo=UTC)


def test_T25_quote_with_deposit_lists_two_payments_that_sum_to_the_total() -> None:
    plan = fees.quote(a_program(), START, 4, TODAY, CURRENT)
    assert [(line.code, line.on, line.cents) for line in plan.lines] == [
        (LineCode.DEPOSIT, TODAY, 69900),
        (LineCode.BALANCE, date(2027, 1, 15), 145000),
    ]
    assert (plan.total_cents, plan.due_now_cents, plan.balance_cents) == (214900, 69900, 145000)
    assert (plan.late_fee_from, plan.late_fee_cents) == (date(2027, 1, 16), 10000)
    assert plan.choices == (Choice.DEPOSIT, Choice.FULL)
    assert fees.charge_now(plan, Choice.DEPOSIT) == 69900
    assert fees.charge_now(plan, Choice.FULL) == 214900
    assert plan.end == date(2027, 3, 28)


@pytest.mark.parametrize(("days_before", "all_now"), [(46, False), (45, False), (44, True), (0, True)])
def test_T28_booking_inside_45_days_asks_for_everything_and_has_no_late_fee(days_before, all_now) -> None:
    plan = fees.quote(a_program(), START, 4, START - timedelta(days=days_before), CURRENT)
    assert plan.full_only is all_now
    if not all_now:
        assert plan.balance_cents == 145000
        return
    assert [(line.code, line.cents) for line in plan.lines] == [(LineCode.FULL, 214900)]
    assert (plan.due_now_cents, plan.balance_cents, plan.late_fee_cents) == (214900, 0, 0)
    assert (plan.balance_due_on, plan.balance_due_at, plan.late_fee_from) == (None, None, None)
    with pytest.raises(Invalid) as refusal:
        fees.charge_now(plan, Choice.DEPOSIT)
    assert refusal.value.facts["field"] == "choice"


@pytest.mark.parametrize(("total", "deposit"), [(49950, 49950), (69900, 69900), (69901, 69900)])
def test_T25_deposit_never_exceeds_the_total(total, deposit) -> None:
    plan = fees.quote(a_program(), START, 4, TODAY, CURRENT, total_cents=total)
    assert (plan.deposit_cents, plan.balance_cents) == (deposit, total - deposit)
    assert plan.full_only is (total <= 69900)


def test_quote_keeps_the_price_that_an_application_was_made_at() -> None:
    assert (
        fees.quote(a_program(price_4w_cents=300000), START, 4, TODAY, CURRENT, total_cents=214900).total_cents == 214900
    )


def test_T22_T23_quote_says_what_the_fee_covers_and_what_not() -> None:
    plan = fees.quote(a_program(), START, 4, TODAY, CURRENT)
    assert plan.covered == ("Physician and site costs", "Payment processing", "Document processing")
    assert plan.not_covered == ("Housing", "Meals", "Transportation and airfare", "Insurance", "Visa fees")


@pytest.mark.parametrize(
    ("settled_on", "today", "charged", "cents"),
    [
        (None, date(2027, 1, 15), False, 0),
        (None, date(2027, 1, 16), False, 10000),
        (None, date(2027, 2, 16), False, 10000),
        (None, date(2027, 2, 16), True, 0),
        (date(2027, 1, 15), date(2027, 2, 16), False, 0),
        (date(2027, 1, 16), date(2027, 1, 17), False, 10000),
    ],
)
def test_T29_late_fee_is_charged_once_from_the_day_after_the_due_day(settled_on, today, charged, cents) -> None:
    assert fees.late_fee(fees.quote(a_program(), START, 4, TODAY, CURRENT), settled_on, today, charged) == cents


def test_T29_no_late_fee_when_everything_was_due_at_reserve() -> None:
    plan = fees.quote(a_program(), START, 4, START - timedelta(days=10), CURRENT)
    assert fees.late_fee(plan, None, START, already_charged=False) == 0


@pytest.mark.parametrize(
    ("by", "visa_denied", "cents", "code"),
    [
        (CancelledBy.TRAINEE, False, 0, "not_refundable"),
        (CancelledBy.TRAINEE, True, 69900, "visa_denied"),
        (CancelledBy.HOST, False, 69900, "not_yours"),
        (CancelledBy.OPERATOR, False, 69900, "not_yours"),
    ],
)
def test_refund_is_full_for_a_denied_visa_or_when_others_cancel_and_nothing_else(by, visa_denied, cents, code) -> None:
    refund = fees.refund_if_cancelled(69900, by, CURRENT, visa_denied)
    assert (refund.paid_cents, refund.cents, refund.code) == (69900, cents, code)
    assert refund.text


def test_quote_previews_the_refund_of_each_cancel_day() -> None:
    steps = fees.quote(a_program(), START, 4, TODAY, CURRENT).refunds
    assert [
        (step.from_day, step.paid_cents, step.refund_cents, step.refund_on_visa_denial_cents) for step in steps
    ] == [
        (TODAY, 69900, 0, 69900),
        (date(2027, 1, 15), 214900, 0, 214900),
    ]
    on_the_due_day = fees.quote(a_program(), START, 4, START - timedelta(days=45), CURRENT).refunds
    assert [(step.from_day, step.paid_cents) for step in on_the_due_day] == [(date(2027, 1, 15), 214900)]
