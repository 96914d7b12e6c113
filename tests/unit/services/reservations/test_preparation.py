"""H19, H20, T31 through the services: ticking, reminders from T-90 or at once, and the coach's suggestions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from shared.domain.applications.values import Offer
from shared.domain.core.calendar import start_of_day
from shared.domain.core.errors import Invalid, NotAllowedNow, NotFound, WrongRole
from shared.domain.core.policy import CURRENT
from shared.domain.reservations.preparation import PrepKind, reminders_from
from shared.domain.reservations.reservation import Choice, ReservationStatus
from tests.builders import FIRST_DAY, TRAINEE
from tests.unit.services.reservations.reservation_scene import SWEEP, WEBHOOK, Scene, by

ZONE, SECOND = "America/Chicago", timedelta(seconds=1)
T90 = reminders_from(FIRST_DAY, ZONE, CURRENT)
MINE = by("trainee")
COACH = by("coach", "coach-1")


def at(days: int) -> datetime:
    """Midnight at the site, so many days before the start."""
    return start_of_day(FIRST_DAY - timedelta(days=days), ZONE)


class Ahead(Scene):
    """A paid seat with a coach; `paid_at` is when the payment arrived."""

    def __init__(self, paid_at: datetime | None = None) -> None:
        super().__init__()
        self.coach()
        far = {"offer": Offer(expires_at=at(1))} if paid_at else {}
        self.apply(**far)
        if paid_at:
            self.clock.set(paid_at)
        link = self.checkout(Choice.FULL)
        self.webhook(self.pay(link))
        self.id = link.reserved.id
        self.coaching.match(self.id, WEBHOOK)

    def next(self) -> datetime | None:
        """When the sweep looks at this rotation's preparation again."""
        return next((item.due.at for item in self.store.rows_of("preparation") if item.subject_id == self.id), None)

    def reminders(self) -> int:
        return sum(row.type == "PreparationReminded.v1" for row in self.store.history("RESERVATION", self.id))

    def all_done(self) -> None:
        for kind in PrepKind:
            self.preparation.tick(MINE, self.id, kind, True)


@pytest.fixture
def scene() -> Ahead:
    return Ahead()


def unchanged(scene: Ahead, kind: type[Exception], act: Callable[[], object]) -> None:
    commits = scene.store.commits
    with pytest.raises(kind):
        act()
    assert scene.store.commits == commits


# --- reminders --------------------------------------------------------------------------------------------------------
def test_H20_the_reminders_due_row_comes_with_the_reservation_at_ninety_days(scene: Ahead) -> None:
    confirmed = scene.store.history("RESERVATION", scene.id)[2]
    assert confirmed.type == "ReservationConfirmed.v1"
    assert scene.next() == T90


def test_H20_the_first_reminder_goes_out_at_its_second_and_not_before(scene: Ahead) -> None:
    scene.clock.set(T90 - SECOND)
    assert scene.run_sweep().done["preparation: remind"] == 0
    assert scene.run_sweep(seconds=1).done["preparation: remind"] == 1
    assert (scene.reservation(scene.id).prep_reminded_at, scene.next()) == (T90, at(60))
    assert scene.run_sweep().done["preparation: remind"] == 0


@pytest.mark.parametrize(("late", "due"), [(-SECOND, T90), (timedelta(), T90), (SECOND, T90 + SECOND)])
def test_H20_a_seat_reserved_after_ninety_days_is_reminded_at_once(late: timedelta, due: datetime) -> None:
    assert Ahead(T90 + late).next() == due


def test_H20_a_sweep_that_comes_late_sends_one_reminder_and_goes_on_with_the_next(scene: Ahead) -> None:
    scene.clock.set(at(14) + SECOND)
    assert scene.run_sweep().done["preparation: remind"] == 1
    assert scene.next() == at(7)
    scene.clock.set(at(7))
    assert scene.run_sweep().done["preparation: remind"] == 1
    assert scene.next() is None, "no reminder is left before the start"
    assert scene.reminders() == 2


def test_H20_two_sweeps_at_once_remind_once(scene: Ahead) -> None:
    scene.clock.set(T90)
    assert [scene.preparation.remind(scene.id, SWEEP) for _ in range(2)] == ["remind", "not due any more"]
    assert scene.reminders() == 1


