"""What a rotation costs, when what is due, and what comes back (T21-T29): the quote page, the checkout and billing call
these functions.

Integer US cents throughout. Due days are dates at the program's site; their instants end at 23:59:59 there.
"""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from shared.domain.core.calendar import end_date, end_of_day
from shared.domain.core.errors import Invalid
from shared.domain.core.instants import Instant
from shared.domain.core.policy import Policy
from shared.domain.money.money import dollars
from shared.domain.programs.program import Program
from shared.domain.reservations.reservation import Choice

COVERED = ("Physician and site costs", "Payment processing", "Document processing")
"""T22: shown on the program page and at checkout."""
NOT_COVERED = ("Housing", "Meals", "Transportation and airfare", "Insurance", "Visa fees")
"""T23."""


class LineCode(StrEnum):
    DEPOSIT = "deposit"
    BALANCE = "balance"
    FULL = "full"


class FeeLine(BaseModel):
    """One payment of the plan: the day by whose end it is due, at the site, and its cents."""

    model_config = ConfigDict(frozen=True)
    code: LineCode
    on: date
    what: str
    cents: int


class CancelledBy(StrEnum):
    TRAINEE = "trainee"
    HOST = "host"
    OPERATOR = "operator"


class Refund(BaseModel):
    """What comes back of `paid_cents`, and the rule that says so."""

    model_config = ConfigDict(frozen=True)
    paid_cents: int
    cents: int
    code: str
    text: str


class RefundStep(BaseModel):
    """From this day on (until the next step) a cancellation by the trainee finds `paid_cents` paid and gives back what
    is shown."""

    model_config = ConfigDict(frozen=True)
    from_day: date
    paid_cents: int
    refund_cents: int
    refund_on_visa_denial_cents: int


class Quote(BaseModel):
    """A fee calendar for one start, length and pay day. `lines` always sum to `total_cents`; the late fee is not among
    them.

    `due_now_cents` is the least that reserves the seat: the deposit, or everything when `full_only`. `balance_cents` is
    the rest.
    """

    model_config = ConfigDict(frozen=True)
    program_id: str
    start: date
    end: date
    weeks: int
    pay_on: date
    total_cents: int
    deposit_cents: int
    due_now_cents: int
    balance_cents: int
    full_only: bool
    choices: tuple[Choice, ...]
    lines: tuple[FeeLine, ...]
    balance_due_on: date | None
    balance_due_at: Instant | None
    late_fee_from: date | None
    late_fee_cents: int
    refunds: tuple[RefundStep, ...]
    covered: tuple[str, ...] = COVERED
    not_covered: tuple[str, ...] = NOT_COVERED
    policy_version: str


def require_fee_in_bounds(price_4w_cents: int, policy: Policy, override_reason: str = "") -> None:
    """T21: a four-week fee from $999.00 to $4,199.00; outside only with a written reason of finance. Raises
    `Invalid`."""
    low, high = policy.money.price_4w_min_cents, policy.money.price_4w_max_cents
    if not low <= price_4w_cents <= high and not override_reason.strip():
        raise Invalid(
            f"A four-week fee of {dollars(price_4w_cents)} is outside {dollars(low)} to {dollars(high)}.",
            "Choose a fee in that range, or have finance override it with a reason.",
            field="price_4w_cents",
            minimum=low,
            maximum=high,
        )


def price(program: Program, weeks: int) -> int:
    """The fee for `weeks` in cents: the program's own table, else price_4w x weeks / 4, rounded half up. Four weeks are
    price_4w."""
    if weeks < 1:
        raise Invalid("A rotation has at least one week.", "Choose a length.", field="weeks")
    if weeks != 4 and weeks in program.price_table:
        return program.price_table[weeks]
    return (program.price_4w_cents * weeks + 2) // 4


def deposit(total_cents: int, policy: Policy) -> int:
    """T25: the down payment, never more than the total."""
    return min(policy.money.deposit_cents, total_cents)


def balance_due_date(start: date, policy: Policy) -> date:
    """T28: start - 45 days (2027-03-01 -> 2027-01-15); paid on that day is on time."""
    return start - timedelta(days=policy.money.balance_days)


def full_only(start: date, pay_on: date, total_cents: int, policy: Policy) -> bool:
    """Everything is due at reserve: the start is less than 45 days away, or the total does not exceed the deposit."""
    return (start - pay_on).days < policy.money.balance_days or total_cents <= policy.money.deposit_cents


