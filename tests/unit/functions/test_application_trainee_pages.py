"""The applications room as a trainee meets it: every page in every state, every refusal with the input kept, the same
in JSON."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.domain.applications.application_machine import ApplicationStatus
from shared.domain.programs.program import ReviewMode
from shared.ports import Stored
from tests.builders import PROGRAM, REVIEWER, TRAINEE
from tests.unit.functions.application_rooms import OTHER, WISH, Rooms, primary, shown

START = f"/applications/start?program={PROGRAM}&start=2027-03-01&weeks=4&experience_type=hands_on"


@pytest.fixture
def rooms() -> Rooms:
    return Rooms().ready()


def patched(rooms: Rooms, here: str, **state: object) -> None:
    """A state that another slice would have brought about."""
    id = here.rsplit("/", 1)[1]
    old = rooms.store.load("APPLICATION", id)
    rooms.store.states[("APPLICATION", id)] = Stored(old.kind, old.id, {**old.state, **state}, old.version, old.head)


# --- before -----------------------------------------------------------------------------------------------------------
def test_T14_a_stranger_is_led_to_sign_in_and_back_to_the_same_wish(rooms: Rooms) -> None:
    answer = rooms.browser().get(START)
    assert answer.status == 303
    asked = "program%3Dcardiology-chicago%26start%3D2027-03-01%26weeks%3D4%26experience_type%3Dhands_on"
    next = f"/applications/start%3F{asked}"
    assert answer.location == f"/accounts/sign-in?next={next}"
    assert rooms.api().get(START).status == 401


def test_the_page_before_applying_shows_bill_verdicts_and_seats_and_writes_nothing(rooms: Rooms) -> None:
    commits = rooms.store.commits
    tree = shown(
        rooms.browser(TRAINEE).get(START),
        200,
        "Hands-on is open to you",
        "2 seats free",
        "$699.00",
        "$1,450.00",
        "$2,149.00",
    )
    assert "Fri 15 January 2027" in tree.text_content()
    assert primary(tree) == ["Start the application"]
    assert rooms.store.commits == commits


def test_T01_without_a_profile_the_page_says_what_to_complete() -> None:
    tree = shown(Rooms().browser(TRAINEE).get(START), 200, "Complete your profile")
    assert "/accounts/profile" in tree.xpath("//main//a/@href")


def test_T07_the_page_says_why_an_observership_is_not_open_to_a_student() -> None:
    rooms = Rooms(experience_types=("hands_on", "observership")).ready()
    shown(
        rooms.browser(TRAINEE).get(START.replace("hands_on", "observership")),
        200,
        "Observership is not open to you",
        "for graduates",
    )


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("start=2027-03-02", "not a Monday"),
        ("start=2026-11-16", "in the past"),
        ("start=2029-01-01", "more than 2 years away"),
        ("start=2027-03-01&weeks=9", "not a length"),
        ("start=2027-06-07", "No free seat in the week of Mon 7 June 2027"),
        ("", "No start is chosen yet"),
    ],
)
def test_H17_the_page_explains_a_start_that_cannot_be_had(rooms: Rooms, query: str, words: str) -> None:
    shown(rooms.browser(TRAINEE).get(f"/applications/start?program={PROGRAM}&{query}"), 200, words)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/applications/start?program=nowhere", 404),
        ("/applications/start", 404),
        (f"/applications/start?program={PROGRAM}&start=soon", 422),
        (f"/applications/start?program={PROGRAM}&weeks=0", 422),
        (f"/applications/start?program={PROGRAM}&weaks=4", 422),
    ],
)
def test_a_query_that_makes_no_sense_is_refused(rooms: Rooms, path: str, status: int) -> None:
    assert rooms.api(TRAINEE).get(path).status == status
    shown(rooms.browser(TRAINEE).get(path), status)


# --- a draft ----------------------------------------------------------------------------------------------------------
def test_starting_leads_to_the_draft_and_twice_to_the_same_one(rooms: Rooms) -> None:
    here = rooms.draft()
    assert rooms.draft() == here
    tree = shown(
        rooms.browser(TRAINEE).get(here),
        200,
        "Not sent yet",
        "90 d",
        "Next to act: you",
        "CV, version 1",
        "You need to send it",
    )
    assert primary(tree) == ["Send the application"]
    again = rooms.api(TRAINEE).post("/applications", WISH | {"weeks": 4}, idempotency_key="api-1")
    assert (again.status, again.json["status"]) == (201, "DRAFT")


def test_a_reused_key_for_another_wish_is_refused(rooms: Rooms) -> None:
    rooms.draft()
    answer = rooms.api(TRAINEE).post("/applications", {**WISH, "credit_wish": True}, idempotency_key="key-1")
    assert (answer.status, answer.json["type"]) == (409, "/problems/idempotency-key-reused")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({**WISH, "start": "2027-03-02"}, 422),
        ({**WISH, "seats": "1"}, 422),
        ({**WISH, "weeks": "many"}, 422),
        ({**WISH, "program_id": "nowhere"}, 404),
        ({}, 422),
        ("not json", 400),
    ],
)
def test_a_start_that_cannot_be_is_refused_and_changes_nothing(
    rooms: Rooms, body: dict[str, str] | str, status: int
) -> None:
    commits = rooms.store.commits
    answer = rooms.api(TRAINEE).post("/applications", body, content_type="application/json")
    assert (answer.status, answer.headers["Content-Type"]) == (status, "application/problem+json")
    assert answer.json["remedy"]
    assert rooms.store.commits == commits


def test_a_draft_without_a_cv_offers_the_upload_first() -> None:
    rooms = Rooms()
    rooms.facts()
    tree = shown(rooms.browser(TRAINEE).get(rooms.draft()), 200, "None is stored yet")
    assert primary(tree) == ["Upload this CV"]
    form = tree.xpath("//form[@enctype='multipart/form-data']")[0]
    back = form.xpath(".//input[@name='success_action_redirect']/@value")[0]
    assert "kind=cv" in back
    assert "next=%2Fapplications%2F" in back


def test_saving_keeps_what_was_chosen(rooms: Rooms) -> None:
    here = rooms.draft(start="")
    browser = rooms.browser(TRAINEE)
    assert browser.post(f"{here}/save", {"start": "2027-03-01", "weeks": "4", "credit_wish": "true"}).location == here
    tree = shown(browser.get(here), 200, "School credit wished")
    assert tree.xpath("//select[@name='start']/option[@selected]/@value") == ["2027-03-01"]
    assert tree.xpath("//input[@name='credit_wish'][@checked]/@value") == ["true"]


def test_a_refused_form_comes_back_with_what_was_typed_and_says_what_to_do(rooms: Rooms) -> None:
    here = rooms.draft()
    answer = rooms.browser(TRAINEE).post(f"{here}/save", {"start": "2027-03-02", "weeks": "4", "credit_wish": "true"})
    tree = shown(answer, 422, "not a Monday", "Choose Mon 1 March 2027")
    assert tree.xpath("//div[@role='alert']//a/@href") == ["#f-start"]
    assert tree.xpath("//input[@name='credit_wish'][@checked]/@value") == ["true"]


def test_T15_sending_without_a_cv_comes_back_and_points_to_the_upload() -> None:
    rooms = Rooms()
    rooms.facts()
    here = rooms.draft()
    tree = shown(rooms.browser(TRAINEE).post(f"{here}/submit", {"start": "2027-03-01"}), 422, "The CV is missing")
    assert tree.xpath("//div[@role='alert']//a/@href") == ["#f-cv"]


def test_T07_sending_what_one_is_not_eligible_for_comes_back_with_the_reason() -> None:
    rooms = Rooms(experience_types=("hands_on", "observership")).ready()
    here = rooms.draft(experience_type="observership")
    shown(rooms.browser(TRAINEE).post(f"{here}/submit", {}), 409, "observerships are for graduates")
    answer = rooms.api(TRAINEE).post(f"{here}/submit", {})
    assert answer.json["reasons"][0]["requirement"] == "T07"


def test_a_second_application_for_the_same_start_is_refused_and_names_the_first(rooms: Rooms) -> None:
    first, second = rooms.sent(), rooms.draft(key="key-2")
    answer = rooms.api(TRAINEE).post(f"{second}/submit", {})
    assert (answer.status, answer.json["application_id"]) == (409, first.rsplit("/", 1)[1])
    shown(rooms.browser(TRAINEE).post(f"{second}/submit", {}), 409, "You have an open application")


def test_T12_a_start_without_a_seat_is_refused_as_sold_out(rooms: Rooms) -> None:
    here = rooms.draft(start="2027-06-07")
    answer = rooms.api(TRAINEE).post(f"{here}/submit", {})
    assert (answer.status, answer.json["type"]) == (409, "/problems/sold-out")
    shown(
        rooms.browser(TRAINEE).post(f"{here}/submit", {}), 409, "There is no free seat in the week of Mon 7 June 2027"
    )


# --- sent -------------------------------------------------------------------------------------------------------------
def test_T17_T18_a_sent_application_shows_who_acts_by_when_in_both_zones(rooms: Rooms) -> None:
    here = rooms.sent()
    browser = rooms.browser(TRAINEE)
    tree = shown(
        browser.get(here),
        200,
        "Waiting for a reviewer",
        "Next to act: a reviewer",
        "Tue 24 Nov 2026, 09:00 Chicago",
        "17:00 for you in Cairo",
        "You need to do nothing.",
        "$2,149.00",
        "Sent with a CV",
    )
    assert tree.xpath("//ol[@class='timeline']/li[@class='now']//strong/text()") == ["It waits for a reviewer"]
    rooms.browser(REVIEWER).post(f"{here}/claim")
    shown(browser.get(here), 200, "Your reviewer is reading it", "A reviewer took it up")
    assert primary(tree) == []


def test_T18_overdue_is_told_at_the_very_second(rooms: Rooms) -> None:
    here = rooms.sent()
    rooms.clock.move(timedelta(days=1, seconds=-1))
    assert rooms.api(TRAINEE).get(here).json["standing"]["overdue"] is False
    rooms.clock.move(timedelta(seconds=1))
    assert rooms.api(TRAINEE).get(here).json["standing"]["overdue"] is True
    shown(rooms.browser(TRAINEE).get(here), 200, "We are late with this", "Was due from")


def test_T20_a_host_that_reviews_is_never_promised_sooner_than_five_days() -> None:
    rooms = Rooms(review_mode=ReviewMode.HOST).ready()
    shown(rooms.browser(TRAINEE).get(rooms.draft()), 200, "allow 5 days or more", never=("from 24 business hours",))
    shown(rooms.browser(TRAINEE).get(rooms.sent(key="key-2")), 200, "host reviews take 5 days or more")


def test_an_approved_application_counts_down_the_offer_and_leads_to_reserve(rooms: Rooms) -> None:
    here = rooms.approved()
    tree = shown(
        rooms.browser(TRAINEE).get(here),
        200,
        "Approved: reserve your seat",
        "Mon 30 Nov 2026, 09:00 Chicago",
        "You need to sign the clinical terms and pay by then",
    )
    assert primary(tree) == ["Sign and reserve"]
    assert f"/reservations/for/{here.rsplit('/', 1)[1]}" in tree.xpath("//main//a/@href")


def test_an_offer_that_ran_out_says_so_before_the_sweep_has_come_by(rooms: Rooms) -> None:
    here = rooms.approved()
    rooms.clock.move(timedelta(days=7))
    assert primary(shown(rooms.browser(TRAINEE).get(here), 200, "The offer has run out")) == []


def test_a_rejected_application_shows_code_words_and_a_way_on(rooms: Rooms) -> None:
    here = rooms.taken()
    body = {"code": "documents_unclear", "reason": "The CV has no dates. <b>Add</b> them."}
    assert rooms.browser(REVIEWER).post(f"{here}/reject", body).location == here
    tree = shown(
        rooms.browser(TRAINEE).get(here), 200, "Not accepted", "The documents leave questions open", "<b>Add</b> them"
    )
    assert "/programs?specialty=cardiology" in tree.xpath("//main//a/@href")


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ({"status": "CONVERTED", "live_reservation_id": "reservation-1"}, "The seat is yours"),
        ({"status": "CLOSED"}, "Closed"),
        ({"status": "EXPIRED", "ending": {"code": "offer"}}, "The offer has run out"),
        ({"status": "EXPIRED", "ending": {"code": "reply"}}, "The time to answer is over"),
        ({"status": "EXPIRED", "ending": {"code": "draft"}}, "Run out"),
        ({"status": "APPROVED", "live_reservation_id": "reservation-1"}, "A seat is held while you pay"),
        ({"status": "HOST_REVIEW"}, "The host is reading it"),
    ],
)
def test_every_other_state_has_its_page(rooms: Rooms, state: dict[str, str], words: str) -> None:
    here = rooms.approved()
    patched(rooms, here, **state)
    tree = shown(rooms.browser(TRAINEE).get(here), 200, words, "You need to")
    links = tree.xpath("//main//a/@href")
    assert ("/reservations/reservation-1" in links) == ("live_reservation_id" in state)


def test_withdrawing_ends_it_and_says_so(rooms: Rooms) -> None:
    here = rooms.sent()
    browser = rooms.browser(TRAINEE)
    assert browser.post(f"{here}/withdraw").location == here
    tree = shown(browser.get(here), 200, "Withdrawn", "You may apply again")
    assert not tree.xpath("//form[contains(@action, 'withdraw')]")


def test_a_draft_that_was_thrown_away_has_a_page_without_a_form(rooms: Rooms) -> None:
    here = rooms.draft()
    browser = rooms.browser(TRAINEE)
    browser.post(f"{here}/withdraw")
    tree = shown(browser.get(here), 200, "Withdrawn", "not fixed")
    assert not tree.xpath("//main//form")


# --- lists and whose --------------------------------------------------------------------------------------------------
def test_the_list_shows_each_application_with_its_clock(rooms: Rooms) -> None:
    shown(rooms.browser(TRAINEE).get("/applications"), 200, "No applications yet")
    rooms.sent()
    rooms.draft(key="key-2", start="")
    shown(rooms.browser(TRAINEE).get("/applications"), 200, "Waiting for a reviewer", "Not sent yet")
    assert [one["status"] for one in rooms.api(TRAINEE).get("/applications").json["applications"]] in (
        ["SUBMITTED", "DRAFT"],
        ["DRAFT", "SUBMITTED"],
    )


@pytest.mark.parametrize("step", ["", "/save", "/submit", "/withdraw"])
def test_somebody_elses_application_is_not_found(rooms: Rooms, step: str) -> None:
    here = rooms.sent()
    client, browser = rooms.api(OTHER), rooms.browser(OTHER)
    assert (client.post(here + step, {}) if step else client.get(here)).status == 404
    shown(browser.post(here + step, {}) if step else browser.get(here), 404, "We could not find that")


@pytest.mark.parametrize("step", ["claim", "approve", "reject"])
def test_a_trainee_cannot_decide(rooms: Rooms, step: str) -> None:
    here = rooms.sent()
    body = {"code": "other", "reason": "No."} if step == "reject" else {}
    assert rooms.api(TRAINEE).post(f"{here}/{step}", body).status == 403


def test_a_form_from_another_site_changes_nothing(rooms: Rooms) -> None:
    here = rooms.draft()
    assert rooms.browser(TRAINEE).post(f"{here}/submit", {}, origin="https://evil.example").status == 403
    assert rooms.api(TRAINEE).get(here).json["status"] == ApplicationStatus.DRAFT
