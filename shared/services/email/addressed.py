"""One mail of an event, before it is sent."""

from __future__ import annotations

from dataclasses import dataclass

from shared.ports import Attachment
from shared.services.email.letters import Letter


@dataclass(frozen=True)
class Addressed:
    """`kind` tells the mails of one event apart. `once` forbids a second sending even when the first one's outcome is
    unknown."""

    kind: str
    to: str
    letter: Letter
    attachments: tuple[Attachment, ...] = ()
    once: bool = False
