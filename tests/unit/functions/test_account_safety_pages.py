"""Passwords, addresses, codes, sessions and people through the accounts room: pages without JavaScript, JSON, every
refusal in words."""

from __future__ import annotations

import re

import pyotp
import pytest
from lxml import html

from functions.accounts.handler import room
from shared.domain.accounts.account_input import MAIL_LIFE, RESET, RESET_LIFE, email_key
from shared.domain.core.errors import Busy
from shared.services.accounts.security import LinkState
from shared.services.core.transitions import RequestContext
from tests.builders import TRAINEE, actor
from tests.rooms import PASSWORD, Answer, Client, World
from tests.unit.functions.test_account_pages import session_of, shown
from tests.unit.services.accounts.account_scene import SECRET

MAIL, OTHER, NEW = f"{TRAINEE}@example.org", "amber meadow compass", "amara@clinic.example"
WINDOWS = "Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture
def world() -> World:
    return World(room)


def known(world: World) -> str:
    """A trainee who holds the address, as everybody does who signed up."""
    world.store.claims[email_key(MAIL)] = TRAINEE
    return world.person()


def me(id: str = TRAINEE) -> RequestContext:
    return RequestContext(actor("account", id))


def signed_in(world: World, browser: Client, answer: Answer) -> Client:
    """The browser with the cookie that the answer set."""
    return Client(browser.room, {**browser.headers, "cookie": f"__Host-session={session_of(answer)}"})


def guarded(world: World, *roles: str) -> str:
    id = world.person("finance-1", roles or ("finance",), name="Victor Amselbach")
    world.second_factor.install(me("seed"), id, SECRET)
    return id


def code(world: World, secret: str = SECRET) -> str:
    return pyotp.TOTP(secret).at(world.sessions.wall_at)


def password(world: World, browser: Client, id: str, wanted: str = "") -> Answer:
    return browser.post("/accounts/sign-in", {"email": f"{id}@example.org", "password": PASSWORD, "next": wanted})


# --- forgotten password -----------------------------------------------------------------------------------------------
def test_a_browser_sets_a_forgotten_password_anew(world: World) -> None:
    known(world)
    browser = world.browser()
    shown(browser.get("/accounts/forgot"), 200, "Forgotten password")
    shown(browser.post("/accounts/forgot", {"email": MAIL}), 202, "Check your mail", MAIL, "60 minutes")
    token = world.links.make(RESET, TRAINEE, world.clock.now() + RESET_LIFE)
    shown(browser.get(f"/accounts/reset/{token}"), 200, "Set a new password", "Amara Okafor")
    weak = browser.post(f"/accounts/reset/{token}", {"password": "tooshort"})
    shown(weak, 422, "There is a problem")
    assert "tooshort" not in weak.body
    done = browser.post(f"/accounts/reset/{token}", {"password": OTHER})
    assert (done.status, done.location, done.cookies) == (303, "/accounts/sign-in?changed=1", [])
    assert done.headers["Cache-Control"] == "private, no-store"
    shown(browser.get(done.location), 200, "Your new password is set")
    shown(browser.get(f"/accounts/reset/{token}"), 200, "This link was used")
    shown(browser.post(f"/accounts/reset/{token}", {"password": "a stranger's own words"}), 410, "used before")
    assert world.identity.accounts[TRAINEE] == (MAIL, OTHER)


def test_a_known_and_an_unknown_address_are_answered_the_same(world: World) -> None:
    known(world)
    first = world.api().post("/accounts/forgot", {"email": MAIL})
    assert world.store.load("ACCOUNT", TRAINEE).state["reset_asked_at"]
    unknown = world.api().post("/accounts/forgot", {"email": "nobody@example.org"})
    assert (unknown.status, unknown.json | {"email": MAIL}, unknown.headers) == (
        first.status,
        first.json,
        first.headers,
    )
    page, other = (
        world.browser().post("/accounts/forgot", {"email": email}).body for email in (MAIL, "nobody@example.org")
    )
    assert page.replace(MAIL, "") == other.replace("nobody@example.org", "")


def test_a_run_out_link_says_so_and_where_to_get_another(world: World) -> None:
    known(world)
    world.account_wishes.reset(MAIL)
    token = world.links.make(RESET, TRAINEE, world.clock.now())
    shown(world.browser().get(f"/accounts/reset/{token}"), 200, "This link has run out", "Send a fresh link")
    assert world.api().post(f"/accounts/reset/{token}", {"password": OTHER}).json["type"] == "/problems/expired"


