"""The pages under /_local/: nothing that came in a mail can run or lead out of it."""

from __future__ import annotations

import json
from email.message import EmailMessage
from pathlib import Path
from types import SimpleNamespace

import pyotp
import pytest

from infra.local.clock.business_clock import BusinessClock
from infra.local.mailbox.mailbox import Mailbox
from infra.local.stack.local_pages import LocalPages, SignIn
from infra.local.stack.stack_info import StackInfo

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
def pages(tmp_path: Path) -> LocalPages:
    info = StackInfo(
        "http://127.0.0.1:8000",
        "http://127.0.0.1:1",
        "http://127.0.0.1:2",
        str(tmp_path),
        str(tmp_path / "clock"),
        {"A": "<b>"},
    )
    message = EmailMessage()
    message["Subject"] = "<script>alert(1)</script>"
    message.set_content("text <b>not bold</b>")
    message.add_alternative("<script>alert(2)</script><p>seen</p>", subtype="html")
    message.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename='a"; x=é.pdf')
    mailbox = Mailbox(tmp_path / "mail")
    mailbox.add("hello@rota.example", ("host@example.com",), message.as_bytes())
    people = [
        SignIn("reviewer", "Nora <Feld>", "nora@staff.example", "secret & safe"),
        SignIn("finance", "Victor <Amsel>", "victor@staff.example", "secret & safe", SECRET),
    ]
    return LocalPages(lambda: info, mailbox, BusinessClock(tmp_path / "clock"), lambda: people)


def get(pages: LocalPages, path: str) -> str:
    page = pages("GET", path, b"")
    assert page.status == 200
    return page.body.decode()


def test_the_index_lists_sign_ins_cards_and_what_is_deployed_escaped(pages: LocalPages) -> None:
    text = get(pages, "/_local/")
    for expected in ("Nora &lt;Feld&gt;", "secret &amp; safe", "4242 4242 4242 4242", "&lt;b&gt;", "make clock BY=48h"):
        assert expected in text


def test_the_codes_page_shows_what_an_app_would_for_those_who_have_one(pages: LocalPages) -> None:
    before, text, after = pyotp.TOTP(SECRET).now(), get(pages, "/_local/codes"), pyotp.TOTP(SECRET).now()
    assert before in text or after in text
    assert "Victor &lt;Amsel&gt;" in text
    assert "Nora" not in text


def test_the_mailbox_lists_mail_and_can_be_narrowed_to_a_recipient(pages: LocalPages) -> None:
    assert "&lt;script&gt;alert(1)" in get(pages, "/_local/mail")
    assert "No mail yet" in get(pages, "/_local/mail?to=somebody%40example.com")


def test_a_message_shows_its_text_escaped_and_its_html_in_a_sandbox(pages: LocalPages) -> None:
    text = get(pages, "/_local/mail/000001")
    assert "text &lt;b&gt;not bold" in text
    assert "<script>" not in text
    assert "sandbox" in text
    html = pages("GET", "/_local/mail/000001/html", b"")
    assert "seen" in html.body.decode()
    assert html.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")


def test_raw_message_and_attachments_are_downloads_with_safe_names(pages: LocalPages) -> None:
    raw = pages("GET", "/_local/mail/000001/raw", b"")
    assert (raw.content_type, raw.headers["Content-Disposition"]) == (
        "message/rfc822",
        "attachment; filename*=UTF-8''000001.eml",
    )
    attachment = pages("GET", "/_local/mail/000001/attachment/0", b"")
    assert attachment.body == b"%PDF-1.7"
    assert attachment.headers["Content-Disposition"] == "attachment; filename*=UTF-8''a%22%3B%20x%3D%C3%A9.pdf"


@pytest.mark.parametrize(
    "path", ["/_local/mail/000002", "/_local/mail/..%2f", "/_local/mail/000001/attachment/1", "/_local/nothing"]
)
def test_what_is_not_there_is_not_found(pages: LocalPages, path: str) -> None:
    assert pages("GET", path, b"").status == 404


class Sqs:
    """What is sent where."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, dict[str, object]]] = []

    def client(self, service: str) -> Sqs:
        assert service == "sqs"
        return self

    def send_message(self, QueueUrl: str, MessageBody: str) -> None:
        self.sent.append((QueueUrl, json.loads(MessageBody)))


def test_a_mail_bounces_as_the_rule_would_pass_it_on_and_one_without_a_name_does_not(tmp_path: Path) -> None:
    sqs = Sqs()
    info = SimpleNamespace(aws=sqs, outputs={"MailEventsQueueUrl": "queue"})
    mailbox = Mailbox(tmp_path / "mail")
    message = EmailMessage()
    message["X-SES-MESSAGE-TAGS"] = "rota-mail=RESERVATION_r1_3_host"
    mailbox.add("hello@rota.example", ("host@example.com",), message.as_bytes())
    mailbox.add("hello@rota.example", ("host@example.com",), EmailMessage().as_bytes())
    pages = LocalPages(lambda: info, mailbox, BusinessClock(tmp_path / "clock"), list)  # type: ignore[arg-type,return-value]
    assert "Let it bounce" in get(pages, "/_local/mail/000001")
    assert [pages("POST", f"/_local/mail/00000{n}/bounce", b"").status for n in (1, 2, 3)] == [200, 409, 404]
    ((queue, body),) = sqs.sent
    assert (queue, body["type"], body["tags"]) == ("queue", "Email Bounced", {"rota-mail": ["RESERVATION_r1_3_host"]})


def test_pages_are_only_read(pages: LocalPages) -> None:
    assert pages("POST", "/_local/mail", b"").status == 405
