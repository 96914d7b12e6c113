"""Rules that hold for every input, not for examples: fees, the business clock, weeks, seats, verdicts and walks through
the machines."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from infra.build.diagrams import MACHINES
from shared.domain.applications.eligibility import approval_gaps, explain
from shared.domain.core import calendar
from shared.domain.core.business_clock import add_business_hours, business_time_between, is_business_day
from shared.domain.core.errors import NotAllowedNow, WrongRole
from shared.domain.core.machine import NEW, Actor
from shared.domain.core.policy import CURRENT
from shared.domain.money import fees
from shared.domain.programs.guidelines import Guidelines, GuidelineVerdict, check, unresolved
from shared.domain.programs.program import ExperienceType
from shared.domain.reservations.reservation import Choice
from shared.domain.seats import seats
from shared.domain.trainees.trainee import TraineeFacts
from tests.unit.domain.samples import a_program

ZONES = st.sampled_from(
    [
        "America/New_York",
        "America/Chicago",
        "America/Denver",
        "America/Phoenix",
        "Pacific/Honolulu",
        "America/Anchorage",
    ]
)
DAYS = st.dates(date(2025, 1, 1), date(2035, 12, 31))
MONDAYS = DAYS.map(calendar.next_monday)
WEEKS = st.integers(1, 16)
INSTANTS = st.datetimes(datetime(2026, 1, 1), datetime(2031, 1, 1), timezones=st.just(UTC)).map(
    lambda moment: moment.replace(microsecond=0)
)
HOURS = st.integers(0, 24 * 4 * 60).map(lambda quarters: quarters / 60)


@given(price=st.integers(99900, 419900), weeks=WEEKS, start=MONDAYS, ahead=st.integers(0, 800), zone=ZONES)
def test_T25_T28_lines_always_sum_to_the_total_and_to_what_the_checkout_charges(
    price, weeks, start, ahead, zone
) -> None:
    program = a_program(price_4w_cents=price)
    program = program.model_copy(update={"place": program.place.model_copy(update={"zone": zone})})
    plan = fees.quote(program, start, weeks, start - timedelta(days=ahead), CURRENT)
    assert sum(line.cents for line in plan.lines) == plan.total_cents == fees.price(program, weeks)
    assert all(line.cents > 0 for line in plan.lines)
    assert plan.due_now_cents + plan.balance_cents == plan.total_cents
    assert fees.charge_now(plan, Choice.FULL) == plan.total_cents
    assert plan.deposit_cents == min(69900, plan.total_cents)
    assert plan.full_only is (ahead < 45 or plan.total_cents <= 69900)
    if plan.balance_due_at is not None:
        assert calendar.local_date(plan.balance_due_at, zone) == start - timedelta(days=45) == plan.balance_due_on
        assert plan.balance_due_at.astimezone(ZoneInfo(zone)).strftime("%H:%M:%S") == "23:59:59"
        assert plan.pay_on <= plan.balance_due_on


@given(price=st.integers(99900, 419900), weeks=WEEKS)
def test_price_is_within_half_a_cent_of_its_share_and_never_falls_with_more_weeks(price, weeks) -> None:
    program = a_program(price_4w_cents=price)
    assert -2 < 4 * fees.price(program, weeks) - price * weeks <= 2
    assert fees.price(program, weeks) < fees.price(program, weeks + 1)


@given(start=MONDAYS, ahead=st.integers(0, 800), offset=st.integers(-60, 800))
def test_T29_late_fee_is_zero_until_the_due_day_is_over_and_flat_after_it(start, ahead, offset) -> None:
    plan = fees.quote(a_program(), start, 4, start - timedelta(days=ahead), CURRENT)
    today = start - timedelta(days=offset)
    late = ahead >= 45 and today > start - timedelta(days=45)
    assert fees.late_fee(plan, None, today, already_charged=False) == (10000 if late else 0)
    assert fees.late_fee(plan, None, today, already_charged=True) == 0


@settings(deadline=None)
@given(begin=INSTANTS, hours=HOURS)
def test_T18_adding_business_hours_takes_exactly_that_much_business_time(begin, hours) -> None:
    end = add_business_hours(begin, hours)
    assert business_time_between(begin, end) == timedelta(hours=hours)
    assert end >= begin + timedelta(hours=hours)
    if hours:  # the earliest such instant: a second before it, business time was still running
        assert business_time_between(end - timedelta(seconds=1), end) == timedelta(seconds=1)


@settings(deadline=None)
@given(begin=INSTANTS, first=HOURS, second=HOURS)
def test_T18_business_hours_add_up_in_steps(begin, first, second) -> None:
    in_steps = add_business_hours(add_business_hours(begin, first), second)
    assert business_time_between(begin, in_steps) == timedelta(hours=first) + timedelta(hours=second)


@settings(deadline=None)
@given(moments=st.lists(INSTANTS, min_size=3, max_size=3).map(sorted))
def test_T18_business_time_is_additive_and_agrees_with_whole_days(moments) -> None:
    first, middle, last = moments
    assert business_time_between(first, middle) + business_time_between(middle, last) == business_time_between(
        first, last
    )
    chicago = ZoneInfo("America/Chicago")
    day, until = first.astimezone(chicago).date(), last.astimezone(chicago).date()
    whole_days = sum(is_business_day(day + timedelta(days=number)) for number in range((until - day).days + 1))
    assert timedelta() <= business_time_between(first, last) <= timedelta(days=whole_days)


@given(start=MONDAYS, weeks=WEEKS)
def test_T11_weeks_of_a_rotation_are_consecutive_and_end_on_a_sunday(start, weeks) -> None:
    covered = calendar.weeks_covered(start, weeks)
    assert [calendar.monday_of(week) for week in covered] == [
        start + timedelta(days=7 * number) for number in range(weeks)
    ]
    assert list(covered) == sorted(covered)
    assert calendar.end_date(start, weeks) == calendar.monday_of(covered[-1]) + timedelta(days=6)
    assert sum(len(keys) for keys in calendar.by_iso_year(covered).values()) == weeks


@given(today=DAYS)
def test_H17_horizon_is_the_same_day_two_years_on(today) -> None:
    last = calendar.horizon(today)
    assert (last.year, last.month) == (today.year + 2, today.month)
    assert last.day == today.day or (today.month, today.day, last.day) == (2, 29, 28)


@given(day=DAYS, zone=ZONES)
def test_local_day_lasts_from_its_midnight_to_its_last_second(day, zone) -> None:
    begin, end = calendar.start_of_day(day, zone), calendar.end_of_day(day, zone)
    assert calendar.local_date(begin, zone) == calendar.local_date(end, zone) == day
    assert calendar.local_date(begin - timedelta(seconds=1), zone) == day - timedelta(days=1)
    assert end - begin in {timedelta(hours=hours, seconds=-1) for hours in (23, 24, 25)}


@given(
    capacity=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=8, max_size=40),
    weeks=st.integers(1, 6),
    start=MONDAYS,
)
def test_T12_free_starts_are_exactly_those_with_a_seat_in_every_week(capacity, weeks, start) -> None:
    counters = {calendar.week_of(start + timedelta(days=7 * number)): pair for number, pair in enumerate(capacity)}
    years: dict[int, dict[str, seats.WeekSeats]] = {}
    for week, (places, taken) in counters.items():
        year, key = calendar.split_week(week)
        years.setdefault(year, {})[key] = seats.WeekSeats(capacity=places, taken=taken)
    items = [seats.SeatYear(program_id="p-1", year=year, weeks=found) for year, found in years.items()]
    until = start + timedelta(days=7 * len(capacity))
    found = {entry.start: entry.seats for entry in seats.free_starts(items, start, until, weeks, start)}
    for monday in calendar.mondays(start, until):
        least = min(
            max(0, places - taken)
            for week in calendar.weeks_covered(monday, weeks)
            for places, taken in [counters.get(week, (0, 0))]
        )
        assert found.get(monday, 0) == least


FACTS = st.builds(
    TraineeFacts,
    trainee_status=st.sampled_from(["student", "graduate"]),
    step1=st.sampled_from(["not_passed", "passed"]),
    step1_verified=st.booleans(),
    expected_graduation=st.none() | DAYS,
    graduation_year=st.none() | st.integers(1990, 2035),
    languages=st.lists(st.sampled_from(["English", "Spanish", "French"]), unique=True).map(tuple),
    visa_type=st.none() | st.sampled_from(["B-1", "ESTA", "F-1"]),
)


@given(who=FACTS, kind=st.sampled_from(ExperienceType), start=MONDAYS, today=DAYS)
def test_T07_T08_T09_explanation_never_contradicts_the_decision(who, kind, start, today) -> None:
    verdict = explain(who, kind, start, today)
    graduates_first = who.expected_graduation is not None and who.expected_graduation < start
    student = who.trainee_status == "student" and not graduates_first
    allowed = (kind == "hands_on") if student else (kind == "observership" or who.step1 == "passed")
    assert verdict.allowed is allowed
    assert all(reason.text and bool(reason.would_change) is not allowed for reason in verdict.reasons)
    assert not (approval_gaps(who, kind, start) and (student or kind == "observership"))


RULES = st.builds(
    Guidelines,
    statuses=st.sampled_from([("student",), ("graduate",), ("student", "graduate")]),
    step1_required=st.booleans(),
    min_graduation_year=st.none() | st.integers(2000, 2030),
    languages=st.lists(st.sampled_from(["English", "Spanish"]), unique=True).map(tuple),
    visa_types=st.lists(st.sampled_from(["B-1", "ESTA"]), unique=True).map(tuple),
    lead_days=st.integers(0, 120),
    weeks_min=st.none() | st.integers(1, 8),
)


@given(rules=RULES, who=FACTS, start=MONDAYS, weeks=WEEKS, today=DAYS)
def test_H12_every_rule_is_answered_once_and_overriding_all_resolves_all(rules, who, start, weeks, today) -> None:
    results = check(rules, who, start, weeks, today)
    codes = [result.code for result in results]
    assert len(codes) == len(set(codes))
    assert all((result.verdict is GuidelineVerdict.MET) is (result.would_change == "") for result in results)
    assert unresolved(results, codes) == ()
    assert Guidelines.model_validate_json(rules.model_dump_json()) == rules


@given(
    steps=st.lists(st.tuples(st.integers(0, 99), st.sampled_from(Actor)), max_size=40),
    machine=st.sampled_from(MACHINES),
)
def test_walk_never_leaves_a_final_state_nor_comes_back_to_nothing(steps, machine) -> None:
    state = NEW
    for number, actor in steps:
        event = machine.events[number % len(machine.events)]
        known = any((one.source, one.event) == (state, event) and actor in one.actors for one in machine.arrows)
        try:
            arrow = machine.fire(state, event, actor)
        except (NotAllowedNow, WrongRole):
            assert not known
            continue
        assert state not in machine.final_states
        assert known
        state = arrow.target
        assert state in machine.states
        assert state != NEW
