"""The main journey as people walk it, over HTTP only: a trainee finds a rotation, applies, is approved by a reviewer,
signs, pays, and the seat is theirs. Each step checks what its person would see and raises `Missed` when it is not
there."""

from __future__ import annotations

import hashlib
import re
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import requests
from icalendar import Calendar

from infra.local.demo.api_client import Client, Json
from infra.local.demo.authenticator_codes import fresh_code
from infra.local.mailbox.mailbox import Message
from infra.local.seed.catalogue import load as catalogue
from infra.local.seed.cv import Section, cv_pdf
from infra.local.stack.local_stack import Stack
from infra.local.stripe.control import SimulatorControl

HANDS_ON = "hands_on"
PATIENCE = 20.0
CV_SECTIONS = (
    Section("Education", ("Nile Crescent Faculty of Medicine, fourth year",)),
    Section("Languages", ("English, Arabic",)),
)


class Missed(Exception):
    """Something that the journey promises was not there; the text says what."""


def expect(true: Any, what: str) -> None:
    if not true:
        raise Missed(what)


def wait_until(seen: Callable[[], Any], what: str, seconds: float = PATIENCE) -> Any:
    """Asks until the answer is something. What is waited for travels through streams and queues, so it is there soon
    but not at once."""
    deadline = time.monotonic() + seconds
    while True:
        found = seen()
        if found:
            return found
        if time.monotonic() > deadline:
            raise Missed(f"{what}: not within {seconds:.0f} s")
        time.sleep(0.05)


@dataclass
class Trainee:
    """A new person; `application` and `reservation` appear as the journey goes on."""

    name: str
    email: str
    client: Client
    account_id: str = ""
    cv: bytes = b""
    application: Json = field(default_factory=dict)
    reservation_id: str = ""
    password: str = ""


