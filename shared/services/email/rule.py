"""How a context says which emails it has: one rule each, in `EMAILS` of its `emails.py` (merged in
`shared/services/contexts.py`)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from shared.events.base import EventData
from shared.events.envelope import Envelope
from shared.services.email.outgoing import OutgoingEmail

Composed = OutgoingEmail | Sequence[OutgoingEmail] | None


class EmailService(Protocol):
    """A frozen dataclass whose fields are ports and services by name, and whose methods compose emails."""

    def about(self, event: Envelope) -> tuple[str, ...]:
        """Account ids of the people that the event's emails are about: none is sent once one of them was erased. Empty
        for what is about no account (a program, a lead, a school)."""
        ...


@dataclass(frozen=True)
class EmailRule:
    """`event` brings this email; `kind` tells the emails of one event apart, and is part of the email's name for ever.

    `compose` is a method of `service`; it returns None when there is nothing to say any more, and several emails where
    each of a group gets one. `once` forbids a second
    sending even when nobody knows whether the first one arrived.
    """

    event: type[EventData]
    kind: str
    service: type[EmailService]
    compose: Callable[[Any, Envelope], Composed]
    once: bool = False
