"""A trainee with a CV, a host with a contact, and the mails of what happens to them; everything behind it in memory."""

from __future__ import annotations

import hashlib
from typing import Any

from shared.domain.reservations.reservation import Choice
from shared.events.envelope import Envelope
from shared.ports import Contact, Email, StoredObject, Transition, UnitOfWork
from tests.builders import HOST, TRAINEE, draft, facts, stored, stored_account
from tests.files import A_PDF
from tests.unit.services.reservations.reservation_scene import NAME, WEBHOOK, Scene

URL = "https://rota.test"
HOME, DESK = f"{TRAINEE}@example.org", "desk@clinic.example"
KEY = f"uploads/{TRAINEE}/cv/document-1"


class Post(Scene):
    """The trainee reads in Cairo, the program is in Chicago. `service` puts something between the service and its
    ports."""

    def __init__(self, cv: bytes = A_PDF, **program: Any) -> None:
        super().__init__(**program)
        stored_account(self.store)
        self.people.save_facts(TRAINEE, facts())
        self.people.save_contact(Contact(HOST, "Dr. Renée Dubois", DESK))
        self.file_store.objects[KEY] = StoredObject(cv, {"kind": "cv"})
        self.sha256 = hashlib.sha256(cv).hexdigest()
        stored(
            self.store,
            "DOCUMENT",
            "document-1",
            {
                "id": "document-1",
                "trainee_id": TRAINEE,
                "kind": "cv",
                "status": "STORED",
                "key": KEY,
                "number": 1,
                "sha256": self.sha256,
                "content_type": "application/pdf",
                "created_at": "2026-11-20T10:00:00Z",
            },
        )

    @property
    def cv(self) -> dict[str, str]:
        """As an application names it."""
        return {"document_id": "document-1", "sha256": self.sha256}

    def last(self, kind: Any, id: str) -> Envelope:
        """The newest event of an aggregate, as the bus brings it."""
        return Envelope.of(self.store.history(kind, id)[-1])

    def reserved(self, choice: Choice = Choice.DEPOSIT, **application: Any) -> Envelope:
        """Paid: the event that says so."""
        self.apply(**({"cv": self.cv} | application))
        link = self.checkout(choice)
        self.webhook(self.pay(link))
        found = [
            row for row in self.store.history("RESERVATION", link.reserved.id) if row.type == "ReservationConfirmed.v1"
        ]
        return Envelope.of(found[0])

    def uncertain(self) -> list[str]:
        """Reservations that a coordinator must ask the host about."""
        return self.due("mail")

    def one(self, address: str) -> Email:
        (mail,) = self.mailer.to(address)
        return mail


__all__ = ["DESK", "HOME", "KEY", "NAME", "URL", "WEBHOOK", "Post"]


def told(post: Post, type: str, **changes: Any) -> Envelope:
    """The application as it is after `type`, and that event."""
    post.apply()
    loaded = post.store.load("APPLICATION", "application-1")
    post.store.commit(UnitOfWork(transitions=(Transition(loaded, draft(changes, type, post.clock.now())),)))
    return post.last("APPLICATION", "application-1")