@dataclass
class Journey:
    """The steps, in the order of the product. `say` gets a line per step with its seconds."""

    stack: Stack
    say: Callable[[str], None] = print

    def __post_init__(self) -> None:
        self.url = self.stack.info.public_url
        self.stripe = SimulatorControl(self.stack.info.stripe_url)

    @contextmanager
    def step(self, name: str) -> Iterator[list[str]]:
        notes: list[str] = []
        began = time.monotonic()
        yield notes
        self.say(f"  {time.monotonic() - began:5.1f} s  {name}{': ' + ', '.join(notes) if notes else ''}")

    # --- people -------------------------------------------------------------------------------------------------------
    def staff(self, role: str) -> Client:
        """A demo account of the seed."""
        account = next(one for one in self.stack.sign_ins if role in one.role.split(", "))
        client = Client(self.url)
        client.sign_in(account.email, account.password, fresh_code(account.secret) if account.secret else "")
        return client

    def sign_up(self, name: str = "Amina Farouk") -> Trainee:
        """Account, mail, confirmation, sign-in, profile (T01, T14)."""
        email, password = f"{name.split()[0].lower()}-{secrets.token_hex(4)}@example.org", secrets.token_urlsafe(12)
        trainee = Trainee(name, email, Client(self.url), password=password)
        trainee.client.post("/accounts/sign-up", {"name": name, "email": email, "zone": "Africa/Cairo"})
        mail = self.stack.mailbox.wait_for(email, lambda message: "/accounts/confirm/" in message.text, PATIENCE)
        found = re.search(r"/accounts/confirm/\S+", mail.text)
        expect(found, "the mail has a confirmation link")
        trainee.client.post(found.group() if found else "", {"password": password})
        trainee.client.sign_in(email, password)
        trainee.account_id = trainee.client.get("/accounts/me")["account_id"]
        profile = {
            "name": name,
            "zone": "Africa/Cairo",
            "trainee_status": "student",
            "expected_graduation": f"{self.stack.clock.now().year + 3}-06-30",
            "languages": ["English", "Arabic"],
            "school": "Nile Crescent Faculty of Medicine",
            "country": "Egypt",
            "visa_type": "B-1",
        }
        trainee.client.post("/accounts/profile", profile)
        return trainee

    # --- finding and applying -----------------------------------------------------------------------------------------
    def search(self, trainee: Trainee, text: str = "internal medicine chicago") -> Json:
        """T10: the first hit for a text that a hands-on rotation can be had from; its page says that this person is
        eligible."""
        found = wait_until(
            lambda: trainee.client.get("/programs", text=text, experience_type=HANDS_ON)["hits"], "search answers"
        )
        return trainee.client.get(f"/programs/{found[0]['program_id']}")

    def apply(self, trainee: Trainee, program_id: str, start: str, weeks: int = 4) -> None:
        """CV upload, draft, submission (T15, T17)."""
        trainee.cv = trainee.cv or cv_pdf(trainee.name, trainee.email, CV_SECTIONS)
        document = trainee.client.upload("cv", "cv.pdf", trainee.cv, "application/pdf")
        expect(
            document["sha256"] == hashlib.sha256(trainee.cv).hexdigest(), "the stored CV has the hash of the sent one"
        )
        wish = {"program_id": program_id, "experience_type": HANDS_ON, "start": start, "weeks": weeks}
        trainee.application = trainee.client.post("/applications", wish)
        trainee.application = trainee.client.post(f"/applications/{trainee.application['id']}/submit")
        expect(trainee.application["status"] == "SUBMITTED", "the application is submitted")

    def approve(self, reviewer: Client, trainee: Trainee) -> None:
        """The reviewer finds it in the queue, claims and approves (H12, T17-T19)."""
        id = trainee.application["id"]
        wait_until(lambda: id in str(reviewer.get("/workspace")), "the application is in the reviewer's queue")
        if reviewer.post(f"/applications/{id}/claim")["review"]["lacks_host"]:
            self.host_agrees(reviewer, trainee)
        approved = reviewer.post(f"/applications/{id}/approve", {"overrides": []})
        expect(approved["status"] == "APPROVED", "the application is approved")

    def host_agrees(self, reviewer: Client, trainee: Trainee) -> None:
        """T19: a host that looks at applications itself is asked, and says yes by the link in its mail."""
        path = f"/applications/{trainee.application['id']}"
        reviewer.post(f"{path}/route")
        link = re.compile(rf"{path}/recommend/\S+")
        mail = self.stack.mailbox.wait_for(
            catalogue().contacts[self.host_of(trainee)].email, lambda one: bool(link.search(one.text)), PATIENCE
        )
        found = link.search(mail.text)
        Client(self.url).post(found.group() if found else "", {"answer": "yes", "note": ""})

    # --- reserving ----------------------------------------------------------------------------------------------------
    def sign(self, trainee: Trainee) -> Json:
        """T24: reads and signs the terms; returns the offer with its bill."""
        base = f"/reservations/for/{trainee.application['id']}"
        offer = trainee.client.get(base)
        trainee.client.post(f"{base}/terms", {"terms_version": offer["terms"]["version"], "typed_name": trainee.name})
        return trainee.client.get(base)

    def checkout(self, trainee: Trainee, choice: str = "deposit") -> Json:
        """T25-T27: holds the seat and opens the pay page."""
        held = trainee.client.post(f"/reservations/for/{trainee.application['id']}/checkout", {"choice": choice})
        trainee.reservation_id = held["reservation_id"]
        return held

    def pay(self, trainee: Trainee, checkout_url: str) -> Json:
        """Fills in Stripe's page; the webhook makes it true (H11)."""
        result = self.stripe.pay(checkout_url)
        expect(result.outcome == "paid", f"the card is accepted ({result})")
        return self.until_status(trainee, "RESERVED")

    def until_status(self, trainee: Trainee, status: str) -> Json:
        def seen() -> Json | None:
            hub = trainee.client.get(f"/reservations/{trainee.reservation_id}")
            return hub if hub["status"] == status else None

        hub: Json = wait_until(seen, f"the reservation is {status}")
        return hub

    def host_mail(self, trainee: Trainee) -> Message:
        """H13: the host's mail with the CV, as it went over the wire; exactly one."""
        contact = catalogue().contacts[self.host_of(trainee)].email

        def about(message: Message) -> bool:
            return trainee.name in message.text and "Reserved" in message.subject

        mail = self.stack.mailbox.wait_for(contact, about, PATIENCE)
        attached = [one for one in mail.attachments if one.content_type == "application/pdf"]
        expect(len(attached) == 1, "one PDF is attached")
        expect(
            hashlib.sha256(attached[0].content).hexdigest() == hashlib.sha256(trainee.cv).hexdigest(),
            "the attached CV is the uploaded one",
        )
        expect(sum(about(one) for one in self.stack.mailbox.messages(contact)) == 1, "the host has one mail, not more")
        return mail

    def coach(self, trainee: Trainee) -> str:
        """T30: the page names the coach, and so does a mail to each of the two; the coach's name."""
        hub = wait_until(lambda: self._hub_with_coach(trainee), "the rotation's page names a coach")
        name, email = hub["coach"]["name"], hub["coach"]["email"]
        mine = self.stack.mailbox.wait_for(trainee.email, lambda message: name in message.subject, PATIENCE)
        expect(email in mine.text, "the trainee's mail has the coach's address")
        theirs = self.stack.mailbox.wait_for(email, lambda message: trainee.name in message.subject, PATIENCE)
        expect(trainee.reservation_id in theirs.text, "the coach's mail leads to the rotation")
        return str(name)

    def _hub_with_coach(self, trainee: Trainee) -> Json | None:
        hub = trainee.client.get(f"/reservations/{trainee.reservation_id}")
        return hub if hub["coach"] else None

    def calendar(self, trainee: Trainee) -> str:
        """The feed as a calendar program reads it, without an account and without a name in it; then the address is
        dead. Its days."""
        hub = trainee.client.post(f"/reservations/{trainee.reservation_id}/calendar")
        address = self.url + hub["calendar_path"]
        read = requests.get(address, timeout=30)
        expect(read.headers["Content-Type"].startswith("text/calendar"), f"a calendar is answered ({read.status_code})")
        expect(
            not [part for part in (*trainee.name.split(), trainee.email) if part in read.text],
            "the calendar names nobody",
        )
        (entry,) = Calendar.from_ical(read.text).walk("VEVENT")
        first, after = entry.decoded("dtstart"), entry.decoded("dtend")
        expect(first.isoformat() == hub["start"], "it begins on the first day")
        trainee.client.post(f"/reservations/{trainee.reservation_id}/calendar/close")
        expect(requests.get(address, timeout=30).status_code == 404, "the address that was taken back is dead")
        return f"{first} until {after}"

    @staticmethod
    def host_of(trainee: Trainee) -> str:
        program_id = trainee.application["program"]["id"]
        return next(program.host_id for program in catalogue().programs if program.id == program_id)
