"""The notifications worker as its queue calls it, and each letter's two forms: they say the same, and every mail
program can show them."""

from __future__ import annotations

import email
import email.policy
import html as markup
import json
import re
from dataclasses import replace
from typing import Any

import pytest

from functions.notifications.handler import handler, worker
from shared.adapters.ses_mailer import OUR_ID, raw_message
from shared.domain.core.policy import CURRENT
from shared.domain.money.fees import quote
from shared.domain.reservations import partners, preparation
from shared.domain.reservations.reservation import Choice, Reservation, ReservationStatus
from shared.events.envelope import Envelope
from shared.ports import Contact, Person
from shared.runtime.pages.email import email_html
from shared.services.accounts import email_texts as account_texts
from shared.services.applications import email_texts as applied
from shared.services.email.outgoing import OutgoingEmail, Recipient
from shared.services.email.text import EmailText
from shared.services.reservations import email_texts as reserved
from tests import builders
from tests.fakes.clock import START
from tests.rooms import come_back
from tests.unit.services.operations.email_scene import DESK, HOME, URL, Post

PERSON = Person("trainee-1", "Nguyễn Thị Bích Ngọc", "ngoc@example.org", "Asia/Ho_Chi_Minh")
PROGRAM = builders.program()
APPLICATION = builders.application(review_due_at=START, decision_code="offer")
PLAN = quote(PROGRAM, builders.FIRST_DAY, 4, START.date(), CURRENT)
RESERVATION = Reservation(
    id="reservation-1",
    version=1,
    status=ReservationStatus.RESERVED,
    case_id="case-1",
    application_id="application-1",
    trainee_id="trainee-1",
    program_id=PROGRAM.id,
    start=builders.FIRST_DAY,
    weeks=4,
    week_list=builders.WEEKS,
    choice=Choice.DEPOSIT,
    charge_cents=69900,
    total_cents=214900,
    balance_cents=145000,
    balance_due_at=PLAN.balance_due_at,
    policy_version=CURRENT.version,
    held_until=START,
    session_expires_at=START,
    paid_cents=69900,
    refund_cents=69900,
    refund_id="re_1",
)
CONTACT = Contact("host-1", "Dr. Núria Ågren & Søn <desk>", DESK)
CV_LINK = "https://uploads.example/cv?a=1&b=2"
COACH = Person("coach-1", "Maya <Lind> & Holm", "maya@staff.example", "America/Chicago")
STILL_OPEN = preparation.tasks(builders.FIRST_DAY, START.date(), {}, PROGRAM.place.zone, START)
LETTERS: dict[str, EmailText] = {
    "confirm": account_texts.confirm_address(f"{URL}/accounts/confirm/token", 48),
    "confirm-new": account_texts.confirm_new_address(f"{URL}/accounts/mail/token", 24),
    "asked-for": account_texts.new_address_asked_for(PERSON, "Mon 4 Jan 2027", f"{URL}/accounts/stop/token"),
    "received": applied.application_received(PERSON, APPLICATION, PROGRAM, CURRENT, URL),
    "approved": applied.application_approved(PERSON, APPLICATION, PROGRAM, PLAN, URL),
    "rejected": applied.application_rejected(PERSON, PROGRAM, "Ask for <Step 2 CK> & try again.", URL, [PROGRAM]),
    "expired": applied.application_expired(PERSON, APPLICATION, PROGRAM, URL),
    "withdrawn": reserved.application_withdrawn(PERSON, APPLICATION, PROGRAM, RESERVATION, PROGRAM, URL),
    "reserved": reserved.seat_reserved(PERSON, RESERVATION, PROGRAM, CURRENT, URL),
    "host": reserved.host_reserved(CONTACT, PERSON, builders.facts(), APPLICATION, RESERVATION, PROGRAM, CV_LINK, 7),
    "refund due": reserved.refund_due(PERSON, RESERVATION, PROGRAM, URL),
    "refunded": reserved.refunded(PERSON, RESERVATION, PROGRAM, URL),
    "paid twice": reserved.second_payment_refunded(PERSON, RESERVATION, PROGRAM, 69900, "re_2", COACH, URL),
    "before you go": reserved.preparation(PERSON, RESERVATION, PROGRAM, STILL_OPEN, COACH, URL),
    "a suggestion": reserved.partner_suggested(PERSON, COACH, partners.directory()[0], RESERVATION, PROGRAM, URL),
}


@pytest.fixture(autouse=True)
def post() -> Post:
    made = Post()
    worker.wire(made)
    return made


def html(letter: EmailText) -> str:
    return email_html(letter, START, URL)


