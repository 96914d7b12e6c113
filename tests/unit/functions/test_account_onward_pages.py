"""Where somebody wanted to go survives the whole way in (T32): sign in -> create an account -> mail -> confirm -> sign
in."""

from __future__ import annotations

from datetime import timedelta

import pytest
from lxml import html

from functions.accounts.handler import room
from shared.domain.accounts.account_input import CONFIRM, CONFIRM_LIFE, email_key
from tests.builders import TRAINEE
from tests.rooms import Answer, World
from tests.unit.pages.page_markup import problems
from tests.unit.services.accounts.account_scene import reset_link

MAIL, WORDS = "amara@example.org", "violet harbour lantern"
WANTED = "/applications/start?program=program-1&start=2027-03-01&weeks=4"
NEXT = "next=/applications/start%3Fprogram%3Dprogram-1%26start%3D2027-03-01%26weeks%3D4"
SIGN_UP = {"name": "Amara Okafor", "email": MAIL, "zone": "Africa/Cairo"}


@pytest.fixture
def world() -> World:
    return World(room)


def link(world: World) -> str:
    """The address that the mail brings."""
    account_id = next(iter(world.store.claims.values()))
    return f"/accounts/confirm/{world.links.make(CONFIRM, account_id, world.clock.now() + CONFIRM_LIFE)}"


def page(answer: Answer, status: int = 200) -> html.HtmlElement:
    assert (answer.status, problems(answer.body)) == (status, []), answer.body
    return html.fromstring(answer.body)


def way(tree: html.HtmlElement, words: str) -> str:
    """Where the link in the page's main column with these words leads."""
    (found,) = [one for one in tree.xpath("//main//a") if one.text_content() == words]
    return str(found.get("href"))


def hidden(tree: html.HtmlElement) -> str:
    (found,) = tree.xpath("//main//input[@name='next']/@value")
    return str(found)


def test_T32_a_new_visitor_ends_where_they_wanted_to_go_even_when_the_mail_is_opened_elsewhere(world: World) -> None:
    browser = world.browser()
    sign_up = page(browser.get(way(page(browser.get(f"/accounts/sign-in?{NEXT}")), "Create one")))
    assert way(sign_up, "Sign in") == f"/accounts/sign-in?{NEXT}"
    sent = page(browser.post("/accounts/sign-up", {**SIGN_UP, "next": hidden(sign_up)}), 202)
    assert way(sent, "Sign in") == f"/accounts/sign-in?{NEXT}"
    telephone, mailed = world.browser(), link(world)
    assert "applications" not in mailed
    assert telephone.get(mailed).status == 200
    confirmed = telephone.post(mailed, {"password": WORDS})
    assert (confirmed.status, confirmed.location) == (303, f"/accounts/sign-in?confirmed=1&{NEXT}")
    assert way(page(telephone.get(mailed)), "Sign in") == confirmed.location
    goal = hidden(page(telephone.get(confirmed.location)))
    assert telephone.post("/accounts/sign-in", {"email": MAIL, "password": WORDS, "next": goal}).location == WANTED


def test_T32_a_refused_sign_up_and_a_fresh_link_keep_the_way(world: World) -> None:
    browser = world.browser()
    refused = page(browser.post("/accounts/sign-up", {**SIGN_UP, "email": "amara", "next": WANTED}), 422)
    browser.post("/accounts/sign-up", {**SIGN_UP, "next": hidden(refused)})
    world.clock.move(timedelta(minutes=2))
    browser.post("/accounts/resend", {"email": MAIL})
    assert browser.post(link(world), {"password": WORDS}).location == f"/accounts/sign-in?confirmed=1&{NEXT}"


def test_T32_after_a_refusal_the_links_lead_on_as_well(world: World) -> None:
    browser = world.browser()
    wrong = page(browser.post("/accounts/sign-in", {"email": MAIL, "password": WORDS, "next": WANTED}), 401)
    assert (hidden(wrong), way(wrong, "Create one")) == (WANTED, f"/accounts/sign-up?{NEXT}")
    refused = page(browser.post("/accounts/sign-up", {**SIGN_UP, "email": "amara", "next": WANTED}), 422)
    assert (hidden(refused), way(refused, "Sign in")) == (WANTED, f"/accounts/sign-in?{NEXT}")


