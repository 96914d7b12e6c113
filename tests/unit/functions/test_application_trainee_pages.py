"""The applications room as a trainee meets it: every page in every state, every refusal with the input kept, the same in JSON."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.domain.application import ApplicationStatus
from shared.domain.guidelines import DocumentRule, Guidelines, NeededBy
from shared.domain.program import ReviewMode
from shared.ports import Loaded
from tests import builders
from tests.builders import PROGRAM, REVIEWER, TRAINEE, WEEKS
from tests.unit.functions.application_rooms import OTHER, WISH, Rooms, primary, shown

START = f"/applications/start?program={PROGRAM}&start=2027-03-01&weeks=4&experience_type=hands_on"


@pytest.fixture
def rooms() -> Rooms:
    return Rooms().ready()


def patched(rooms: Rooms, here: str, **state: object) -> None:
    """A state that another slice would have brought about."""
    id = here.rsplit("/", 1)[1]
    old = rooms.store.load("APPLICATION", id)
    rooms.store.states[("APPLICATION", id)] = Loaded(old.kind, old.id, {**old.state, **state}, old.version, old.head)


# --- before -----------------------------------------------------------------------------------------------------------------------------
def test_T14_a_stranger_is_led_to_sign_in_and_back_to_the_same_wish(rooms: Rooms) -> None:
    answer = rooms.browser().get(START)
    assert answer.status == 303
    next = "/applications/start%3Fprogram%3Dcardiology-chicago%26start%3D2027-03-01%26weeks%3D4%26experience_type%3Dhands_on"
    assert answer.location == f"/accounts/sign-in?next={next}"
    assert rooms.api().get(START).status == 401


def test_the_page_before_applying_shows_bill_verdicts_and_seats_and_writes_nothing(rooms: Rooms) -> None:
    commits = rooms.store.commits
    tree = shown(rooms.browser(TRAINEE).get(START), 200, "Hands-on is open to you", "2 seats free", "$699.00", "$1,450.00", "$2,149.00")
    assert "Fri 15 January 2027" in tree.text_content()
    assert primary(tree) == ["Start the application"]
    assert rooms.store.commits == commits


def test_T01_without_a_profile_the_page_says_what_to_complete() -> None:
    tree = shown(Rooms().browser(TRAINEE).get(START), 200, "Complete your profile")
    assert "/accounts/profile" in tree.xpath("//main//a/@href")


def test_T07_the_page_says_why_an_observership_is_not_open_to_a_student() -> None:
    rooms = Rooms(experience_types=("hands_on", "observership")).ready()
    shown(rooms.browser(TRAINEE).get(START.replace("hands_on", "observership")), 200, "Observership is not open to you", "for graduates")


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


# --- a draft ----------------------------------------------------------------------------------------------------------------------------
def test_starting_leads_to_the_draft_and_twice_to_the_same_one(rooms: Rooms) -> None:
    here = rooms.draft()
    assert rooms.draft() == here
    tree = shown(rooms.browser(TRAINEE).get(here), 200, "Not sent yet", "90 d", "Next to act: you", "CV, version 1", "You need to send it")
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
def test_a_start_that_cannot_be_is_refused_and_changes_nothing(rooms: Rooms, body: dict[str, str] | str, status: int) -> None:
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
    shown(rooms.browser(TRAINEE).post(f"{here}/submit", {}), 409, "There is no free seat in the week of Mon 7 June 2027")


# --- sent -------------------------------------------------------------------------------------------------------------------------------
def test_T17_T18_a_sent_application_shows_who_acts_by_when_in_both_zones(rooms: Rooms) -> None:
    here = rooms.sent()
    browser = rooms.browser(TRAINEE)
    tree = shown(
        browser.get(here), 200, "Waiting for a reviewer", "Next to act: a reviewer", "Tue 24 Nov 2026, 09:00 Chicago",
        "17:00 for you in Cairo", "You need to do nothing.", "$2,149.00", "Sent with a CV",
    )  # fmt: skip
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
        rooms.browser(TRAINEE).get(here), 200, "Approved: reserve your seat", "Mon 30 Nov 2026, 09:00 Chicago",
        "You need to sign the clinical terms and pay by then",
    )  # fmt: skip
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
    tree = shown(rooms.browser(TRAINEE).get(here), 200, "Not accepted", "The documents leave questions open", "<b>Add</b> them")
    assert "/programs?specialty=cardiology" in tree.xpath("//main//a/@href")


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ({"status": "CONVERTED", "live_reservation_id": "reservation-1"}, "The seat is yours"),
        ({"status": "CLOSED"}, "Closed"),
        ({"status": "EXPIRED", "decision_code": "offer"}, "Run out"),
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


# --- lists and whose --------------------------------------------------------------------------------------------------------------------
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


# --- after a no -------------------------------------------------------------------------------------------------------------------------
def declined(rooms: Rooms) -> str:
    here = rooms.taken()
    assert rooms.browser(REVIEWER).post(f"{here}/reject", {"code": "not_a_fit", "reason": "No ward place."}).status == 303
    return here


def test_a_no_shows_what_is_open_instead_with_price_and_starts(rooms: Rooms) -> None:
    builders.stored_program(rooms.store, id="cardiology-austin", name="Heart Clinic", place=builders.place(city="Austin", state="TX"))
    rooms.store.open_seats("cardiology-austin", dict.fromkeys(WEEKS, 1))
    tree = shown(
        rooms.browser(TRAINEE).get(declined(rooms)), 200, "Not accepted", "No ward place.", "Open to you instead", "Heart Clinic",
        "Austin, TX", "$2,149.00", "Next starts with a seat: Mon 1 March 2027", never=("We found no other",),
    )  # fmt: skip
    assert primary(tree) == ["Apply there"]
    (link,) = tree.xpath("//a[contains(., 'Apply there')]/@href")
    shown(rooms.browser(TRAINEE).get(link), 200, "Heart Clinic", "Start the application")


def test_a_no_without_alternatives_says_whether_we_could_look(rooms: Rooms) -> None:
    shown(rooms.browser(TRAINEE).get(declined(rooms)), 200, "We found no other open program", never=("Open to you instead",))


def test_a_no_while_search_is_away_is_made_all_the_same_and_says_so(rooms: Rooms) -> None:
    rooms.search.fail()
    shown(rooms.browser(TRAINEE).get(declined(rooms)), 200, "Search was not available when this was decided")


# --- documents against the rotation's dates -----------------------------------------------------------------------------------------------
PAPERS = Guidelines(
    documents=(DocumentRule(kind="tb_test", max_age_days=90), DocumentRule(kind="bls", must_cover=True, needed_by=NeededBy.APPROVAL))
)


def test_T16_the_draft_lists_each_document_by_when_and_against_the_dates() -> None:
    rooms = Rooms(guidelines=PAPERS).ready()
    rooms.cv(id="document-2", kind="bls")
    here = rooms.draft()
    tree = shown(
        rooms.browser(TRAINEE).get(here), 200, "To apply", "Before approval", "Before the rotation starts",
        "issued on or after Tue 1 December 2026",
        "valid through Sun 28 March 2027", "Not there yet", "There, not read yet",
    )  # fmt: skip
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
        builders.change(rooms.store, "DOCUMENT", f"document-{number}", {"checked": "accepted", "issued": issued, "expires": expires})
    here = rooms.sent()
    papers = {one["kind"]: one["state"] for one in rooms.api(TRAINEE).get(here).json["papers"]}
    assert (papers["tb_test"], papers["bls"]) == states
    shown(rooms.browser(TRAINEE).get(here), 200, "Documents for this rotation")


def test_a_document_that_does_not_count_says_so_until_a_newer_one_comes() -> None:
    rooms = Rooms(guidelines=PAPERS).ready()
    rooms.cv(id="document-2", kind="bls")
    builders.change(rooms.store, "DOCUMENT", "document-2", {"checked": "declined"})
    here = rooms.draft()
    shown(rooms.browser(TRAINEE).get(here), 200, "The one you sent does not count")
    rooms.cv(id="document-3", kind="bls", number=2)
    shown(rooms.browser(TRAINEE).get(here), 200, "There, not read yet", never=("does not count",))


# --- duplicates, overlaps, length, near starts, credit ------------------------------------------------------------------------------------
def test_the_same_wish_sent_already_is_said_before_sending_it_again(rooms: Rooms) -> None:
    sent, here = rooms.sent(), rooms.draft(key="key-2")
    tree = shown(rooms.browser(TRAINEE).get(here), 200, "You have sent this application already", "One application per program and start")
    assert sent in tree.xpath("//main//a/@href")
    assert "Send the application" not in primary(tree)
    shown(rooms.browser(TRAINEE).post(f"{here}/submit", {}), 409, "You have an open application for this program and start")


def test_an_open_application_elsewhere_for_these_weeks_is_explained_and_does_not_stop(rooms: Rooms) -> None:
    builders.stored_program(rooms.store, id="cardiology-austin", name="Heart Clinic")
    rooms.store.open_seats("cardiology-austin", dict.fromkeys(WEEKS, 1))
    other = rooms.sent(program_id="cardiology-austin")
    here = rooms.draft(key="key-2")
    tree = shown(rooms.browser(TRAINEE).get(here), 200, "You have another application for these weeks", "Heart Clinic", "Both may wait")
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
    shown(rooms.browser(TRAINEE).get(here), 200, *([words, "You may apply all the same"] if near else []), never=() if near else (words,))
    assert rooms.browser(TRAINEE).post(f"{here}/submit", {}).location == here


@pytest.mark.parametrize(("friendly", "words"), [(True, "has said that it gives credit"), (False, "it may say no")])
def test_H14_a_school_credit_wish_says_what_it_sets_going_and_is_kept(friendly: bool, words: str) -> None:
    rooms = Rooms(credit_friendly=friendly).ready()
    here = rooms.draft()
    shown(rooms.browser(TRAINEE).get(here), 200, "the host then has 48 hours", words)
    rooms.browser(TRAINEE).post(f"{here}/save", {"credit_wish": "true"})
    assert rooms.api(TRAINEE).get(here).json["credit_wish"] is True


def test_a_draft_saves_itself_where_it_can_and_says_when_it_was_saved(rooms: Rooms) -> None:
    here = rooms.draft()
    tree = shown(rooms.browser(TRAINEE).get(here), 200, "Saved Mon 23 Nov 2026, 17:00 Cairo.")
    assert tree.xpath("//form/@data-autosave") == [f"{here}/save"]
    assert tree.xpath("//form[@data-autosave]//*[@role='status'][@data-said]")
    rooms.clock.move(timedelta(minutes=5))
    rooms.browser(TRAINEE).post(f"{here}/save", {"credit_wish": "true"})
    shown(rooms.browser(TRAINEE).get(here), 200, "Saved Mon 23 Nov 2026, 17:05 Cairo.")
