"""The trainee who walks, from sign-up to the reserved seat and back over what is kept. A step is a few pages."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field

from infra.local.seed.cv import Section, cv_pdf
from infra.local.stack.local_stack import Stack
from tests.browser.visitor import ZONE, Visitor

CV_SECTIONS = (
    Section("Education", ("Nile Crescent Faculty of Medicine, fourth year",)),
    Section("Languages", ("English, Arabic",)),
)
PASSWORD = "lantern-orbit-meadow-27"
SPECIALTY, PLACE = "internal medicine", "chicago"


@dataclass
class Trainee:
    """A new person with a browser of their own."""

    stack: Stack
    visitor: Visitor
    name: str
    email: str = field(default_factory=lambda: f"walker-{secrets.token_hex(4)}@example.org")
    password: str = PASSWORD
    application: str = ""

    def signs_in(self) -> None:
        self.visitor.open("/accounts/sign-in")
        self.visitor.fill(email=self.email, password=self.password)
        self.visitor.press("Sign in")

    def joins(self) -> None:
        """T01, T14: account, mail, confirmation, sign-in, profile."""
        visitor = self.visitor
        visitor.open("/accounts/sign-up")
        visitor.look("sign-up")
        if visitor.way.scripts:
            assert visitor.page.locator("[name=zone]").input_value() == ZONE
        visitor.fill(name=self.name, email=self.email, zone=ZONE)
        visitor.press("Create account")
        visitor.look("check-mail")
        mail = self.stack.mailbox.wait_for(self.email, lambda message: "/accounts/confirm/" in message.text, 60)
        link = re.search(r"/accounts/confirm/\S+", mail.text)
        assert link is not None
        visitor.open(link.group())
        visitor.look("confirm")
        visitor.fill(password=self.password)
        visitor.press("Confirm my address")
        visitor.look("sign-in-confirmed")
        visitor.fill(email=self.email, password=self.password)
        visitor.press("Sign in")
        visitor.look("my-rotations-empty")
        visitor.open("/accounts/profile")
        visitor.look("profile-empty")
        year = self.stack.clock.now().year
        visitor.page.get_by_label("a medical student").check()
        visitor.fill(
            expected_graduation=f"{year + 3}-06-30", school="Nile Crescent Faculty of Medicine", country="Egypt"
        )
        visitor.fill(languages="English, Arabic", visa_type="B-1")
        visitor.press("Save")
        visitor.look("profile-saved")

    def finds(self) -> None:
        """T07, T10: search by words and a filter, then a program that says it is open to a student."""
        visitor = self.visitor
        visitor.open("/programs")
        visitor.fill(text=f"{SPECIALTY} {PLACE}")
        visitor.press("Search")
        if (folded := visitor.page.get_by_role("link", name="All filters").first).is_visible():  # on a phone
            folded.click()
        visitor.page.locator("#filters [name=experience_type][value=hands_on]").check()
        visitor.press("Show results")
        visitor.look("search-signed-in")
        with visitor.page.expect_navigation():
            visitor.page.locator(".result h3 a").first.click()
        assert "You are eligible: hands-on" in visitor.text()
        visitor.look("program-signed-in")
        visitor.press("See what changes if you reserve on another day", "link")
        visitor.look("quote")
        visitor.page.go_back()

    def applies(self, start: int) -> None:
        """T15, T17: the wish with the start of this place in the list, a CV through the bucket's form, the draft
        sent."""
        visitor = self.visitor
        visitor.press("Apply for", "link")
        starts = visitor.page.locator("main select[name=start]")
        starts.select_option(index=start)
        visitor.press("Show what this means")
        visitor.look("apply-start")
        visitor.press("Start the application")
        visitor.look("draft-without-cv")
        visitor.press("Send the application")
        assert "There is a problem" in visitor.text()
        visitor.look("draft-refused")
        cv = cv_pdf(self.name, self.email, CV_SECTIONS)
        visitor.page.locator("input[type=file]").set_input_files(
            {"name": "cv.pdf", "mimeType": "application/pdf", "buffer": cv}
        )
        visitor.press("Upload this CV")
        visitor.look("draft-ready")
        self.application = visitor.page.url.rpartition("/")[2]
        visitor.press("Send the application")
        assert "Nothing was" not in visitor.text()
        visitor.look("application-sent")

    def signs(self) -> None:
        """T24: from the list of what is next to the terms, and the signature."""
        visitor = self.visitor
        visitor.open("/workspace")
        visitor.look("my-rotations-approved")
        visitor.open(f"/applications/{self.application}")
        visitor.look("application-approved")
        visitor.open("/workspace")
        visitor.press("Sign and reserve", "link")
        visitor.look("reserve-sign")
        visitor.fill(typed_name=self.name)
        visitor.press("Sign the terms")
        visitor.look("reserve-pay")

    def reserves(self) -> None:
        """T25 to T27: holds the seat, leaves the payment page, comes back, pays, and the seat is theirs."""
        visitor = self.visitor
        visitor.press("Hold my seat and pay")
        visitor.look("stripe-pay")
        visitor.press("← Back", "link")
        visitor.look("payment-left")
        visitor.press("Continue to payment")
        visitor.fill(card_number="4242 4242 4242 4242", exp="12 / 40", cvc="123", name=self.name)
        visitor.press("Pay ")
        arrived = visitor.page.get_by_text("Your seat is reserved.")
        visitor.until(arrived, lambda: visitor.press("Look again", "link"), "the payment is confirmed")
        visitor.look("payment-arrived")
        visitor.press("Open your reservation", "link")
        visitor.look("reservation")

    def subscribes(self) -> None:
        """From the reservation's page: the address for a calendar, and back."""
        visitor = self.visitor
        visitor.press("Make a calendar address")
        visitor.look("calendar-address")
        visitor.press("Take the address back")

    def saves_a_search(self, text: str) -> None:
        visitor = self.visitor
        visitor.open(f"/programs?text={text}")
        visitor.press("Tell me when a match opens")
        visitor.look("saved-searches")

    def hears_of_a_match(self) -> None:
        """The mail's link ends the saved search, without signing in."""
        visitor, wanted = self.visitor, re.compile(r"/programs/searches/\S+/stop/\S+")
        found = wanted.search(
            self.stack.mailbox.wait_for(self.email, lambda message: bool(wanted.search(message.text)), 60).text
        )
        assert found is not None
        visitor.open(found.group())
        visitor.look("search-stop")
        visitor.press("Send me no more")
        visitor.look("search-stopped")

    def answers(self, question: str) -> None:
        """T18: the reviewer's question, from the mail's link to the answer."""
        visitor, path = self.visitor, f"/applications/{self.application}"
        mail = self.stack.mailbox.wait_for(self.email, lambda message: question in message.text, 60)
        assert path in mail.text
        visitor.open(path)
        assert question in visitor.text()
        visitor.look("application-asked")
        visitor.press("Send the answer")
        assert "There is a problem" in visitor.text()
        visitor.look("application-asked-refused")
        visitor.fill(answer="At home; at the hospital I have used it with patients for a year.")
        visitor.press("Send the answer")
        visitor.look("application-answered")

    def looks_back(self) -> None:
        """What is kept for later: applications, documents, the overview."""
        visitor = self.visitor
        visitor.open("/workspace")
        visitor.look("my-rotations-reserved")
        visitor.open("/applications")
        visitor.look("applications")
        visitor.open("/documents")
        visitor.look("documents")
        visitor.press("CV", "link")
        visitor.look("document")
        visitor.open("/documents")
        visitor.press("Choose the file")
        visitor.look("upload")