# --- a password is never kept, so its form is filled in once more -----------------------------------------------------
def again(answer: Answer) -> list[tuple[str, str]]:
    """The ways on of a page that has no form to send."""
    tree = html.fromstring(answer.body)
    assert tree.xpath("//main//form") == []
    assert "still here" not in answer.body
    return [(one.text_content(), one.get("href")) for one in tree.xpath("//main//a")]


@pytest.mark.parametrize("form", ["password", "mail"])
def test_a_password_form_after_the_session_ended_leads_back_to_its_page(world: World, form: str) -> None:
    browser = world.browser(known(world))
    world.sessions.open_sessions.clear()
    sent = browser.post(f"/accounts/{form}", {"current": PASSWORD, "password": OTHER, "email": NEW})
    assert sent.status == 401
    assert again(sent) == [("Sign in", f"/accounts/sign-in?next=/accounts/{form}")]


def test_a_password_form_that_broke_on_our_side_is_opened_again(world: World) -> None:
    known(world)
    world.wiring.account_security = None
    broken = world.browser().post("/accounts/reset/some-link", {"password": OTHER})
    assert broken.status == 500
    assert again(broken) == [("Open the form again", "/accounts/reset/some-link")]


class Away:
    """Whoever asks for the page finds a partner away."""

    def resetting(self, token: str) -> LinkState:
        raise Busy("Sign-in is busy for a moment.", "Try again in a minute.")


def test_a_form_whose_page_is_away_says_when_to_come_back(world: World) -> None:
    world.wiring.account_security = Away()
    weak = world.browser().post("/accounts/reset/some-link", {"password": "short"})
    assert (weak.status, weak.headers["Retry-After"]) == (503, "5")
    assert again(weak) == [("Open the form again", "/accounts/reset/some-link")]


# --- safety -----------------------------------------------------------------------------------------------------------
def test_the_list_names_browsers_and_ends_one_of_them(world: World) -> None:
    world.person()
    here = world.browser()
    first = signed_in(world, here, password(world, Client(room, {**here.headers, "user-agent": WINDOWS}), TRAINEE))
    second = signed_in(world, here, password(world, Client(room, {**here.headers, "user-agent": "curl/8"}), TRAINEE))
    page = second.get("/accounts/security")
    shown(page, 200, "Firefox on Windows", "Unknown browser", "this one")
    (ending,) = html.fromstring(page.body).xpath("//form[contains(@action, '/accounts/sessions/handle')]/@action")
    ended = second.post(ending)
    assert (ended.status, ended.location) == (303, "/accounts/security?saved=session")
    shown(second.get(ended.location), 200, "That browser is signed out")
    assert first.get("/accounts/security").location.startswith("/accounts/sign-in")


def test_signing_out_everywhere_else_keeps_this_browser_with_a_new_session(world: World) -> None:
    browser, other = world.browser(world.person()), world.browser(TRAINEE)
    answer = browser.post("/accounts/sessions/end-others")
    assert (answer.status, answer.location) == (303, "/accounts/security?saved=sessions")
    assert other.get("/accounts/security").status == browser.get("/accounts/security").status == 303
    shown(signed_in(world, browser, answer).get(answer.location), 200, "Every other browser is signed out")


def test_another_password_keeps_this_browser_and_ends_the_others(world: World) -> None:
    browser, other = world.browser(world.person()), world.browser(TRAINEE)
    shown(browser.get("/accounts/password"), 200, "Change your password")
    wrong = browser.post("/accounts/password", {"current": "not my password", "password": OTHER})
    shown(wrong, 401, "The present password is not right")
    assert "not my password" not in wrong.body
    assert "not my password" not in str(room.request.inputs)
    answer = browser.post("/accounts/password", {"current": PASSWORD, "password": OTHER})
    assert (answer.status, answer.location) == (303, "/accounts/security?saved=password")
    assert other.get("/accounts/security").status == 303
    shown(signed_in(world, browser, answer).get(answer.location), 200, "Your password is changed")


def test_an_api_client_that_changes_its_password_gets_no_cookie(world: World) -> None:
    world.person()
    answer = world.api(TRAINEE).post("/accounts/password", {"current": PASSWORD, "password": OTHER})
    assert (answer.status, answer.cookies) == (200, [])


