"""Saved searches on pages and as JSON: saved from the results, listed, ended; and ended by a mail's link without
signing in."""

from __future__ import annotations

import pytest

from functions.catalogue.handler import room
from shared.domain.core.aggregate import Actor
from shared.domain.search.query import SearchQuery
from shared.domain.search.saved_search import MOST
from shared.services.core.transitions import RequestContext
from tests.builders import TRAINEE
from tests.rooms import World
from tests.unit.pages.page_markup import problems

ADDRESS = "/programs?specialty=dermatology&city=TX%2FAustin&month=2027-03&text=skin+clinic&credit_friendly=true"
WORDS = ["“skin clinic”", "Starts in March 2027", "Dermatology", "Austin, TX", "School credit possible"]


@pytest.fixture
def world() -> World:
    made = World(room)
    made.wiring.saved_searches = made.saved_searches
    made.person()
    made.person("trainee-2")
    return made


def test_a_search_is_saved_from_its_address_and_listed_in_words(world: World) -> None:
    browser = world.browser(TRAINEE)
    answer = browser.post("/programs/searches", {"search": ADDRESS})
    assert (answer.status, answer.location) == (303, "/programs/searches")
    (listed,) = world.api(TRAINEE).get("/programs/searches").json["searches"]
    assert (listed["words"], listed["active"]) == (WORDS, True)
    assert world.api(TRAINEE).post("/programs/searches", {"search": listed["href"]}).json["id"] == listed["id"]
    text = browser.get("/programs/searches").body
    assert problems(text) == []
    assert "Austin, TX" in text
    assert world.api("trainee-2").get("/programs/searches").json["searches"] == []


def test_a_search_without_any_filter_is_every_rotation(world: World) -> None:
    for address in ("/programs", ""):
        world.api(TRAINEE).post("/programs/searches", {"search": address})
    (listed,) = world.api(TRAINEE).get("/programs/searches").json["searches"]
    assert (listed["words"], listed["href"]) == ([], "/programs")
    assert "Every rotation" in world.browser(TRAINEE).get("/programs/searches").body


@pytest.mark.parametrize("search", ["?month=soon", "?weeks=5", "?open_to=x", "?" + "a=1&" * 300])
def test_what_is_no_search_is_refused_and_saves_nothing(world: World, search: str) -> None:
    answer = world.api(TRAINEE).post("/programs/searches", {"search": search})
    assert (answer.status, answer.json["field"]) == (422, "search")
    page = world.browser(TRAINEE).post("/programs/searches", {"search": search})
    assert "This is not a search that can be saved" in page.body
    assert world.api(TRAINEE).get("/programs/searches").json["searches"] == []


def test_one_too_many_comes_back_on_the_list_with_what_to_do(world: World) -> None:
    for number in range(MOST):
        world.api(TRAINEE).post("/programs/searches", {"search": f"?text=number+{number}"})
    page = world.browser(TRAINEE).post("/programs/searches", {"search": ADDRESS})
    assert page.status == 409
    assert "End one that you need no longer" in page.body


def test_it_is_ended_from_the_list_once_or_twice(world: World) -> None:
    browser, id = world.browser(TRAINEE), world.api(TRAINEE).post("/programs/searches", {"search": ADDRESS}).json["id"]
    for _ in range(2):
        assert browser.post(f"/programs/searches/{id}/end").location == "/programs/searches"
    assert "No saved search yet" in browser.get("/programs/searches").body


def test_the_mails_link_asks_first_and_ends_it_on_the_second_step_alone(world: World) -> None:
    kept = world.wiring.saved_searches.save(_by(TRAINEE), SearchQuery(text="skin"))
    path = f"/programs/searches/{kept.saved.id}/stop/{kept.secret}"
    stranger = world.browser()
    asked = stranger.get(path)
    assert "Hear no more of this search?" in asked.body
    assert problems(asked.body) == []
    assert world.api().get(path).json["active"] is True
    for _ in range(2):
        # A mail program's one click is the same step (RFC 8058).
        assert "We write no more about this search" in stranger.post(path, {"List-Unsubscribe": "One-Click"}).body
    assert "We write no more about this search" in stranger.get(path).body
    for wrong in (path + "x", "/programs/searches/none/stop/none"):
        assert stranger.get(wrong).status == stranger.post(wrong).status == 404


def test_what_was_typed_is_text_on_every_page(world: World) -> None:
    kept = world.wiring.saved_searches.save(_by(TRAINEE), SearchQuery(text="<script>alert(1)</script>"))
    for path in ("/programs/searches", f"/programs/searches/{kept.saved.id}/stop/{kept.secret}"):
        assert "<script>alert" not in world.browser(TRAINEE).get(path).body


def _by(account: str) -> RequestContext:
    return RequestContext(Actor(role="trainee", id=account))
