"""Search kept current: what a rebuild reads, when a start is noted, and that any order of events ends in the truth."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.core.calendar import mondays, week_of, weeks_covered
from shared.domain.core.errors import Busy, VersionConflict
from shared.domain.programs.program import ProgramStatus
from shared.domain.search.query import Projection, open_starts
from shared.domain.seats.seats import SeatYear, WeekSeats
from shared.services.search.indexing import LONG_OVERLAY, READS, Indexing
from tests.builders import WEEKS, stored_program
from tests.fakes import FakeCatalogue, FakeSearchPublisher, FrozenClock
from tests.fakes.wiring import FakeWiring

HEART = "cardiology-chicago"
ALL = [week_of(monday) for monday in mondays(date(2026, 11, 23), date(2028, 12, 31))]


@dataclass
class Racing(FakeSearchPublisher):
    """Raises what is in `refuse`, one each; runs `meanwhile` after a note was written, as another worker would change
    seats."""

    refuse: list[Exception] = field(default_factory=list)
    meanwhile: list[Callable[[], None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def publish(self, projections: Iterable[Projection]) -> str:
        found = tuple(projections)
        if self.refuse:
            raise self.refuse.pop(0)
        return super().publish(found)

    def overlay(self, program_id: str, week: str, free: bool) -> None:
        super().overlay(program_id, week, free)
        if self.meanwhile:
            self.meanwhile.pop(0)()


class World(FakeWiring):
    def __init__(self) -> None:
        super().__init__(publisher=Racing())

    def seats(self, weeks: Iterable[str], capacity: int, taken: int = 0, program_id: str = HEART) -> None:
        for week in weeks:
            key = (program_id, int(week[:4]))
            year = self.store.seats.get(key, SeatYear(program_id=program_id, year=key[1], weeks={}))
            cell = WeekSeats(capacity=capacity, taken=taken)
            self.store.seats[key] = year.model_copy(update={"weeks": {**year.weeks, week[5:]: cell}})

    def last_notes(self) -> dict[str, bool]:
        return {week: free for _, week, free in self.publisher.overlays}


@pytest.fixture
def world() -> World:
    made = World()
    stored_program(made.store)
    made.seats(ALL, 1)
    return made


# --- versions ---------------------------------------------------------------------------------------------------------
def test_H10_a_version_holds_the_live_programs_with_their_free_weeks_and_no_other(world: World) -> None:
    stored_program(world.store, id="paused", status=ProgramStatus.PAUSED)
    world.seats(WEEKS, 1, taken=1)
    world.indexing.rebuild()
    (version,) = world.publisher.versions
    assert [projection.program.id for projection in version] == [HEART]
    assert {version[0].weeks[week] for week in WEEKS} == {0}
    assert version[0].weeks["2027-W13"] == 1


def test_H17_the_last_start_within_two_years_is_in_the_version(world: World) -> None:
    world.indexing.rebuild()
    assert open_starts(world.publisher.versions[0][0])[-1] >= date(2028, 11, 20)


def test_H17_a_version_has_the_weeks_of_a_rotation_that_starts_on_the_last_day_to_its_end(world: World) -> None:
    last_weeks = weeks_covered(date(2028, 11, 20), 8)
    assert last_weeks[-1] == "2029-W02"
    world.seats(last_weeks, 1)
    world.indexing.rebuild()
    assert [world.publisher.versions[0][0].weeks.get(week) for week in last_weeks] == [1] * 8


def test_a_program_that_the_list_does_not_name_yet_is_indexed_when_its_event_names_it(world: World) -> None:
    class Lagging(FakeCatalogue):
        def live_ids(self) -> list[str]:
            return []

    indexing = Indexing(
        catalogue=Lagging(world.store), store=world.store, publisher=world.publisher, clock=FrozenClock()
    )
    indexing.rebuild([HEART])
    assert [projection.program.id for projection in world.publisher.versions[0]] == [HEART]


def test_H10_a_program_named_by_an_old_event_and_paused_since_is_not_indexed(world: World) -> None:
    stored_program(world.store, id="paused", status=ProgramStatus.PAUSED)
    world.indexing.rebuild(["paused"])
    assert [projection.program.id for projection in world.publisher.versions[0]] == [HEART]


def test_a_rebuild_that_was_overtaken_reads_everything_again(world: World) -> None:
    world.publisher.refuse = [VersionConflict("Another was faster.")]
    assert world.indexing.rebuild() == "version-1"


def test_a_rebuild_that_cannot_be_stored_fails_so_that_the_event_comes_back(world: World) -> None:
    world.publisher.refuse = [Busy("no")]
    with pytest.raises(Busy):
        world.indexing.rebuild()


# --- seats ------------------------------------------------------------------------------------------------------------
def test_T12_a_full_week_is_noted_and_no_other(world: World) -> None:
    world.seats(["2027-W12"], 1, taken=1)
    assert world.indexing.seats_changed(HEART, ["2027-W12", "2027-W13"]) == {"2027-W12": False, "2027-W13": True}


def test_a_returned_seat_opens_its_starts_again(world: World) -> None:
    world.seats(WEEKS, 1, taken=1)
    world.indexing.seats_changed(HEART, WEEKS)
    assert set(world.last_notes().values()) == {False}
    world.seats(WEEKS, 1)
    world.indexing.seats_changed(HEART, WEEKS)
    assert set(world.last_notes().values()) == {True}


def test_the_same_event_twice_notes_the_same(world: World) -> None:
    world.seats(WEEKS, 1, taken=1)
    assert world.indexing.seats_changed(HEART, WEEKS) == world.indexing.seats_changed(HEART, WEEKS)


def test_weeks_that_have_passed_are_not_noted(world: World) -> None:
    assert list(world.indexing.seats_changed(HEART, ["2026-W46", "2026-W47", "2026-W48"])) == ["2026-W48"]


def test_a_seat_given_back_between_reading_and_writing_is_noted_after_all(world: World) -> None:
    world.seats(WEEKS, 1, taken=1)
    world.publisher.meanwhile = [lambda: world.seats(WEEKS, 1)]
    world.indexing.seats_changed(HEART, WEEKS)
    assert set(world.last_notes().values()) == {True}


def test_seats_that_never_hold_still_do_not_hold_the_worker(world: World) -> None:
    flips = [lambda taken=(n + 1) % 2: world.seats(WEEKS, 1, taken=taken) for n in range(READS + 7)]
    world.publisher.meanwhile = flips
    world.indexing.seats_changed(HEART, ["2027-W09"])
    assert len(world.publisher.overlays) == READS


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 9), st.booleans()), max_size=12), st.randoms(use_true_random=False))
def test_after_any_moves_announced_in_any_order_what_was_noted_is_the_truth(
    moves: list[tuple[int, bool]], shuffle: object
) -> None:
    world = World()
    stored_program(world.store)
    world.seats(ALL, 1)
    base = date(2027, 3, 1)
    spans = []
    for number, taken in moves:
        span = weeks_covered(date.fromordinal(base.toordinal() + 7 * number), 4)
        world.seats(span, 1, taken=int(taken))
        spans.append(span)
    shuffle.shuffle(spans)  # type: ignore[attr-defined]
    for span in spans:
        world.indexing.seats_changed(HEART, span)
    free = {f"{year.year}-{key}": cell.free for year in world.store.seats.values() for key, cell in year.weeks.items()}
    for week, noted in world.last_notes().items():
        assert noted is (free[week] > 0), week


# --- length -----------------------------------------------------------------------------------------------------------
def test_a_long_overlay_becomes_a_version(world: World) -> None:
    assert world.indexing.shorten() is False
    world.publisher.overlays = [(HEART, week, False) for week in ALL] * (LONG_OVERLAY // len(ALL) + 1)
    assert world.indexing.shorten() is True
    assert len(world.publisher.versions) == 1
