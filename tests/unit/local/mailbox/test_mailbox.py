"""The mailbox keeps what came over SMTP byte for byte, and reads it back as people see it."""

from __future__ import annotations

import smtplib
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from infra.local.mailbox.mailbox import Mailbox, SmtpSink
from infra.local.stack.child_process import free_port

CV = bytes(range(256)) * 20


def mail(subject: str = "Grüße") -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "hello@rota.example", "host@example.com", subject
    message.set_content("Plain words.\n")
    message.add_alternative("<p>Words.</p>\n", subtype="html")
    message.add_attachment(CV, maintype="application", subtype="pdf", filename="Lebenslauf é.pdf")
    return message


@pytest.fixture
def mailbox(tmp_path: Path) -> Mailbox:
    return Mailbox(tmp_path / "mail")


@pytest.fixture
def sink(mailbox: Mailbox) -> Iterator[int]:
    port = free_port()
    sink = SmtpSink(mailbox, port)
    sink.start()
    yield port
    sink.stop()


def test_mail_arrives_raw_with_its_envelope_and_its_parts(mailbox: Mailbox, sink: int) -> None:
    sent = mail().as_bytes(policy=mail().policy.clone(linesep="\r\n"))
    with smtplib.SMTP("127.0.0.1", sink) as client:
        client.sendmail("bounce@rota.example", ["host@example.com", "copy@example.com"], sent)
    message = mailbox.wait_for("copy@example.com")
    assert message.raw == sent
    assert (message.sender, message.recipients) == ("bounce@rota.example", ("host@example.com", "copy@example.com"))
    assert (message.subject, message.text.strip(), message.html.strip()) == ("Grüße", "Plain words.", "<p>Words.</p>")
    assert [(item.name, item.content_type, item.content) for item in message.attachments] == [
        ("Lebenslauf é.pdf", "application/pdf", CV)
    ]


def test_messages_are_found_by_recipient_and_the_newest_that_matches_is_returned(mailbox: Mailbox) -> None:
    for subject in ("first", "second", "other"):
        mailbox.add("a@example.com", (f"{subject[0]}@example.com", "all@example.com"), mail(subject).as_bytes())
    assert [message.subject for message in mailbox.messages()] == ["first", "second", "other"]
    assert [message.subject for message in mailbox.messages("s@example.com")] == ["second"]
    assert mailbox.wait_for("all@example.com", lambda message: "s" in message.subject).subject == "second"


def test_waiting_in_vain_says_what_did_arrive(mailbox: Mailbox) -> None:
    mailbox.add("a@example.com", ("b@example.com",), mail("the only one").as_bytes())
    with pytest.raises(TimeoutError, match="the only one"):
        mailbox.wait_for("nobody@example.com", seconds=0.0)


@pytest.mark.parametrize("name", ["000009", "../secret", "", "000001.eml", "..%2f"])
def test_only_ids_of_messages_lead_to_a_file(mailbox: Mailbox, name: str) -> None:
    mailbox.add("a@example.com", ("b@example.com",), b"x")
    for suffix in ("json", "eml"):
        (mailbox.folder.parent / f"secret.{suffix}").write_text('{"received_at": 0, "sender": "", "recipients": []}')
    assert mailbox.get(name) is None


def test_a_mailbox_opened_again_holds_the_same_messages(mailbox: Mailbox) -> None:
    mailbox.add("a@example.com", ("b@example.com",), mail("kept").as_bytes())
    again = Mailbox(mailbox.folder)
    again.add("a@example.com", ("b@example.com",), mail("next").as_bytes())
    assert [(message.id, message.subject) for message in again.messages()] == [("000001", "kept"), ("000002", "next")]
