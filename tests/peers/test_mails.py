"""Every kind of email, read back by three programs that know nothing of each other: Python's parser, npm's mailparser
and Debian's reformime (package maildrop)."""

from __future__ import annotations

import email
import email.policy
import json
import re
import shutil
import subprocess
from typing import Any

import pytest

from shared.adapters.ses_mailer import raw_message
from shared.ports import Attachment, Email
from tests.peers.peer import need, node
from tests.unit.functions.test_notifications import LETTERS, html

NAME = "Александр Преображенский-Воскресенский, 王小明 and Zoë"
PDF = bytes(range(256)) * 300
KINDS = pytest.mark.parametrize("kind", LETTERS)


def wire(kind: str) -> tuple[Email, bytes]:
    """As it goes to SES, its subject with a long name in other letters, and a file."""
    letter = LETTERS[kind]
    attached = (Attachment("CV Zoë.pdf", "application/pdf", PDF),)
    mail = Email(
        "dana@example.org",
        f"{letter.subject}: {NAME}",
        letter.text(),
        html(letter),
        "<1.host@rota.example>",
        attached,
        unsubscribe="https://rota.example/stop/1",
    )
    return mail, raw_message(mail, "Rota <post@rota.example>", "help@rota.example")


def plain(text: str) -> str:
    """Without what a transport may change: line ends, and blanks at them."""
    return re.sub(r"[ \t]*\r?\n", "\n", text).strip()


@KINDS
def test_pythons_parser_reads_back_what_was_written(kind: str) -> None:
    mail, raw = wire(kind)
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert message["Subject"] == mail.subject
    text, page = (message.get_body((part,)) for part in ("plain", "html"))
    assert text is not None
    assert page is not None
    assert (plain(text.get_content()), plain(page.get_content())) == (plain(mail.text), plain(mail.html))
    assert [one.get_content() for one in message.iter_attachments()] == [PDF]


@pytest.fixture(scope="module")
def by_mailparser() -> dict[str, Any]:
    """Kind -> what mailparser makes of it; all are read by one process."""
    need("mailparser")
    return dict(
        zip(LETTERS, node("read_mails.mjs", json.dumps([wire(kind)[1].decode() for kind in LETTERS])), strict=True)
    )


@KINDS
def test_mailparser_reads_back_what_was_written(kind: str, by_mailparser: dict[str, Any]) -> None:
    mail, read = wire(kind)[0], by_mailparser[kind]
    assert (read["subject"], read["to"]) == (mail.subject, [mail.to])
    assert (plain(read["text"]), plain(read["html"])) == (plain(mail.text), plain(mail.html))
    assert [one["name"] for one in read["attachments"]] == ["CV Zoë.pdf"]


@KINDS
def test_reformime_finds_the_same_parts_and_takes_no_offence(kind: str) -> None:
    if shutil.which("reformime") is None:
        pytest.skip("Debian's reformime is not installed: apt-get install maildrop")
    mail, raw = wire(kind)

    def ask(*arguments: str) -> bytes:
        return subprocess.run(["reformime", *arguments], input=raw, capture_output=True, check=True, timeout=30).stdout

    assert subprocess.run(["reformime", "-r8"], input=raw, capture_output=True, check=False, timeout=30).returncode == 0
    types = re.findall(r"content-type: (\S+)", ask("-i").decode())
    assert types == ["multipart/mixed", "multipart/alternative", "text/plain", "text/html", "application/pdf"]
    assert plain(ask("-s", "1.1.1", "-e").decode()) == plain(mail.text)
    assert ask("-s", "1.2", "-e") == PDF
    header = re.search(rb"^Subject: (.*(?:\r?\n[ \t].*)*)", raw, re.MULTILINE)
    assert header is not None
    said = subprocess.run(
        ["reformime", "-u", "-h", header[1].decode()], capture_output=True, check=True, timeout=30
    ).stdout.decode()
    assert said.strip() == mail.subject
