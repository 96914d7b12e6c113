"""The pages beside the journeys: what is open to everybody, what goes wrong, what nobody waits for, and a refusal with
its reason."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from infra.local.demo.api_client import Client
from infra.local.demo.journey import Journey
from infra.local.stack.local_stack import Stack
from tests.browser.people import PLACE, SPECIALTY, Trainee
from tests.browser.staff import Reviewer, sign_in_as
from tests.browser.visitor import Album, Visitor, Way

WAYS = (Way(1280), Way(390))
REASON = (
    "Your graduation is after the start of this rotation. Choose a start after June, and this practice can take you."
)


@pytest.fixture(params=WAYS, ids=str)
def visitor(request: pytest.FixtureRequest, chromium: Browser, rota_stack: Stack, album: Album) -> Visitor:
    return Visitor(chromium, rota_stack.info.public_url, request.param, album)


def test_what_everybody_may_read_is_a_page_without_a_fault(visitor: Visitor, rota_stack: Stack) -> None:
    found = Client(rota_stack.info.public_url).get("/programs", text=f"{SPECIALTY} {PLACE}")["hits"][0]["program_id"]
    pages = {
        "home": "/",
        "how-it-works": "/how-it-works",
        "search": "/programs",
        "search-nothing": "/programs?text=zzzzzzzz&price_max_cents=100000",
        "program": f"/programs/{found}",
        "sign-in": "/accounts/sign-in",
        "resend": "/accounts/resend",
        "api": "/docs",
        "api-room": "/docs/reservations",
    }
    with visitor:
        for name, path in pages.items():
            visitor.open(path)
            visitor.look(name)


def test_what_goes_wrong_is_a_page_that_says_what_to_do(visitor: Visitor) -> None:
    with visitor:
        visitor.open("/nowhere", status=404)
        assert "There is no page here" in visitor.text()
        visitor.look("not-found")
        visitor.open("/programs/none-of-ours", status=404)
        visitor.look("no-such-program")
        visitor.open("/accounts/confirm/used-long-ago", status=404)
        visitor.look("confirm-unknown")
        visitor.open("/workspace", status=200)
        visitor.fill(email="nobody@example.org", password="certainly-not-this-one")
        visitor.press("Sign in")
        assert "There is a problem" in visitor.text()
        visitor.look("sign-in-refused")
        visitor.open("/programs?start=2027-02-30", status=422)
        assert "Something in the address needs a change" in visitor.text()
        visitor.look("query-refused")


@pytest.mark.parametrize("role", ["host", "coordinator"])
def test_who_has_nothing_to_do_reads_so(role: str, visitor: Visitor, rota_stack: Stack) -> None:
    with visitor:
        sign_in_as(role, rota_stack, visitor)
        visitor.look(f"today-{role}")
        visitor.open("/accounts/profile")
        visitor.look(f"profile-{role}")
        visitor.open("/documents", status=403)
        visitor.look(f"not-allowed-{role}")


def test_H12_a_declined_application_says_why_to_both(
    visitor: Visitor, chromium: Browser, rota_stack: Stack, album: Album
) -> None:
    journey = Journey(rota_stack, say=lambda _: None)
    person = journey.sign_up("Dalia Nassar")
    sheet = journey.search(person)
    journey.apply(person, sheet["program"]["id"], sheet["starts"][-1]["start"])
    with visitor as theirs, Visitor(chromium, rota_stack.info.public_url, visitor.way, album) as hers:
        dalia = Trainee(rota_stack, hers, person.name, person.email, person.password, person.application["id"])
        reviewer = Reviewer(rota_stack, theirs)
        reviewer.signs_in()
        reviewer.takes(dalia)
        reviewer.declines(REASON)
        dalia.signs_in()
        hers.open(f"/applications/{dalia.application}")
        assert REASON in hers.text()
        hers.look("application-declined")


def test_H12_a_coordinator_tries_guidelines_reads_what_cannot_work_and_saves_what_can(
    visitor: Visitor, rota_stack: Stack
) -> None:
    found = Client(rota_stack.info.public_url).get("/programs", text=f"{SPECIALTY} {PLACE}")["hits"][0]["program_id"]
    with visitor:
        sign_in_as("coordinator", rota_stack, visitor)
        visitor.open(f"/programs/{found}")
        with visitor.page.expect_navigation():
            visitor.page.get_by_role("link", name="Change the guidelines").click()
        visitor.look("guidelines")
        visitor.fill(languages="Spanish, spanish")
        visitor.press("Try against past applicants")
        assert "Cannot be saved" in visitor.text()
        visitor.look("guidelines-tried")
        visitor.fill(languages="")
        visitor.press("Try again")
        visitor.look("guidelines-fine")
        visitor.press("Save these guidelines")
        assert "From now on applications are held to these guidelines." in visitor.text()
        visitor.look("guidelines-saved")


def test_T31_a_coach_reads_trainees_and_partners(visitor: Visitor, rota_stack: Stack) -> None:
    with visitor:
        sign_in_as("coach", rota_stack, visitor)
        visitor.look("today-coach")
        visitor.open("/reservations/cases")
        visitor.look("cases")
        visitor.open("/reservations/partners")
        visitor.look("partners")
