"""Accounts through a real browser: a forgotten password, another address, an authenticator app, people invited by an
administrator."""

from __future__ import annotations

import re
import secrets

import pyotp
import pytest
from playwright.sync_api import Browser

from infra.local.demo.journey import Journey
from infra.local.stack.local_stack import Stack
from tests.browser.people import PASSWORD
from tests.browser.staff import sign_in_as
from tests.browser.visitor import PHONE, Album, Visitor, Way

WAYS = (Way(1280), Way(PHONE), Way(PHONE, scripts=False))
NEW_PASSWORD = "harbour-violet-anchor-58"


@pytest.fixture(params=WAYS, ids=str)
def visitor(request: pytest.FixtureRequest, chromium: Browser, rota_stack: Stack, album: Album) -> Visitor:
    return Visitor(chromium, rota_stack.info.public_url, request.param, album)


def _link(stack: Stack, email: str, kind: str) -> str:
    """The path of the link in the newest mail of this kind."""
    wanted = re.compile(rf"/accounts/{kind}/\S+")
    found = wanted.search(stack.mailbox.wait_for(email, lambda message: bool(wanted.search(message.text)), 60).text)
    assert found is not None
    return found.group()


def test_a_forgotten_password_and_another_address_are_mended_by_links(visitor: Visitor, rota_stack: Stack) -> None:
    person = Journey(rota_stack, say=lambda _: None).sign_up("Salma Rashid")
    with visitor:
        visitor.open("/accounts/forgot")
        visitor.look("forgot")
        visitor.fill(email=person.email)
        visitor.press("Send")
        visitor.look("forgot-sent")
        visitor.open(_link(rota_stack, person.email, "reset"))
        visitor.look("reset")
        visitor.fill(password=NEW_PASSWORD)
        visitor.press("Set the password")
        visitor.look("sign-in-changed")
        visitor.fill(email=person.email, password=NEW_PASSWORD)
        visitor.press("Sign in")
        visitor.open("/accounts/security")
        visitor.look("security")
        visitor.press("Change password", "link")
        visitor.look("password")
        visitor.fill(current=NEW_PASSWORD, password=PASSWORD)
        visitor.press("Change the password")
        assert "Your password is changed" in visitor.text()
        visitor.press("Change mail address", "link")
        visitor.look("mail-change")
        other = f"moved-{secrets.token_hex(4)}@example.org"
        visitor.fill(email=other, password=PASSWORD)
        visitor.press("Send the link")
        visitor.look("mail-sent")
        visitor.open(_link(rota_stack, other, "mail"))
        visitor.look("mail-confirm")
        visitor.press("")
        visitor.look("mail-confirmed")


def test_an_administrator_invites_a_colleague_who_signs_in_with_an_app(
    visitor: Visitor, chromium: Browser, rota_stack: Stack, album: Album
) -> None:
    email = f"colleague-{secrets.token_hex(4)}@staff.example"
    with visitor, Visitor(chromium, rota_stack.info.public_url, visitor.way, album) as theirs:
        sign_in_as("admin", rota_stack, visitor)
        visitor.open("/accounts/staff")
        visitor.look("staff")
        visitor.fill(name="Farah Osman", email=email)
        visitor.page.get_by_label("finance").check()
        visitor.press("Send the invitation")
        visitor.look("staff-invited")
        visitor.press("Farah Osman", "link")
        visitor.look("member-invited")
        theirs.open(_link(rota_stack, email, "confirm"))
        theirs.look("invitation")
        theirs.fill(password=PASSWORD)
        theirs.press("")
        theirs.look("invitation-taken")
        codes = _sets_up_an_app(theirs, email)
        visitor.page.reload()
        visitor.look("member-active")
        _signs_in_again(theirs, email, codes)


def _sets_up_an_app(visitor: Visitor, email: str) -> list[str]:
    """The first sign-in of somebody who handles money; the recovery codes."""
    visitor.fill(email=email, password=PASSWORD)
    visitor.press("Sign in")
    visitor.look("factor")
    visitor.fill(code=pyotp.TOTP(visitor.page.locator(".secret").first.inner_text().replace(" ", "")).now())
    visitor.press("Finish")
    visitor.look("recovery-codes")
    codes = visitor.page.locator(".codes .secret").all_inner_texts()
    visitor.press("I have kept them", "link")
    visitor.look("today-finance")
    return codes


def _signs_in_again(visitor: Visitor, email: str, codes: list[str]) -> None:
    """With a recovery code in the place of the telephone, which is then replaced."""
    visitor.page.context.clear_cookies()
    visitor.open("/accounts/sign-in")
    visitor.fill(email=email, password=PASSWORD)
    visitor.press("Sign in")
    visitor.fill(code="000000")
    visitor.press("Sign in")
    assert "There is a problem" in visitor.text()
    visitor.look("code-refused")
    visitor.fill(code=codes[0])
    visitor.press("Sign in")
    visitor.open("/accounts/security")
    visitor.look("security-with-app")
    visitor.page.locator("main summary").first.click()
    visitor.fill(code=codes[1])
    visitor.press("Remove the app")
    assert "The app is removed" in visitor.text()
