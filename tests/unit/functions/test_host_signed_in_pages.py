"""A host manager who is signed in: today's questions, the question itself, answered once whichever way, nothing of
other hosts."""

from __future__ import annotations

from datetime import timedelta

import pytest

from functions.documents.handler import room as documents
from shared.domain.core.instants import parse
from shared.domain.reservations.reservation import ReservationStatus
from tests import builders
from tests.builders import HOST, REVIEWER
from tests.rooms import Client
from tests.unit.functions.application_rooms import COORDINATOR, Rooms, primary, shown
from tests.unit.functions.test_application_host_pages import RULES, asked

MANAGER, OTHER_MANAGER = "manager-1", "manager-2"


@pytest.fixture
def rooms() -> Rooms:
    made = Rooms(guidelines=RULES).ready()
    made.person(MANAGER, ("host",), "Magdalena Kowal", "America/New_York", (HOST,))
    made.person(OTHER_MANAGER, ("host",), "Olive Other", "America/Chicago", ("host-2",))
    documents.wire(made.wiring)
    return made


def magda(rooms: Rooms) -> Client:
    return rooms.browser(MANAGER)


def today(rooms: Rooms, who: str = MANAGER) -> Client:
    return rooms.in_workspace(rooms.browser(who))


def file_of(rooms: Rooms, who: str) -> int:
    return Client(documents, rooms.browser(who).headers).get("/documents/document-1/file").status


def test_with_nothing_asked_the_page_says_that_nothing_is_owed(rooms: Rooms) -> None:
    rooms.taken()
    tree = shown(today(rooms).get("/workspace"), 200, "Today", "Nothing is owed", never=("Amara",))
    assert primary(tree) == []


def test_T19_a_question_is_on_the_page_with_both_zones_and_leads_to_the_answer(rooms: Rooms) -> None:
    here, _ = asked(rooms)
    tree = shown(
        today(rooms).get("/workspace"),
        200,
        "Would you take Amara Okafor?",
        "Inpatient Cardiology",
        "Sat 28 Nov 2026, 09:00 Chicago",
        "10:00 for you in New York",
        "Your answer counts until Thu 3 Dec 2026, 09:00 Chicago",
    )
    assert tree.xpath("//main//a[contains(@class, 'button')]/@href") == [f"{here}/recommend"]
    shown(today(rooms, OTHER_MANAGER).get("/workspace"), 200, "Nothing is owed", never=("Amara",))


def test_T19_signed_in_the_same_question_is_answered_and_today_says_what_became_of_it(rooms: Rooms) -> None:
    here, link = asked(rooms)
    page = f"{here}/recommend"
    tree = shown(
        magda(rooms).get(page),
        200,
        "Would you take Amara Okafor?",
        "Universidad del Valle",
        "Open the CV",
        "USMLE Step 1 passed",
        never=("B-1", "attached to our email"),
    )
    assert tree.xpath("//a[@href='/documents/document-1/file']")
    assert "Open the CV" not in rooms.browser().get(link).body
    shown(magda(rooms).post(page, {"answer": "no"}), 422, "Without a reason we cannot explain it")
    assert magda(rooms).post(page, {"answer": "yes", "note": "Welcome."}).location == page
    shown(
        magda(rooms).get(page),
        200,
        "Thank you: your answer is here",
        "The host said yes",
        "your page says",
        "Back to what is owed",
        never=("Amara",),
    )
    shown(rooms.browser(REVIEWER).get(here), 200, "The host recommends this trainee", "Welcome.")
    shown(today(rooms).get("/workspace"), 200, "Nothing is owed", "Yes", "Our reviewer decides", never=("Amara",))
    row = rooms.store.history("APPLICATION", here.rsplit("/", 1)[1])[-1]
    assert (row.actor.role, row.actor.id) == ("host", MANAGER)


@pytest.mark.parametrize("link_first", [True, False])
def test_whoever_is_second_reads_that_the_answer_is_here(rooms: Rooms, link_first: bool) -> None:
    here, link = asked(rooms)
    ways = [(rooms.browser(), link), (magda(rooms), f"{here}/recommend")]
    (first, one), (second, other) = ways if link_first else reversed(ways)
    assert first.post(one, {"answer": "yes"}).status in (200, 303)
    shown(
        second.get(other), 200, "Thank you: your answer is here", "The host said yes" if link_first else "You said yes"
    )
    shown(second.post(other, {"answer": "no", "note": "Full."}), 409, "Your answer is here already")
    assert rooms.api(REVIEWER).get(here).json["review"]["host"]["recommendation"] == "yes"


def test_another_hosts_application_and_one_that_was_not_routed_read_as_none(rooms: Rooms) -> None:
    here = rooms.taken()
    shown(magda(rooms).get(f"{here}/recommend"), 404, "There is no application")
    rooms.browser(REVIEWER).post(f"{here}/route")
    for path in (here, "/applications/none-such"):
        shown(rooms.browser(OTHER_MANAGER).get(f"{path}/recommend"), 404, "There is no application", never=("Amara",))
        assert rooms.browser(OTHER_MANAGER).post(f"{path}/recommend", {"answer": "yes"}).status == 404
    assert rooms.api(COORDINATOR).get(f"{here}/recommend").status == 403
    assert rooms.browser().get(f"{here}/recommend").location.startswith("/accounts/sign-in")


