"""The pages under /_local/: nothing that came in a mail can run or lead out of it."""

from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path

import pytest

from infra.local.clock.business_clock import BusinessClock
from infra.local.mailbox.mailbox import Mailbox
from infra.local.stack.local_pages import LocalPages
from infra.local.stack.stack_info import StackInfo


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
    mailbox = Mailbox(tmp_path / "mail")
    mailbox.add("hello@rota.example", ("host@example.com",), message.as_bytes())
    return LocalPages(lambda: info, mailbox, BusinessClock(tmp_path / "clock"), list)


def get(pages: LocalPages, path: str) -> str:
    page = pages("GET", path, b"")
    assert page.status == 200
    return page.body.decode()


def test_a_message_shows_its_text_escaped_and_its_html_in_a_sandbox(pages: LocalPages) -> None:
    text = get(pages, "/_local/mail/000001")
    assert "text &lt;b&gt;not bold" in text
    assert "<script>" not in text
    assert "sandbox" in text
    html = pages("GET", "/_local/mail/000001/html", b"")
    assert "seen" in html.body.decode()
    assert html.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
