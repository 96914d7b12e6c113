"""The workspace: what each role finds after signing in, by time left."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from shared.domain.applications.application_machine import ApplicationStatus
from shared.domain.reservations.reservation import ReservationStatus
from shared.ports import Due, Transition, UnitOfWork
from tests import builders
from tests.builders import PROGRAM, REVIEWER, TRAINEE, WEEKS
from tests.fakes.clock import START
from tests.unit.functions.application_rooms import (
    COLLEAGUE,
    COORDINATOR,
    FINANCE,
    OTHER,
    Rooms,
    primary,
    shown,
)


@pytest.fixture
def rooms() -> Rooms:
    return Rooms().ready()


def reserved(rooms: Rooms, id: str = "reservation-1", due: tuple[Due, ...] = (), **changes: Any) -> None:
    state = builders.reservation_state(id=id, **changes)
    rooms.store.commit(
        UnitOfWork(transitions=(Transition(builders.fresh("RESERVATION", id), builders.draft(state), due),))
    )


# --- the trainee's hub ------------------------------------------------------------------------------------------------
def test_a_new_trainee_is_told_to_complete_the_profile_and_where_to_begin() -> None:
    rooms = Rooms()
    tree = shown(
        rooms.in_workspace(rooms.browser(TRAINEE)).get("/workspace"),
        200,
        "My rotations",
        "Complete your profile",
        "No applications yet",
    )
    assert primary(tree) == ["Open my profile"]


def test_with_nothing_to_do_the_hub_says_so(rooms: Rooms) -> None:
    shown(rooms.in_workspace(rooms.browser(TRAINEE)).get("/workspace"), 200, "You have no rotation yet")
    rooms.sent()
    tree = shown(
        rooms.in_workspace(rooms.browser(TRAINEE)).get("/workspace"),
        200,
        "You need to do nothing at the moment",
        "Waiting for a reviewer",
        "Tue 24 Nov 2026, 09:00 Chicago",
        "17:00 for you in Cairo",
    )
    assert primary(tree) == []


def test_next_tasks_come_by_time_left(rooms: Rooms) -> None:
    rooms.approved()
    rooms.draft(key="key-2", start="")
    reserved(rooms)
    tasks = rooms.in_workspace(rooms.api(TRAINEE)).get("/workspace").json["hub"]["tasks"]
    assert [task["code"] for task in tasks] == ["reserve", "balance", "send"]
    assert tasks[1]["cents"] == 145000
    tree = shown(
        rooms.in_workspace(rooms.browser(TRAINEE)).get("/workspace"),
        200,
        "Sign the terms and reserve",
        "Pay the balance: $1,450.00",
        "$699.00 of $2,149.00 paid",
    )
    assert primary(tree) == ["Sign and reserve"]


def test_H19_the_open_item_that_is_due_first_is_a_task_until_all_is_done(rooms: Rooms) -> None:
    reserved(
        rooms,
        reserved_at="2026-11-23T15:00:00Z",
        balance_cents=0,
        paid_cents=214900,
        prep_done={"visa": "2026-11-23T15:00:00Z"},
    )
    (task,) = rooms.in_workspace(rooms.api(TRAINEE)).get("/workspace").json["hub"]["tasks"]
    assert (task["code"], task["due_at"], task["href"]) == (
        "prepare",
        "2027-01-25T05:59:59Z",
        "/reservations/reservation-1#preparation",
    )
    tree = shown(rooms.in_workspace(rooms.browser(TRAINEE)).get("/workspace"), 200, "Prepare your rotation")
    assert primary(tree) == ["Open the list"]
    reserved(
        rooms,
        "reservation-3",
        reserved_at="2026-11-23T15:00:00Z",
        balance_cents=0,
        paid_cents=214900,
        prep_from="2026-11-23T15:00:01Z",
    )
    codes = [task["href"] for task in rooms.in_workspace(rooms.api(TRAINEE)).get("/workspace").json["hub"]["tasks"]]
    assert codes == [task["href"]], "ninety days before it is too early by a second"
    rooms.clock.move(timedelta(seconds=1))
    assert len(rooms.in_workspace(rooms.api(TRAINEE)).get("/workspace").json["hub"]["tasks"]) == 2
    done = dict.fromkeys(("visa", "flights", "housing", "insurance", "transportation"), "2026-11-23T15:00:00Z")
    reserved(
        rooms, "reservation-2", reserved_at="2026-11-23T15:00:00Z", balance_cents=0, paid_cents=214900, prep_done=done
    )
    assert len(rooms.in_workspace(rooms.api(TRAINEE)).get("/workspace").json["hub"]["tasks"]) == 2


def test_T30_the_coach_is_named_on_the_rotations_card_and_on_its_application(rooms: Rooms) -> None:
    id = rooms.approved().rpartition("/")[2]
    rooms.person("coach-1", ("coach",), "Maya Lindenholm", "America/Chicago")
    reserved(rooms, coach_id="coach-1", reserved_at="2026-11-23T15:00:00Z")
    loaded = rooms.store.load("APPLICATION", id)
    became = builders.draft({"status": "CONVERTED", "live_reservation_id": "reservation-1"})
    rooms.store.commit(UnitOfWork(transitions=(Transition(loaded, became),)))
    shown(rooms.in_workspace(rooms.browser(TRAINEE)).get("/workspace"), 200, "Your coach: Maya Lindenholm")
    shown(rooms.browser(TRAINEE).get(f"/applications/{id}"), 200, "Maya Lindenholm", "coach-1@example.org")


def test_a_held_seat_is_the_first_task_until_it_is_over(rooms: Rooms) -> None:
    reserved(rooms, status="HELD", paid_cents=0)
    tree = shown(
        rooms.in_workspace(rooms.browser(TRAINEE)).get("/workspace"),
        200,
        "Pay for the seat that is held for you: $699.00",
        "30 min",
    )
    assert primary(tree) == ["Go to the payment"]


def test_T28_the_balance_is_late_the_second_after_its_day(rooms: Rooms) -> None:
    reserved(rooms)
    workspace = rooms.in_workspace(rooms.api(TRAINEE))
    for at, code in (("2027-01-16T05:59:59+00:00", "balance"), ("2027-01-16T06:00:00+00:00", "balance_late")):
        rooms.clock.set(START.fromisoformat(at))
        assert [task["code"] for task in workspace.get("/workspace").json["hub"]["tasks"]] == [code]


@pytest.mark.parametrize("status", [ReservationStatus.RELEASED, ReservationStatus.REFUNDED])
def test_reservations_that_hold_nothing_any_more_are_not_listed(rooms: Rooms, status: ReservationStatus) -> None:
    reserved(rooms, status=status.value)
    assert rooms.in_workspace(rooms.api(TRAINEE)).get("/workspace").json["hub"]["reservations"] == []


def test_what_ended_is_kept_apart(rooms: Rooms) -> None:
    here = rooms.sent()
    rooms.browser(TRAINEE).post(f"{here}/withdraw")
    hub = rooms.in_workspace(rooms.api(TRAINEE)).get("/workspace").json["hub"]
    assert ([one["status"] for one in hub["ended"]], hub["applications"]) == ([ApplicationStatus.WITHDRAWN], [])
    shown(rooms.in_workspace(rooms.browser(TRAINEE)).get("/workspace"), 200, "Ended (1)")


# --- the queue --------------------------------------------------------------------------------------------------------
def test_an_empty_queue_says_that_nothing_waits(rooms: Rooms) -> None:
    shown(rooms.in_workspace(rooms.browser(REVIEWER)).get("/workspace"), 200, "Queue", "Nothing waits", "0 open")


def test_T17_the_queue_is_in_order_of_time_left_with_counts_and_views(rooms: Rooms) -> None:
    first = rooms.taken()
    rooms.clock.move(timedelta(hours=2))
    rooms.facts(OTHER)
    rooms.cv(OTHER, "document-2")
    wish = {"program_id": PROGRAM, "experience_type": "hands_on", "start": "2027-03-01", "weeks": "4"}
    second = rooms.browser(OTHER).post("/applications", wish).location
    rooms.browser(OTHER).post(f"{second}/submit", {})
    queue = rooms.in_workspace(rooms.api(REVIEWER)).get("/workspace").json["queue"]
    assert [row["href"] for row in queue["rows"]] == [first, second]
    assert [row["trainee"] for row in queue["rows"]] == ["Amara Okafor", "Bela Novak"]
    assert {name: queue[name] for name in ("open", "overdue", "today", "mine", "free")} == {
        "open": 2,
        "overdue": 0,
        "today": 0,
        "mine": 1,
        "free": 1,
    }
    for view, rows in (("mine", [first]), ("free", [second]), ("overdue", [])):
        shown_rows = rooms.in_workspace(rooms.api(REVIEWER)).get(f"/workspace?view={view}").json["queue"]["rows"]
        assert [row["href"] for row in shown_rows] == rows
    shown(rooms.in_workspace(rooms.browser(REVIEWER)).get("/workspace?view=overdue"), 200, "Nothing in this view")
    tree = shown(
        rooms.in_workspace(rooms.browser(COLLEAGUE)).get("/workspace"),
        200,
        "Nora Feldspar until Mon 23 Nov 2026, 13:00 Chicago",
        "Whoever takes it",
    )
    assert tree.xpath("//nav[@aria-label='Views']/a[@aria-current]/text()") == ["Everything 2"]


def test_T18_overdue_and_escalated_are_computed_to_the_second(rooms: Rooms) -> None:
    rooms.sent()
    workspace = rooms.in_workspace(rooms.api(COORDINATOR))

    def flags() -> tuple[bool, bool, int, int]:
        queue = workspace.get("/workspace").json["queue"]
        return queue["rows"][0]["overdue"], queue["rows"][0]["escalated"], queue["overdue"], queue["today"]

    assert flags() == (False, False, 0, 0)
    rooms.clock.move(timedelta(days=1, seconds=-1))
    assert flags() == (False, False, 0, 1)
    rooms.clock.move(timedelta(seconds=1))
    assert flags() == (True, False, 1, 0)
    rooms.clock.move(timedelta(days=3, seconds=-1))
    assert flags() == (True, False, 1, 0)
    rooms.clock.move(timedelta(seconds=1))
    assert flags() == (True, True, 1, 0)
    shown(rooms.in_workspace(rooms.browser(COORDINATOR)).get("/workspace"), 200, "1 overdue", "Escalated", "3 d over")


def test_what_was_decided_leaves_the_queue(rooms: Rooms) -> None:
    rooms.approved()
    assert rooms.in_workspace(rooms.api(REVIEWER)).get("/workspace").json["queue"]["rows"] == []


@pytest.mark.parametrize(
    ("trouble", "said"),
    [
        ("unknown", "Host mail: find out whether it arrived"),
        ("bounced", "Host mail came back: correct the address or call"),
        ("complaint", "Host mail was called spam"),
        ("rejected", "Host mail was not sent"),
    ],
)
def test_H13_a_host_mail_in_trouble_waits_for_the_coordinator(rooms: Rooms, trouble: str, said: str) -> None:
    reserved(rooms, due=(Due("mail", START, "coordinator", "coordinators"),), mail_trouble=trouble)
    tree = shown(rooms.in_workspace(rooms.browser(COORDINATOR)).get("/workspace"), 200, said)
    assert "/reservations/reservation-1" in tree.xpath("//main//a/@href")
    assert rooms.in_workspace(rooms.api(REVIEWER)).get("/workspace").json["queue"]["rows"] == []


def test_a_role_without_a_queue_finds_it_empty_and_a_host_owes_nothing(rooms: Rooms) -> None:
    rooms.sent()
    shown(rooms.in_workspace(rooms.browser(FINANCE)).get("/workspace"), 200, "Nothing waits")
    rooms.person("host-9", ("host",), "Magdalena Kowal", "America/Chicago")
    answer = rooms.in_workspace(rooms.api("host-9")).get("/workspace").json
    assert (answer["hub"], answer["queue"]) == (None, None)
    shown(rooms.in_workspace(rooms.browser("host-9")).get("/workspace"), 200, "Nothing is owed")


def test_somebody_who_is_both_finds_both(rooms: Rooms) -> None:
    rooms.person("both-1", ("trainee", "reviewer"), "Iris Both")
    shown(
        rooms.in_workspace(rooms.browser("both-1")).get("/workspace"),
        200,
        "Queue",
        "My rotations: next",
        "Complete your profile",
    )


def test_a_view_that_does_not_exist_and_a_stranger_are_refused(rooms: Rooms) -> None:
    assert rooms.in_workspace(rooms.api(REVIEWER)).get("/workspace?view=secret").status == 422
    assert rooms.in_workspace(rooms.api(REVIEWER)).get("/workspace?vew=all").status == 422
    assert rooms.in_workspace(rooms.api()).get("/workspace").status == 401
    assert rooms.in_workspace(rooms.browser()).get("/workspace").location == "/accounts/sign-in?next=/workspace"


# --- views of the queue -----------------------------------------------------------------------------------------------
def view(rooms: Rooms, name: str, who: str = REVIEWER) -> list[tuple[str, str]]:
    """(kind, address) of the rows."""
    return [
        (row["kind"], row["href"])
        for row in rooms.in_workspace(rooms.api(who)).get(f"/workspace?view={name}").json["queue"]["rows"]
    ]


def test_what_waits_for_the_trainee_leaves_the_queue_and_has_a_view_of_its_own(rooms: Rooms) -> None:
    here = rooms.taken()
    rooms.browser(REVIEWER).post(f"{here}/ask", {"question": "Where?"})
    assert (view(rooms, "all"), view(rooms, "trainee"), view(rooms, "host")) == ([], [("asked", here)], [])
    shown(
        rooms.in_workspace(rooms.browser(REVIEWER)).get("/workspace?view=trainee"),
        200,
        "With the trainee 1",
        "waits for the trainee",
        "The trainee is asked",
        "due Mon 7 Dec 2026, 09:00 Chicago",
        "then Nora Feldspar",
        "0 open",
    )
    rooms.browser(TRAINEE).post(f"{here}/reply", {"answer": "In Cairo."})
    assert (view(rooms, "mine"), view(rooms, "trainee")) == ([("review", here)], [])


def test_T20_what_waits_for_the_host_shows_its_five_days_and_from_day_seven_on_is_the_coordinators(
    rooms: Rooms,
) -> None:
    here = rooms.taken()
    rooms.browser(REVIEWER).post(f"{here}/route")
    assert (view(rooms, "all", COORDINATOR), view(rooms, "host", COORDINATOR)) == ([], [("with_host", here)])
    shown(
        rooms.in_workspace(rooms.browser(REVIEWER)).get("/workspace?view=host"),
        200,
        "The host is asked",
        "due Sat 28 Nov 2026, 09:00 Chicago",
    )
    late = Due("host_late", START + timedelta(days=10), "coordinator", "coordinators")
    loaded = rooms.store.load("APPLICATION", here.rsplit("/", 1)[1])
    rooms.store.commit(
        UnitOfWork(transitions=(Transition(loaded, builders.draft({}), (late,), ("host", "with_host")),))
    )
    assert (view(rooms, "all", COORDINATOR), view(rooms, "host", COORDINATOR)) == (
        [("host_late", here)],
        [("host_late", here)],
    )
    assert (view(rooms, "all"), view(rooms, "host")) == ([], [("host_late", here)])


def test_T17_a_reviewer_takes_it_from_the_queue_and_a_coordinator_cannot(rooms: Rooms) -> None:
    here = rooms.sent()
    assert not rooms.in_workspace(rooms.browser(COORDINATOR)).get("/workspace").body.count("data-claim")
    tree = shown(rooms.in_workspace(rooms.browser(REVIEWER)).get("/workspace"), 200, "Take it")
    (action,) = tree.xpath("//form[@data-claim]/@action")
    key = tree.xpath("//form[@data-claim]//input[@name='idempotency_key']/@value")[0]
    assert rooms.browser(REVIEWER).post(action, {"idempotency_key": key}).location == here
    assert view(rooms, "mine") == [("review", here)]
    assert "data-claim" not in rooms.in_workspace(rooms.browser(COLLEAGUE)).get("/workspace").body


def test_nobody_is_offered_to_take_their_own_application() -> None:
    rooms = Rooms()
    rooms.person("both-1", ("trainee", "reviewer"), "Iris Both")
    rooms.facts("both-1")
    rooms.cv("both-1")
    wish = {"program_id": PROGRAM, "experience_type": "hands_on", "start": "2027-03-01", "weeks": "4"}
    here = rooms.browser("both-1").post("/applications", wish).location
    rooms.browser("both-1").post(f"{here}/submit", {})
    rows = {
        who: rooms.in_workspace(rooms.api(who)).get("/workspace").json["queue"]["rows"] for who in ("both-1", REVIEWER)
    }
    assert [rows[who][0]["can_claim"] for who in rows] == [False, True]


def test_H03_a_coordinator_has_a_view_of_the_own_programs(rooms: Rooms) -> None:
    builders.stored_program(rooms.store, id="cardiology-austin", coordinator_id="coordinator-2")
    rooms.store.open_seats("cardiology-austin", dict.fromkeys(WEEKS, 1))
    mine, theirs = rooms.sent(), rooms.sent(key="key-2", program_id="cardiology-austin")
    assert {href for _, href in view(rooms, "all", COORDINATOR)} == {mine, theirs}
    assert view(rooms, "programs", COORDINATOR) == [("review", mine)]
    assert "My programs" not in rooms.in_workspace(rooms.browser(REVIEWER)).get("/workspace").body


def test_the_keys_are_explained_and_can_be_switched_off(rooms: Rooms) -> None:
    """WCAG 2.1.4: single-key shortcuts. Without the script the help stays hidden, because there are no keys."""
    rooms.sent()
    tree = shown(rooms.in_workspace(rooms.browser(REVIEWER)).get("/workspace"), 200)
    (help,) = tree.xpath("//details[@data-keys][@hidden]")
    assert help.xpath(".//kbd/text()") == ["j", "k", "Enter", "c", "?"]
    assert help.xpath(".//button[@aria-pressed]")