def quote(
    program: Program, start: date, weeks: int, pay_on: date, policy: Policy, total_cents: int | None = None
) -> Quote:
    """The fee calendar of T22-T29. `total_cents` is the price an application was made at; without it today's price
    counts.

    `pay_on` is the date at the site on which the trainee reserves. Whether the start is possible is for
    `calendar.require_start`.
    """
    total = price(program, weeks) if total_cents is None else total_cents
    all_now = full_only(start, pay_on, total, policy)
    first = total if all_now else deposit(total, policy)
    due_on = None if all_now else balance_due_date(start, policy)
    return Quote(
        program_id=program.id,
        start=start,
        end=end_date(start, weeks),
        weeks=weeks,
        pay_on=pay_on,
        total_cents=total,
        deposit_cents=deposit(total, policy),
        due_now_cents=first,
        balance_cents=total - first,
        full_only=all_now,
        choices=(Choice.FULL,) if all_now else (Choice.DEPOSIT, Choice.FULL),
        lines=_lines(pay_on, due_on, first, total),
        balance_due_on=due_on,
        balance_due_at=end_of_day(due_on, program.place.zone) if due_on else None,
        late_fee_from=due_on + timedelta(days=1) if due_on else None,
        late_fee_cents=policy.money.late_fee_cents if due_on else 0,
        refunds=_refund_steps(pay_on, due_on, first, total, policy),
        policy_version=policy.version,
    )


def charge_now(plan: Quote, choice: Choice) -> int:
    """T25, T26: what the checkout charges, in cents. Raises `Invalid` when only the full fee is possible."""
    if choice not in plan.choices:
        raise Invalid(
            "The full fee is due at once for this start.",
            "Choose to pay in full.",
            field="choice",
            total_cents=plan.total_cents,
        )
    return plan.total_cents if choice is Choice.FULL else plan.due_now_cents


def late_fee(plan: Quote, settled_on: date | None, today: date, already_charged: bool) -> int:
    """T29: cents to charge on `today`, once, from the day after the due day, unless the balance was paid by then.

    `settled_on` is the local day on which the balance was paid in full, None while it is open.
    """
    if plan.late_fee_from is None or already_charged or min(settled_on or today, today) < plan.late_fee_from:
        return 0
    return plan.late_fee_cents


def refund_if_cancelled(paid_cents: int, by: CancelledBy, policy: Policy, visa_denied: bool = False) -> Refund:
    """The cancellation rule for what was really paid. `visa_denied` means that staff accepted the proof.

    The only preset of this policy: a trainee's cancellation is not refunded, except in full when a visa was denied; a
    cancellation by the host or by us is refunded in full.
    """
    if by is not CancelledBy.TRAINEE:
        return Refund(
            paid_cents=paid_cents,
            cents=paid_cents,
            code="not_yours",
            text="We or the host cancelled: everything paid comes back.",
        )
    if visa_denied and policy.money.refund_rule == "visa_denial_only":
        return Refund(
            paid_cents=paid_cents,
            cents=paid_cents,
            code="visa_denied",
            text="Your visa was denied: everything paid comes back.",
        )
    return Refund(
        paid_cents=paid_cents,
        cents=0,
        code="not_refundable",
        text="Payments are not refundable, except when a visa is denied.",
    )


def _lines(pay_on: date, due_on: date | None, first: int, total: int) -> tuple[FeeLine, ...]:
    if due_on is None:
        return (FeeLine(code=LineCode.FULL, on=pay_on, what="Full fee, when you reserve", cents=total),)
    return (
        FeeLine(code=LineCode.DEPOSIT, on=pay_on, what="Deposit, when you reserve", cents=first),
        FeeLine(code=LineCode.BALANCE, on=due_on, what="Balance, by the end of this day", cents=total - first),
    )


def _refund_steps(pay_on: date, due_on: date | None, first: int, total: int, policy: Policy) -> tuple[RefundStep, ...]:
    paid = [(pay_on, first)] + ([(due_on, total)] if due_on else [])
    if due_on == pay_on:
        paid = [(pay_on, total)]
    return tuple(
        RefundStep(
            from_day=day,
            paid_cents=cents,
            refund_cents=refund_if_cancelled(cents, CancelledBy.TRAINEE, policy).cents,
            refund_on_visa_denial_cents=refund_if_cancelled(cents, CancelledBy.TRAINEE, policy, visa_denied=True).cents,
        )
        for day, cents in paid
    )
