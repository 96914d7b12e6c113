"""What a trainee is told while an application waits and after a no: who owes what by when, and what is open instead."""

from __future__ import annotations

import pytest

from shared.domain.documents.rules import DocumentRule
from shared.domain.programs.guidelines import Guidelines
from shared.domain.programs.program import ProgramStatus, ReviewMode
from tests import builders
from tests.builders import PROGRAM, REVIEWER, TRAINEE, WEEKS
from tests.unit.functions.application_rooms import Rooms, primary, shown


@pytest.fixture
def rooms() -> Rooms:
    return Rooms().ready()


# --- after a no -------------------------------------------------------------------------------------------------------
def declined(rooms: Rooms) -> str:
    here = rooms.taken()
    assert (
        rooms.browser(REVIEWER).post(f"{here}/reject", {"code": "not_a_fit", "reason": "No ward place."}).status == 303
    )
    return here


def test_a_no_shows_what_is_open_instead_with_price_and_starts(rooms: Rooms) -> None:
    builders.stored_program(
        rooms.store, id="cardiology-austin", name="Heart Clinic", place=builders.place(city="Austin", state="TX")
    )
    rooms.store.open_seats(
        "cardiology-austin", dict.fromkeys(("2027-W05", "2027-W06", "2027-W07", "2027-W08", *WEEKS[:3]), 1)
    )
    rooms.store.open_seats("cardiology-austin", dict.fromkeys(WEEKS, 1))
    tree = shown(
        rooms.browser(TRAINEE).get(declined(rooms)),
        200,
        "Not accepted",
        "No ward place.",
        "Open to you instead",
        "Heart Clinic",
        "Austin, TX",
        "$2,149.00",
        "Starts with a seat: Mon 1 March 2027.",
        never=("We found no other",),
    )
    assert primary(tree) == ["Apply there"]
    (link,) = tree.xpath("//a[contains(., 'Apply there')]/@href")
    shown(rooms.browser(TRAINEE).get(link), 200, "Heart Clinic", "Start the application")


def test_a_no_without_alternatives_says_whether_we_could_look(rooms: Rooms) -> None:
    shown(
        rooms.browser(TRAINEE).get(declined(rooms)),
        200,
        "We found no other open program",
        never=("Open to you instead",),
    )


def test_a_no_while_search_is_away_is_made_all_the_same_and_says_so(rooms: Rooms) -> None:
    rooms.search_index.fail()
    shown(rooms.browser(TRAINEE).get(declined(rooms)), 200, "Search was not available when this was decided")


# --- what is told while it waits --------------------------------------------------------------------------------------
def test_H12_the_timeline_counts_what_is_due_later_apart_and_names_what_was_overridden() -> None:
    later = (DocumentRule(kind="tb_test"), DocumentRule(kind="bls"))
    rooms = Rooms(guidelines=Guidelines(documents=later)).ready()
    shown(
        rooms.browser(TRAINEE).get(rooms.approved()),
        200,
        "2 guidelines due before the rotation starts",
        never=("0 of 2",),
    )
    rooms = Rooms(guidelines=Guidelines(languages=("English",), step2_ck_required=True, documents=later)).ready()
    here = rooms.taken()
    rooms.browser(REVIEWER).post(f"{here}/approve", {"override.step2_ck": "Sits it in May."})
    words = "1 of 2 guidelines met, 1 accepted with a reason, 2 due before the rotation starts"
    shown(rooms.browser(TRAINEE).get(here), 200, words)


def test_the_list_leads_to_each_next_step(rooms: Rooms) -> None:
    approved, draft = rooms.approved(), rooms.draft(key="key-2", start="")
    tree = shown(rooms.browser(TRAINEE).get("/applications"), 200)
    steps = dict(
        zip(
            tree.xpath("//main//a[contains(@class, 'button')]/text()"),
            tree.xpath("//main//a[contains(@class, 'button')]/@href"),
            strict=True,
        )
    )
    assert steps == {"Continue": draft, "Sign and reserve": f"/reservations/for/{approved.rsplit('/', 1)[1]}"}
    assert len(primary(tree)) == 1


