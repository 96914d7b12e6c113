"""H17: two years stay open for every program, week after week, and what is counted stays."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from shared.domain.core.calendar import add_years, monday_of, week_of, weeks_covered
from shared.domain.core.errors import Busy
from shared.domain.programs.program import ProgramStatus, Vacation
from shared.domain.programs.starts import require_start
from shared.domain.seats.seats import WeekSeats, free_by_week
from shared.ports import Due, Transition, UnitOfWork, system
from shared.services.core.transitions import RequestContext
from shared.services.programs.seat_years import next_look
from tests.builders import draft, program
from tests.unit.services.reservations.reservation_scene import SWEEP, Scene

MINE = "market-program"
CALL, SECOND = RequestContext(system("deadlines"), "sweep-1"), timedelta(seconds=1)
MONDAY = datetime(2026, 11, 30, 5, tzinfo=UTC)


class Market(Scene):
    """A program that went live at the scene's start: Mon 23 November 2026, 15:00 UTC."""

    def __init__(self, **changes: object) -> None:
        super().__init__()
        self.publishing.publish(CALL, program(id=MINE, **changes))

    def cells(self) -> dict[str, WeekSeats]:
        return {
            f"{year}-{key}": cell
            for (id, year), item in self.store.seats.items()
            if id == MINE
            for key, cell in item.weeks.items()
        }

    def next(self) -> datetime | None:
        return next((item.due.at for item in self.store.rows_of("seats") if item.subject_id == MINE), None)

    def becomes(self, status: ProgramStatus) -> None:
        loaded = self.store.load("PROGRAM", MINE)
        self.store.commit(
            UnitOfWork(transitions=(Transition(loaded, draft({"status": status}, "Changed.v1", self.clock.now())),))
        )

    def events(self) -> int:
        return sum(row.type == "SeatsExtended.v1" for row in self.store.history("PROGRAM", MINE))


@pytest.fixture
def market() -> Market:
    return Market()


@pytest.mark.parametrize(
    ("now", "due"),
    [
        (MONDAY - SECOND, MONDAY),
        (MONDAY, MONDAY + timedelta(weeks=1)),
        (MONDAY + SECOND, MONDAY + timedelta(weeks=1)),
        (datetime(2026, 11, 23, 15, tzinfo=UTC), MONDAY),
    ],
)
def test_seats_are_looked_at_on_monday_at_five(now: datetime, due: datetime) -> None:
    assert next_look(now) == Due("seats", due, "system")


def test_H17_a_week_is_added_at_its_second_and_not_before_and_search_hears_of_it(market: Market) -> None:
    before = market.cells()
    market.clock.set(MONDAY - SECOND)
    assert market.run_sweep().done == {}
    assert market.run_sweep(seconds=1).done == {"seats: 1 weeks": 1}
    assert set(market.cells()) - set(before) == {week_of(monday_of(max(before, key=monday_of)) + timedelta(weeks=1))}
    assert (market.next(), market.events()) == (MONDAY + timedelta(weeks=1), 1)
    assert market.run_sweep().done == {}


def test_H17_for_three_years_of_mondays_every_start_that_may_be_chosen_has_its_weeks(market: Market) -> None:
    offered = program(id=MINE)
    for _ in range(160):
        market.clock.move(timedelta(weeks=1))
        market.run_sweep()
        today = market.clock.now().date()
        last = add_years(today, 2)
        start = last - timedelta(days=last.weekday())
        require_start(start, offered.weeks_max, today, offered)
        free = free_by_week(year for (id, _), year in market.store.seats.items() if id == MINE)
        assert all(free.get(week, 0) > 0 for week in weeks_covered(start, offered.weeks_max)), start


def test_H17_what_a_week_has_counted_and_a_changed_capacity_stay(market: Market) -> None:
    key, week = (MINE, 2027), "W09"
    kept = WeekSeats(capacity=1, taken=1)
    weeks = {**market.store.seats[key].weeks, week: kept}
    market.store.seats[key] = market.store.seats[key].model_copy(update={"weeks": weeks})
    market.clock.set(MONDAY + timedelta(weeks=60))
    assert market.run_sweep().done == {"seats: 61 weeks": 1}, "one late run does for all that were missed"
    assert market.store.seats[key].weeks[week] == kept


def test_H17_running_twice_or_after_a_lost_answer_opens_nothing_twice(market: Market) -> None:
    market.clock.set(MONDAY)
    market.store.fail_after_commit()
    with pytest.raises(Busy):
        market.seat_years.extend(MINE, SWEEP)
    cells = market.cells()
    assert market.seat_years.extend(MINE, SWEEP) == "0 weeks"
    assert market.cells() == cells


def test_H17_a_race_is_decided_again(market: Market) -> None:
    market.clock.set(MONDAY)
    market.store.conflict()
    assert market.seat_years.extend(MINE, SWEEP) == "1 weeks"


def test_H06_a_week_that_the_host_closed_is_opened_without_a_seat() -> None:
    market = Market(vacations=(Vacation(first=date(2028, 11, 27), last=date(2029, 2, 28)),))
    market.clock.set(MONDAY)
    market.run_sweep()
    newest = max(market.cells(), key=monday_of)
    assert market.cells()[newest].capacity == 0


@pytest.mark.parametrize("status", [ProgramStatus.PAUSED, ProgramStatus.BUILDING])
def test_a_program_that_is_not_live_gets_no_weeks_and_catches_up_when_it_is(
    market: Market, status: ProgramStatus
) -> None:
    market.becomes(status)
    cells = market.cells()
    market.clock.set(MONDAY)
    market.run_sweep()
    assert (market.cells(), market.next()) == (cells, MONDAY + timedelta(weeks=1))
    market.becomes(ProgramStatus.LIVE)
    assert market.run_sweep(weeks=1).done == {"seats: 2 weeks": 1}


def test_a_retired_program_waits_for_nothing_more(market: Market) -> None:
    market.becomes(ProgramStatus.RETIRED)
    market.clock.set(MONDAY)
    market.run_sweep()
    assert market.next() is None
