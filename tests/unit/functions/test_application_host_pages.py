"""The applications room while the host is asked: the link without an account, and what trainee, reviewer and
coordinator see meanwhile."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.domain.programs.guidelines import Guidelines
from tests.builders import REVIEWER, TRAINEE
from tests.unit.functions.application_rooms import COORDINATOR, Rooms, primary, shown

RULES = Guidelines(step1_required=True, visa_types=("B-1",))


@pytest.fixture
def rooms() -> Rooms:
    return Rooms(guidelines=RULES).ready()


def asked(rooms: Rooms) -> tuple[str, str]:
    """The application's address, and the host's link."""
    here = rooms.taken()
    assert rooms.browser(REVIEWER).post(f"{here}/route").location == here
    state = rooms.store.states[("APPLICATION", here.rsplit("/", 1)[1])].state
    return here, f"{here}/recommend/{rooms.store.texts[state['host']['link_ref']]['secret']}"


def test_T19_the_link_shows_a_host_who_applies_and_the_clock_and_nothing_about_visa(rooms: Rooms) -> None:
    _, link = asked(rooms)
    tree = shown(
        rooms.browser().get(link),
        200,
        "Would you take Amara Okafor?",
        "Universidad del Valle",
        "attached to our mail",
        "USMLE Step 1 passed",
        "Sat 28 Nov 2026, 09:00 Chicago",
        "Your answer counts until Thu 3 Dec 2026, 09:00 Chicago",
        never=("B-1", "example", "2028", " UTC"),
    )
    assert primary(tree) == ["Send my answer"]
    assert "B-1" not in rooms.api().get(link).body


def test_T19_the_hosts_answer_is_thanked_for_and_reaches_the_reviewer_only(rooms: Rooms) -> None:
    here, link = asked(rooms)
    refused = shown(rooms.browser().post(link, {"answer": "no"}), 422, "Without a reason we cannot explain it")
    assert refused.xpath("//input[@name='answer'][@value='no'][@checked]")
    shown(
        rooms.browser().post(link, {"answer": "no", "note": "The ward is full."}),
        200,
        "Thank you: your answer is here",
        "You said no",
    )
    shown(rooms.browser().get(link), 200, "You said no", never=("Amara",))
    shown(rooms.browser().post(link, {"answer": "yes"}), 409, "Your answer is here already", "You said no")
    shown(rooms.browser(REVIEWER).get(here), 200, "The host does not recommend this trainee", "The ward is full.")
    shown(rooms.browser(TRAINEE).get(here), 200, "The host answered", never=("The ward is full",))


def test_T20_trainee_and_reviewer_see_the_hosts_five_days_and_then_the_coordinators_ten(rooms: Rooms) -> None:
    here, _ = asked(rooms)
    shown(
        rooms.browser(TRAINEE).get(here),
        200,
        "The host is reading it",
        "Next to act: the host",
        "Sat 28 Nov 2026, 09:00 Chicago",
        "17:00 for you in Cairo",
        "host reviews take 5 days or more",
    )
    tree = shown(
        rooms.browser(REVIEWER).get(here),
        200,
        "Waits for the host",
        "the review clock stands still",
        "not reminded yet",
    )
    assert not tree.xpath("//main//form")
    rooms.clock.move(timedelta(days=5))
    shown(
        rooms.browser(TRAINEE).get(here),
        200,
        "The host is late",
        "Next to act: a coordinator",
        "Thu 3 Dec 2026, 09:00 Chicago",
    )


def test_the_coordinator_finds_a_late_host_in_the_queue_and_takes_it_back(rooms: Rooms) -> None:
    from shared.domain.core.aggregate import Actor
    from shared.services.core.transitions import RequestContext
    from tests.unit.services.applications.application_scene import Desk

    here, link = asked(rooms)
    rooms.clock.move(timedelta(days=7))
    Desk(store=rooms.store, clock=rooms.clock, ids=rooms.ids).sweep.run(
        RequestContext(Actor(role="system", id="deadlines"))
    )
    queue = rooms.in_workspace(rooms.browser(COORDINATOR)).get("/workspace")
    shown(queue, 200, "The host does not answer: decide")
    tree = shown(rooms.browser(COORDINATOR).get(here), 200, "Escalated to the coordinator", "You need to take it back")
    assert primary(tree) == ["Take it back"]
    shown(rooms.browser(COORDINATOR).post(f"{here}/take-back", {}), 422, "Reason: Please fill this in.")
    assert rooms.browser(COORDINATOR).post(f"{here}/take-back", {"reason": "On leave."}).location == here
    shown(rooms.browser(REVIEWER).get(here), 200, "The host has not answered", "Taken back: On leave.", "Answer due")
    shown(rooms.browser().get(link), 200, "This application has moved on")
    assert rooms.in_workspace(rooms.api(COORDINATOR)).get("/workspace").json["queue"]["rows"][0]["kind"] == "review"


def test_a_link_that_ran_out_says_who_decides_now(rooms: Rooms) -> None:
    _, link = asked(rooms)
    rooms.clock.move(timedelta(days=10))
    shown(rooms.browser().get(link), 200, "The time to answer is over", "A coordinator decides now", never=("Amara",))
    shown(rooms.browser().post(link, {"answer": "yes"}), 410, "The time to answer is over")


def test_a_wrong_link_and_wrong_roles_are_refused(rooms: Rooms) -> None:
    here, link = asked(rooms)
    shown(rooms.browser().get(f"{here}/recommend/guess"), 404, "There is no such link")
    assert rooms.api(REVIEWER).post(f"{here}/take-back", {"reason": "Why."}).status == 403
    assert rooms.api(COORDINATOR).post(f"{here}/route").status == 403
    assert rooms.api().post(link, {"answer": "perhaps"}).status == 422
