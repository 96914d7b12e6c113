"""The applications room as staff meet it: verdicts beside documents, rivals for the seat, and decisions with their
grounds (H12)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from shared.domain.core.instants import iso
from shared.domain.documents.rules import DocumentRule, NeededBy
from shared.domain.programs.guidelines import Guidelines
from shared.domain.programs.program import ReviewMode
from shared.domain.reservations.reservation import ReservationStatus
from shared.domain.trainees.trainee import TraineeStatus
from shared.ports import SeatMove, UnitOfWork
from shared.services.applications.state_changes import open_claim
from tests import builders
from tests.builders import PROGRAM, REVIEWER, TRAINEE
from tests.fakes.clock import START
from tests.unit.functions.application_rooms import COLLEAGUE, COORDINATOR, FINANCE, OTHER, Rooms, primary, shown
from tests.unit.services.waitlist.waitlist_scene import Line

STEP2 = Guidelines(step2_ck_required=True, languages=("English",))


@pytest.fixture
def rooms() -> Rooms:
    return Rooms().ready()


def test_a_draft_does_not_exist_for_staff(rooms: Rooms) -> None:
    here = rooms.draft()
    assert rooms.api(REVIEWER).get(here).status == 404
    assert rooms.api(COORDINATOR).get(here).status == 404


def test_a_waiting_application_asks_to_be_taken_first(rooms: Rooms) -> None:
    here = rooms.sent()
    tree = shown(
        rooms.browser(REVIEWER).get(here),
        200,
        "Amara Okafor for Inpatient Cardiology",
        "Waits for a reviewer",
        "You need to take it",
        "Students may do hands-on rotations",
        "2 seats free",
        "0 other applications",
        "Universidad del Valle",
        never=("With your reviewer",),
    )
    assert primary(tree) == ["Take it"]
    assert "/documents/document-1/file" in tree.xpath("//main//a/@href")


def test_H12_the_taken_one_shows_each_guideline_and_asks_a_reason_for_each_open_one() -> None:
    rooms = Rooms(guidelines=STEP2).ready()
    here = rooms.taken()
    tree = shown(
        rooms.browser(REVIEWER).get(here),
        200,
        "1 of 2 met",
        "USMLE Step 2 CK passed",
        "Speaks English",
        "Taken by Nora Feldspar until Mon 23 Nov 2026, 13:00 Chicago",
        "until Mon 30 Nov 2026, 09:00 Chicago",
    )
    assert primary(tree) == ["Approve"]
    assert tree.xpath("//textarea[starts-with(@name, 'override.')]/@name") == ["override.step2_ck"]


def test_H12_approving_through_the_form_with_a_reason_stores_and_shows_it() -> None:
    rooms = Rooms(guidelines=STEP2).ready()
    here = rooms.taken()
    browser = rooms.browser(REVIEWER)
    shown(
        browser.post(f"{here}/approve", {}),
        409,
        "Not met: USMLE Step 2 CK passed",
        "override each of them with a reason",
    )
    assert browser.post(f"{here}/approve", {"override.step2_ck": "Sits it in May."}).location == here
    shown(browser.get(here), 200, "Approved", "Overridden", "Sits it in May.", "waits for the trainee to reserve")


def test_H12_approving_in_json_names_the_overrides() -> None:
    rooms = Rooms(guidelines=STEP2).ready()
    here = rooms.taken()
    refused = rooms.api(REVIEWER).post(f"{here}/approve", {})
    assert (refused.status, refused.json["codes"]) == (409, ["step2_ck"])
    body = {"overrides": [{"code": "step2_ck", "reason": "Sits it in May."}]}
    answer = rooms.api(REVIEWER).post(f"{here}/approve", body).json
    assert (answer["status"], answer["review"]["overrides"]) == ("APPROVED", body["overrides"])


@pytest.mark.parametrize(
    "body",
    [
        {"overrides": [{"code": "step2_ck", "reason": "  "}]},
        {"overrides": [{"code": "step2_ck", "reason": "x" * 2001}]},
        {"overrides": [{"code": "step2_ck"}]},
        {"overrides": [{"code": "languages", "reason": "It is met."}]},
        {"overrides": "step2_ck"},
        {"approved": True},
        {"step1_verified": "perhaps"},
    ],
)
def test_H12_a_decision_that_is_not_whole_is_refused_and_changes_nothing(body: dict[str, Any]) -> None:
    rooms = Rooms(guidelines=STEP2).ready()
    here = rooms.taken()
    commits = rooms.store.commits
    assert rooms.api(REVIEWER).post(f"{here}/approve", body).status == 422
    assert rooms.store.commits == commits


def test_T09_a_graduate_needs_the_tick_that_the_score_report_was_seen() -> None:
    rooms = Rooms().ready()
    rooms.facts(trainee_status=TraineeStatus.GRADUATE, step1_verified=False, expected_graduation=None)
    here = rooms.taken()
    browser = rooms.browser(REVIEWER)
    tree = shown(browser.get(here), 200, "needs a verified Step 1 score report", "Passed, declared")
    assert tree.xpath("//input[@type='checkbox']/@name") == ["step1_verified"]
    shown(browser.post(f"{here}/approve", {}), 409, "needs a verified Step 1 score report")
    assert browser.post(f"{here}/approve", {"step1_verified": "yes"}).location == here
    shown(browser.get(here), 200, "Passed, verified")


def test_declining_needs_both_and_comes_back_open_with_what_was_typed(rooms: Rooms) -> None:
    here = rooms.taken()
    browser = rooms.browser(REVIEWER)
    tree = shown(browser.post(f"{here}/reject", {"reason": "No clinical year."}), 422, "Reason: Please fill this in.")
    assert tree.xpath("//details[@open]//textarea[@name='reason']")[0].text.strip() == "No clinical year."
    assert browser.post(f"{here}/reject", {"code": "not_a_fit", "reason": "No clinical year."}).location == here
    shown(browser.get(here), 200, "Not accepted", "Your experience does not fit", "No clinical year.")


def test_a_colleague_sees_who_has_it_and_has_no_buttons(rooms: Rooms) -> None:
    here = rooms.taken()
    tree = shown(
        rooms.browser(COLLEAGUE).get(here),
        200,
        "Taken by Nora Feldspar",
        "You need to do nothing: Nora Feldspar has it",
    )
    assert not tree.xpath("//main//form")
    shown(rooms.browser(COLLEAGUE).post(f"{here}/claim"), 409, "Another reviewer has taken this application")


def test_a_coordinator_reads_but_does_not_decide(rooms: Rooms) -> None:
    here = rooms.sent()
    assert not shown(rooms.browser(COORDINATOR).get(here), 200, "Amara Okafor").xpath("//main//form")
    for step in ("claim", "approve"):
        assert rooms.api(COORDINATOR).post(f"{here}/{step}", {}).status == 403


def test_finance_has_no_business_here(rooms: Rooms) -> None:
    assert rooms.api(FINANCE).get(rooms.sent()).status == 403


def test_rivals_are_open_applications_that_need_one_of_the_same_weeks(rooms: Rooms) -> None:
    here = rooms.sent()
    rooms.facts(OTHER)
    rooms.cv(OTHER, "document-2")
    theirs = (
        rooms.browser(OTHER)
        .post(
            "/applications",
            {"program_id": "cardiology-chicago", "experience_type": "hands_on", "start": "2027-03-01", "weeks": "4"},
        )
        .location
    )
    reviewer = rooms.api(REVIEWER)
    assert reviewer.get(here).json["review"]["rivals"] == []
    rooms.browser(OTHER).post(f"{theirs}/submit", {})
    assert [one["trainee"] for one in reviewer.get(here).json["review"]["rivals"]] == ["Bela Novak"]
    reviewer.post(f"{theirs}/claim")
    reviewer.post(f"{theirs}/approve", {})
    assert [one["trainee"] for one in reviewer.get(here).json["review"]["rivals"]] == ["Bela Novak"]
    rooms.browser(OTHER).post(f"{theirs}/withdraw")
    assert reviewer.get(here).json["review"]["rivals"] == []


def test_an_application_for_later_weeks_is_no_rival(rooms: Rooms) -> None:
    here = rooms.sent()
    rooms.store.open_seats("cardiology-chicago", {f"2027-W{week}": 2 for week in range(13, 17)})
    later = rooms.sent(key="key-2", start="2027-03-29")
    rooms.store.open_seats("cardiology-chicago", {f"2027-W{week}": 2 for week in range(17, 20)})
    rooms.sent(key="key-3", start="2027-04-19")
    counts = [len(rooms.api(REVIEWER).get(one).json["review"]["rivals"]) for one in (here, later)]
    assert counts == [0, 1]


def test_T18_an_overdue_review_says_so_to_the_second(rooms: Rooms) -> None:
    here = rooms.sent()
    rooms.clock.move(timedelta(days=1, seconds=-1))
    assert rooms.api(REVIEWER).get(here).json["review"]["overdue"] is False
    rooms.clock.move(timedelta(seconds=1))
    shown(rooms.browser(REVIEWER).get(here), 200, "Overdue", "Was due from a reviewer")


def test_a_person_who_was_erased_leaves_a_page_without_them(rooms: Rooms) -> None:
    here = rooms.taken()
    rooms.browser(REVIEWER).post(f"{here}/reject", {"code": "other", "reason": "Personal words."})
    rooms.people.erase(TRAINEE)
    shown(
        rooms.browser(REVIEWER).get(here),
        200,
        "Name erased",
        "The profile is gone",
        never=("Personal words", "Amara Okafor"),
    )


def test_a_reviewer_who_also_applies_sees_the_own_application_as_a_trainee() -> None:
    rooms = Rooms()
    rooms.person("both-1", ("trainee", "reviewer"), "Iris Both")
    rooms.facts("both-1")
    rooms.cv("both-1")
    wish = {"program_id": "cardiology-chicago", "experience_type": "hands_on", "start": "2027-03-01", "weeks": "4"}
    browser = rooms.browser("both-1")
    here = browser.post("/applications", wish).location
    shown(browser.get(here), 200, "Not sent yet")
    browser.post(f"{here}/submit", {})
    shown(browser.get(here), 200, "Waiting for a reviewer", "What you sent")
    assert browser.post(f"{here}/claim").status == 403


# --- documents --------------------------------------------------------------------------------------------------------
BLS = Guidelines(
    documents=(DocumentRule(kind="bls", must_cover=True, needed_by=NeededBy.APPROVAL),), cv_language="Spanish"
)


def test_documents_come_before_the_decision_and_each_guideline_names_what_to_read() -> None:
    rooms = Rooms(guidelines=BLS).ready()
    rooms.cv(id="document-2", kind="bls")
    tree = shown(
        rooms.browser(REVIEWER).get(rooms.taken()), 200, "Not read yet", "Read: BLS, version 1", "Read: CV, version 1"
    )
    order = [node.get("id") for node in tree.xpath("//*[@id='papers' or @id='rules' or @id='seats' or @id='approve']")]
    assert order == ["papers", "rules", "seats", "approve"]


def test_what_a_reviewer_read_on_a_document_decides_its_guideline_and_is_shown() -> None:
    rooms = Rooms(guidelines=BLS).ready()
    rooms.cv(id="document-2", kind="bls")
    here, browser = rooms.taken(), rooms.browser(REVIEWER)
    form = {"issued": "2026-01-05", "expires": "2027-03-20", "why": "", "verdict": "accepted"}
    assert browser.post(f"{here}/documents/document-2/check", form).location == here
    shown(
        browser.get(here), 200, "Counts", "Expires Sat 20 March 2027, before the last day of the rotation", "0 of 2 met"
    )
    assert browser.post(f"{here}/documents/document-2/check", {**form, "expires": "2028-01-04"}).location == here
    assert (
        browser.post(f"{here}/documents/document-1/check", {"verdict": "accepted", "language": "Spanish"}).location
        == here
    )
    shown(browser.get(here), 200, "2 of 2 met", never=("before the last day",))


def test_a_note_on_a_document_that_is_refused_comes_back_open_with_what_was_typed() -> None:
    rooms = Rooms(guidelines=BLS).ready()
    rooms.cv(id="document-2", kind="bls")
    here, browser = rooms.taken(), rooms.browser(REVIEWER)
    answer = browser.post(
        f"{here}/documents/document-2/check", {"issued": "2026-12-24", "verdict": "accepted", "why": ""}
    )
    tree = shown(answer, 422, "Issued: A document that is here was issued by today.")
    assert tree.xpath("//details[@open]//input[@id='f-issued']/@value") == ["2026-12-24"]
    tree = shown(
        browser.post(f"{here}/documents/document-2/check", {"verdict": "declined", "why": ""}), 422, "needs to know why"
    )
    assert (
        browser.post(
            f"{here}/documents/document-2/check", {"verdict": "declined", "why": "Page 2 is missing."}
        ).location
        == here
    )
    shown(browser.get(here), 200, "Does not count", "Page 2 is missing.")


@pytest.mark.parametrize(
    "body",
    [{"verdict": "perhaps"}, {"verdict": "accepted", "issued": "soon"}, {"verdict": "accepted", "language": "<b>"}],
)
def test_a_note_that_cannot_be_read_is_refused_and_changes_nothing(rooms: Rooms, body: dict[str, Any]) -> None:
    here = rooms.taken()
    commits = rooms.store.commits
    assert rooms.api(REVIEWER).post(f"{here}/documents/document-1/check", body).status == 422
    assert rooms.store.commits == commits


# --- what the host changed, and a host that decides too ---------------------------------------------------------------
def test_H12_guidelines_of_the_day_of_sending_decide_and_the_change_is_shown() -> None:
    rooms = Rooms(guidelines=Guidelines(languages=("English",))).ready()
    here = rooms.taken()
    changed = Guidelines(languages=("Spanish",), step2_ck_required=True).model_dump(mode="json")
    builders.change(rooms.store, "PROGRAM", "cardiology-chicago", {"guidelines": changed})
    shown(
        rooms.browser(REVIEWER).get(here),
        200,
        "The host has changed its guidelines since this was sent",
        "1 of 1 met",
        "Asked now, not then: USMLE Step 2 CK passed; Speaks Spanish.",
        "Asked then, not any more: Speaks English.",
    )
    assert rooms.browser(REVIEWER).post(f"{here}/approve", {}).location == here


def test_T19_a_host_that_decides_too_is_asked_first_and_the_page_offers_nothing_else() -> None:
    rooms = Rooms(review_mode=ReviewMode.HOST).ready()
    here, browser = rooms.taken(), rooms.browser(REVIEWER)
    tree = shown(browser.get(here), 200, "The host decides too", "You need to ask the host before you can approve")
    assert primary(tree) == ["Ask the host"]
    shown(browser.post(f"{here}/approve", {}), 409, "looks at applications itself and has not answered")
    assert browser.post(f"{here}/route").location == here
    shown(browser.get(here), 200, "Waits for the host")


def test_rivals_are_named_with_where_they_are_and_who_came_first(rooms: Rooms) -> None:
    here = rooms.sent()
    rooms.clock.move(timedelta(hours=1))
    rooms.facts(OTHER)
    rooms.cv(OTHER, "document-2")
    wish = {"program_id": "cardiology-chicago", "experience_type": "hands_on", "start": "2027-03-01", "weeks": "4"}
    theirs = rooms.browser(OTHER).post("/applications", wish).location
    rooms.browser(OTHER).post(f"{theirs}/submit", {})
    rooms.browser(REVIEWER).post(f"{theirs}/claim")
    rooms.browser(REVIEWER).post(f"{theirs}/ask", {"question": "Where?"})
    tree = shown(
        rooms.browser(REVIEWER).get(here),
        200,
        "1 other application",
        "Bela Novak",
        "With the trainee",
        "after this one",
    )
    assert theirs in tree.xpath("//main//a/@href")
    shown(rooms.browser(REVIEWER).get(theirs), 200, "Amara Okafor", "before this one")


def test_who_has_a_seat_holds_one_or_stands_in_line_is_told_apart_from_who_is_only_open(rooms: Rooms) -> None:
    here, held = rooms.sent(), Line().hold.reserved
    line = {"status": "WAITING", "number": 1, "since": iso(START)}
    status = {"line": {"waitlist": line}, "pays": {}, "paid": {"status": "CONVERTED"}}
    for name, change in status.items():
        rooms.person(f"trainee-{name}", name=f"Dr. {name.title()}")
        made = builders.application(
            id=name, trainee_id=f"trainee-{name}", case_id=name, **({"status": "APPROVED"} | change)
        )
        first = builders.step("APPLICATION", name, made.model_dump(mode="json"))
        rooms.store.commit(UnitOfWork(transitions=(first,), keys=() if name == "paid" else (open_claim(made),)))
    for name, state in (("pays", ReservationStatus.HELD), ("paid", ReservationStatus.RESERVED)):
        seat = held.model_copy(
            update={"id": f"seat-{name}", "application_id": name, "trainee_id": f"trainee-{name}", "status": state}
        )
        move = SeatMove(PROGRAM, seat.trainee_id, seat.id, take=seat.week_list)
        rooms.store.commit(
            UnitOfWork(
                transitions=(builders.step("RESERVATION", seat.id, seat.model_dump(mode="json")),), seats=(move,)
            )
        )
    found = {one["id"]: (one["seat"], one["in_line"]) for one in rooms.api(REVIEWER).get(here).json["review"]["rivals"]}
    assert found == {"line": ("", True), "pays": ("held", False), "paid": ("reserved", False)}
    tree = shown(
        rooms.browser(REVIEWER).get(here),
        200,
        "2 other applications open",
        "who has a seat is named below",
        "A seat that comes back goes to whoever stands in line.",
        never=("who pays first has it",),
    )
    rows = {" ".join(row.text_content().split()) for row in tree.xpath("//table[contains(@class, 'cards')]/tbody/tr")}
    for who, where in (("Line", "Stands in line"), ("Pays", "Holds a seat, unpaid"), ("Paid", "Has a seat")):
        assert [row for row in rows if f"Dr. {who}" in row and where in row]
