"""Mails, and the outbox that sends each of them once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, Protocol

Stream = Literal["service", "news"]


@dataclass(frozen=True)
class Attachment:
    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True)
class Email:
    """`message_id` is derived from the event and what kind of mail it is, so that a duplicate shows itself (RFC 5322
    3.6.4). `tag` names the mail to the provider, which gives it back when the mail bounces; it says nothing about a
    person. `unsubscribe` is the address that ends emails of this kind by one POST (RFC 8058), if any. `reply_to`
    is who reads an answer, where that is not the house. `stream`: what somebody must have (`service`) and what they may
    stop (`news`) are reported, and stopped, apart."""

    to: str
    subject: str
    text: str
    html: str
    message_id: str
    attachments: tuple[Attachment, ...] = ()
    tag: str = ""
    unsubscribe: str = ""
    reply_to: str = ""
    stream: Stream = "service"


class Mailer(Protocol):
    def send(self, mail: Email) -> str:
        """The provider's message id. Raises `Busy` when nothing was sent, `AddressRefused` when nothing ever can be."""
        ...


SENDING_TIME = timedelta(seconds=60)
"""How long an email that was claimed may still be in its claimer's hands: longer than the function may run
(template.yaml: 20 s)."""


class Outbox(Protocol):
    """Which mails went out. A mail is claimed before it is sent, so that a crash can delay it but never send it twice
    (H13)."""

    def claim(self, mail_id: str, owner: str, now: datetime) -> str:
        """`claimed` (go on and send), `sent` (done before), `pending` (claimed by another within `SENDING_TIME`), or
        `unknown` (claimed before that, outcome never recorded)."""
        ...

    def sent(self, mail_id: str, provider_id: str) -> None: ...
    def unclaim(self, mail_id: str) -> None:
        """The provider refused: nothing was sent, the next delivery may try again."""
        ...
