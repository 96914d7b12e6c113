"""What the scripts add to pages that work without them: the queue by keyboard, a draft that saves itself, an address
that copies itself."""

from __future__ import annotations

from playwright.sync_api import Browser, Page, expect

from infra.local.demo.journey import HANDS_ON, Journey
from infra.local.demo.journey import Trainee as Person
from infra.local.stack.local_stack import Stack
from tests.browser.people import Trainee
from tests.browser.staff import sign_in_as
from tests.browser.visitor import Album, Visitor, Way

DESK = Way(1280)


def test_H12_the_queue_is_walked_taken_from_and_opened_by_keyboard(
    chromium: Browser, rota_stack: Stack, album: Album
) -> None:
    journey = Journey(rota_stack, say=lambda _: None)
    people = [journey.sign_up(name) for name in ("Kamal Rashad", "Lina Sabry")]
    sheet = journey.search(people[0])
    for person, start in zip(people, sheet["starts"][-8:-6], strict=True):
        journey.apply(person, sheet["program"]["id"], start["start"])
    wanted = [f"/applications/{person.application['id']}" for person in people]
    with Visitor(chromium, rota_stack.info.public_url, DESK, album) as visitor:
        page = visitor.page
        sign_in_as("reviewer", rota_stack, visitor)
        for href in wanted:
            visitor.open("/workspace")
            visitor.until(page.locator(f"[data-open][href='{href}']"), page.reload, "the application is in the queue")
        rows = [row.get_attribute("href") for row in page.locator("[data-open]").all()]
        assert len(rows) >= 2
        _press(page, "k")
        assert _focused(page) == rows[0]
        _press(page, *["j"] * len(rows))
        assert _focused(page) == rows[-1]
        _press(page, "k")
        assert _focused(page) == rows[-2]
        _press(page, "?")
        assert page.locator("[data-keys]").get_attribute("open") is not None
        page.get_by_role("button", name="Keys are on").click()
        page.reload()
        _press(page, "j")
        assert _focused(page) is None
        page.locator("[data-keys] summary").click()
        page.get_by_role("button", name="Keys are off").click()
        page.reload()
        _press(page, *["j"] * (rows.index(wanted[0]) + 1))
        with page.expect_navigation(url=f"**{wanted[0]}"):
            _press(page, "c")
        assert "Approve" in visitor.text()
        visitor.open("/workspace")
        _press(page, *["j"] * (rows.index(wanted[1]) + 1))
        with page.expect_navigation(url=f"**{_focused(page)}"):
            _press(page, "Enter")


def test_T15_a_draft_says_what_it_saved_what_it_could_not_and_why(
    chromium: Browser, rota_stack: Stack, album: Album
) -> None:
    journey = Journey(rota_stack, say=lambda _: None)
    person = journey.sign_up("Mona Tawfik")
    sheet = journey.search(person)
    wish = {"program_id": sheet["program"]["id"], "experience_type": HANDS_ON, "start": sheet["starts"][-9]["start"]}
    path = f"/applications/{person.client.post('/applications', wish)['id']}"
    with Visitor(chromium, rota_stack.info.public_url, DESK, album) as visitor:
        page, said = visitor.page, visitor.page.locator("[data-said]")
        _signs_in(rota_stack, visitor, person)
        visitor.open(path)
        page.locator("select[name=start]").select_option("")
        expect(said).to_contain_text("No start is chosen yet: choose one before you send it.")
        assert person.client.get(path)["start"] is None
        expect(page.get_by_text("What it will cost")).to_have_count(0)
        page.locator("select[name=start]").select_option(wish["start"])
        expect(said).to_contain_text("The price and the lists follow your choice.")
        expect(page.get_by_text("What it will cost")).to_have_count(1)
        assert person.client.get(path)["start"] == wish["start"]

        page.context.set_offline(True)
        page.get_by_label("Yes, my school asks").check()
        expect(said).to_contain_text("Not saved: no connection.")
        assert person.client.get(path)["credit_wish"] is False
        page.context.set_offline(False)
        page.get_by_text("Who at your school asks for the form?").click()
        _types(page, "credit_form", "Form B")
        expect(said).to_contain_text("The price and the lists follow your choice.")
        assert person.client.get(path)["school"] == {"name": "", "email": "", "form": "Form B"}
        # Saving anything else moves nobody to another start.
        assert page.locator("select[name=start]").input_value() == wish["start"]
        assert person.client.get(path)["start"] == wish["start"]

        _types(page, "credit_email", "electives")
        expect(said).to_contain_text("Not saved: This is not an email address.")
        assert person.client.get(path)["school"]["email"] == ""
        provoked = ("ERR_INTERNET_DISCONNECTED", "422")
        visitor.problems[:] = [one for one in visitor.problems if not any(word in one for word in provoked)]


def test_the_calendars_address_copies_itself_and_says_so(chromium: Browser, rota_stack: Stack, album: Album) -> None:
    journey = Journey(rota_stack, say=lambda _: None)
    person = journey.sign_up("Nadia Wahba")
    sheet = journey.search(person)
    journey.apply(person, sheet["program"]["id"], sheet["starts"][-10]["start"])
    journey.approve(journey.staff("reviewer"), person)
    journey.sign(person)
    journey.pay(person, journey.checkout(person)["checkout_url"])
    hub = person.client.post(f"/reservations/{person.reservation_id}/calendar")
    with Visitor(chromium, rota_stack.info.public_url, DESK, album) as visitor:
        visitor.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        _signs_in(rota_stack, visitor, person)
        visitor.open(f"/reservations/{person.reservation_id}")
        visitor.page.get_by_role("button", name="Copy").click()
        expect(visitor.page.locator("[data-copy] [role=status]")).to_have_text("Copied")
        assert (
            visitor.page.evaluate("navigator.clipboard.readText()") == rota_stack.info.public_url + hub["calendar_path"]
        )
        visitor.look("calendar-copied")


def _signs_in(stack: Stack, visitor: Visitor, person: Person) -> None:
    Trainee(stack, visitor, person.name, person.email, person.password).signs_in()


def _press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def _types(page: Page, name: str, text: str) -> None:
    """As a person does who then goes on to the next field."""
    page.locator(f"main [name={name}]").fill(text)
    page.keyboard.press("Tab")


def _focused(page: Page) -> str | None:
    """The address of the link that has the focus."""
    found = page.evaluate("document.activeElement.getAttribute('href')")
    return str(found) if found else None
