"""Money, dates, instants and time left, as pages write them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from shared.runtime.pages import filters


@pytest.mark.parametrize(
    ("cents", "charged", "compared"),
    [
        (214900, "$2,149.00", "$2,149"),
        (214950, "$2,149.50", "$2,149.50"),
        (5, "$0.05", "$0.05"),
        (0, "$0.00", "$0"),
        (-69900, "−$699.00", "−$699"),
        (123456789, "$1,234,567.89", "$1,234,567.89"),
    ],
)
def test_money_shows_cents_where_charged_and_drops_whole_ones_on_cards(cents: int, charged: str, compared: str) -> None:
    assert (filters.money(cents), filters.price(cents)) == (charged, compared)


@pytest.mark.parametrize("value", [2149.0, "2149", None, True])
def test_money_refuses_anything_but_integer_cents(value: object) -> None:
    with pytest.raises(TypeError):
        filters.money(value)  # type: ignore[arg-type]


def test_days_carry_weekday_and_year_and_take_dates_texts_and_iso_weeks() -> None:
    assert {filters.day(date(2027, 3, 1)), filters.day("2027-03-01"), filters.day("2027-W09")} == {"Mon 1 March 2027"}
    assert filters.dayshort("2027-03-01") == "Mon 1 Mar"
    assert filters.month("2027-03") == filters.month("2027-03-15") == "March 2027"


def test_an_instant_is_refused_as_a_day_because_it_has_none_without_a_zone() -> None:
    with pytest.raises(TypeError):
        filters.day(datetime(2027, 3, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("start", "weeks", "said"),
    [
        ("2027-03-01", 4, "Mon 1 March to Sun 28 March 2027"),
        ("2027-W09", 4, "Mon 1 March to Sun 28 March 2027"),
        ("2026-12-14", 4, "Mon 14 December 2026 to Sun 10 January 2027"),
    ],
)
def test_T11_a_rotation_ends_on_the_sunday_of_its_last_week(start: str, weeks: int, said: str) -> None:
    assert filters.weekspan(start, weeks) == said


def test_T28_the_balance_is_due_at_the_end_of_the_day_where_the_program_is() -> None:
    due = "2027-01-16T05:59:59Z"
    assert filters.instant(due, "America/Chicago") == "Fri 15 Jan 2027, 23:59 Chicago"
    assert filters.here(due, "Africa/Cairo") == "Sat 16 Jan 2027, 07:59 for you in Cairo"
    assert filters.here(due, "UTC") == "Sat 16 Jan 2027, 05:59 UTC"
    assert filters.iso(datetime.fromisoformat(due)) == due


def test_instants_follow_daylight_saving_time_and_say_long_city_names() -> None:
    assert filters.instant("2027-03-14T07:59:00Z", "America/Chicago").endswith("01:59 Chicago")
    assert filters.instant("2027-03-14T08:00:00Z", "America/Chicago").endswith("03:00 Chicago")
    assert filters.instant("2027-07-01T12:00:00Z", "America/Indiana/Indianapolis").endswith("08:00 Indianapolis")
    assert filters.instant("2027-07-01T12:00:00Z", "America/New_York").endswith("08:00 New York")


def test_two_zones_with_the_same_time_are_recognised_at_that_instant_only() -> None:
    assert filters.same_clock("2027-01-15T12:00:00Z", "Europe/London", "UTC")
    assert not filters.same_clock("2027-07-15T12:00:00Z", "Europe/London", "UTC")


def test_a_naive_instant_is_refused() -> None:
    with pytest.raises(TypeError):
        filters.instant("2027-01-15T12:00:00", "UTC")


@pytest.mark.parametrize(
    ("seconds", "short", "words"),
    [
        (194400, "2 d 6 h", "2 days 6 hours"),
        (345600, "4 d", "4 days"),
        (8639999, "99 d 23 h", "99 days 23 hours"),
        (8643600, "100 d", "100 days"),
        (90000, "1 d 1 h", "1 day 1 hour"),
        (86399, "23 h 59 min", "23 hours 59 minutes"),
        (18000, "5 h", "5 hours"),
        (61, "1 min", "1 minute"),
        (59, "under 1 min", "under 1 minute"),
        (-1, "overdue", "overdue"),
        (-7200, "2 h over", "2 hours over"),
        (-90000, "1 d 1 h over", "1 day 1 hour over"),
    ],
)
def test_time_left_is_rounded_down_and_overdue_says_so(seconds: int, short: str, words: str) -> None:
    assert (filters.timeleft(seconds), filters.timeleft(seconds, words=True)) == (short, words)


def test_H16_overdue_is_visible_at_48_hours_to_the_second() -> None:
    due = "2026-11-23T16:00:00Z"
    assert filters.timeleft(filters.seconds_until(due, "2026-11-23T15:59:59Z")) == "under 1 min"
    assert filters.timeleft(filters.seconds_until(due, "2026-11-23T16:00:00Z")) == "overdue"


def test_a_fraction_of_a_second_never_lengthens_what_is_left() -> None:
    now = datetime(2026, 11, 23, 15, 59, 0, 1, tzinfo=UTC)
    assert filters.seconds_until("2026-11-23T16:00:00Z", now) == 59


def test_counts_agree_with_their_noun_and_codes_become_words() -> None:
    assert [filters.plural(n, "seat") for n in (0, 1, 2)] == ["0 seats", "1 seat", "2 seats"]
    assert filters.plural(1200, "person", "people") == "1,200 people"
    assert [filters.label(code) for code in ("hands_on", "HOST_REVIEW", "CANCELLED_BY_HOST")] == [
        "Hands-on",
        "With the host",
        "Cancelled by host",
    ]
