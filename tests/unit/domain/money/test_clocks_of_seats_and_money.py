"""Done when 3 of issue 3: the clocks of seats, offers, days and money at their boundary second, across clock changes
and zones.

Expected instants are UTC, worked out on paper. In 2027 US clocks go forward on 14 March and back on 7 November, at 2
a.m. local time.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from shared.domain.accounts.account_input import CONFIRM_LIFE
from shared.domain.applications.application import closing, offer_expiry
from shared.domain.applications.eligibility import lead_time_advice
from shared.domain.core.business_clock import add_business_hours, business_time_between, is_business_day
from shared.domain.core.calendar import end_of_day, horizon, local_date, reached, start_of_day
from shared.domain.core.errors import Invalid
from shared.domain.core.instants import iso, parse
from shared.domain.core.policy import CURRENT
from shared.domain.money import fees
from shared.domain.programs.starts import require_start
from shared.domain.reservations.preparation import next_reminder, reminders_from
from shared.domain.reservations.reservation import (
    Choice,
    balance_overdue,
    hold_over,
    hold_window,
    still_offered,
    waitlist_payment_window,
)
from shared.domain.seats.waitlist import offered_until
from tests.unit.domain.samples import CHICAGO, a_program, a_reservation

SECOND = timedelta(seconds=1)
SITES = {
    "Chicago": "America/Chicago",
    "New York": "America/New_York",
    "Honolulu": "Pacific/Honolulu",
    "Phoenix": "America/Phoenix",
}


def both_sides(due: datetime, over: Callable[[datetime], bool]) -> tuple[bool, bool]:
    """Whether it is over one second before, and at the moment."""
    return over(due - SECOND), over(due)


# --- offers -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("zone", "approved_at", "expires"),
    [
        # 60 days before Monday 1 March 2027 is Thursday 31 December 2026: all of that day still gives seven days, the
        # next second 72 hours
        ("America/Chicago", "2027-01-01T05:59:59Z", "2027-01-08T05:59:59Z"),
        ("America/Chicago", "2027-01-01T06:00:00Z", "2027-01-04T06:00:00Z"),
        ("America/New_York", "2027-01-01T04:59:59Z", "2027-01-08T04:59:59Z"),
        ("America/New_York", "2027-01-01T05:00:00Z", "2027-01-04T05:00:00Z"),
        ("Pacific/Honolulu", "2027-01-01T09:59:59Z", "2027-01-08T09:59:59Z"),
        ("Pacific/Honolulu", "2027-01-01T10:00:00Z", "2027-01-04T10:00:00Z"),
    ],
)
def test_T24_an_offer_is_72_hours_from_the_midnight_at_the_site_that_is_less_than_60_days_ahead(
    zone, approved_at, expires
) -> None:
    assert iso(offer_expiry(parse(approved_at), date(2027, 3, 1), CURRENT, zone)) == expires


@pytest.mark.parametrize(
    ("approved_at", "expires"),
    [("2027-03-12T15:00:00Z", "2027-03-15T15:00:00Z"), ("2027-11-05T15:00:00Z", "2027-11-08T15:00:00Z")],
)
def test_T24_72_hours_are_72_hours_also_when_clocks_change(approved_at, expires) -> None:
    start = parse(approved_at).date() + timedelta(days=31)
    assert iso(offer_expiry(parse(approved_at), start, CURRENT, "America/Chicago")) == expires


@pytest.mark.parametrize(
    ("start", "approved_at", "expires"),
    [
        # Monday 15 March 2027 ends at midnight, in Chicago's summer time 05:00 UTC: nobody can reserve a rotation after
        # its first day
        (date(2027, 3, 15), "2027-03-13T05:00:00Z", "2027-03-16T05:00:00Z"),
        (date(2027, 3, 15), "2027-03-13T05:00:01Z", "2027-03-16T05:00:00Z"),
        (date(2027, 3, 15), "2027-03-13T04:59:59Z", "2027-03-16T04:59:59Z"),
        (date(2027, 3, 15), "2027-03-16T04:59:59Z", "2027-03-16T05:00:00Z"),
    ],
)
def test_T24_an_offer_never_outlives_the_first_day_of_its_rotation(start, approved_at, expires) -> None:
    assert iso(offer_expiry(parse(approved_at), start, CURRENT, "America/Chicago")) == expires


@pytest.mark.parametrize(
    ("zone", "start", "sent", "closes"),
    [
        # the start is less than 14 days away from the first second of its 13th day before, at the site
        ("America/Chicago", date(2027, 3, 1), "2026-11-23T15:00:00Z", "2027-02-16T06:00:00Z"),
        ("Pacific/Honolulu", date(2027, 3, 1), "2026-11-23T15:00:00Z", "2027-02-16T10:00:00Z"),
        (
            "America/Chicago",
            date(2027, 3, 22),
            "2026-11-23T15:00:00Z",
            "2027-03-09T06:00:00Z",
        ),  # the week before clocks go forward
        ("America/Chicago", date(2027, 3, 29), "2026-11-23T15:00:00Z", "2027-03-16T05:00:00Z"),  # and the week after
        # sent on short notice it has the 72 business hours first: Friday noon to Wednesday noon (Presidents' Day is
        # over)
        ("America/Chicago", date(2027, 3, 1), "2027-02-19T18:00:00Z", "2027-02-24T18:00:00Z"),
        (
            "America/Chicago",
            date(2027, 3, 1),
            "2027-02-10T06:00:00Z",
            "2027-02-16T06:00:00Z",
        ),  # 72 of them end before that day
        (
            "America/Chicago",
            date(2027, 3, 1),
            "2027-02-11T06:00:00Z",
            "2027-02-17T06:00:00Z",
        ),  # and after, for Presidents' Day
        # and never beyond the first day of the rotation
        ("America/Chicago", date(2027, 3, 1), "2027-02-26T18:00:00Z", "2027-03-02T06:00:00Z"),
        ("America/Chicago", date(2027, 3, 1), "2027-03-01T18:00:00Z", "2027-03-02T06:00:00Z"),
    ],
)
def test_T13_what_nobody_decided_closes_when_the_start_is_less_than_14_days_away(zone, start, sent, closes) -> None:
    assert iso(closing(parse(sent), start, CURRENT, zone)) == closes


# --- holds and the waitlist -------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("begun", "held_until", "session_ends"),
    [
        ("2026-11-23T15:00:00Z", "2026-11-23T15:30:00Z", "2026-11-23T15:35:00Z"),
        (
            "2027-03-14T07:45:00Z",
            "2027-03-14T08:15:00Z",
            "2027-03-14T08:20:00Z",
        ),  # 01:45 in Chicago, 03:15 thirty minutes later
        (
            "2027-11-07T06:45:00Z",
            "2027-11-07T07:15:00Z",
            "2027-11-07T07:20:00Z",
        ),  # 01:45, and 01:15 thirty minutes later
    ],
)
def test_T27_a_hold_is_30_minutes_and_its_session_35_whatever_the_wall_clock_does(
    begun, held_until, session_ends
) -> None:
    window = hold_window(parse(begun), CURRENT)
    assert (iso(window.held_until), iso(window.session_expires_at)) == (held_until, session_ends)
    held = a_reservation(held_until=window.held_until)
    assert both_sides(window.held_until, lambda now: hold_over(held, now)) == (False, True)
    assert both_sides(window.session_expires_at, lambda now: reached(window.session_expires_at, now)) == (False, True)


@pytest.mark.parametrize(
    ("zone", "now", "until"),
    [
        ("America/Chicago", "2026-11-23T15:00:00Z", "2026-11-25T15:00:00Z"),
        ("America/Chicago", "2027-02-27T05:59:59Z", "2027-03-01T05:59:59Z"),
        ("America/Chicago", "2027-02-27T06:00:00Z", "2027-03-01T06:00:00Z"),
        ("America/Chicago", "2027-02-27T06:00:01Z", "2027-03-01T06:00:00Z"),  # never into the first day
        ("Pacific/Honolulu", "2027-02-27T10:00:01Z", "2027-03-01T10:00:00Z"),
    ],
)
def test_a_waitlist_offer_is_48_hours_and_never_into_the_first_day(zone, now, until) -> None:
    ends = offered_until(parse(now), date(2027, 3, 1), zone, CURRENT)
    assert iso(ends) == until
    offered = a_reservation(offer_until=ends)
    assert both_sides(ends, lambda at: still_offered(offered, at)) == (True, False)


def test_a_payment_begun_in_the_last_second_of_a_waitlist_offer_has_its_35_minutes() -> None:
    window = waitlist_payment_window(parse("2027-03-14T07:59:59Z"), CURRENT)
    assert (iso(window.held_until), iso(window.session_expires_at)) == ("2027-03-14T08:34:59Z", "2027-03-14T08:34:59Z")


# --- days at the site -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("zone", "midnight"),
    [
        ("America/New_York", "2027-03-14T05:00:00Z"),
        ("America/Chicago", "2027-03-14T06:00:00Z"),
        ("America/New_York", "2027-11-07T04:00:00Z"),
        ("America/Phoenix", "2027-11-07T07:00:00Z"),
        ("Pacific/Honolulu", "2027-03-14T10:00:00Z"),
    ],
)
def test_a_day_at_the_site_begins_at_its_own_midnight_on_both_sides(zone, midnight) -> None:
    at = parse(midnight)
    day = at.astimezone(ZoneInfo(zone)).date()
    assert (local_date(at - SECOND, zone), local_date(at, zone)) == (day - timedelta(days=1), day)
    assert start_of_day(day, zone) == at
    assert end_of_day(day - timedelta(days=1), zone) == at - SECOND


@pytest.mark.parametrize(
    ("zone", "moment", "possible"),
    [
        # Monday 13 November 2028 is two years after Monday 13 November 2026, a Friday: the last second before that day
        # is one day too early
        ("America/Chicago", "2026-11-13T05:59:59Z", False),
        ("America/Chicago", "2026-11-13T06:00:00Z", True),
        ("Pacific/Honolulu", "2026-11-13T09:59:59Z", False),
        ("Pacific/Honolulu", "2026-11-13T10:00:00Z", True),
    ],
)
def test_H17_the_horizon_moves_at_midnight_at_the_site(zone, moment, possible) -> None:
    program, today, start = (
        a_program(place={**CHICAGO, "zone": zone}),
        local_date(parse(moment), zone),
        date(2028, 11, 13),
    )
    assert (start <= horizon(today)) is possible
    if possible:
        require_start(start, 4, today, program)
        return
    with pytest.raises(Invalid) as refused:
        require_start(start, 4, today, program)
    assert refused.value.facts["field"] == "start"


@pytest.mark.parametrize(
    ("zone", "moment", "advised"),
    [
        # three months before Monday 1 March 2027: all of 1 December 2026 at the site is early enough, the next midnight
        # is not
        ("America/Chicago", "2026-12-02T05:59:59Z", False),
        ("America/Chicago", "2026-12-02T06:00:00Z", True),
        ("Pacific/Honolulu", "2026-12-02T09:59:59Z", False),
        ("Pacific/Honolulu", "2026-12-02T10:00:00Z", True),
    ],
)
def test_T13_advice_about_short_notice_begins_at_midnight_at_the_site(zone, moment, advised) -> None:
    assert (lead_time_advice(date(2027, 3, 1), local_date(parse(moment), zone)) is not None) is advised


# --- money ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("zone", "start", "due_at"),
    [
        ("America/Chicago", date(2027, 3, 1), "2027-01-16T05:59:59Z"),  # Friday 15 January, the example of T28
        ("America/New_York", date(2027, 3, 1), "2027-01-16T04:59:59Z"),
        ("Pacific/Honolulu", date(2027, 3, 1), "2027-01-16T09:59:59Z"),
        ("America/Chicago", date(2027, 4, 26), "2027-03-13T05:59:59Z"),  # the Friday before clocks go forward
        ("America/Chicago", date(2027, 5, 3), "2027-03-20T04:59:59Z"),  # and the one after
        ("America/Phoenix", date(2027, 5, 3), "2027-03-20T06:59:59Z"),  # where they do not
        ("America/Chicago", date(2027, 12, 20), "2027-11-06T04:59:59Z"),  # the Friday before they go back
        ("America/Chicago", date(2027, 12, 27), "2027-11-13T05:59:59Z"),  # and the one after
        (
            "America/Chicago",
            date(2028, 2, 7),
            "2027-12-25T05:59:59Z",
        ),  # Christmas observed: money is due on calendar days
    ],
)
def test_T28_T29_a_balance_is_on_time_through_its_day_at_the_site_and_late_with_its_fee_the_second_after(
    zone, start, due_at
) -> None:
    due, program = parse(due_at), a_program(place={**CHICAGO, "zone": zone})
    plan = fees.quote(program, start, 4, start - timedelta(days=90), CURRENT)
    assert plan.balance_due_at == due
    owed = a_reservation(balance_due_at=due)
    assert both_sides(due + SECOND, lambda now: balance_overdue(owed, now)) == (False, True)
    on_time, late = (
        fees.late_fee(plan, None, local_date(now, zone), already_charged=False) for now in (due, due + SECOND)
    )
    assert (on_time, late) == (0, 10000)


@pytest.mark.parametrize("zone", SITES.values(), ids=SITES)
def test_T28_who_reserves_in_the_last_second_of_the_45th_day_may_pay_a_deposit_and_a_second_later_pays_all(
    zone,
) -> None:
    start, program = date(2027, 5, 3), a_program(place={**CHICAGO, "zone": zone})
    last = end_of_day(start - timedelta(days=45), zone)
    before, after = (fees.quote(program, start, 4, local_date(now, zone), CURRENT) for now in (last, last + SECOND))
    assert (before.choices, before.balance_due_at, before.late_fee_cents) == (
        (Choice.DEPOSIT, Choice.FULL),
        last,
        10000,
    )
    assert (after.choices, after.balance_due_at, after.late_fee_cents) == ((Choice.FULL,), None, 0)


def test_the_refund_of_each_cancel_day_steps_up_on_the_day_the_balance_is_paid_and_not_a_day_before() -> None:
    start = date(2027, 5, 3)
    steps = fees.quote(a_program(), start, 4, date(2027, 2, 1), CURRENT).refunds
    assert [
        (step.from_day, step.paid_cents, step.refund_cents, step.refund_on_visa_denial_cents) for step in steps
    ] == [
        (date(2027, 2, 1), 69900, 0, 69900),
        (date(2027, 3, 19), 214900, 0, 214900),
    ]


# --- reminders and links ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("zone", "days", "moment"),
    [
        ("America/Chicago", 90, "2027-01-26T06:00:00Z"),
        ("America/Chicago", 60, "2027-02-25T06:00:00Z"),
        ("America/Chicago", 30, "2027-03-27T05:00:00Z"),  # in summer time
        ("America/Phoenix", 30, "2027-03-27T07:00:00Z"),
        ("Pacific/Honolulu", 7, "2027-04-19T10:00:00Z"),
    ],
)
def test_H20_a_preparation_reminder_is_due_at_midnight_at_the_site(zone, days, moment) -> None:
    start, at = date(2027, 4, 26), parse(moment)
    assert next_reminder(start, zone, at - SECOND, CURRENT) == at
    assert next_reminder(start, zone, at, CURRENT) != at
    assert days != 90 or reminders_from(start, zone, CURRENT) == at


def test_a_confirmation_link_lives_48_hours_across_a_clock_change() -> None:
    assert iso(parse("2027-03-13T18:00:00Z") + CONFIRM_LIFE) == "2027-03-15T18:00:00Z"


# --- the business clock itself ----------------------------------------------------------------------------------------
def test_T18_the_business_clock_is_the_operators_and_not_the_sites() -> None:
    """Friday 23:30 in Honolulu is Saturday in Chicago: the 24 hours begin on Monday in Chicago."""
    assert (
        iso(add_business_hours(datetime(2026, 11, 20, 23, 30, tzinfo=ZoneInfo("Pacific/Honolulu")), 24))
        == "2026-11-24T06:00:00Z"
    )


@pytest.mark.parametrize(
    ("sent", "due"),
    [
        (
            "2026-11-21T05:59:59Z",
            "2026-11-24T05:59:59Z",
        ),  # the last second of Friday in Chicago: one second counts, then Monday's
        ("2026-11-21T06:00:00Z", "2026-11-24T06:00:00Z"),  # Saturday's first: all of Monday
        ("2026-11-23T05:59:59Z", "2026-11-24T06:00:00Z"),  # Sunday's last
        ("2026-11-23T06:00:00Z", "2026-11-24T06:00:00Z"),  # Monday's first
        ("2026-11-23T06:00:01Z", "2026-11-24T06:00:01Z"),
        ("2027-03-15T04:59:59Z", "2027-03-16T05:00:00Z"),  # the Sunday of 23 hours
        ("2027-11-08T05:59:59Z", "2027-11-09T06:00:00Z"),  # the Sunday of 25 hours
    ],
)
def test_T18_a_second_before_and_after_the_weekend_counts_as_what_it_is(sent, due) -> None:
    assert iso(add_business_hours(parse(sent), 24)) == due


@pytest.mark.parametrize("year", range(2024, 2036))
def test_T18_every_federal_holiday_that_falls_on_a_weekend_is_kept_on_the_weekday_next_to_it(year) -> None:
    """5 U.S.C. 6103(b) and Executive Order 11582: Saturday's is kept on Friday, Sunday's on Monday."""
    for month, day in ((1, 1), (6, 19), (7, 4), (11, 11), (12, 25)):
        holiday = date(year, month, day)
        kept = holiday + timedelta(days={5: -1, 6: 1}.get(holiday.weekday(), 0))
        assert not is_business_day(kept), f"{holiday} is kept on {kept}"
        assert is_business_day(kept + timedelta(days=3 if kept.weekday() == 4 else 1))


@pytest.mark.parametrize("year", range(2024, 2036))
def test_T18_there_are_eleven_federal_holidays_a_year_and_nothing_else_is_closed(year) -> None:
    days = (date(year, 1, 1) + timedelta(days=number) for number in range(366))
    closed = [day for day in days if day.year == year and day.weekday() < 5 and not is_business_day(day)]
    first_of_next = date(year + 1, 1, 1).weekday() == 5  # kept on 31 December of this year
    first_of_this = date(year, 1, 1).weekday() == 5  # was kept last year
    assert len(closed) == 11 + first_of_next - first_of_this


def test_T18_business_time_between_two_moments_and_back_is_the_same_to_the_second() -> None:
    sent = parse("2027-03-12T15:00:01Z")
    for hours in (1, 9, 24, 72):
        assert business_time_between(sent, add_business_hours(sent, hours)) == timedelta(hours=hours)