def test_H20_a_reminder_that_lost_a_race_is_decided_again(scene: Ahead) -> None:
    scene.clock.set(T90)
    scene.store.conflict()
    assert scene.preparation.remind(scene.id, SWEEP) == "remind"
    assert scene.reminders() == 1


def test_H20_held_seat_waits_for_nothing() -> None:
    held = Scene()
    held.apply()
    held.checkout()
    assert held.due("preparation") == []


# --- ticking ----------------------------------------------------------------------------------------------------------
def test_H19_an_item_is_done_with_its_time_and_open_again_and_the_same_again_changes_nothing(scene: Ahead) -> None:
    for _ in range(2):
        scene.preparation.tick(MINE, scene.id, PrepKind.VISA, True)
    assert scene.reservation(scene.id).prep_done == {PrepKind.VISA: scene.clock.now()}
    scene.preparation.tick(MINE, scene.id, PrepKind.HOUSING, True)
    for _ in range(2):
        scene.preparation.tick(MINE, scene.id, PrepKind.VISA, False)
    assert set(scene.reservation(scene.id).prep_done) == {PrepKind.HOUSING}
    rows = [row for row in scene.store.history("RESERVATION", scene.id) if row.type == "PreparationTicked.v1"]
    assert len(rows) == 3
    assert scene.next() == T90
    scene.check()


def test_H20_the_last_open_item_ends_the_reminders_and_one_that_opens_again_brings_them_back(scene: Ahead) -> None:
    scene.all_done()
    assert scene.next() is None
    scene.clock.set(at(45))
    assert scene.preparation.remind(scene.id, SWEEP) == "not due any more", "by an index that is behind"
    scene.preparation.tick(MINE, scene.id, PrepKind.FLIGHTS, False)
    assert scene.next() == at(30)
    scene.clock.set(at(30))
    assert scene.run_sweep().done["preparation: remind"] == 1


def test_H20_ticking_does_not_put_off_a_reminder_that_is_due_already() -> None:
    late = Ahead(at(10))
    late.preparation.tick(MINE, late.id, PrepKind.VISA, True)
    assert late.next() == at(10)
    assert late.run_sweep().done["preparation: remind"] == 1


def test_H19_somebody_elses_or_an_unpaid_list_is_not_ticked(scene: Ahead) -> None:
    unchanged(
        scene, NotFound, lambda: scene.preparation.tick(by("trainee", "trainee-9"), scene.id, PrepKind.VISA, True)
    )
    unchanged(scene, WrongRole, lambda: scene.preparation.tick(by("coach"), scene.id, PrepKind.VISA, True))
    held = Scene()
    held.apply()
    id = held.checkout().reserved.id
    with pytest.raises(NotAllowedNow):
        held.preparation.tick(MINE, id, PrepKind.VISA, True)
    assert held.reservation(id).status is ReservationStatus.HELD


# --- partners ---------------------------------------------------------------------------------------------------------
def test_T31_the_coach_suggests_a_partner_once_however_often_the_button_is_pressed(scene: Ahead) -> None:
    for partner in ("lakeside-rooms", "dawn-shuttle", "lakeside-rooms"):
        scene.preparation.suggest(COACH, scene.id, partner)
    assert [one.partner_id for one in scene.reservation(scene.id).suggestions] == ["lakeside-rooms", "dawn-shuttle"]
    assert [row.type for row in scene.store.history("RESERVATION", scene.id)].count("PartnerSuggested.v1") == 2
    scene.check()


def test_T31_another_coach_an_unknown_partner_or_a_trainee_suggests_nothing(scene: Ahead) -> None:
    unchanged(scene, NotFound, lambda: scene.preparation.suggest(by("coach", "coach-2"), scene.id, "lakeside-rooms"))
    unchanged(scene, NotFound, lambda: scene.preparation.suggest(by("trainee", TRAINEE), scene.id, "lakeside-rooms"))
    unchanged(scene, Invalid, lambda: scene.preparation.suggest(COACH, scene.id, "nobody"))