def test_another_address_is_confirmed_from_its_own_mailbox(world: World) -> None:
    browser = world.browser(known(world))
    shown(browser.get("/accounts/mail"), 200, "Change your mail address")
    shown(browser.post("/accounts/mail", {"email": NEW, "password": "wrong"}), 401, "The password is not right")
    shown(browser.post("/accounts/mail", {"email": NEW, "password": PASSWORD}), 202, "Check your mail", NEW)
    ref = world.store.load("ACCOUNT", TRAINEE).state["mail_change_ref"]
    here = f"/accounts/mail/{world.links.make(f'mail:{ref}', TRAINEE, world.clock.now() + MAIL_LIFE)}"
    stop = f"/accounts/stop/{world.links.make(f'stop:{ref}', TRAINEE, world.clock.now() + MAIL_LIFE)}"
    stranger = world.browser()
    shown(stranger.get(stop), 200, "Stop this change", "Amara Okafor")
    shown(stranger.get(here), 200, "Confirm your new mail address", NEW, "press the button")
    assert stranger.post(here).location == here
    shown(stranger.get(here), 200, "Your address is changed", NEW)
    shown(stranger.get(stop), 200, "changed already")
    assert browser.get("/accounts/security").status == 303, "every session ends"
    shown(world.browser(TRAINEE).get("/accounts/security"), 200, NEW)
    world.clock.move(MAIL_LIFE)
    shown(stranger.get(here), 200, "Your address is changed")


def test_an_address_that_is_somebody_else_s_is_answered_as_a_free_one(world: World) -> None:
    world.person()
    world.person("trainee-2")
    api = world.api(TRAINEE)
    free = api.post("/accounts/mail", {"email": NEW, "password": PASSWORD})
    taken = api.post("/accounts/mail", {"email": "trainee-2@example.org", "password": PASSWORD})
    assert (taken.status, taken.json | {"email": NEW}) == (free.status, free.json)


# --- codes ------------------------------------------------------------------------------------------------------------
def test_finance_sign_in_with_password_then_code_and_go_where_they_wanted(world: World) -> None:
    id, browser = guarded(world), world.browser()
    first = password(world, browser, id, "/accounts/profile")
    assert first.cookies == []
    assert re.fullmatch(r"/accounts/code/link-1\?next=/accounts/profile", first.location)
    shown(browser.get(first.location), 200, "Enter your code", "Victor Amselbach")
    ticket = first.location.partition("?")[0]
    wrong = browser.post(ticket, {"code": "000000", "next": "/accounts/profile"})
    shown(wrong, 401, "This code is not right", "There is a problem")
    assert html.fromstring(wrong.body).xpath("//input[@name='next']/@value") == ["/accounts/profile"]
    assert wrong.cookies == []
    done = browser.post(ticket, {"code": code(world), "next": "/accounts/profile"})
    assert (done.status, done.location) == (303, "/accounts/profile")
    shown(signed_in(world, browser, done).get("/accounts/security"), 200, "10 of 10 recovery codes are left")
    shown(browser.get(first.location), 410, "Sign in again")


def test_five_wrong_codes_are_a_429_that_says_until_when(world: World) -> None:
    id = guarded(world)
    api = world.api()
    ticket = api.post("/accounts/sign-in", {"email": f"{id}@example.org", "password": PASSWORD}).json["next"]
    assert [api.post(ticket, {"code": "000000"}).status for _ in range(6)] == [401] * 5 + [429]
    refused = api.post(ticket, {"code": code(world)})
    assert (refused.status, refused.json["retry_after"]) == (429, "2026-11-23T15:15:00Z")
    browser = world.browser()
    shown(browser.post(ticket, {"code": code(world)}), 429, "too many wrong codes", "Try again in 15 minutes.")


def test_ten_wrong_passwords_are_a_429_that_says_for_how_long_and_says_the_same_for_an_address_of_nobodys(
    world: World,
) -> None:
    known(world)
    answers = []
    for email in (MAIL, "nobody@example.org"):
        wrong = {"email": email, "password": OTHER}
        assert [world.api().post("/accounts/sign-in", wrong).status for _ in range(10)] == [401] * 10
        answers.append(world.api().post("/accounts/sign-in", {"email": email, "password": PASSWORD}))
    assert [(one.status, one.headers["Retry-After"]) for one in answers] == [(429, "Mon, 23 Nov 2026 15:15:00 GMT")] * 2
    assert answers[0].json == answers[1].json
    browser = world.browser()
    refused = browser.post("/accounts/sign-in", {"email": MAIL, "password": PASSWORD})
    remedy = "Try again in 15 minutes, or use the link for a forgotten password."
    shown(refused, 429, "wrong passwords for this address", remedy, "Forgotten your password?")
    assert html.fromstring(refused.body).xpath("//input[@name='password'][@aria-invalid]")
    assert world.api().post("/accounts/tokens", {"email": MAIL, "password": PASSWORD}).status == 429


