"""How a context says which emails it has: one rule each, in `EMAILS` of its `emails.py` (merged in
`shared/services/contexts.py`)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from shared.events.base import EventData
from shared.events.envelope import Envelope
from shared.services.core.task import Subject
from shared.services.email.outgoing import OutgoingEmail, Recipient

Composed = OutgoingEmail | Sequence[OutgoingEmail] | None


class EmailService(Protocol):
    """A frozen dataclass whose fields are ports and services by name, and whose methods compose emails."""

    def about(self, event: Envelope) -> tuple[str, ...]:
        """Account ids of the people that the event's emails are about: none is sent once one of them was erased. Empty
        for what is about no account (a program, a lead, a school)."""
        ...


@dataclass(frozen=True)
class Awaited:
    """Somebody waits for an email: `to` is where it goes now (an empty address: nobody knows), `who` names the
    recipient ("host"), `since` (UTC) is when the waiting began: what came to light before is settled. `subject` is as
    the queue shows it; its title names the email ("email to the host")."""

    to: Recipient
    who: str
    since: datetime
    case_id: str
    subject: Subject


class MustArrive(Protocol):
    """Of an email that must arrive. A frozen dataclass whose fields are ports and services by name, of those that every
    room has."""

    def awaited(self, aggregate_id: str) -> Awaited | None:
        """Whether somebody still waits for the email about this aggregate, which exists; None when nobody does."""
        ...

    def correct(self, awaited: Awaited, address: str) -> None:
        """Stores a corrected address, to which all later emails to this recipient go. Harmless to repeat."""
        ...


@dataclass(frozen=True)
class EmailRule:
    """`event` brings this email; `kind` tells the emails of one event apart, and is part of the email's name for ever.

    `compose` is a method of `service`; it returns None when there is nothing to say any more, and several emails where
    each of a group gets one. `once` forbids a second sending even when nobody knows whether the first one arrived. What
    `must_arrive` and does not becomes a coordinator's task; what is sent once must arrive. Emails of one name about one
    type of aggregate are the same email to the same recipient, whichever event brings them.
    """

    event: type[EventData]
    kind: str
    service: type[EmailService]
    compose: Callable[[Any, Envelope], Composed]
    once: bool = False
    must_arrive: type[MustArrive] | None = None
