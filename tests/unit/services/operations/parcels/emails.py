"""Who is told of a parcel: the school that waits for it, which has no account."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from shared.domain.core.instants import parse
from shared.events.envelope import Envelope
from shared.ports import Contact, People, Store
from shared.services.core.task import Subject
from shared.services.email.outgoing import OutgoingEmail, Recipient
from shared.services.email.rule import Awaited, EmailRule
from shared.services.email.text import EmailText
from tests.unit.services.operations.parcels.due_rules import ParcelLate


def school_of(people: People) -> Contact:
    return people.contact("school-1") or Contact("school-1", "Registrar", "registrar@school.example")


@dataclass(frozen=True)
class ParcelEmails:
    people: People

    def about(self, _: Envelope) -> tuple[str, ...]:
        return ()

    def late(self, event: Envelope) -> OutgoingEmail:
        school = Recipient("SCHOOL", "school-1", school_of(self.people).email)
        return OutgoingEmail(school, EmailText(f"Parcel {event.subject.id} is late", "Dear registrar,", ("It is.",)))


@dataclass(frozen=True)
class SchoolIsTold:
    """The school must know for as long as the parcel is late."""

    store: Store
    people: People

    def awaited(self, parcel_id: str) -> Awaited | None:
        state = self.store.load("PARCEL", parcel_id).state
        subject = Subject("email about a late parcel", f"/parcels/{parcel_id}", trainee_id=state["trainee_id"])
        school = Recipient("SCHOOL", "school-1", school_of(self.people).email)
        return Awaited(school, "school", parse(state["created_at"]), "", subject) if state["late"] else None

    def correct(self, _: Awaited, address: str) -> None:
        self.people.save_contact(replace(school_of(self.people), email=address))


LATE: Any = ParcelLate
EMAILS = (EmailRule(LATE, "late", ParcelEmails, ParcelEmails.late, must_arrive=SchoolIsTold),)