@pytest.mark.parametrize("field", ["next", "next[]"])
def test_T32_after_a_refusal_no_other_site_is_led_to(world: World, field: str) -> None:
    browser, evil = world.browser(), {field: "//evil.example/"}
    wrong = html.fromstring(browser.post("/accounts/sign-in", {"email": MAIL, "password": WORDS, **evil}).body)
    assert (way(wrong, "Create one"), hidden(wrong)) == ("/accounts/sign-up", "/workspace")
    refused = html.fromstring(browser.post("/accounts/sign-up", {**SIGN_UP, "email": "amara", **evil}).body)
    assert (way(refused, "Sign in"), hidden(refused)) == ("/accounts/sign-in", "")


def test_T32_a_forgotten_password_leads_on_as_well_even_when_the_mail_is_opened_elsewhere(world: World) -> None:
    world.store.claims[email_key(f"{TRAINEE}@example.org")] = world.person()
    browser, telephone = world.browser(), world.browser()
    forgot = page(browser.get(way(page(browser.get(f"/accounts/sign-in?{NEXT}")), "Forgotten your password?")))
    assert (hidden(forgot), way(forgot, "Sign in")) == (WANTED, f"/accounts/sign-in?{NEXT}")
    sent = page(browser.post("/accounts/forgot", {"email": f"{TRAINEE}@example.org", "next": hidden(forgot)}), 202)
    assert way(sent, "Send it again") == f"/accounts/forgot?{NEXT}"
    mailed = f"/accounts/reset/{reset_link(world, TRAINEE)}"
    done = telephone.post(mailed, {"password": "amber meadow compass"})
    assert (done.status, done.location) == (303, f"/accounts/sign-in?changed=1&{NEXT}")
    used = page(telephone.get(mailed))
    assert (way(used, "Sign in"), way(used, "Forgotten it again?")) == (done.location, f"/accounts/forgot?{NEXT}")
    assert hidden(page(telephone.get(done.location))) == WANTED
    assert [row.data for row in world.store.history("ACCOUNT", TRAINEE) if "program" in str(row.data)] == []
    assert [ref.split("/")[0] for ref in world.store.texts] == [TRAINEE]


def test_T32_a_forgotten_password_asked_for_from_nowhere_leads_home_again(world: World) -> None:
    world.store.claims[email_key(f"{TRAINEE}@example.org")] = world.person()
    for wanted in (WANTED, "//evil.example/"):
        world.browser().post("/accounts/forgot", {"email": f"{TRAINEE}@example.org", "next": wanted})
        world.clock.move(timedelta(minutes=2))
    mailed = f"/accounts/reset/{reset_link(world, TRAINEE)}"
    assert world.browser().post(mailed, {"password": "amber meadow compass"}).location == "/accounts/sign-in?changed=1"


def test_T32_where_somebody_wanted_to_go_is_no_part_of_an_event_and_goes_with_the_person(world: World) -> None:
    world.browser().post("/accounts/sign-up", {**SIGN_UP, "next": WANTED})
    (account,) = world.store.claims.values()
    assert [row.data for row in world.store.history("ACCOUNT", account) if "program" in str(row.data)] == []
    ((ref, text),) = world.store.texts.items()
    assert (ref.split("/")[0], text) == (account, {"path": WANTED})


@pytest.mark.parametrize("wanted", ["//evil.example/", "/accounts/sign-up", "/workspace", ""])
def test_T32_no_other_site_and_no_way_in_circles_is_kept(world: World, wanted: str) -> None:
    browser = world.browser()
    browser.post("/accounts/sign-up", {**SIGN_UP, "next": wanted})
    assert world.store.texts == {}
    assert browser.post(link(world), {"password": WORDS}).location == "/accounts/sign-in?confirmed=1"


def test_T32_a_path_of_another_site_that_was_stored_all_the_same_leads_nowhere(world: World) -> None:
    world.browser().post("/accounts/sign-up", {**SIGN_UP, "next": WANTED})
    (ref,) = world.store.texts
    world.store.texts[ref] = {"path": "//evil.example/"}
    assert world.browser().post(link(world), {"password": WORDS}).location == "/accounts/sign-in?confirmed=1"
