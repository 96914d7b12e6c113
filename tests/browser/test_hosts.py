"""A host's manager at a screen: invited by a coordinator, finds what is owed, opens the CV, answers once, and sees what
became of it."""

from __future__ import annotations

import re
import secrets

import pytest
from playwright.sync_api import Browser

from infra.local.demo.journey import Journey
from infra.local.demo.journey import Trainee as Applicant
from infra.local.stack.local_stack import Stack
from infra.local.stack.queues import Queues
from tests.browser.people import PASSWORD
from tests.browser.staff import sign_in_as
from tests.browser.visitor import Album, Visitor, Way

WAYS = (Way(1280), Way(390), Way(390, scripts=False))


def routed(journey: Journey, stack: Stack, name: str, place: int) -> tuple[Applicant, str]:
    """Somebody whose application its reviewer has sent to the host, and its address."""
    person, reviewer = journey.sign_up(name), journey.staff("reviewer")
    sheet = journey.search(person)
    journey.apply(person, sheet["program"]["id"], sheet["starts"][place]["start"])
    here = f"/applications/{person.application['id']}"
    for step in ("claim", "route"):
        reviewer.post(f"{here}/{step}")
    Queues(stack.info).drain()
    return person, here


@pytest.mark.parametrize("way", WAYS, ids=str)
def test_H04_T19_a_manager_is_invited_answers_signed_in_and_is_let_go(
    way: Way, chromium: Browser, rota_stack: Stack, album: Album
) -> None:
    journey, url = Journey(rota_stack, say=lambda _: None), rota_stack.info.public_url
    email = f"manager-{secrets.token_hex(4)}@clinic.example"
    with Visitor(chromium, url, way, album) as theo, Visitor(chromium, url, way, album) as paula:
        person, here = routed(journey, rota_stack, "Salma Fathy", 12 + WAYS.index(way))
        sign_in_as("coordinator", rota_stack, theo)
        theo.open(here)
        theo.press("Who may sign in for this host", "link")
        theo.look("host-managers")
        theo.fill(name="Paula Reyes", email="paula@clinic")
        theo.press("Send the invitation")
        assert "There is a problem" in theo.text()
        theo.look("host-invite-refused")
        theo.fill(name="Paula Reyes", email=email)
        theo.press("Send the invitation")
        assert "Has not taken the invitation" in theo.text()
        theo.look("host-invited")
        joins(rota_stack, paula, email)
        paula.until(
            paula.page.get_by_text(f"Would you take {person.name}?"), paula.page.reload, "the question is on the page"
        )
        paula.look("host-today")
        with paula.page.expect_navigation():
            paula.page.locator(f"main a[href='{here}/recommend']").click()
        paula.look("host-question")
        opens_the_cv(paula, person)
        paula.page.get_by_label("No, I do not").check()
        paula.press("Send my answer")
        assert "There is a problem" in paula.text()
        paula.look("host-question-refused")
        paula.page.get_by_label("Yes, I recommend this trainee").check()
        paula.fill(note="We know her school.")
        paula.press("Send my answer")
        assert "your answer is here" in paula.text()
        paula.look("host-answered")
        paula.press("Back to what is owed", "link")
        assert "Our reviewer decides" in paula.text()
        assert person.name not in paula.text()
        paula.look("host-today-afterwards")
        lets_go(theo, paula)


def joins(stack: Stack, visitor: Visitor, email: str) -> None:
    mail = stack.mailbox.wait_for(email, lambda message: "/accounts/confirm/" in message.text, 60)
    link = re.search(r"/accounts/confirm/\S+", mail.text)
    assert link is not None
    visitor.open(link.group())
    visitor.look("host-welcome")
    visitor.fill(password=PASSWORD)
    visitor.press("Confirm my address")
    visitor.fill(email=email, password=PASSWORD)
    visitor.press("Sign in")


def opens_the_cv(visitor: Visitor, person: Applicant) -> None:
    """As the link does, with this browser's cookie; a headless browser would download it."""
    found = visitor.page.request.get(str(visitor.page.locator("main a", has_text="Open the CV").get_attribute("href")))
    assert found.body() == person.cv


def lets_go(theirs: Visitor, manager: Visitor) -> None:
    theirs.page.reload()
    theirs.page.get_by_text("Take this host away from Paula Reyes").last.click()
    theirs.look("host-taking-away")
    theirs.press("Take it away")
    assert "Taken away" in theirs.text()
    theirs.look("host-taken-away")
    manager.open("/workspace")
    assert manager.page.url.endswith("/accounts/sign-in?next=/workspace")


@pytest.mark.parametrize("way", WAYS[:2], ids=str)
def test_a_manager_to_whom_nobody_owes_anything_reads_so(
    way: Way, chromium: Browser, rota_stack: Stack, album: Album
) -> None:
    with Visitor(chromium, rota_stack.info.public_url, way, album) as magda:
        sign_in_as("host", rota_stack, magda)
        assert "Nothing is owed" in magda.text()
        magda.look("host-today-empty")