def visible(page: str) -> list[str]:
    """What a reader sees of an HTML mail, piece by piece."""
    body = re.sub(r"<(head|style)\b.*?</\1>|<!--.*?-->", "", page, flags=re.DOTALL)
    pieces = (" ".join(markup.unescape(piece).split()) for piece in re.split(r"<[^>]*>", body))
    return [piece for piece in pieces if piece]


@pytest.mark.parametrize("name", LETTERS)
def test_text_and_html_say_the_same(name: str) -> None:
    letter, text = LETTERS[name], LETTERS[name].text()
    facts = [part for fact in letter.facts for part in fact]
    links = [label for label, _ in letter.links]
    pieces = [letter.greeting, *letter.paragraphs, *facts, *links, *(letter.action or ()), letter.closing]
    assert visible(html(letter)) == ["ro", "ta", letter.subject, *pieces]
    at = 0
    for piece in pieces:
        at = text.index(piece, at) + len(piece)


@pytest.mark.parametrize("name", LETTERS)
def test_a_letter_has_no_empty_piece_no_template_left_in_it_and_no_script(name: str) -> None:
    letter, page = LETTERS[name], html(LETTERS[name])
    assert all([letter.subject, letter.greeting, *letter.paragraphs, *(part for fact in letter.facts for part in fact)])
    assert not re.search(r"\{\{|\{%|None|<script|<link|<img|src=|class=", page)
    assert "\n\n\n" not in letter.text()
    assert len(page) < 20_000


def test_alternatives_are_links_with_their_price_in_text_and_html() -> None:
    letter, address = LETTERS["rejected"], f"{URL}/programs/{PROGRAM.id}"
    assert f"Inpatient Cardiology, Chicago, IL, $2,149.00:\n{address}\n" in letter.text()
    assert f'href="{address}"' in html(letter)


def test_what_people_typed_is_text_in_the_html_and_nothing_else() -> None:
    assert "Ask for &lt;Step 2 CK&gt; &amp; try again." in html(LETTERS["rejected"])
    assert 'href="https://uploads.example/cv?a=1&amp;b=2"' in html(LETTERS["host"])


@pytest.mark.parametrize("name", LETTERS)
def test_a_mail_is_seven_bits_on_the_wire_and_its_letters_come_back_whole(name: str, post: Post) -> None:
    letter = LETTERS[name]
    mail = replace(post.send_emails._message(_addressed(letter), "event:kind"), html=html(letter))
    raw = raw_message(mail, "Rota <hello@rota.example>", "hello@rota.example")
    assert raw.isascii()
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998
    read = email.message_from_bytes(raw, policy=email.policy.default)
    assert read["Subject"] == letter.subject
    assert read["Message-ID"] == read[OUR_ID] == mail.message_id
    text, page = (read.get_body((kind,)).get_content() for kind in ("plain", "html"))  # type: ignore[union-attr]
    assert text.replace("\r\n", "\n") == letter.text()
    assert page.replace("\r\n", "\n").strip() == html(letter).strip()


def _addressed(letter: EmailText) -> OutgoingEmail:
    return OutgoingEmail(Recipient("ACCOUNT", "trainee-1", HOME), letter)


# --- the queue --------------------------------------------------------------------------------------------------------
def record(number: int, event: Envelope) -> dict[str, Any]:
    body = json.dumps({"detail-type": event.type, "source": "rota", "detail": event.model_dump(mode="json")})
    return {"messageId": f"m{number}", "eventSource": "aws:sqs", "eventSourceARN": "arn:events", "body": body}


def deliver(*events: Envelope) -> list[str]:
    return come_back(handler, *(record(number, event) for number, event in enumerate(events)))


def test_H13_a_confirmed_reservation_from_the_queue_writes_to_host_and_trainee_once(post: Post) -> None:
    event = post.reserved()
    assert deliver(event, event) == []
    assert deliver(event) == []
    assert (len(post.mailer.to(DESK)), len(post.mailer.to(HOME))) == (1, 1)
    assert "The seat is yours" in post.one(HOME).html


def test_a_mail_that_cannot_be_handed_over_brings_back_its_own_message_alone(post: Post) -> None:
    event = post.reserved()
    approved = post.last("APPLICATION", "application-1").model_copy(
        update={"type": "ApplicationRejected.v1", "id": "APPLICATION#a#9"}
    )
    post.mailer.fail_before(1)
    assert deliver(approved, event) == ["m0"]
    assert post.one(DESK)


def test_an_event_that_nobody_writes_about_fails_alone(post: Post) -> None:
    event = post.reserved()
    assert deliver(event.model_copy(update={"type": "SeatHeld.v1"}), event) == ["m0"]
    assert post.one(DESK)
