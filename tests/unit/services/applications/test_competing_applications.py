"""Who else wants the same weeks (H12): everybody open for one of them or seated in one, and nobody hidden by how many
others there are."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from shared.domain.applications.application_machine import ApplicationStatus as S
from shared.domain.applications.values import Offer
from shared.services.applications.competing_applications import LONGEST, Rival, rivals_of
from tests import builders
from tests.builders import FIRST_DAY, PROGRAM, START
from tests.fakes import FakePeople
from tests.unit.services.reservations.reservation_scene import Scene
from tests.unit.services.waitlist.waitlist_scene import FIRST, HOLDER, SECOND, WALKER, Line


def seen(scene: Scene, by: str = "application-1") -> list[Rival]:
    return list(rivals_of(scene.application(by), scene.store, FakePeople(scene.store), scene.clock.now()))


def ids(scene: Scene, by: str = "application-1") -> list[str]:
    return [one.application.id for one in seen(scene, by)]


def test_who_holds_the_seat_and_who_stands_in_line_are_rivals_until_they_end() -> None:
    line = Line()
    line.join(FIRST)
    line.join(SECOND)
    found = {one.application.id: one for one in seen(line, WALKER[0])}
    assert list(found) == [HOLDER[0], FIRST[0], SECOND[0]]
    assert [one.seat.id if one.seat else None for one in found.values()] == [line.hold.reserved.id, None, None]
    line.leave(FIRST)
    assert FIRST[0] in ids(line, WALKER[0]), "the offer counts on"
    assert line.run_sweep(minutes=30).done
    found = {one.application.id: one for one in seen(line, WALKER[0])}
    assert [id for id, one in found.items() if one.seat] == [SECOND[0]], "the line was served"


def test_whoever_paid_is_named_with_the_seat_and_an_offer_that_lapsed_no_more() -> None:
    line = Line()
    assert line.webhook(line.pay(line.hold))
    found = {one.application.id: one for one in seen(line, WALKER[0])}
    assert found[HOLDER[0]].application.status is S.CONVERTED
    assert found[HOLDER[0]].seat is not None
    assert HOLDER[0] in ids(line, FIRST[0])
    line.run_sweep(days=7)
    assert ids(line, WALKER[0]) == [HOLDER[0]]


@pytest.mark.parametrize("apart", [-3, 3])
def test_H12_a_seat_in_the_first_or_the_last_week_alone_makes_a_rival_of_whoever_paid_for_it(apart: int) -> None:
    line = Line()
    assert line.webhook(line.pay(line.hold))
    moved = line.application(WALKER[0]).model_copy(update={"start": FIRST_DAY + timedelta(weeks=apart)})
    found = rivals_of(moved, line.store, FakePeople(line.store), line.clock.now())
    assert [one.application.id for one in found if one.seat] == [HOLDER[0]]


def test_a_list_that_is_a_moment_behind_gives_nobody_a_seat_that_went_back() -> None:
    line = Line()
    behind = dict(line.store.trainee_weeks), dict(line.store.week_programs)
    line.run_sweep(minutes=30)
    line.store.trainee_weeks, line.store.week_programs = behind
    assert next((one.application.id, one.seat) for one in seen(line, WALKER[0])) == (HOLDER[0], None)


@pytest.mark.parametrize("elsewhere", [True, False], ids=["older-ones-elsewhere", "older-ones-of-other-weeks"])
def test_however_many_others_there_are_no_rival_is_hidden_and_none_is_cut_off(elsewhere: bool) -> None:
    scene = Scene()
    scene.apply()
    for number in range(120):
        changes = {"program_id": "other-program"} if elsewhere else {"start": FIRST_DAY + timedelta(weeks=4)}
        scene.apply(f"a-noise-{number:03}", f"noise-{number}", **changes)
    for number in range(120):
        scene.apply(f"rival-{number:03}", f"trainee-rival-{number}")
    assert ids(scene) == [f"rival-{number:03}" for number in range(120)]


@pytest.mark.parametrize(
    ("start", "weeks", "meets"),
    [
        (FIRST_DAY - timedelta(weeks=4), 4, False),
        (FIRST_DAY - timedelta(weeks=3), 4, True),
        (FIRST_DAY + timedelta(weeks=3), 4, True),
        (FIRST_DAY + timedelta(weeks=4), 4, False),
        (FIRST_DAY - timedelta(weeks=LONGEST - 1), LONGEST, True),
        (FIRST_DAY - timedelta(weeks=LONGEST - 1), LONGEST - 1, False),
    ],
)
def test_one_week_in_common_makes_a_rival_and_the_longest_stay_is_not_missed(
    start: date, weeks: int, meets: bool
) -> None:
    scene = Scene()
    scene.apply()
    scene.apply("application-2", "trainee-2", start=start, weeks=weeks)
    assert ids(scene) == (["application-2"] if meets else [])


@pytest.mark.parametrize(("early", "rivals"), [(timedelta(seconds=1), ["application-2"]), (timedelta(), [])])
def test_T24_an_offer_is_no_rival_from_its_second_on_whether_the_sweep_came_or_not(
    early: timedelta, rivals: list[str]
) -> None:
    scene = Scene()
    scene.apply(offer=Offer(expires_at=START + timedelta(days=8)))
    scene.apply("application-2", "trainee-2")
    scene.clock.set(START + timedelta(days=7) - early)
    assert ids(scene) == rivals


def test_a_program_whose_name_begins_like_another_has_its_own_rivals() -> None:
    scene = Scene()
    scene.apply()
    scene.apply("application-2", "trainee-2", program_id=f"{PROGRAM}-2")
    assert ids(scene) == []


def test_a_draft_without_a_start_has_no_rivals() -> None:
    scene = Scene()
    scene.apply()
    undecided = builders.application(id="draft", status=S.DRAFT, start=None)
    assert rivals_of(undecided, scene.store, FakePeople(scene.store), scene.clock.now()) == ()