def test_a_manager_without_the_host_any_more_is_shown_nothing(rooms: Rooms) -> None:
    here, _ = asked(rooms)
    rooms.person("manager-3", ("host",), "Former Manager")
    shown(rooms.browser("manager-3").get(f"{here}/recommend"), 404, "There is no application")
    shown(today(rooms, "manager-3").get("/workspace"), 200, "Nothing is owed", never=("Amara",))


def test_from_day_ten_on_the_question_is_over_and_explained(rooms: Rooms) -> None:
    here, _ = asked(rooms)
    rooms.clock.move(timedelta(days=10))
    shown(magda(rooms).get(f"{here}/recommend"), 200, "The time to answer is over", never=("Amara",))
    shown(magda(rooms).post(f"{here}/recommend", {"answer": "yes"}), 410, "The time to answer is over")
    shown(
        today(rooms).get("/workspace"), 200, "Nothing is owed", "Our coordinator decides", "No answer", never=("Amara",)
    )


def test_H04_a_coordinator_finds_who_may_sign_in_from_the_case_and_a_reviewer_is_not_sent_there(rooms: Rooms) -> None:
    here, _ = asked(rooms)
    there = f"/accounts/hosts/{HOST}"
    assert there in rooms.browser(COORDINATOR).get(here).body
    assert there not in rooms.browser(REVIEWER).get(here).body


# --- the CV -----------------------------------------------------------------------------------------------------------
def test_an_answered_question_names_the_cv_nowhere(rooms: Rooms) -> None:
    here, _ = asked(rooms)
    page, manager = f"{here}/recommend", rooms.api(MANAGER)
    assert manager.get(page).json["cv"] == "/documents/document-1/file"
    assert manager.post(page, {"answer": "yes"}).status == 200
    answered = manager.get(page)
    assert (answered.status, answered.json["cv"], "document-1" in answered.body) == (200, "", False)


def test_a_hosts_manager_opens_the_cv_only_while_the_question_is_open(rooms: Rooms) -> None:
    here = rooms.taken()
    assert file_of(rooms, MANAGER) == 404
    rooms.browser(REVIEWER).post(f"{here}/route")
    assert (file_of(rooms, MANAGER), file_of(rooms, OTHER_MANAGER)) == (303, 404)
    magda(rooms).post(f"{here}/recommend", {"answer": "yes"})
    assert file_of(rooms, MANAGER) == 404


@pytest.mark.parametrize(("early", "status"), [(timedelta(seconds=1), 303), (timedelta(), 404)])
def test_the_cv_closes_at_the_second_of_day_ten(rooms: Rooms, early: timedelta, status: int) -> None:
    asked(rooms)
    rooms.clock.move(timedelta(days=10) - early)
    assert file_of(rooms, MANAGER) == status


def seated(rooms: Rooms, status: str, weeks: int = 4) -> None:
    """The application became a rotation from Monday 2027-03-01 on, at a site in Chicago."""
    here, _ = asked(rooms)
    id = here.rsplit("/", 1)[1]
    builders.change(rooms.store, "APPLICATION", id, {"status": "CONVERTED", "live_reservation_id": "reservation-1"})
    kept = builders.reservation_state(application_id=id, status=status, start="2027-03-01", weeks=weeks)
    builders.stored(rooms.store, "RESERVATION", "reservation-1", kept)


@pytest.mark.parametrize("status", ReservationStatus)
def test_the_cv_of_who_has_a_seat_is_open_to_this_host_and_of_who_called_it_off_or_is_done_is_not(
    rooms: Rooms, status: ReservationStatus
) -> None:
    seated(rooms, status.value)
    answered = 303 if status.value in {"RESERVED", "CLEARED", "IN_PROGRESS"} else 404
    assert (file_of(rooms, MANAGER), file_of(rooms, OTHER_MANAGER)) == (answered, 404)


@pytest.mark.parametrize(("weeks", "midnight"), [(2, "2027-03-15T05:00:00Z"), (4, "2027-03-29T05:00:00Z")])
@pytest.mark.parametrize(("early", "answered"), [(timedelta(seconds=1), 303), (timedelta(), 404)])
def test_the_cv_of_a_seat_closes_with_the_rotations_last_day_at_its_site(
    rooms: Rooms, weeks: int, midnight: str, early: timedelta, answered: int
) -> None:
    seated(rooms, "IN_PROGRESS", weeks)
    rooms.clock.set(parse(midnight) - early)
    assert file_of(rooms, MANAGER) == answered


def test_another_document_of_the_same_trainee_stays_closed(rooms: Rooms) -> None:
    asked(rooms)
    rooms.cv(id="passport-1", kind="passport")
    manager = Client(documents, magda(rooms).headers)
    refused, none = manager.get("/documents/passport-1/file"), manager.get("/documents/none-such/file")
    assert (refused.status, none.status) == (404, 404)
    assert manager.get("/documents/document-1").status == 403
