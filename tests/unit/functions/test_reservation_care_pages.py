"""Around a reserved seat, over HTTP: the preparation list by week, partners, and a coach's trainees (H19, H20, T30,
T31)."""

from __future__ import annotations

import pytest

from shared.domain.email.email_names import EmailName
from shared.domain.reservations.preparation import PrepKind
from shared.ports import Contact
from tests.builders import HOST
from tests.unit.functions.test_reservations_room import Desk, good_page
from tests.unit.services.reservations.reservation_scene import WEBHOOK, by


@pytest.fixture
def desk() -> Desk:
    made = Desk()
    scene, wiring = made.scene, made.world.wiring
    wiring.preparation = scene.preparation
    wiring.caseload = scene.caseload
    for coach in ("coach-1", "coach-2"):
        scene.coach(coach)
        made.world.identity.accounts[coach] = (f"{coach}@example.org", "x")
    return made


def matched(desk: Desk) -> tuple[str, str, str]:
    """A reserved seat: its id, its coach, and the coach whose it is not."""
    id = desk.reserved()
    coach = desk.scene.coaching.match(id, WEBHOOK)
    assert coach is not None
    return id, coach, {"coach-1": "coach-2", "coach-2": "coach-1"}[coach]


def test_H19_the_hub_shows_the_list_by_week_and_a_tick_leads_back_to_it(desk: Desk) -> None:
    id = desk.reserved()
    html = good_page(desk.page.get(f"/reservations/{id}"))
    for said in (
        "Before you go",
        "5 of 5 open",
        "Mon 21 Dec to Sun 27 December 2026",
        "10 weeks before",
        "from 90 days before the start",
    ):
        assert said in html, said
    ticked = desk.page.post(
        f"/reservations/{id}/preparation", {"kind": "visa", "done": "yes", "idempotency_key": "k-1"}
    )
    assert (ticked.status, ticked.location) == (303, f"/reservations/{id}#preparation")
    html = good_page(desk.page.get(f"/reservations/{id}"))
    assert "4 of 5 open" in html
    assert "Open it again" in html
    assert desk.api.get(f"/reservations/{id}").json["care"]["open"] == 4


def test_H19_a_list_that_is_all_done_says_that_nothing_needs_doing(desk: Desk) -> None:
    id = desk.reserved()
    for kind in PrepKind:
        assert desk.api.post(f"/reservations/{id}/preparation", {"kind": kind, "done": "yes"}).status == 200
    assert "You need to do nothing: we send no more reminders." in good_page(desk.page.get(f"/reservations/{id}"))


def test_T31_a_coach_suggests_from_the_case_and_the_trainee_reads_it_as_a_suggestion(desk: Desk) -> None:
    id, coach, _ = matched(desk)
    page = desk.world.browser(coach)
    html = good_page(page.get(f"/reservations/{id}"))
    assert "Suggest a partner" in html
    assert "Mark as done" not in html, "the list is the trainee's to tick"
    assert "The trainee needs to pay the balance" in html
    sent = page.post(f"/reservations/{id}/suggest", {"partner_id": "lakeside-rooms"})
    assert (sent.status, sent.location) == (303, f"/reservations/{id}#preparation")
    mine = good_page(desk.page.get(f"/reservations/{id}"))
    assert "Suggested by your coach: Lakeside Rooms" in mine
    assert "A suggestion: you choose, and pay it yourself." in mine
    assert "Suggest a partner" not in mine
    assert 'value="lakeside-rooms"' not in good_page(page.get(f"/reservations/{id}")), "offered once"


def test_T31_an_unknown_partner_comes_back_on_the_page_and_another_coach_is_refused(desk: Desk) -> None:
    id, coach, other = matched(desk)
    refused = good_page(desk.world.browser(coach).post(f"/reservations/{id}/suggest", {"partner_id": "nobody"}), 422)
    assert "This partner is not in our directory." in refused
    assert desk.world.api(other).post(f"/reservations/{id}/suggest", {"partner_id": "lakeside-rooms"}).status == 404
    assert desk.scene.reservation(id).suggestions == ()


def test_T31_the_directory_marks_each_partner_as_a_suggestion(desk: Desk) -> None:
    html = good_page(desk.page.get("/reservations/partners"))
    found = desk.api.get("/reservations/partners").json["groups"]
    assert [group["kind"] for group in found] == ["housing", "transportation", "insurance"]
    assert html.count(">Suggestion</span>") == sum(len(group["partners"]) for group in found)