def test_wrong_passwords_of_a_change_are_a_429_on_its_own_page(world: World) -> None:
    browser = world.browser(known(world))
    changes = {
        "password": ("/accounts/mail", {"email": NEW, "password": OTHER}),
        "current": ("/accounts/password", {"current": "not my password", "password": OTHER}),
    }
    assert [browser.post(*changes["password"]).status for _ in range(10)] == [401] * 10
    for field, change in changes.items():
        refused = browser.post(*change)
        shown(refused, 429, "too many wrong passwords in this browser")
        assert html.fromstring(refused.body).xpath(f"//input[@name='{field}'][@aria-invalid]")


def test_another_site_enters_no_code(world: World) -> None:
    id, browser = guarded(world), world.browser()
    ticket = password(world, browser, id).location
    answer = browser.post(ticket, {"code": code(world)}, origin="https://evil.example")
    assert (answer.status, answer.cookies) == (403, [])


@pytest.mark.parametrize(
    "wanted", ["https://evil.example/", "//evil.example/", "/accounts/code/x", "/accounts/sign-in"]
)
def test_a_code_leads_only_to_paths_of_ours(world: World, wanted: str) -> None:
    id, browser = guarded(world), world.browser()
    ticket = password(world, browser, id).location
    assert browser.post(ticket, {"code": code(world), "next": wanted}).location == "/workspace"


def test_finance_without_an_app_set_one_up_before_there_is_a_session(world: World) -> None:
    id, browser = world.person("finance-1", ("finance",)), world.browser()
    first = password(world, browser, id)
    assert (first.cookies, first.location) == ([], "/accounts/factor/link-1")
    page = browser.get(first.location)
    shown(page, 200, "Set up your authenticator app")
    assert page.headers["Cache-Control"] == "private, no-store"
    tree = html.fromstring(page.body)
    assert len(tree.xpath("//div[@class='qr']/svg")) == 1
    secret = tree.xpath("string(//strong[@class='secret'])").replace(" ", "").upper()
    shown(browser.post(first.location, {"code": "000000"}), 401, "This code is not right")
    done = browser.post(first.location, {"code": code(world, secret)})
    shown(done, 200, "Your recovery codes", "You are signed in", "Sign out")
    assert done.headers["Cache-Control"] == "private, no-store"
    codes = html.fromstring(done.body).xpath("//li[@class='secret']/text()")
    assert len(codes) == 10
    assert signed_in(world, browser, done).get("/accounts/profile").status == 200
    again = password(world, browser, id).location
    assert browser.post(again, {"code": codes[7]}).location == "/workspace"


def test_a_reviewer_needs_no_app_under_the_lighter_setting_and_may_have_one(world: World) -> None:
    id, browser = world.person("reviewer-1", ("reviewer",)), world.browser()
    first = password(world, browser, id)
    assert first.location == "/workspace"
    inside = signed_in(world, browser, first)
    shown(inside.post("/accounts/security/factor", {"password": OTHER}), 401, "The password is not right")
    begun = inside.post("/accounts/security/factor", {"password": PASSWORD})
    assert begun.location == "/accounts/factor/link-1?next=/accounts/security"
    shown(inside.get(begun.location), 200, "Set up your authenticator app")


def test_removing_the_app_takes_a_code_and_keeps_this_browser(world: World) -> None:
    browser = world.browser(guarded(world))
    shown(browser.post("/accounts/security/factor/remove", {"code": "000000"}), 401, "This code is not right")
    done = browser.post("/accounts/security/factor/remove", {"code": code(world)})
    assert done.location == "/accounts/security?saved=factor"
    shown(signed_in(world, browser, done).get(done.location), 200, "The app is removed", "Your role needs one")


def test_an_api_client_gets_a_token_for_password_and_code_together(world: World) -> None:
    id, api = guarded(world), world.api()
    body = {"email": f"{id}@example.org", "password": PASSWORD}
    assert api.post("/accounts/tokens", body).json["type"] == "/problems/code-needed"
    assert api.post("/accounts/tokens", body | {"code": "000000"}).json["type"] == "/problems/wrong-credentials"
    assert api.post("/accounts/tokens", body | {"code": code(world)}).json["token_type"] == "Bearer"
