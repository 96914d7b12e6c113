"""What an email of ours is called, and how a report of the email service names it again. Ids and codes only, nothing
about a person."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

TAG = "rota-mail"
"""The message tag under which SES gives an email's name back with a bounce."""

EmailTrouble = Literal[
    "unknown", "bounced", "complaint", "rejected", "mailbox_full", "too_large", "content", "address_refused"
]
"""An email that must arrive: handed over without an answer, sent back, called spam, not sent because it held something
harmful, or not taken because the mailbox is full, the email too large, or its content not wanted; or the email service
sends nothing to such an address."""


@dataclass(frozen=True)
class EmailName:
    """The `email` (host, host-asked ...) that event `seq` of an aggregate brought. `id` is the claim on it in the
    outbox."""

    kind: str
    aggregate_id: str
    seq: str
    email: str

    @property
    def id(self) -> str:
        return f"{self.kind}#{self.aggregate_id}#{self.seq}:{self.email}"


def tag_of(email_id: str) -> str:
    """An email's id as the value of a message tag, which takes letters, digits, `_` and `-` only
    (https://docs.aws.amazon.com/ses/latest/APIReference/API_MessageTag.html)."""
    return email_id.replace("#", "_").replace(":", "_")


def named_by(tag: str) -> EmailName | None:
    """The way back; None for a tag that is not ours."""
    found = _OURS.fullmatch(tag)
    return EmailName(*found.groups()) if found else None


_OURS = re.compile(r"([A-Z_]+)_([^_]+)_([0-9]+)_([^_]+)")
"""An aggregate's type may have the sign that stands between the parts, no other part has it."""
