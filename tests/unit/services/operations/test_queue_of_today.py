"""What a queue counts for today (H16): until the last second of the day at the office."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.fakes.clock import START
from tests.unit.services.applications.application_scene import AS_REVIEWER, Desk

LAST_SECOND = START + timedelta(hours=14, minutes=59, seconds=59)
"""23:59:59 of a Monday in Chicago; a review that is sent then is due as late on another day."""


@pytest.mark.parametrize(("later", "today"), [(timedelta(), 1), (timedelta(seconds=1), 0)])
def test_H16_what_is_due_in_the_last_second_of_the_day_is_due_today_and_at_midnight_tomorrow(
    later: timedelta, today: int
) -> None:
    desk = Desk().scene()
    desk.clock.set(LAST_SECOND + later)
    desk.submitted()
    workspace = desk.workspace
    (row,) = workspace.queue(AS_REVIEWER, ["reviewer"]).rows
    desk.clock.set(row.due_at - later - timedelta(hours=12))
    queue = workspace.queue(AS_REVIEWER, ["reviewer"])
    assert (queue.today, queue.overdue) == (today, 0)
