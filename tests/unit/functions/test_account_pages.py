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
from tests.rooms import Answer, Client, World
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
    confirmed = browser.post(f"/accounts/confirm/{token}", CHOSEN)
    assert (confirmed.status, confirmed.location) == (303, "/accounts/sign-in?confirmed=1")
    shown(browser.get(confirmed.location), 200, "Your mail address is confirmed")
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


def test_a_known_address_gets_the_same_answer_and_no_second_account(world: World) -> None:
    api = world.api()
    first = api.post("/accounts/sign-up", SIGN_UP)
    api.post(f"/accounts/confirm/{link(world)}", CHOSEN)
    again = api.post("/accounts/sign-up", {**SIGN_UP, "name": "Somebody Else"})
    unknown = api.post("/accounts/resend", {"email": "nobody@example.org"})
    assert (again.status, again.json) == (first.status, first.json)
    assert (unknown.status, unknown.json | {"email": MAIL}) == (first.status, first.json)
    assert len(world.store.states) == 1


def test_a_fresh_link_is_asked_for_on_a_page_of_its_own(world: World) -> None:
    browser = world.browser()
    browser.post("/accounts/sign-up", SIGN_UP)
    world.clock.move(timedelta(minutes=2))
    shown(browser.get("/accounts/resend"), 200, "Send the mail again")
    shown(browser.post("/accounts/resend", {"email": MAIL}), 202, "Check your mail")
    assert len(world.store.history("ACCOUNT", next(iter(world.store.claims.values())))) == 2


# --- refusals ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"email": "amara"}, "email", "not a mail address"),
        ({"name": ""}, "name", "Please fill this in"),
        ({"zone": "Mars/Olympus"}, "zone", "not a time zone"),
    ],
)
def test_a_refused_sign_up_comes_back_with_the_reason_beside_the_field_and_what_was_typed_kept(
    world: World, changes: dict[str, str], field: str, words: str
) -> None:
    answer = world.browser().post("/accounts/sign-up", {**SIGN_UP, **changes})
    shown(answer, 422, "There is a problem", words)
    page = html.fromstring(answer.body)
    assert page.xpath(f"//*[@id='f-{field}']/@aria-invalid") == ["true"]
    assert page.xpath("//input[@name='email']/@value") == [{**SIGN_UP, **changes}["email"]]
    problem = world.api().post("/accounts/sign-up", {**SIGN_UP, **changes})
    assert problem.headers["Content-Type"] == "application/problem+json"
    assert problem.json["status"] == 422
    assert problem.json["remedy"]
    assert not world.store.states


def test_an_unknown_field_is_refused(world: World) -> None:
    answer = world.api().post("/accounts/sign-up", {**SIGN_UP, "roles": ["admin"]})
    assert (answer.status, answer.json["fields"][0]["field"]) == (422, "roles")
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
    assert answer.cookies == []
    assert world.api().post("/accounts/tokens", {"email": "x@example.org", "password": "wrong"}).status == 401


def test_a_weak_password_comes_back_on_the_confirmation_and_is_not_shown(world: World) -> None:
    browser = world.browser()
    browser.post("/accounts/sign-up", SIGN_UP)
    token = link(world)
    answer = browser.post(f"/accounts/confirm/{token}", {"password": "tooshort"})
    shown(answer, 422, "There is a problem", "too short", "Choose a password")
    assert "tooshort" not in answer.body
    assert browser.post(f"/accounts/confirm/{token}", CHOSEN).status == 303


def test_a_sign_in_page_leads_to_a_fresh_link_and_to_a_new_password(world: World) -> None:
    world.browser().post("/accounts/sign-up", SIGN_UP)
    answer = world.browser().post("/accounts/sign-in", {"email": MAIL, "password": WORDS})
    shown(answer, 401, "do not belong together")
    assert "/accounts/resend" in answer.body
    assert "/accounts/forgot" in answer.body
    assert answer.cookies == []


def test_an_expired_link_says_so_before_and_after_the_button(world: World) -> None:
    browser = world.browser()
    browser.post("/accounts/sign-up", SIGN_UP)
    token = link(world)
    world.clock.move(CONFIRM_LIFE)
    shown(browser.get(f"/accounts/confirm/{token}"), 200, "This link has run out")
    shown(browser.post(f"/accounts/confirm/{token}", CHOSEN), 410, "This link has run out", "There is a problem")
    assert world.api().post(f"/accounts/confirm/{token}", CHOSEN).json["type"] == "/problems/expired"


