"""One mail of an event, before it is sent."""

from __future__ import annotations

from dataclasses import dataclass

from shared.ports import Attachment
from shared.services.email.text import EmailText


@dataclass(frozen=True)
class OutgoingEmail:
    """`kind` tells the mails of one event apart. `once` forbids a second sending even when the first one's outcome is
    unknown."""

    kind: str
    to: str
    letter: EmailText
    attachments: tuple[Attachment, ...] = ()
    once: bool = False