def test_a_coach_sees_their_own_trainees_by_start_and_nobody_elses(desk: Desk) -> None:
    id, coach, other = matched(desk)
    desk.scene.preparation.tick(by("trainee"), id, PrepKind.VISA, True)
    html = good_page(desk.world.browser(coach).get("/reservations/cases"))
    for said in ("Amara Okafor", "Mon 1 March 2027", "4 of 5", f'href="/reservations/{id}#preparation"'):
        assert said in html, said
    assert "No trainees at the moment" in good_page(desk.world.browser(other).get("/reservations/cases"))
    desk.scene.people.erase("trainee-1")
    assert desk.world.api(coach).get("/reservations/cases").json["rows"][0]["trainee"] == "Name erased"


def test_staff_read_whose_rotation_a_case_is_and_the_trainee_reads_their_own(desk: Desk) -> None:
    id, coach, _ = matched(desk)
    case = f"/reservations/{id}"
    html = good_page(desk.world.browser(coach).get(case))
    for said in (
        "Amara Okafor at Inpatient Cardiology",
        "Why this seat is the trainee’s",
        "What the trainee prepares",
        "The coach",
    ):
        assert said in html, said
    assert ">My rotations</a>" not in html
    assert ">Queue</a>" in html
    mine = good_page(desk.page.get(case))
    for said in ("<h1>Inpatient Cardiology</h1>", "Why this seat is yours", "Your coach", ">My rotations</a>"):
        assert said in mine, said
    assert desk.api.get(case).json["trainee"] is None
    desk.scene.people.erase("trainee-1")
    assert desk.world.api(coach).get(case).json["trainee"] == "Name erased"


# --- a host's mail that came back -------------------------------------------------------------------------------------
def bounced(desk: Desk) -> str:
    """A reserved seat whose host mail came back; its id."""
    id = desk.reserved()
    scene = desk.scene
    scene.people.save_contact(Contact(HOST, "Dr. Dubois", "desk@clinic.example"))
    desk.world.wiring.emails_in_trouble = scene.emails_in_trouble
    assert scene.emails_in_trouble.report(EmailName("RESERVATION", id, "3", "host"), "bounced", WEBHOOK) == "task"
    return id


def test_a_bounced_email_to_the_host_shows_to_staff_with_the_address_only_to_a_coordinator(desk: Desk) -> None:
    id = bounced(desk)
    html = good_page(desk.world.browser("coordinator-1").get(f"/reservations/{id}"))
    for said in (
        "The email to the host came back",
        "It went to desk@clinic.example",
        "Send it again",
        "The host was told by phone",
    ):
        assert said in html, said
    others = good_page(desk.world.browser("finance-1").get(f"/reservations/{id}"))
    assert "a coordinator corrects the address or calls the host" in others
    assert "desk@clinic.example" not in others
    assert "Send it again" not in others
    assert "came back" not in good_page(desk.page.get(f"/reservations/{id}")).split('id="receipt"')[0], (
        "nothing that troubles the trainee"
    )
    assert desk.api.get(f"/reservations/{id}").json["email_trouble"] is None


@pytest.mark.parametrize("body", [{"answer": "again", "email": "front@clinic.example"}, {"answer": "told"}])
def test_a_coordinator_ends_it_from_the_case_in_two_ways(desk: Desk, body: dict[str, str]) -> None:
    id = bounced(desk)
    page = desk.world.browser("coordinator-1")
    done = page.post(f"/reservations/{id}/host-mail", body)
    assert (done.status, done.location) == (303, f"/reservations/{id}")
    assert "came back" not in good_page(page.get(f"/reservations/{id}")).split('id="receipt"')[0]
    assert desk.scene.due("email_trouble") == []


def test_without_an_address_it_is_not_sent_again_and_says_where(desk: Desk) -> None:
    id = bounced(desk)
    html = good_page(
        desk.world.browser("coordinator-1").post(f"/reservations/{id}/host-mail", {"answer": "again", "email": ""}), 422
    )
    assert "This is not an email address." in html
    assert desk.scene.due("email_trouble") == [f"reservation-{id}-host"]
