"""Going live: a coordinator, a fee in its bounds and seats for every start within two years, or nothing at all."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from shared.domain.core.aggregate import Actor
from shared.domain.core.calendar import week_of, weeks_covered
from shared.domain.core.errors import Invalid
from shared.domain.programs.guidelines import Guidelines
from shared.domain.programs.program import Program, ProgramStatus, Vacation
from shared.domain.seats.seats import free_by_week, seats_for
from shared.services.core.transitions import RequestContext
from tests.builders import PROGRAM, program
from tests.fakes import FakeCatalogue
from tests.fakes.wiring import FakeWiring

CALL = RequestContext(Actor(role="coordinator", id="coordinator-1"), "request-1")
TODAY = date(2026, 11, 23)
LAST_START = date(2028, 11, 20)
"""The last Monday that is two years from `TODAY` or less (H17)."""


class Desk(FakeWiring):
    def publish(self, **changes: object) -> Program:
        made = program(**changes)
        assert self.publishing.publish(CALL, made) is True
        return made

    def free(self, id: str = PROGRAM) -> dict[str, int]:
        return free_by_week(year for (owner, _), year in self.store.seats.items() if owner == id)


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_H03_H10_a_published_program_is_live_with_its_coordinator_and_its_content(desk: Desk) -> None:
    made = desk.publish()
    assert FakeCatalogue(desk.store).program(PROGRAM) == made
    assert FakeCatalogue(desk.store).live_ids() == [PROGRAM]
    (row,) = desk.store.history("PROGRAM", PROGRAM)
    assert (row.type, row.actor, row.data["coordinator_id"]) == ("ProgramPublished.v1", CALL.actor, "coordinator-1")
    assert desk.store.commits == 1, "program, coordinator and seats are one transaction"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"coordinator_id": ""}, "coordinator_id"),
        ({"status": ProgramStatus.BUILDING}, "status"),
        ({"status": ProgramStatus.PAUSED}, "status"),
        ({"price_4w_cents": 99899}, "price_4w_cents"),
        ({"price_4w_cents": 419901}, "price_4w_cents"),
        ({"guidelines": Guidelines(weeks_min=8)}, "weeks_min"),
    ],
)
def test_H03_H10_T21_what_may_not_go_live_is_refused_with_the_field_and_changes_nothing(
    desk: Desk, changes: dict[str, object], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        desk.publishing.publish(CALL, program(**changes))
    assert refused.value.facts["field"] == field
    assert refused.value.remedy
    assert (desk.store.states, desk.store.seats) == ({}, {})


@pytest.mark.parametrize("cents", [99900, 419900])
def test_T21_both_bounds_of_the_fee_are_allowed(desk: Desk, cents: int) -> None:
    desk.publish(price_4w_cents=cents)


@pytest.mark.parametrize("longest", [4, 12])
def test_H17_every_start_within_two_years_has_seats_to_its_last_week_and_no_week_is_missing_between(
    desk: Desk, longest: int
) -> None:
    desk.publish(weeks_max=longest, capacity=3)
    free, start = desk.free(), TODAY
    while start <= LAST_START:
        assert seats_for(free, weeks_covered(start, longest)) == 3, start
        start += timedelta(weeks=1)


def test_H17_seats_begin_this_week_and_end_soon_after_the_last_possible_rotation(desk: Desk) -> None:
    desk.publish()
    weeks = sorted(desk.free())
    assert weeks[0] == week_of(TODAY)
    assert weeks[-1] <= week_of(LAST_START + timedelta(weeks=6))


def test_H17_this_week_is_the_one_at_the_site_not_in_utc(desk: Desk) -> None:
    desk.clock.move(timedelta(days=-1, hours=10))  # Monday 01:00 UTC is Sunday evening in Chicago
    desk.publish()
    assert min(desk.free()) == "2026-W47"


def test_H06_weeks_that_the_host_is_closed_in_have_no_seats_and_the_others_do(desk: Desk) -> None:
    desk.publish(vacations=(Vacation(first=date(2027, 7, 4), last=date(2027, 7, 12)),))
    closed = {week for week, seats in desk.free().items() if seats == 0}
    assert closed == {"2027-W26", "2027-W27", "2027-W28"}


def test_publishing_again_changes_nothing_also_with_other_content(desk: Desk) -> None:
    made = desk.publish()
    before = (dict(desk.store.states), dict(desk.store.seats))
    desk.clock.move(timedelta(days=100))
    assert desk.publishing.publish(CALL, made) is False
    assert desk.publishing.publish(CALL, made.model_copy(update={"name": "Another name", "capacity": 9})) is False
    assert (desk.store.states, desk.store.seats) == before


def test_of_two_who_publish_at_the_same_time_one_does_and_the_other_finds_it_done(desk: Desk) -> None:
    inner = desk.store.commit

    def beaten(work: object) -> object:
        desk.store.commit = inner  # type: ignore[method-assign]
        desk.publish()
        return inner(work)  # type: ignore[arg-type]

    desk.store.commit = beaten  # type: ignore[method-assign,assignment]
    assert desk.publishing.publish(CALL, program(name="Slower")) is False
    assert len(desk.store.history("PROGRAM", PROGRAM)) == 1