def test_an_unknown_link_is_not_found(world: World) -> None:
    shown(world.browser().get("/accounts/confirm/nonsense"), 404, "Open the newest mail")
    assert world.api().post("/accounts/confirm/nonsense", CHOSEN).status == 404


def test_a_confirmed_link_opened_again_says_that_it_is_done(world: World) -> None:
    browser = world.browser()
    browser.post("/accounts/sign-up", SIGN_UP)
    token = link(world)
    browser.post(f"/accounts/confirm/{token}", CHOSEN)
    shown(browser.get(f"/accounts/confirm/{token}"), 200, "Your address is confirmed", "You need to do nothing more")


def test_another_site_signs_nobody_in(world: World) -> None:
    world.person()
    body = {"email": f"{TRAINEE}@example.org", "password": WORDS}
    answer = world.browser().post("/accounts/sign-in", body, origin="https://evil.example")
    assert answer.status == 403
    assert answer.cookies == []


def test_another_site_changes_no_profile_and_ends_no_session(world: World) -> None:
    browser = world.browser(world.person())
    for path in ("/accounts/profile", "/accounts/sign-out"):
        assert browser.post(path, STUDENT, origin="https://evil.example").status == 403
    assert world.people.facts(TRAINEE) is None
    assert browser.get("/accounts/profile").status == 200


