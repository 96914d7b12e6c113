"""The mailbox behind SES: an SMTP sink that keeps every message raw, and the reader that pages, demo and tests use."""

from __future__ import annotations

import asyncio
import email
import email.policy
import json
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

LARGEST = 40_000_000


@dataclass(frozen=True)
class Attachment:
    """A part with a file name, decoded."""

    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True)
class Message:
    """One received mail. `raw` is what came over SMTP; `recipients` is the envelope; `received_at` is wall time,
    UTC."""

    id: str
    received_at: datetime
    sender: str
    recipients: tuple[str, ...]
    raw: bytes

    @property
    def parsed(self) -> EmailMessage:
        return email.message_from_bytes(self.raw, policy=email.policy.default)

    @property
    def subject(self) -> str:
        return str(self.parsed.get("Subject", ""))

    @property
    def text(self) -> str:
        """The plain text part, or nothing."""
        part = self.parsed.get_body(("plain",))
        return str(part.get_content()) if part is not None else ""

    @property
    def html(self) -> str:
        """The HTML part, or nothing."""
        part = self.parsed.get_body(("html",))
        return str(part.get_content()) if part is not None else ""

    @property
    def attachments(self) -> list[Attachment]:
        return [
            Attachment(part.get_filename() or "unnamed", part.get_content_type(), part.get_payload(decode=True) or b"")  # type: ignore[arg-type]
            for part in self.parsed.iter_attachments()
        ]


class Mailbox:
    """A folder of received mail: one `.eml` and one envelope per message, in order of arrival. Safe to use from several
    threads."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()

    def add(self, sender: str, recipients: tuple[str, ...], raw: bytes) -> str:
        """Stores a message and returns its id. The envelope is written last: a message without one does not exist
        yet."""
        with self._lock:
            message_id = f"{len(self.ids()) + 1:06d}"
            (self.folder / f"{message_id}.eml").write_bytes(raw)
            envelope = {"received_at": time.time(), "sender": sender, "recipients": recipients}
            draft = self.folder / f"{message_id}.new"
            draft.write_text(json.dumps(envelope))
            os.replace(draft, self.folder / f"{message_id}.json")
        return message_id

    def ids(self) -> list[str]:
        return sorted(path.stem for path in self.folder.glob("*.json"))

    def get(self, message_id: str) -> Message | None:
        path = self.folder / f"{message_id}.json"
        if not message_id.isdigit() or not path.exists():
            return None
        envelope = json.loads(path.read_text())
        return Message(
            message_id,
            datetime.fromtimestamp(envelope["received_at"], UTC),
            envelope["sender"],
            tuple(envelope["recipients"]),
            (self.folder / f"{message_id}.eml").read_bytes(),
        )

    def messages(self, to: str | None = None) -> list[Message]:
        """Every message, oldest first; `to` keeps those whose envelope names that address."""
        found = [message for message_id in self.ids() if (message := self.get(message_id)) is not None]
        return [message for message in found if to is None or to in message.recipients]

    def wait_for(self, to: str, wanted: Callable[[Message], bool] = lambda _: True, seconds: float = 20.0) -> Message:
        """The newest message to `to` that is `wanted`; waits for it. Raises `TimeoutError` that lists what did
        arrive."""
        deadline = time.monotonic() + seconds
        while True:
            for message in reversed(self.messages(to)):
                if wanted(message):
                    return message
            if time.monotonic() > deadline:
                there = [f"{message.recipients}: {message.subject}" for message in self.messages()]
                raise TimeoutError(f"No such mail to {to} within {seconds:.0f} s; the mailbox holds {there}.")
            time.sleep(0.1)


class SmtpSink:
    """Listens on 127.0.0.1:`port` and puts what it receives into `mailbox`."""

    def __init__(self, mailbox: Mailbox, port: int) -> None:
        self._mailbox = mailbox
        self._controller = Controller(self, hostname="127.0.0.1", port=port, data_size_limit=LARGEST)

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        """aiosmtpd calls this for each message."""
        content = envelope.original_content or b""
        await asyncio.to_thread(self._mailbox.add, envelope.mail_from or "", tuple(envelope.rcpt_tos), content)
        return "250 kept"

    def start(self) -> None:
        self._controller.start()

    def stop(self) -> None:
        self._controller.stop()
