"""The gate: one door, and what goes through it in one transaction."""

from __future__ import annotations

from pathlib import Path

import pytest

from shared.domain.applications.application_machine import APPLICATION, OPEN, ApplicationEvent, ApplicationStatus
from shared.domain.core.errors import NotAllowedNow, WrongRole
from shared.domain.core.machine import Actor
from shared.domain.reservations.reservation import RESERVATION, ReservationEvent
from shared.events.reservation import SeatHeld
from shared.ports import SeatMove
from shared.services.applications.state_changes import open_claim
from shared.services.seats import seat_gate
from shared.services.seats.seat_gate import Case, Payment
from tests.builders import PROGRAM, START, TRAINEE, WEEKS
from tests.unit.services.reservations.reservation_scene import SWEEP, WEBHOOK, Scene, by

ROOT = Path(__file__).parents[4]


@pytest.fixture
def scene() -> Scene:
    made = Scene()
    made.apply()
    return made


def case(scene: Scene, reservation_id: str) -> Case:
    return Case(scene.store.load("APPLICATION", "application-1"), scene.store.load("RESERVATION", reservation_id))


def test_T27_only_the_gate_moves_seats() -> None:
    """Whoever wants a seat changed asks this module; a second door would be a second chance to sell a seat twice."""
    sources = [path for part in ("functions", "shared", "infra") for path in (ROOT / part).rglob("*.py")]
    makers = {path.relative_to(ROOT).as_posix() for path in sources if "SeatMove(" in path.read_text()}
    assert makers == {"shared/services/seats/seat_gate.py"}


def test_T27_hold_takes_every_week_with_both_event_rows_and_both_waits(scene: Scene) -> None:
    held = scene.checkout().reserved
    event = SeatHeld.model_validate(scene.store.history("RESERVATION", held.id)[0].data)
    other = Scene()
    other.apply()
    work = seat_gate.hold(other.store.load("APPLICATION", "application-1"), event, by("trainee"), START)
    assert work.seats == (SeatMove(PROGRAM, TRAINEE, held.id, take=WEEKS),)
    assert [step.draft.type for step in work.transitions] == ["HoldPlaced.v1", "SeatHeld.v1"]
    assert [(step.done, [due.kind for due in step.due]) for step in work.transitions] == [
        (("offer",), []),
        ((), ["hold"]),
    ]
    assert work.transitions[1].due[0].at == held.held_until


def test_release_gives_every_week_back_and_lets_the_offer_wait_again(scene: Scene) -> None:
    held = scene.checkout().reserved
    work = seat_gate.release(case(scene, held.id), ReservationEvent.EXPIRE, "expired", SWEEP, START)
    assert work.seats == (SeatMove(PROGRAM, TRAINEE, held.id, give=WEEKS),)
    assert [(step.done, [due.kind for due in step.due]) for step in work.transitions] == [
        (("hold",), []),
        ((), ["offer"]),
    ]


def test_H11_confirm_moves_no_seat_and_retake_takes_them_all_with_the_money_in_the_same_transaction(
    scene: Scene,
) -> None:
    held = scene.checkout().reserved
    paid = Payment("pi_1", 69900)
    confirmed = seat_gate.confirm(case(scene, held.id), paid, WEBHOOK, START)
    scene.run_sweep(minutes=30)
    retaken = seat_gate.retake(case(scene, held.id), paid, WEBHOOK, START)
    assert (confirmed.seats, retaken.seats) == ((), (SeatMove(PROGRAM, TRAINEE, held.id, take=WEEKS),))
    for work in (confirmed, retaken):
        assert [step.draft.type for step in work.transitions] == ["ReservationConfirmed.v1", "ApplicationConverted.v1"]
        assert [entry.id for entry in work.journal] == ["payment:pi_1"]
        assert work.released_keys == (open_claim(scene.application()),)


def test_trainee_cannot_expire_and_a_reviewer_cannot_hold(scene: Scene) -> None:
    held = scene.checkout().reserved
    with pytest.raises(WrongRole):
        seat_gate.release(case(scene, held.id), ReservationEvent.EXPIRE, "expired", by("trainee"), START)
    event = SeatHeld.model_validate(scene.store.history("RESERVATION", held.id)[0].data)
    with pytest.raises(WrongRole):
        seat_gate.hold(scene.store.load("APPLICATION", "application-1"), event, by("reviewer"), START)


@pytest.mark.parametrize("status", [status for status in ApplicationStatus if status is not ApplicationStatus.APPROVED])
def test_T24_H11_no_other_state_of_an_application_lets_a_seat_be_held_or_reserved(status: ApplicationStatus) -> None:
    for event, actor in ((ApplicationEvent.HOLD_PLACED, Actor.TRAINEE), (ApplicationEvent.RESERVED, Actor.SYSTEM)):
        with pytest.raises(NotAllowedNow):
            APPLICATION.fire(status, event, actor)
    assert ApplicationStatus.APPROVED in OPEN


def test_reserved_seat_is_never_given_back_by_a_lapse(scene: Scene) -> None:
    link = scene.checkout()
    scene.webhook(scene.pay(link))
    with pytest.raises(NotAllowedNow):
        RESERVATION.fire(scene.reservation(link.reserved.id).status, ReservationEvent.EXPIRE, Actor.SYSTEM)
    with pytest.raises(NotAllowedNow):
        seat_gate.release(case(scene, link.reserved.id), ReservationEvent.EXPIRE, "expired", SWEEP, START)