@pytest.mark.parametrize(
    ("wanted", "leads_to"),
    [
        ("/documents?kind=cv", "/documents?kind=cv"),
        ("https://evil.example/", "/workspace"),
        ("//evil.example/", "/workspace"),
        ("/\\evil.example/", "/workspace"),
        ("javascript:alert(1)", "/workspace"),
        ("/a\r\nSet-Cookie: x=y", "/workspace"),
        ("/accounts/sign-in", "/workspace"),
        ("", "/workspace"),
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


def test_a_page_that_needs_an_account_leads_there_after_the_sign_in(world: World) -> None:
    assert world.browser().get("/accounts/profile").location == "/accounts/sign-in?next=/accounts/profile"
    assert world.api().get("/accounts/me").json["status"] == 401


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
        "step1": "passed",
        "languages": "English, Igbo",
        "school": "Universidad del Valle",
        "visa_type": "B-1/B-2",
    }
    assert browser.post("/accounts/profile", form).status == 303
    saved = world.api(TRAINEE).get("/accounts/profile").json["facts"]
    assert (saved["languages"], saved["step1"], saved["step1_verified"]) == (["English", "Igbo"], "passed", True)
    page = html.fromstring(world.browser(TRAINEE).get("/accounts/profile?saved=1").body)
    assert page.xpath("//input[@name='languages']/@value") == ["English, Igbo"]
    assert page.xpath("//input[@name='trainee_status'][@checked]/@value") == ["student"]
    assert page.xpath("//select[@name='visa_type']/option[@selected]/@value") == ["B-1/B-2"]
    assert "Saved" in page.text_content()


@pytest.mark.parametrize(
    ("typed", "kept"), [("B1", "B-1"), ("b-1 visa", "B-1"), ("Other", "Other"), (" ", None), (None, None)]
)
def test_T01_programs_name_a_visa_in_their_own_words(world: World, typed: str | None, kept: str | None) -> None:
    world.person()
    assert world.api(TRAINEE).post("/accounts/profile", STUDENT | {"visa_type": typed}).status == 200
    assert world.api(TRAINEE).get("/accounts/profile").json["facts"]["visa_type"] == kept


def test_T01_a_visa_in_words_that_name_no_way_is_shown_as_they_were_written(world: World) -> None:
    browser = world.browser(world.person())
    world.people.save_facts(TRAINEE, facts(visa_type="Resident of Lagos"))
    answer = browser.get("/accounts/profile")
    shown(answer, 200, "You wrote: Resident of Lagos")
    page = html.fromstring(answer.body)
    assert page.xpath("//select[@name='visa_type']/option[@selected]/@value") == ["Other"]


def test_T01_a_visa_that_is_none_is_refused_beside_its_field(world: World) -> None:
    answer = world.browser(world.person()).post("/accounts/profile", STUDENT | {"visa_type": "Z-9"})
    shown(answer, 422, "Choose one of the options")
    assert html.fromstring(answer.body).xpath("//a[@href='#f-visa_type']")
    assert world.people.facts(TRAINEE) is None


def test_T07_a_student_without_a_graduation_date_gets_the_form_back(world: World) -> None:
    browser = world.browser(world.person())
    form = {name: value for name, value in STUDENT.items() if name != "expected_graduation"}
    answer = browser.post("/accounts/profile", form | {"school": "Universidad del Valle"})
    shown(answer, 422, "A student will graduate on some day")
    assert html.fromstring(answer.body).xpath("//input[@name='school']/@value") == ["Universidad del Valle"]
    assert world.people.facts(TRAINEE) is None


def test_a_new_name_shows_in_the_header_at_once(world: World) -> None:
    browser = world.browser(world.person())
    browser.post("/accounts/profile", STUDENT | {"name": "Amara N. Okafor"})
    assert "Amara N. Okafor</a>" in browser.get("/accounts/profile").body


def test_a_profile_saved_through_the_api_opens_no_session(world: World) -> None:
    world.person()
    answer = world.api(TRAINEE).post("/accounts/profile", STUDENT | {"languages": ["English"]})
    assert (answer.status, answer.cookies) == (200, [])
    assert answer.json["facts"]["expected_graduation"] == "2028-06-30"


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
    assert world.browser().get("/accounts/sign-in").headers["Cache-Control"] == "no-cache"


def test_tokens_what_bearers_get_and_pages_behind_a_link_are_never_stored(world: World) -> None:
    world.person()
    world.api().post("/accounts/sign-up", SIGN_UP)
    token = link(world)
    body = {"email": f"{TRAINEE}@example.org", "password": WORDS}
    wrong = body | {"password": "not my password"}
    for answer in (
        world.api().post("/accounts/tokens", body),
        world.api().post("/accounts/tokens", wrong),
        world.api(TRAINEE).get("/accounts/me"),
        Client(room, {"authorization": "Bearer nothing"}).get("/accounts/me"),
        world.browser().get(f"/accounts/confirm/{token}"),
        world.browser().get("/accounts/confirm/unknown"),
        world.browser().get("/accounts/reset/unknown"),
        world.browser().get("/accounts/mail/unknown"),
        world.browser().get("/accounts/stop/unknown"),
        world.browser().get("/accounts/code/unknown"),
        world.browser().get("/accounts/factor/unknown"),
        world.browser().post(f"/accounts/confirm/{token}", {"password": "short"}),
    ):
        assert answer.headers["Cache-Control"] == "private, no-store", answer.status


@pytest.mark.parametrize(
    "headers", [{"origin": "https://evil.example"}, {"origin": "null"}, {"origin": "", "sec-fetch-site": "cross-site"}]
)
def test_another_site_signs_nobody_out(world: World, headers: dict[str, str]) -> None:
    """Its form comes without our session, and must not take the cookie away all the same."""
    session = world.browser(world.person())
    answer = Client(room, {"accept": "text/html", **headers}).post("/accounts/sign-out")
    assert (answer.status, answer.cookies) == (403, [])
    assert session.get("/accounts/profile").status == 200
    assert Client(room, {}).post("/accounts/sign-out").status == 200


def test_a_session_is_no_token_and_a_token_no_session(world: World) -> None:
    id = world.person()
    session, token = world.sessions.open(id), world.sessions.issue(id)
    assert Client(room, {"authorization": f"Bearer {session}"}).get("/accounts/me").status == 401
    assert Client(room, {"cookie": f"__Host-session={token}"}).get("/accounts/me").status == 401


def test_an_access_token_lasts_an_hour_and_ends_with_everything(world: World) -> None:
    world.person()
    token = world.api().post("/accounts/tokens", {"email": f"{TRAINEE}@example.org", "password": WORDS}).json
    program = Client(room, {"authorization": f"Bearer {token['access_token']}"})
    assert program.get("/accounts/me").json["account_id"] == TRAINEE
    world.sessions.wall_at += timedelta(seconds=3599)
    assert program.get("/accounts/me").status == 200
    world.sessions.wall_at += timedelta(seconds=1)
    assert program.get("/accounts/me").status == 401
    again = world.api(TRAINEE)
    world.browser(TRAINEE).post("/accounts/sessions/end-others")
    assert again.get("/accounts/me").status == 401


def test_a_token_sets_no_authenticator_up(world: World) -> None:
    world.person()
    refused = world.api(TRAINEE).post("/accounts/security/factor", {"password": WORDS})
    assert (refused.status, "browser" in refused.json["detail"]) == (409, True)
    assert "FactorOffered.v1" not in [row.type for row in world.store.history("ACCOUNT", TRAINEE)]
