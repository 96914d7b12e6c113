"""T30: which coach, once, whatever comes twice or at the same time."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.core.aggregate import chain_breaks
from shared.domain.core.errors import Busy
from shared.domain.reservations.coaches import coach_for
from tests.builders import TRAINEE
from tests.unit.services.reservations.reservation_scene import SWEEP, WEBHOOK, Scene

COACHES = [f"coach-{number}" for number in range(5)]
IDS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=30)


@pytest.fixture
def scene() -> Scene:
    made = Scene()
    made.apply()
    made.settlement.settle(made.pay(made.checkout()), WEBHOOK)
    return made


def matched(scene: Scene) -> list[str]:
    (reserved,) = scene.reservations()
    return [
        row.data["coach_id"] for row in scene.store.history("RESERVATION", reserved.id) if row.type == "CoachMatched.v1"
    ]


@given(IDS, st.lists(IDS, min_size=1, unique=True))
def test_T30_order_of_the_coaches_does_not_matter_and_another_one_moves_nobody_but_to_themselves(
    trainee: str, coaches: list[str]
) -> None:
    chosen = coach_for(trainee, coaches)
    assert chosen == coach_for(trainee, reversed(coaches))
    assert coach_for(trainee, [*coaches, "new"]) in (chosen, "new")
    assert coach_for(trainee, [one for one in coaches if one == chosen or one > "m"]) == chosen


def test_T30_who_coaches_others_is_never_their_own_coach(scene: Scene) -> None:
    scene.coach(TRAINEE)
    (reserved,) = scene.reservations()
    with pytest.raises(Busy):
        scene.coaching.match(reserved.id, WEBHOOK)
    scene.coach("coach-1")
    assert scene.coaching.match(reserved.id, WEBHOOK) == "coach-1"


def test_T30_trainees_spread_evenly() -> None:
    counts = Counter(coach_for(f"trainee-{number}", COACHES) for number in range(2000))
    assert set(counts) == set(COACHES)
    assert max(counts.values()) - min(counts.values()) < 120


def test_T30_nobody_among_no_coaches() -> None:
    assert coach_for("trainee-1", []) is None


def test_T30_reserved_rotation_gets_an_active_coach_once(scene: Scene) -> None:
    scene.coach("coach-1", status="ERASED")
    scene.coach("coach-2")
    (reserved,) = scene.reservations()
    assert scene.coaching.match(reserved.id, WEBHOOK) == "coach-2"
    scene.coach("coach-3")
    assert scene.coaching.match(reserved.id, SWEEP) == "coach-2"
    assert matched(scene) == ["coach-2"]
    assert chain_breaks(scene.store.history("RESERVATION", reserved.id)) == []
    scene.check()


def test_T30_lost_race_and_lost_answer_match_once(scene: Scene) -> None:
    scene.coach()
    (reserved,) = scene.reservations()
    scene.store.conflict(2)
    scene.store.fail_after_commit()
    with pytest.raises(Busy):
        scene.coaching.match(reserved.id, WEBHOOK)
    assert scene.coaching.match(reserved.id, WEBHOOK) == "coach-1"
    assert matched(scene) == ["coach-1"]


def test_T30_without_a_coach_nothing_changes_and_the_event_comes_again(scene: Scene) -> None:
    (reserved,) = scene.reservations()
    commits = scene.store.commits
    with pytest.raises(Busy):
        scene.coaching.match(reserved.id, WEBHOOK)
    assert scene.store.commits == commits


def test_T30_hold_and_released_seat_get_no_coach() -> None:
    scene = Scene()
    scene.apply()
    scene.coach()
    held = scene.checkout().reserved
    assert scene.coaching.match(held.id, WEBHOOK) is None
    scene.run_sweep(minutes=31)
    assert scene.coaching.match(held.id, WEBHOOK) is None
    assert matched(scene) == []
