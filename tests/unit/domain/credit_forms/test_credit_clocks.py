"""The clocks of the credit form: 48 elapsed hours to the second, quiet hours, time changes (H16, C47, C52-C54)."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from shared.domain.core.business_clock import business_time_between
from shared.domain.core.calendar import reached
from shared.domain.core.errors import NotFound
from shared.domain.credit_forms.clocks import (
    GRACE,
    Step,
    accept_due,
    answer_due,
    comes_first,
    forward_due,
    is_overdue,
    is_quiet,
    lapses_at,
    lateness,
    left_of,
    needed_at,
    next_step,
    reminders,
    send_due,
    starts_at,
)
from shared.domain.credit_forms.form import Outcome
from shared.domain.credit_forms.policy import CURRENT, by_version
from tests.unit.domain.credit_forms.form_samples import CHICAGO, a_form, a_round, at

NEW_YORK, PHOENIX, HONOLULU = "America/New_York", "America/Phoenix", "Pacific/Honolulu"
SECOND = timedelta(seconds=1)
TABLE = [
    (CHICAGO, "03-13T21:00", "03-14T21:00", "03-15T17:00", "03-15T21:00", "Mon 16:00"),
    (CHICAGO, "11-06T20:00", "11-07T20:00", "11-08T16:00", "11-08T20:00", "Mon 14:00"),
    (NEW_YORK, "03-13T20:00", "03-14T20:00", "03-15T16:00", "03-15T20:00", "Mon 16:00"),
    (NEW_YORK, "11-06T19:00", "11-07T19:00", "11-08T15:00", "11-08T19:00", "Mon 14:00"),
    (PHOENIX, "03-13T22:00", "03-14T22:00", "03-15T18:00", "03-15T22:00", "Mon 15:00"),
    (PHOENIX, "11-06T22:00", "11-07T22:00", "11-08T18:00", "11-08T22:00", "Mon 15:00"),
    (HONOLULU, "03-14T01:00", "03-15T01:00", "03-15T21:00", "03-16T01:00", "Mon 15:00"),
    (CHICAGO, "03-12T08:30", "03-13T03:00", "03-14T03:00", "03-14T08:30", "Sun 03:30"),
    (NEW_YORK, "02-02T15:59:59", "02-03T15:59:59", "02-04T02:00", "02-04T15:59:59", "Thu 10:59"),
    (NEW_YORK, "02-02T16:00", "02-03T16:00", "02-04T12:00", "02-04T16:00", "Thu 11:00"),
    (HONOLULU, "02-02T20:00", "02-03T20:00", "02-04T07:00", "02-04T20:00", "Thu 10:00"),
    (NEW_YORK, "02-12T20:00", "02-13T20:00", "02-14T16:00", "02-14T20:00", "Sun 15:00"),
    (CHICAGO, "02-02T16:00", "02-03T16:00", "02-04T03:00", "02-04T16:00", "Thu 10:00"),
    (CHICAGO, "02-03T20:05", "02-04T20:05", "02-05T16:05", "02-05T20:05", "Fri 14:05"),
    (CHICAGO, "02-27T16:00", "02-28T16:00", "03-01T03:00", "03-01T16:00", "Mon 10:00"),
]


@pytest.mark.parametrize(("zone", "sent", "first", "last", "due", "local"), TABLE)
def test_each_row_of_the_design_on_both_sides_of_its_second(
    zone: str, sent: str, first: str, last: str, due: str, local: str
) -> None:
    round = a_round(at(sent))
    assert round.due_at == at(due)
    assert f"{round.due_at.astimezone(ZoneInfo(zone)):%a %H:%M}" == local
    assert reminders(round.due_at, zone, CURRENT) == (at(first), at(last))
    assert (reached(round.due_at, at(due) - SECOND), reached(round.due_at, at(due))) == (False, True)
    for number, text in enumerate((first, last)):
        told = round.model_copy(update={"reminded": tuple(map(at, (first, last)[:number]))})
        for now in (at(text) - SECOND, at(text)):
            step = next_step(told, zone, CURRENT, now)
            assert step is not None
            assert (step.step, step.at, reached(step.at, now)) == (Step.REMIND, at(text), now == at(text))
    reminded = round.model_copy(update={"reminded": (at(first), at(last))})
    breach = next_step(reminded, zone, CURRENT, at(due))
    assert breach is not None
    assert (breach.step, breach.at) == (Step.BREACH, at(due))


@pytest.mark.parametrize(
    ("zone", "sent", "note"),
    [
        (CHICAGO, "03-12T08:30", "03-14T12:00"),
        (NEW_YORK, "02-02T07:30", "02-04T12:00"),
        (CHICAGO, "02-02T16:00", "02-04T16:00"),
    ],
)
def test_the_host_hears_that_it_is_past_due_at_once_or_at_seven(zone: str, sent: str, note: str) -> None:
    round = a_round(at(sent))
    breached = round.model_copy(update={"breached_at": round.due_at})
    step = next_step(breached, zone, CURRENT, round.due_at)
    assert step is not None
    assert (step.step, step.at) == (Step.LATE_NOTE, at(note))
    noted = breached.model_copy(update={"late_noted_at": at(note)})
    again = next_step(noted, zone, CURRENT, at(note))
    assert again is not None
    assert (again.step, again.at) == (Step.AGAIN, round.due_at + timedelta(hours=24))
    assert next_step(noted.model_copy(update={"again_at": again.at}), zone, CURRENT, again.at) is None


@pytest.mark.parametrize("zone", [CHICAGO, NEW_YORK, PHOENIX, HONOLULU, "America/Anchorage", "America/Puerto_Rico"])
def test_whenever_it_was_sent_reminders_are_apart_and_never_at_night(zone: str) -> None:
    """Every quarter of an hour of the weeks around both time changes, and of one without."""
    for week in ("03-08T00:07", "11-01T00:07", "06-07T00:07"):
        for quarter in range(7 * 96 * 2):
            sent = at(week) + timedelta(minutes=15 * quarter)
            due = answer_due(sent, CURRENT)
            first, last = reminders(due, zone, CURRENT)
            assert first - sent >= timedelta(hours=13)
            assert last - first >= timedelta(hours=9)
            assert timedelta(hours=4) <= due - last <= timedelta(hours=14, minutes=59)
            assert not is_quiet(first, zone, CURRENT)
            assert not is_quiet(last, zone, CURRENT)


def test_what_the_sweep_missed_for_long_or_into_the_night_is_skipped() -> None:
    round = a_round(at("02-02T16:00"))
    first = at("02-03T16:00")

    def following(now: datetime) -> Step | None:
        found = next_step(round, CHICAGO, CURRENT, now)
        return found.step if found and found.at == first else None

    assert following(first + GRACE) is Step.REMIND
    assert following(first + GRACE + SECOND) is None
    evening = a_round(at("02-03T03:59:30"))
    (at_21, _) = reminders(evening.due_at, CHICAGO, CURRENT)
    assert at_21 == at("02-04T03:59:30")
    late = next_step(evening, CHICAGO, CURRENT, at("02-04T04:00:30"))
    assert late is not None
    assert late.at == at_21, "a minute later is still the evening's reminder"
    night = next_step(evening, CHICAGO, CURRENT, at("02-04T04:09:31"))
    assert night is not None
    assert night.at > at_21


def test_sent_from_any_zone_it_has_48_hours(  # C53
) -> None:
    sent = datetime(2027, 2, 2, 21, 30, tzinfo=ZoneInfo("Asia/Kolkata"))
    assert answer_due(sent, CURRENT) - sent == timedelta(hours=48)
    assert answer_due(sent, CURRENT) == at("02-04T16:00")
    assert f"{at('02-04T16:00').astimezone(ZoneInfo('Africa/Cairo')):%H:%M}" == "18:00"


def test_lateness_stands_still_at_the_answer_and_overdue_is_on_read() -> None:  # C51
    round = a_round(at("02-02T16:00"))
    form = a_form(status="SENT", rounds=(round,))
    assert [is_overdue(form, at(text)) for text in ("02-04T15:59:59", "02-04T16:00")] == [False, True]
    answered = round.model_copy(update={"answered_at": at("02-04T17:00"), "outcome": Outcome.SIGNED})
    assert lateness(answered, at("03-04T17:00")) == timedelta(hours=1)
    assert not is_overdue(a_form(rounds=(answered,)), at("03-04T17:00"))


def test_two_instants_that_read_alike_on_the_wall_differ() -> None:  # C47
    dues = [answer_due(at(text), CURRENT).astimezone(ZoneInfo(CHICAGO)) for text in ("11-05T06:30", "11-05T07:30")]
    assert [f"{due:%H:%M %Z}" for due in dues] == ["01:30 CDT", "01:30 CST"]


# --- what comes first -------------------------------------------------------------------------------------------------
def test_the_day_of_the_school_ends_in_its_zone() -> None:
    assert needed_at(a_form()) == at("02-18T21:59:59")


@pytest.mark.parametrize(
    ("needed", "due", "what"),
    [
        ("02-18T21:59:59", "03-01T16:00", "needed"),
        ("03-05T21:59:59", "03-01T16:00", "start"),
        ("03-05T21:59:59", "03-01T06:00", None),
        ("03-05T21:59:59", "03-01T06:00:01", "start"),
    ],
)
def test_what_comes_before_the_48_hours_are_over(needed: str, due: str, what: str | None) -> None:
    form = a_form(needed_at=at(needed))
    first = comes_first(form, at(due))
    assert (first.what if first else None) == what
    assert starts_at(form) == at("03-01T06:00")


# --- our own promises -------------------------------------------------------------------------------------------------
def test_a_request_that_was_asked_back_goes_on_with_what_was_left() -> None:
    due = send_due(at("01-29T22:30"), CURRENT)
    assert due == at("02-01T22:30")
    assert left_of(due, at("02-01T16:00")) == timedelta(hours=6, minutes=30)
    assert left_of(due, at("02-02T16:00")) == timedelta()


@pytest.mark.parametrize(("signed", "due"), [("02-12T21:00", "02-16T21:00"), ("02-02T16:00", "02-03T16:00")])
def test_accepting_takes_a_business_day(signed: str, due: str) -> None:
    assert accept_due(at(signed), CURRENT) == at(due)


def test_forwarding_is_not_due_after_the_day_of_the_school() -> None:
    accepted, needed = at("02-05T15:00"), at("02-05T21:59:59")
    assert forward_due(accepted, needed, CURRENT) == needed
    assert forward_due(accepted, at("02-09T21:59:59"), CURRENT) == at("02-08T15:00")
    assert forward_due(accepted, accepted, CURRENT) == at("02-08T15:00"), "what is late already gets the usual time"


def test_a_form_lapses_31_days_after_the_rotation_at_the_site() -> None:
    assert lapses_at(a_form(), CURRENT) == at("04-28T05:00")


def test_business_hours_inside_the_48() -> None:
    assert business_time_between(at("02-12T20:00"), at("02-14T20:00")) == timedelta(hours=10)


def test_a_policy_is_known_by_its_version() -> None:
    assert by_version(CURRENT.version) is CURRENT
    with pytest.raises(NotFound):
        by_version("1999-01")
