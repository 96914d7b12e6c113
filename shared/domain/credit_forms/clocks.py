"""The form's clocks: 48 elapsed hours across time changes (C52), reminders outside the quiet hours of the site (C54),
what comes first. Instants are UTC; due and breach never move, reminders do, only to earlier."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from typing import Literal
from zoneinfo import ZoneInfo

from shared.domain.core.business_clock import add_business_time, business_time_between
from shared.domain.core.calendar import end_of_day, reached, start_of_day
from shared.domain.credit_forms.form import CreditForm, Round
from shared.domain.credit_forms.policy import CreditPolicy

GRACE = timedelta(hours=1)
"""A reminder whose minute was missed by less goes out all the same; one missed by more never wakes anybody."""


def answer_due(sent_at: datetime, policy: CreditPolicy) -> datetime:
    """H16: to the second."""
    return sent_at + timedelta(hours=policy.answer_hours)


def is_quiet(at: datetime, zone: str, policy: CreditPolicy) -> bool:
    hour = at.astimezone(ZoneInfo(zone)).hour
    return hour >= policy.quiet_from_at or hour < policy.quiet_until_at


def before_quiet(at: datetime, zone: str, policy: CreditPolicy) -> datetime:
    """The instant itself, or the evening's `instead_at` before the quiet hours that it falls into."""
    local = at.astimezone(ZoneInfo(zone))
    if not is_quiet(at, zone, policy):
        return at
    day = local.date() if local.hour >= policy.quiet_from_at else local.date() - timedelta(days=1)
    return datetime.combine(day, time(policy.instead_at), ZoneInfo(zone)).astimezone(UTC)


def after_quiet(at: datetime, zone: str, policy: CreditPolicy) -> datetime:
    """The instant itself, or the morning after the quiet hours that it falls into."""
    local = at.astimezone(ZoneInfo(zone))
    if not is_quiet(at, zone, policy):
        return at
    day = local.date() if local.hour < policy.quiet_until_at else local.date() + timedelta(days=1)
    return datetime.combine(day, time(policy.quiet_until_at), ZoneInfo(zone)).astimezone(UTC)


class Step(StrEnum):
    REMIND = "remind"
    BREACH = "breach"
    LATE_NOTE = "late_note"
    AGAIN = "again"


@dataclass(frozen=True)
class Next:
    step: Step
    at: datetime


def reminders(due_at: datetime, zone: str, policy: CreditPolicy) -> tuple[datetime, ...]:
    return tuple(before_quiet(due_at - timedelta(hours=hours), zone, policy) for hours in policy.reminders_left_hours)


def next_step(round: Round, zone: str, policy: CreditPolicy, now: datetime) -> Next | None:
    """What the round waits for: the next reminder that is not past, then the breach, the host's note, the second
    escalation; None when nothing is left. A reminder past by more than `GRACE`, or past in the quiet hours, is
    skipped."""
    if round.breached_at is None:
        for at in reminders(round.due_at, zone, policy):
            done = any(one >= at for one in round.reminded)
            missed = reached(at, now) and now > at + (timedelta(minutes=10) if is_quiet(now, zone, policy) else GRACE)
            if not done and not missed and at < round.due_at:
                return Next(Step.REMIND, at)
        return Next(Step.BREACH, round.due_at)
    left = []
    if round.late_noted_at is None:
        note = after_quiet(max(round.due_at, round.breached_at), zone, policy)
        missed = reached(note, now) and is_quiet(now, zone, policy)
        left.append(Next(Step.LATE_NOTE, after_quiet(now, zone, policy) if missed else note))
    if round.again_at is None:
        left.append(Next(Step.AGAIN, round.due_at + timedelta(hours=policy.again_hours)))
    return min(left, key=lambda one: one.at, default=None)


def lateness(round: Round, now: datetime) -> timedelta:
    """How late the answer was, or is by now; zero or less while it is in time. It stands still at the answer (C51)."""
    return (round.answered_at or now) - round.due_at


def is_overdue(form: CreditForm, now: datetime) -> bool:
    """On read, whether or not a sweep ran (H16)."""
    return bool(form.rounds) and form.round.outcome is None and reached(form.round.due_at, now)


# --- what comes first -------------------------------------------------------------------------------------------------
def needed_at(form: CreditForm) -> datetime:
    return end_of_day(form.needed_by, form.school_zone)


def starts_at(form: CreditForm) -> datetime:
    return start_of_day(form.start, form.zone)


@dataclass(frozen=True)
class First:
    """What comes before the 48 hours are over, and when: "needed" (the school's day) or "start"."""

    what: Literal["needed", "start"]
    at: datetime


def comes_first(form: CreditForm, due_at: datetime) -> First | None:
    """The 48 hours are never shortened; the pages say what comes before their end."""
    earlier = sorted(
        (one for one in (First("needed", form.needed_at), First("start", starts_at(form))) if one.at < due_at),
        key=lambda one: one.at,
    )
    return earlier[0] if earlier else None


# --- our own promises -------------------------------------------------------------------------------------------------
def send_due(requested_at: datetime, policy: CreditPolicy) -> datetime:
    return add_business_time(requested_at, timedelta(hours=policy.send_bh))


def left_of(due_at: datetime, now: datetime) -> timedelta:
    """Business time that is left of a promise; none once it is over."""
    return max(business_time_between(now, due_at), timedelta())


def accept_due(signed_at: datetime, policy: CreditPolicy) -> datetime:
    return add_business_time(signed_at, timedelta(hours=policy.accept_bh))


def forward_due(accepted_at: datetime, needed: datetime, policy: CreditPolicy) -> datetime:
    """Not after the school's day, unless that is over already."""
    usual = add_business_time(accepted_at, timedelta(hours=policy.forward_bh))
    return min(usual, needed) if needed > accepted_at else usual


def lapses_at(form: CreditForm, policy: CreditPolicy) -> datetime:
    return start_of_day(form.end + timedelta(days=policy.lapse_days), form.zone)


def link_ends_at(form: CreditForm, policy: CreditPolicy) -> datetime:
    """Until when the school's link works."""
    return start_of_day(form.end + timedelta(days=policy.link_days), form.zone)
