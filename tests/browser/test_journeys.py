"""The journeys of trainee, reviewer and host through a real browser: phone and desktop, with and without JavaScript
(issue 3)."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from infra.local.clock.mover import RunningStack
from infra.local.demo.journey import Journey
from infra.local.demo.reviews import HOST_LOOKS, SPANISH
from infra.local.demo.waitlist import ONE_SEAT
from infra.local.stack.local_stack import Stack
from tests.browser.people import Trainee
from tests.browser.staff import Coordinator, Host, Reviewer
from tests.browser.visitor import Album, Visitor, Way

QUESTION = "Where have you used your Spanish?"
REASON = "The host has seen the Spanish course on the CV and takes him."
WAYS = (Way(1280), Way(390), Way(1280, scripts=False), Way(390, scripts=False))


@pytest.mark.parametrize("way", WAYS, ids=str)
def test_T01_T10_T17_T24_T27_a_trainee_finds_applies_is_approved_pays_and_has_the_seat(
    way: Way, chromium: Browser, rota_stack: Stack, album: Album
) -> None:
    url = rota_stack.info.public_url
    with Visitor(chromium, url, way, album) as hers, Visitor(chromium, url, way, album) as theirs:
        amina = Trainee(rota_stack, hers, "Amina Farouk")
        reviewer = Reviewer(rota_stack, theirs)
        amina.joins()
        amina.finds()
        amina.applies(start=8 + WAYS.index(way))
        reviewer.signs_in()
        reviewer.takes(amina)
        reviewer.approves()
        amina.signs()
        amina.reserves()
        amina.subscribes()
        amina.looks_back()


@pytest.mark.parametrize("way", WAYS, ids=str)
def test_T18_T19_H12_a_question_a_host_by_link_and_an_override_lead_to_a_yes(
    way: Way, chromium: Browser, rota_stack: Stack, album: Album
) -> None:
    url = rota_stack.info.public_url
    with (
        Visitor(chromium, url, way, album) as hers,
        Visitor(chromium, url, way, album) as theirs,
        Visitor(chromium, url, way, album) as hosts,
    ):
        gamal, reviewer, host = (
            _applied(rota_stack, hers, "Gamal Aziz", SPANISH),
            Reviewer(rota_stack, theirs),
            Host(rota_stack, hosts, SPANISH),
        )
        gamal.signs_in()
        reviewer.signs_in()
        reviewer.takes(gamal)
        reviewer.asks(QUESTION)
        gamal.answers(QUESTION)
        reviewer.reads_the_answer(gamal)
        reviewer.asks_the_host()
        hers.open(f"/applications/{gamal.application}")
        hers.look("application-with-host")
        host.comes(gamal)
        host.recommends("We know the course; he is welcome.")
        reviewer.accepts(gamal, REASON)


@pytest.mark.parametrize("way", WAYS[:2], ids=str)
def test_T20_a_coordinator_waits_no_longer_and_the_link_explains_it(
    way: Way, chromium: Browser, rota_stack: Stack, album: Album
) -> None:
    url = rota_stack.info.public_url
    with (
        Visitor(chromium, url, way, album) as theirs,
        Visitor(chromium, url, way, album) as coordinators,
        Visitor(chromium, url, way, album) as hosts,
    ):
        dalia = _applied(rota_stack, hosts, "Dalia Nassar", HOST_LOOKS)
        reviewer, host = Reviewer(rota_stack, theirs), Host(rota_stack, hosts, HOST_LOOKS)
        reviewer.signs_in()
        reviewer.takes(dalia)
        reviewer.asks_the_host()
        link = host.comes(dalia)
        Coordinator(rota_stack, coordinators).takes_back(
            dalia, "The practice is closed this week; its manager said so on the phone."
        )
        hosts.open(link)
        assert "This application has moved on" in hosts.text()
        assert dalia.name not in hosts.text()
        hosts.look("recommend-moved")


def _applied(stack: Stack, visitor: Visitor, name: str, program_id: str) -> Trainee:
    """Somebody whose application was sent over HTTP, before the browser opens."""
    journey = Journey(stack, say=lambda _: None)
    person = journey.sign_up(name)
    journey.apply(person, program_id, person.client.get(f"/programs/{program_id}")["starts"][6]["start"])
    return Trainee(stack, visitor, person.name, person.email, person.password, person.application["id"])


@pytest.mark.parametrize("way", WAYS, ids=str)
def test_who_finds_no_seat_waits_in_line_and_is_held_the_one_that_comes_back(
    way: Way, chromium: Browser, rota_stack: Stack, album: Album
) -> None:
    """Bilal holds the only seat over HTTP; Nadia waits for it in her browser, and it is held for her once he gives it
    back. She does not want it any more, so it is open to everybody, which her saved search tells."""
    journey, visitor = (
        Journey(rota_stack, say=lambda _: None),
        Visitor(chromium, rota_stack.info.public_url, way, album),
    )
    reviewer = journey.staff("reviewer")
    first = journey.sign_up("Bilal Haddad")
    start = first.client.get(f"/programs/{ONE_SEAT}")["starts"][6 + 5 * WAYS.index(way)]["start"]
    second = journey.sign_up("Nadia Karim")
    for person in (first, second):
        journey.apply(person, ONE_SEAT, start)
        journey.approve(reviewer, person)
    journey.sign(first)
    journey.checkout(first, "full")
    with visitor:
        nadia = Trainee(rota_stack, visitor, second.name, second.email, second.password, second.application["id"])
        nadia.signs_in()
        nadia.saves_a_search("windlebrook")
        visitor.open(f"/reservations/for/{nadia.application}")
        visitor.look("reserve-sold-out")
        visitor.press("Join the waitlist")
        assert "Your place in line: 1 of 1" in visitor.text()
        visitor.look("waitlist")
        visitor.open("/workspace")
        visitor.look("my-rotations-waiting")
        first.client.post(f"/reservations/{first.reservation_id}/cancel")
        visitor.open(f"/reservations/for/{nadia.application}")
        RunningStack(rota_stack.info).run_what_is_due()
        held = visitor.page.get_by_text("held for you")
        visitor.until(held.first, visitor.page.reload, "the seat is held for her")
        visitor.look("waitlist-offered")
        visitor.press("Give the seat back")
        visitor.look("waitlist-left")
        nadia.hears_of_a_match()
