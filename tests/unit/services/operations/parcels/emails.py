"""Who is told of a parcel: the school that waits for it, which has no account."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from shared.events.envelope import Envelope
from shared.services.email.outgoing import OutgoingEmail, Recipient
from shared.services.email.rule import EmailRule
from shared.services.email.text import EmailText
from tests.unit.services.operations.parcels.due_rules import ParcelLate


@dataclass(frozen=True)
class ParcelEmails:
    public_url: str

    def about(self, _: Envelope) -> tuple[str, ...]:
        return ()

    def late(self, event: Envelope) -> OutgoingEmail:
        school = Recipient("SCHOOL", "school-1", "registrar@school.example")
        return OutgoingEmail(school, EmailText(f"Parcel {event.subject.id} is late", "Dear registrar,", ("It is.",)))


LATE: Any = ParcelLate
EMAILS = (EmailRule(LATE, "late", ParcelEmails, ParcelEmails.late),)
