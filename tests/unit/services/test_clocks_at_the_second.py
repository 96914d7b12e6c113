"""Done when 3 of issue 3: every clock of an application one second before and at its moment, through the services that run it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.unit.services.clock_table import CLOCKS, Row, open_desk, rows

ROWS = rows()
SECOND = timedelta(seconds=1)
EACH = pytest.mark.parametrize("row", ROWS, ids=[f"{row.requirement}-{row.clock}-{row.begins:%Y-%m-%dT%H:%M}" for row in ROWS])


def test_every_clock_is_tried_and_every_line_is_a_clock() -> None:
    assert {row.clock for row in ROWS} == set(CLOCKS)


@EACH
def test_a_clock_runs_out_at_the_moment_that_the_calendar_says(row: Row) -> None:
    desk, clock = open_desk(row.begins), CLOCKS[row.clock]
    due = clock.due(desk, clock.begin(desk))
    assert due in {row.runs_out, None}


@EACH
@pytest.mark.parametrize(("early", "over"), [(SECOND, False), (timedelta(), True), (-SECOND, True)])
def test_a_clock_is_not_over_a_second_before_its_moment_and_is_from_then_on(row: Row, early: timedelta, over: bool) -> None:
    desk, clock = open_desk(row.begins), CLOCKS[row.clock]
    id = clock.begin(desk)
    desk.clock.set(row.runs_out - early)
    assert clock.over(desk, id) is over