@pytest.mark.parametrize("status", [ProgramStatus.PAUSED, ProgramStatus.RETIRED])
def test_H10_a_program_paused_between_approval_and_payment_is_explained_to_both(
    rooms: Rooms, status: ProgramStatus
) -> None:
    here = rooms.approved()
    builders.change(rooms.store, "PROGRAM", PROGRAM, {"status": status.value})
    tree = shown(
        rooms.browser(TRAINEE).get(here),
        200,
        "Approved, but the program is paused",
        "nothing is charged",
        "Mon 30 Nov 2026, 09:00 Chicago",
        "17:00 for you in Cairo",
    )
    assert primary(tree) == []
    assert rooms.in_workspace(rooms.api(TRAINEE)).get("/workspace").json["hub"]["tasks"] == []
    shown(rooms.browser(REVIEWER).get(here), 200, "This program is paused")
    builders.change(rooms.store, "PROGRAM", PROGRAM, {"status": "LIVE"})
    assert primary(shown(rooms.browser(TRAINEE).get(here), 200)) == ["Sign and reserve"]


@pytest.mark.parametrize("status", [ProgramStatus.PAUSED, ProgramStatus.RETIRED])
def test_H10_a_draft_of_a_paused_program_says_so_and_offers_no_way_to_send_it(
    rooms: Rooms, status: ProgramStatus
) -> None:
    here = rooms.draft()
    assert rooms.api(TRAINEE).get(here).json["draft"]["prospect"]["ready"] is True
    builders.change(rooms.store, "PROGRAM", PROGRAM, {"status": status.value})
    tree = shown(
        rooms.browser(TRAINEE).get(here),
        200,
        "takes no applications at present",
        "kept as it is",
        "You need to do nothing now",
        never=("You need to send it",),
    )
    assert rooms.api(TRAINEE).get(here).json["draft"]["prospect"]["ready"] is False
    assert primary(tree) == ["Look for another program"]
    assert not tree.xpath("//*[@data-autosave] | //form[contains(@action, '/submit')]//button")
    shown(rooms.browser(TRAINEE).post(f"{here}/submit", {}), 409, "takes no applications at present")


def test_H10_a_program_paused_while_an_application_waits_is_approved_for_only_once_it_goes_on(rooms: Rooms) -> None:
    here = rooms.taken()
    builders.change(rooms.store, "PROGRAM", PROGRAM, {"status": "PAUSED"})
    shown(rooms.browser(TRAINEE).get(here), 200, "The program is paused at present")
    shown(
        rooms.browser(REVIEWER).post(f"{here}/approve", {}),
        409,
        "takes no applications at present",
        "This program is paused",
    )
    builders.change(rooms.store, "PROGRAM", PROGRAM, {"status": "LIVE"})
    assert rooms.browser(REVIEWER).post(f"{here}/approve", {}).location == here


def test_T20_what_is_promised_about_the_host_follows_what_it_did() -> None:
    rooms = Rooms(review_mode=ReviewMode.HOST).ready()
    here = rooms.taken()
    trainee, id = rooms.browser(TRAINEE), here.rsplit("/", 1)[1]
    shown(trainee.get(here), 200, "first look; host reviews take 5 days or more")
    rooms.browser(REVIEWER).post(f"{here}/route")
    shown(trainee.get(here), 200, "The host is reading it", "Sat 28 Nov 2026, 09:00 Chicago", "17:00 for you in Cairo")
    secret = rooms.store.text(str(rooms.store.load("APPLICATION", id).state["host"]["link_ref"]))
    assert secret is not None
    rooms.browser().post(f"{here}/recommend/{secret['secret']}", {"answer": "yes"})
    shown(trainee.get(here), 200, "the host has answered; your reviewer decides", never=("first look",))


def test_H12_a_host_that_changes_its_guidelines_meanwhile_changes_nothing_and_the_trainee_reads_so(
    rooms: Rooms,
) -> None:
    here = rooms.sent()
    builders.change(
        rooms.store, "PROGRAM", PROGRAM, {"guidelines": Guidelines(languages=("Spanish",)).model_dump(mode="json")}
    )
    shown(
        rooms.browser(TRAINEE).get(here),
        200,
        "The host has changed what it asks for",
        "you need to do nothing about this",
    )
