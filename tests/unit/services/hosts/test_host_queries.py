"""What a host manager finds after signing in: what is owed by time left, what became of the rest for 60 days, nothing
of other hosts."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.domain.applications.application import Application
from shared.domain.applications.application_machine import ApplicationStatus
from shared.domain.hosts.host_question import Outcome, outcome
from shared.domain.reservations.reservation import ReservationStatus
from shared.ports import IndexEntry, PersonalRecord, UnitOfWork
from shared.services.hosts.queries import Desk
from tests import builders
from tests.builders import HOST, PROGRAM, TRAINEE
from tests.fakes.clock import START
from tests.unit.services.applications import application_scene
from tests.unit.services.applications.application_scene import AS_REVIEWER, AS_TRAINEE, monday
from tests.unit.services.applications.test_host_review import AS_COORDINATOR, secret

SECOND = timedelta(seconds=1)
OTHER_PROGRAM = "surgery-boston"


@pytest.fixture
def scene() -> application_scene.Desk:
    return application_scene.Desk().scene()


def today(scene: application_scene.Desk, *hosts: str) -> Desk:
    desk = scene.host_queries
    return desk.desk(hosts or (HOST,), "manager-1")


def asked(scene: application_scene.Desk, key: str = "key-1", start: str = "2027-03-01", **changes: str) -> Application:
    draft = scene.draft(key, start=monday(start), **changes)
    scene.review.claim(AS_REVIEWER, scene.submission.submit(AS_TRAINEE, draft.id).id)
    return scene.host_review.route(AS_REVIEWER, draft.id)


def became(scene: application_scene.Desk) -> list[tuple[str | None, str, str]]:
    return [
        (one.application.host_answer and one.application.host_answer.recommendation, one.outcome, one.applicant)
        for one in today(scene).past
    ]


def test_a_host_that_is_asked_nothing_owes_nothing(scene: application_scene.Desk) -> None:
    scene.claimed()
    assert today(scene) == Desk((), ())
    assert today(scene, "no-such-host") == Desk((), ())


def test_T19_what_is_owed_comes_by_time_left_with_who_applies(scene: application_scene.Desk) -> None:
    scene.program(id=OTHER_PROGRAM, name="Surgery")
    first = asked(scene)
    scene.clock.move(timedelta(hours=1))
    second = asked(scene, "key-2", program_id=OTHER_PROGRAM, start="2027-03-01")
    found = today(scene)
    assert [(one.application.id, one.applicant) for one in found.questions] == [
        (first.id, "Amara Okafor"),
        (second.id, "Amara Okafor"),
    ]
    assert found.past == ()


def test_another_hosts_questions_are_not_there_and_several_hosts_share_one_page(scene: application_scene.Desk) -> None:
    scene.program(id=OTHER_PROGRAM, name="Surgery", host_id="host-2")
    mine, theirs = asked(scene), asked(scene, "key-2", program_id=OTHER_PROGRAM)
    assert [one.application.id for one in today(scene).questions] == [mine.id]
    assert {one.application.id for one in today(scene, HOST, "host-2").questions} == {mine.id, theirs.id}
    assert today(scene, "host-2").questions[0].application.id == theirs.id


def test_a_program_that_went_to_another_host_took_its_questions_along(scene: application_scene.Desk) -> None:
    asked(scene)
    builders.change(scene.store, "PROGRAM", PROGRAM, {"host_id": "host-2"})
    assert today(scene) == Desk((), ())


def test_T20_asked_again_it_is_one_question_with_its_new_days(scene: application_scene.Desk) -> None:
    found = asked(scene)
    scene.clock.move(timedelta(days=10))
    (late,) = today(scene).past
    assert (late.outcome, late.applicant) == ("over", "")
    scene.host_review.ask_again(AS_COORDINATOR, found.id, "A colleague reads the mails now.")
    (question,) = today(scene).questions
    assert question.application.host.due_at == START + timedelta(days=15)
    assert today(scene).past == ()


def test_the_oldest_of_very_many_questions_is_still_owed(scene: application_scene.Desk) -> None:
    """Two hundred later ones hid it: it has the least time left."""
    first = asked(scene)
    later = [
        PersonalRecord(
            f"t{n}/link", {"application_id": f"other-{n}"}, IndexEntry(f"ASKED#{HOST}", f"2026-12-24T{n:05}")
        )
        for n in range(300)
    ]
    scene.store.commit(UnitOfWork(transitions=(), records=tuple(later)))
    assert [one.application.id for one in today(scene).questions] == [first.id]


@pytest.mark.parametrize(("moved", "open"), [(timedelta(days=10) - SECOND, True), (timedelta(days=10), False)])
def test_T20_a_question_is_owed_until_the_second_before_day_ten(
    scene: application_scene.Desk, moved: timedelta, open: bool
) -> None:
    asked(scene)
    scene.clock.move(moved)
    assert (len(today(scene).questions), len(today(scene).past)) == (int(open), int(not open))


def test_answers_stay_with_what_became_of_them_and_without_a_name(scene: application_scene.Desk) -> None:
    found = asked(scene)
    scene.host_review.recommend(found.id, secret(scene, found), "yes", "")
    assert became(scene) == [("yes", "review", "")]
    scene.review.approve(AS_REVIEWER, found.id)
    assert became(scene) == [("yes", "approved", "")]
    scene.submission.withdraw(AS_TRAINEE, found.id)
    assert became(scene) == [("yes", "ended", "")]


def test_T19_what_was_answered_last_stands_first(scene: application_scene.Desk) -> None:
    scene.program(id=OTHER_PROGRAM, name="Surgery")
    first, second = asked(scene), asked(scene, "key-2", program_id=OTHER_PROGRAM)
    for one in (second, first):
        scene.clock.move(timedelta(hours=1))
        scene.host_review.recommend(one.id, secret(scene, one), "yes", "")
    assert [one.application.id for one in today(scene).past] == [first.id, second.id]


def test_what_was_taken_away_is_there_without_an_answer(scene: application_scene.Desk) -> None:
    found = asked(scene)
    scene.host_review.take_back(AS_COORDINATOR, found.id, "The host is away.")
    assert became(scene) == [(None, "review", "")]
    scene.review.reject(AS_REVIEWER, found.id, "other", "No place.")
    assert became(scene) == [(None, "declined", "")]


@pytest.mark.parametrize(
    ("status", "shown"),
    [
        ("RESERVED", ("reserved", "Amara Okafor")),
        ("IN_PROGRESS", ("reserved", "Amara Okafor")),
        ("COMPLETED", ("completed", "Amara Okafor")),
        ("NO_SHOW", ("no_show", "")),
        ("ENDED_EARLY", ("ended_early", "")),
        ("CANCELLED_BY_TRAINEE", ("cancelled", "")),
        ("CANCELLED_BY_HOST", ("cancelled", "")),
        ("REFUNDED", ("cancelled", "")),
    ],
)
def test_who_has_a_seat_is_named_and_who_called_it_off_is_not(
    scene: application_scene.Desk, status: str, shown: tuple[str, str]
) -> None:
    found = asked(scene)
    scene.host_review.recommend(found.id, secret(scene, found), "yes", "")
    builders.change(
        scene.store, "APPLICATION", found.id, {"status": "CONVERTED", "live_reservation_id": "reservation-1"}
    )
    builders.stored(scene.store, "RESERVATION", "reservation-1", builders.reservation_state(status=status))
    assert became(scene) == [("yes", *shown)]


@pytest.mark.parametrize(("moved", "there"), [(timedelta(days=60) - SECOND, True), (timedelta(days=60), False)])
def test_an_answer_is_shown_until_the_second_before_sixty_days(
    scene: application_scene.Desk, moved: timedelta, there: bool
) -> None:
    found = asked(scene)
    scene.clock.move(timedelta(days=9))
    scene.host_review.recommend(found.id, secret(scene, found), "no", "Full.")
    scene.clock.move(moved)
    assert bool(today(scene).past) is there


def test_what_a_manager_has_applied_for_is_not_theirs_to_answer(scene: application_scene.Desk) -> None:
    asked(scene)
    desk = scene.host_queries
    assert desk.desk((HOST,), TRAINEE) == Desk((), ())


def test_an_erased_trainee_is_on_no_hosts_page(scene: application_scene.Desk) -> None:
    asked(scene)
    scene.people.erase(TRAINEE)
    assert today(scene) == Desk((), ())


@pytest.mark.parametrize("status", ApplicationStatus)
def test_every_state_of_an_application_has_an_outcome(status: ApplicationStatus) -> None:
    expected: dict[str, Outcome] = {
        "HOST_REVIEW": "over",
        "APPROVED": "approved",
        "REJECTED": "declined",
        "EXPIRED": "ended",
        "WITHDRAWN": "ended",
        "CLOSED": "ended",
        "CONVERTED": "cancelled",
    }
    assert outcome(builders.application(status=status), None) == expected.get(status.value, "review")


@pytest.mark.parametrize("status", ReservationStatus)
def test_a_converted_application_is_reserved_only_while_its_seat_is_and_what_began_was_not_called_off(
    status: ReservationStatus,
) -> None:
    expected = {
        "RESERVED": "reserved",
        "CLEARED": "reserved",
        "IN_PROGRESS": "reserved",
        "COMPLETED": "completed",
        "NO_SHOW": "no_show",
        "ENDED_EARLY": "ended_early",
    }
    assert outcome(builders.application(status=ApplicationStatus.CONVERTED), status) == expected.get(
        status.value, "cancelled"
    )
