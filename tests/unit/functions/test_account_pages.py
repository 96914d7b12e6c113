"""The accounts room through its HTTP surface: pages without JavaScript and JSON, session cookies, and every way of
being refused."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from lxml import html

from functions.accounts.handler import room
from shared.domain.accounts.account_input import CONFIRM, CONFIRM_LIFE
from shared.domain.core.aggregate import Actor
from shared.services.core.transitions import RequestContext
from tests.builders import TRAINEE, facts
from tests.rooms import Answer, World
from tests.unit.pages.page_markup import problems

MAIL, WORDS = "amara@example.org", "violet harbour lantern"
SIGN_UP = {"name": "Amara Okafor", "email": MAIL, "zone": "Africa/Cairo"}
CHOSEN = {"password": WORDS}
STUDENT = {"name": "Amara Okafor", "zone": "UTC", "trainee_status": "student", "expected_graduation": "2028-06-30"}


@pytest.fixture
def world() -> World:
    return World(room)


def link(world: World) -> str:
    """The link that the mail brings."""
    return world.links.make(CONFIRM, next(iter(world.store.claims.values())), world.clock.now() + CONFIRM_LIFE)


def session_of(answer: Answer) -> str:
    return answer.cookies[0].split(";")[0].removeprefix("__Host-session=")


def shown(answer: Answer, status: int, *words: str) -> None:
    """A good page that says `words`."""
    assert answer.status == status, answer.body
    assert problems(answer.body) == []
    text = " ".join(html.fromstring(answer.body).text_content().split())
    assert [word for word in words if word not in text] == [], text


# --- the way in -------------------------------------------------------------------------------------------------------
def test_a_browser_signs_up_confirms_signs_in_fills_its_profile_and_signs_out(world: World) -> None:
    browser = world.browser()
    shown(browser.get("/accounts/sign-up"), 200, "Create an account")
    shown(browser.post("/accounts/sign-up", SIGN_UP), 202, "Check your mail", MAIL)
    token = link(world)
    shown(browser.get(f"/accounts/confirm/{token}"), 200, "Amara Okafor", "Choose a password")
    weak = browser.post(f"/accounts/confirm/{token}", {"password": "tooshort"})
    shown(weak, 422, "There is a problem", "too short", "Choose a password")
    assert "tooshort" not in weak.body
    confirmed = browser.post(f"/accounts/confirm/{token}", CHOSEN)
    assert (confirmed.status, confirmed.location) == (303, "/accounts/sign-in?confirmed=1")
    shown(browser.get(confirmed.location), 200, "Your mail address is confirmed")
    shown(browser.get(f"/accounts/confirm/{token}"), 200, "Your address is confirmed", "You need to do nothing more")
    signed_in = browser.post("/accounts/sign-in", {"email": MAIL, "password": WORDS})
    assert (signed_in.status, signed_in.location) == (303, "/workspace")
    assert signed_in.cookies[0].endswith("; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=1209600")
    browser.headers["cookie"] = f"__Host-session={session_of(signed_in)}"
    shown(browser.get("/accounts/profile"), 200, "Your studies are missing", MAIL)
    assert browser.post("/accounts/profile", STUDENT).location == "/accounts/profile?saved=1"
    ended = browser.post("/accounts/sign-out")
    assert (ended.status, ended.location) == (303, "/")
    assert "Max-Age=0" in ended.cookies[0]
    assert browser.get("/accounts/profile").status == 303, "the session has ended for who kept the cookie too"


def test_an_api_client_signs_up_and_gets_a_token_and_no_cookie(world: World) -> None:
    api = world.api()
    assert api.post("/accounts/sign-up", SIGN_UP).json["status"] == "check_mail"
    assert api.post(f"/accounts/confirm/{link(world)}", CHOSEN).json["state"] == "done"
    answer = api.post("/accounts/tokens", {"email": MAIL, "password": WORDS})
    assert answer.cookies == []
    assert (answer.json["token_type"], answer.json["expires_in"]) == ("Bearer", 3600)
    me = world.api(answer.json["account_id"]).get("/accounts/me").json
    assert me == {
        "account_id": answer.json["account_id"],
        "name": "Amara Okafor",
        "zone": "Africa/Cairo",
        "roles": ["trainee"],
    }


def test_a_fresh_link_is_asked_for_on_a_page_of_its_own(world: World) -> None:
    browser = world.browser()
    browser.post("/accounts/sign-up", SIGN_UP)
    world.clock.move(timedelta(minutes=2))
    shown(browser.get("/accounts/resend"), 200, "Send the mail again")
    shown(browser.post("/accounts/resend", {"email": MAIL}), 202, "Check your mail")
    assert len(world.store.history("ACCOUNT", next(iter(world.store.claims.values())))) == 2


# --- refusals ---------------------------------------------------------------------------------------------------------
def test_a_refused_sign_up_comes_back_with_the_reason_beside_the_field_and_what_was_typed_kept(world: World) -> None:
    typed = {**SIGN_UP, "email": "amara"}
    answer = world.browser().post("/accounts/sign-up", typed)
    shown(answer, 422, "There is a problem", "not an email address")
    page = html.fromstring(answer.body)
    assert page.xpath("//*[@id='f-email']/@aria-invalid") == ["true"]
    assert page.xpath("//input[@name='email']/@value") == ["amara"]
    problem = world.api().post("/accounts/sign-up", typed)
    assert problem.headers["Content-Type"] == "application/problem+json"
    assert problem.json["status"] == 422
    assert problem.json["remedy"]
    assert not world.store.states


def test_a_wrong_password_comes_back_on_the_form_with_the_address_and_the_way_on_kept(world: World) -> None:
    world.person()
    answer = world.browser().post(
        "/accounts/sign-in", {"email": f"{TRAINEE}@example.org", "password": "wrong", "next": "/documents"}
    )
    shown(answer, 401, "Address and password do not belong together")
    page = html.fromstring(answer.body)
    assert page.xpath("//input[@name='email']/@value") == [f"{TRAINEE}@example.org"]
    assert page.xpath("//input[@name='next']/@value") == ["/documents"]
    assert ("/accounts/resend" in answer.body, "/accounts/forgot" in answer.body) == (True, True)
    assert answer.cookies == []
    assert world.api().post("/accounts/tokens", {"email": "x@example.org", "password": "wrong"}).status == 401


def test_a_link_that_is_none_or_ran_out_says_so_before_and_after_the_button(world: World) -> None:
    browser = world.browser()
    shown(browser.get("/accounts/confirm/nonsense"), 404, "Open the newest mail")
    assert world.api().post("/accounts/confirm/nonsense", CHOSEN).status == 404
    browser.post("/accounts/sign-up", SIGN_UP)
    token = link(world)
    world.clock.move(CONFIRM_LIFE)
    shown(browser.get(f"/accounts/confirm/{token}"), 200, "This link has run out")
    shown(browser.post(f"/accounts/confirm/{token}", CHOSEN), 410, "This link has run out", "There is a problem")
    assert world.api().post(f"/accounts/confirm/{token}", CHOSEN).json["type"] == "/problems/expired"


def test_another_site_signs_nobody_in(world: World) -> None:
    world.person()
    body = {"email": f"{TRAINEE}@example.org", "password": WORDS}
    answer = world.browser().post("/accounts/sign-in", body, origin="https://evil.example")
    assert answer.status == 403
    assert answer.cookies == []


@pytest.mark.parametrize(
    ("wanted", "leads_to"),
    [
        ("/documents?kind=cv", "/documents?kind=cv"),
        ("//evil.example/", "/workspace"),
        ("/accounts/sign-in", "/workspace"),
    ],
)
def test_a_sign_in_leads_only_to_paths_of_ours(world: World, wanted: str, leads_to: str) -> None:
    world.person()
    answer = world.browser().post(
        "/accounts/sign-in", {"email": f"{TRAINEE}@example.org", "password": WORDS, "next": wanted}
    )
    assert (answer.status, answer.location) == (303, leads_to)


def test_a_new_sign_in_ends_the_session_before(world: World) -> None:
    browser = world.browser(world.person())
    assert browser.post("/accounts/sign-in", {"email": f"{TRAINEE}@example.org", "password": WORDS}).status == 303
    assert browser.get("/accounts/me").status == 303
    assert len(world.sessions.open_sessions) == 1


def test_a_busy_user_pool_keeps_the_form_and_asks_for_a_retry(world: World) -> None:
    world.browser().post("/accounts/sign-up", SIGN_UP)
    token = link(world)
    world.identity.unavailable(2)
    shown(world.browser().post(f"/accounts/confirm/{token}", CHOSEN), 503, "Try again in a minute")
    answer = world.api().post(f"/accounts/confirm/{token}", CHOSEN)
    assert (answer.status, answer.headers["Retry-After"]) == (503, "5")
    assert world.api().get(f"/accounts/confirm/{token}").json["state"] == "open"


# --- profile ----------------------------------------------------------------------------------------------------------
def test_T01_the_profile_page_shows_what_was_saved_and_the_api_the_same(world: World) -> None:
    browser = world.browser(world.person())
    world.people.save_facts(TRAINEE, facts())
    form = STUDENT | {
        "name": "Amara N. Okafor",
        "step1": "passed",
        "languages": "English, Igbo",
        "school": "Universidad del Valle",
        "visa_type": "B-1/B-2",
    }
    assert browser.post("/accounts/profile", form).status == 303
    saved = world.api(TRAINEE).get("/accounts/profile").json["facts"]
    assert (saved["languages"], saved["step1"], saved["step1_verified"]) == (["English", "Igbo"], "passed", True)
    answer = world.browser(TRAINEE).get("/accounts/profile?saved=1")
    assert "Amara N. Okafor</a>" in answer.body, "the header has the new name at once"
    page = html.fromstring(answer.body)
    assert page.xpath("//input[@name='languages']/@value") == ["English, Igbo"]
    assert page.xpath("//input[@name='trainee_status'][@checked]/@value") == ["student"]
    assert page.xpath("//select[@name='visa_type']/option[@selected]/@value") == ["B-1/B-2"]
    assert "Saved" in page.text_content()


@pytest.mark.parametrize(
    ("typed", "kept"), [("B1", "B-1"), ("b-1 visa", "B-1"), ("Other", "Other"), (" ", None), (None, None)]
)
def test_T01_programs_name_a_visa_in_their_own_words(world: World, typed: str | None, kept: str | None) -> None:
    world.person()
    answer = world.api(TRAINEE).post("/accounts/profile", STUDENT | {"visa_type": typed})
    assert (answer.status, answer.cookies) == (200, [])
    assert world.api(TRAINEE).get("/accounts/profile").json["facts"]["visa_type"] == kept


def test_T01_a_visa_in_words_that_name_no_way_is_shown_as_they_were_written(world: World) -> None:
    browser = world.browser(world.person())
    world.people.save_facts(TRAINEE, facts(visa_type="Resident of Lagos"))
    answer = browser.get("/accounts/profile")
    shown(answer, 200, "You wrote: Resident of Lagos")
    page = html.fromstring(answer.body)
    assert page.xpath("//select[@name='visa_type']/option[@selected]/@value") == ["Other"]


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("expected_graduation", "", "A student will graduate on some day"),
        ("visa_type", "Z-9", "Choose one of the options"),
    ],
)
def test_T01_T07_a_refused_profile_comes_back_with_the_reason_beside_its_field(
    world: World, field: str, typed: str, words: str
) -> None:
    browser = world.browser(world.person())
    answer = browser.post("/accounts/profile", STUDENT | {"school": "Universidad del Valle", field: typed})
    shown(answer, 422, words)
    assert html.fromstring(answer.body).xpath(f"//a[@href='#f-{field}']")
    assert html.fromstring(answer.body).xpath("//input[@name='school']/@value") == ["Universidad del Valle"]
    assert world.people.facts(TRAINEE) is None


def test_staff_have_a_profile_without_studies(world: World) -> None:
    id = world.sign_in.provision(
        RequestContext(Actor(role="system", id="seed")), "Nora Feldspar", "nora@staff.example", WORDS, ("reviewer",)
    )
    answer = world.browser(id).get("/accounts/profile")
    shown(answer, 200, "Nora Feldspar")
    assert "trainee_status" not in answer.body
    assert world.api(id).post("/accounts/profile", STUDENT).json["field"] == "trainee_status"


def test_a_zone_that_the_list_does_not_have_stays_in_it(world: World) -> None:
    world.person(zone="Asia/Kabul")
    page = html.fromstring(world.browser(TRAINEE).get("/accounts/profile").body)
    assert page.xpath("//select[@name='zone']//option[@selected]/@value") == ["Asia/Kabul"]


# --- every answer -----------------------------------------------------------------------------------------------------
def test_no_answer_of_the_room_holds_the_password(world: World) -> None:
    body = json.dumps({"email": MAIL, "password": ["secret words of mine"]})
    answer = world.api().send("POST", "/accounts/sign-in", body, {"content-type": "application/json"})
    assert answer.status == 422
    assert "secret words" not in answer.body


def test_signed_in_answers_are_never_stored_and_every_answer_varies_by_who_asks(world: World) -> None:
    world.person()
    for answer in (world.browser(TRAINEE).get("/accounts/profile"), world.browser().get("/accounts/sign-in")):
        assert answer.headers["Vary"] == "Accept, Cookie, Authorization"
    assert world.browser(TRAINEE).get("/accounts/profile").headers["Cache-Control"] == "private, no-store"
