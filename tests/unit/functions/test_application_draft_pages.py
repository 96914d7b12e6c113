"""A draft's page: documents against the rotation's dates, what else one has in these weeks, near starts, lengths,
credit, autosave."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.domain.documents.rules import DocumentRule, NeededBy
from shared.domain.programs.guidelines import Guidelines
from tests import builders
from tests.builders import PROGRAM, REVIEWER, TRAINEE, WEEKS
from tests.unit.functions.application_rooms import COORDINATOR, Rooms, primary, shown

START = f"/applications/start?program={PROGRAM}&start=2027-03-01&weeks=4&experience_type=hands_on"
WISH_LEFT = {"weeks": "4", "experience_type": "hands_on", "credit_wish": "false"}


@pytest.fixture
def rooms() -> Rooms:
    return Rooms().ready()


# --- documents against the rotation's dates ---------------------------------------------------------------------------
PAPERS = Guidelines(
    documents=(
        DocumentRule(kind="tb_test", max_age_days=90),
        DocumentRule(kind="bls", must_cover=True, needed_by=NeededBy.APPROVAL),
    )
)


def test_T16_the_draft_lists_each_document_by_when_and_against_the_dates() -> None:
    rooms = Rooms(guidelines=PAPERS).ready()
    rooms.cv(id="document-2", kind="bls")
    here = rooms.draft()
    tree = shown(
        rooms.browser(TRAINEE).get(here),
        200,
        "To apply",
        "Before approval",
        "Before the rotation starts",
        "issued on or after Tue 1 December 2026",
        "valid through Sun 28 March 2027",
        "Not uploaded yet",
        "Uploaded, not read yet",
    )
    (form,) = tree.xpath("//form[@action='/documents/uploads'][.//input[@value='tb_test']]")
    assert form.xpath(".//input[@name='next']/@value") == [here]
    states = {one["kind"]: one["state"] for one in rooms.api(TRAINEE).get(here).json["draft"]["prospect"]["papers"]}
    assert states == {"cv": "accepted", "tb_test": "missing", "bls": "uploaded"}


@pytest.mark.parametrize(
    ("issued", "expires", "states"),
    [
        ("2026-12-01", "2027-03-28", ("accepted", "accepted")),
        ("2026-11-30", "2027-03-27", ("too_old", "too_short")),
        (None, None, ("undated", "undated")),
    ],
)
def test_T16_after_a_reviewer_read_them_their_dates_decide_to_the_day(
    issued: str | None, expires: str | None, states: tuple[str, str]
) -> None:
    rooms = Rooms(guidelines=PAPERS).ready()
    for number, kind in enumerate(("tb_test", "bls"), 2):
        rooms.cv(id=f"document-{number}", kind=kind)
        builders.change(
            rooms.store, "DOCUMENT", f"document-{number}", {"checked": "accepted", "issued": issued, "expires": expires}
        )
    here = rooms.sent()
    papers = {one["kind"]: one["state"] for one in rooms.api(TRAINEE).get(here).json["papers"]}
    assert (papers["tb_test"], papers["bls"]) == states
    shown(rooms.browser(TRAINEE).get(here), 200, "Documents for this rotation")


def test_a_document_that_does_not_count_says_so_until_a_newer_one_comes() -> None:
    rooms = Rooms(guidelines=PAPERS).ready()
    rooms.cv(id="document-2", kind="bls")
    builders.change(
        rooms.store, "DOCUMENT", "document-2", {"checked": "declined", "check_reason_ref": f"{TRAINEE}/why"}
    )
    rooms.store.texts[f"{TRAINEE}/why"] = {"text": "The card's back is missing."}
    here = rooms.draft()
    shown(rooms.browser(TRAINEE).get(here), 200, "The one you sent does not count", "The card's back is missing.")
    rooms.cv(id="document-3", kind="bls", number=2)
    shown(rooms.browser(TRAINEE).get(here), 200, "Uploaded, not read yet", never=("does not count",))


# --- duplicates, overlaps, length, near starts, credit ----------------------------------------------------------------
def test_the_same_wish_sent_already_is_said_before_sending_it_again(rooms: Rooms) -> None:
    sent, here = rooms.sent(), rooms.draft(key="key-2")
    tree = shown(
        rooms.browser(TRAINEE).get(here),
        200,
        "You have sent this application already",
        "One application per program and start",
    )
    assert sent in tree.xpath("//main//a/@href")
    assert "Send the application" not in primary(tree)
    shown(
        rooms.browser(TRAINEE).post(f"{here}/submit", {}),
        409,
        "You have an open application for this program and start",
    )


def test_an_open_application_elsewhere_for_these_weeks_is_explained_and_does_not_stop(rooms: Rooms) -> None:
    builders.stored_program(rooms.store, id="cardiology-austin", name="Heart Clinic")
    rooms.store.open_seats("cardiology-austin", dict.fromkeys(WEEKS, 1))
    other = rooms.sent(program_id="cardiology-austin")
    here = rooms.draft(key="key-2")
    tree = shown(
        rooms.browser(TRAINEE).get(here),
        200,
        "You have another application for these weeks",
        "Heart Clinic",
        "Both may wait",
    )
    assert other in tree.xpath("//main//a/@href")
    assert rooms.browser(TRAINEE).post(f"{here}/submit", {}).location == here
    rooms.browser(TRAINEE).post(f"{other}/withdraw")
    shown(rooms.browser(TRAINEE).get(rooms.draft(key="key-3", start="")), 200, never=("another application",))


def test_T12_a_length_with_a_full_week_names_that_week() -> None:
    rooms = Rooms(weeks_min=2, weeks_max=8).ready()
    rooms.store.open_seats(PROGRAM, {"2027-W13": 0, "2027-W14": 1})
    page = rooms.browser(TRAINEE).get(START.replace("weeks=4", "weeks=6"))
    shown(page, 200, "No free seat in the week of Mon 29 March 2027.", "Choose another start or another length")
    shown(rooms.browser(TRAINEE).get(START.replace("weeks=4", "weeks=3")), 200, "2 seats free in all of these weeks")
    shown(rooms.browser(TRAINEE).get(START.replace("weeks=4", "weeks=9")), 200, "2 to 8 weeks")


@pytest.mark.parametrize(("now", "near"), [("2026-12-01T15:00:00+00:00", False), ("2026-12-02T15:00:00+00:00", True)])
def test_T13_less_than_three_months_ahead_is_advised_and_not_stopped(rooms: Rooms, now: str, near: bool) -> None:
    rooms.clock.set(rooms.clock.now().fromisoformat(now))
    here = rooms.draft()
    words = "The start is less than 3 months away: a visa and travel may take longer."
    shown(
        rooms.browser(TRAINEE).get(here),
        200,
        *([words, "You may apply all the same"] if near else []),
        never=() if near else (words,),
    )
    assert rooms.browser(TRAINEE).post(f"{here}/submit", {}).location == here


@pytest.mark.parametrize(("friendly", "words"), [(True, "has said that it gives credit"), (False, "it may say no")])
def test_H14_a_school_credit_wish_says_what_it_sets_going_and_is_kept(friendly: bool, words: str) -> None:
    rooms = Rooms(credit_friendly=friendly).ready()
    here = rooms.draft()
    shown(rooms.browser(TRAINEE).get(here), 200, "the host then has 48 hours", words)
    rooms.browser(TRAINEE).post(f"{here}/save", {"credit_wish": "true"})
    assert rooms.api(TRAINEE).get(here).json["credit_wish"] is True


CONTACT = {
    "credit_contact": "Ilse Vandermeer",
    "credit_email": "electives@school.example",
    "credit_form": "Visiting rotation form B",
}


def test_H14_the_contact_at_the_school_is_read_by_trainee_and_staff_and_never_by_the_host(rooms: Rooms) -> None:
    here = rooms.draft()
    assert rooms.browser(TRAINEE).post(f"{here}/save", {"credit_wish": "true", **CONTACT}).location == here
    tree = shown(rooms.browser(TRAINEE).get(here), 200, "Who at your school asks for the form?")
    assert {name: tree.xpath(f"//input[@name='{name}']/@value")[0] for name in CONTACT} == CONTACT
    assert rooms.browser(TRAINEE).post(f"{here}/submit", {}).location == here
    rooms.browser(REVIEWER).post(f"{here}/claim")
    for reader in (TRAINEE, REVIEWER, COORDINATOR):
        shown(rooms.browser(reader).get(here), 200, *CONTACT.values())
    rooms.browser(REVIEWER).post(f"{here}/route")
    state = rooms.store.states[("APPLICATION", here.rsplit("/", 1)[1])].state
    link = f"{here}/recommend/{rooms.store.texts[state['host']['link_ref']]['secret']}"
    assert not any(word in rooms.api().get(link).body for word in CONTACT.values())
    rooms.people.erase(TRAINEE)
    shown(
        rooms.browser(COORDINATOR).get(here),
        200,
        "School credit wished",
        "No contact at the school is named",
        never=("Vandermeer",),
    )


def test_H14_an_emptied_contact_is_gone_and_one_left_out_stays(rooms: Rooms) -> None:
    here = rooms.draft()
    browser, api = rooms.browser(TRAINEE), rooms.api(TRAINEE)
    browser.post(f"{here}/save", {"credit_wish": "true", **CONTACT})
    browser.post(f"{here}/save", {"weeks": "4"})
    assert api.get(here).json["school"]["name"] == "Ilse Vandermeer"
    browser.post(f"{here}/save", dict.fromkeys(CONTACT, ""))
    assert api.get(here).json["school"] is None


def test_H14_a_mail_address_that_is_none_is_refused_beside_its_field_and_kept_to_be_corrected(rooms: Rooms) -> None:
    here = rooms.draft()
    refused = rooms.browser(TRAINEE).post(
        f"{here}/save", {"credit_wish": "true", **CONTACT, "credit_email": "electives"}
    )
    tree = shown(refused, 422, "Their mail address: This is not a mail address.", "or leave it empty")
    assert tree.xpath("//details[@open]//input[@name='credit_email'][@aria-invalid]/@value") == ["electives"]


def test_a_draft_saves_itself_where_it_can_and_says_when_it_was_saved(rooms: Rooms) -> None:
    here = rooms.draft()
    tree = shown(rooms.browser(TRAINEE).get(here), 200, "Saved Mon 23 Nov 2026, 17:00 Cairo.")
    assert tree.xpath("//form/@data-autosave") == [f"{here}/save"]
    assert tree.xpath("//form[@data-autosave]//*[@role='status'][@data-said]")
    rooms.clock.move(timedelta(minutes=5))
    rooms.browser(TRAINEE).post(f"{here}/save", {"credit_wish": "true"})
    shown(rooms.browser(TRAINEE).get(here), 200, "Saved Mon 23 Nov 2026, 17:05 Cairo.")


# --- a start taken back -----------------------------------------------------------------------------------------------
def test_T11_an_emptied_start_is_undecided_again_and_the_page_says_what_is_missing(rooms: Rooms) -> None:
    here = rooms.draft()
    assert rooms.browser(TRAINEE).post(f"{here}/save", {**WISH_LEFT, "start": ""}).location == here
    tree = shown(
        rooms.browser(TRAINEE).get(here),
        200,
        "No start is chosen yet: choose one before you send it.",
        "Choose a Monday",
    )
    assert tree.xpath("//select[@name='start']/option[@selected]/@value") == []
    assert rooms.api(TRAINEE).get(here).json["start"] is None


def test_T11_a_start_of_null_clears_it_and_one_left_out_keeps_it(rooms: Rooms) -> None:
    here = rooms.draft()
    assert rooms.api(TRAINEE).post(f"{here}/save", {"weeks": 4}).json["start"] == "2027-03-01"
    assert rooms.api(TRAINEE).post(f"{here}/save", {"start": None}).json["start"] is None


@pytest.mark.parametrize("empty", ["", "   "])
def test_T11_nobody_sends_the_start_that_they_have_just_emptied(rooms: Rooms, empty: str) -> None:
    here = rooms.draft()
    tree = shown(
        rooms.browser(TRAINEE).post(f"{here}/submit", {**WISH_LEFT, "start": empty}), 422, "No start is chosen yet."
    )
    assert tree.xpath("//select[@name='start']/option[@selected]/@value") == []
    found = rooms.api(TRAINEE).get(here).json
    assert (found["status"], found["start"]) == ("DRAFT", "2027-03-01")


def test_what_was_emptied_is_still_empty_when_the_rest_is_refused(rooms: Rooms) -> None:
    here = rooms.draft()
    tree = shown(
        rooms.browser(TRAINEE).post(f"{here}/save", {"start": "", "weeks": "9"}), 422, "9 weeks is not a length"
    )
    assert tree.xpath("//select[@name='start']/option[@selected]/@value") == []
