"""Mails from events, each claimed before it is sent, so that no replay, repeat or crash sends the host's mail twice (H13).

What a claim that nobody finished means: the worker died between claiming and recording. A trainee's mail is sent again (a second receipt
is better than none, and it carries the same Message-ID); the host's is not: it becomes a coordinator's due item.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from shared.domain.aggregate import Actor
from shared.domain.application import Application
from shared.domain.errors import Busy, NotFound, OutcomeUnknown, VersionConflict
from shared.domain.policy import by_version
from shared.domain.program import Program
from shared.domain.reservation import Reservation
from shared.events.envelope import Envelope
from shared.events.reservation import HostMailUncertain
from shared.ports import (
    Attachment,
    BusinessClock,
    Catalogue,
    DocumentStore,
    Due,
    Ids,
    Links,
    Mail,
    Mailer,
    Outbox,
    People,
    Person,
    Store,
    Work,
)
from shared.services import letters
from shared.services.letters import Letter
from shared.services.steps import Call, step

LINK_HOURS = 48
ATTACH_BYTES = 6_000_000
CV_LINK_SECONDS = 7 * 24 * 3600
HTML = Callable[[Letter], str]
EXTENSIONS = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}


@dataclass(frozen=True)
class Addressed:
    """One mail of an event. `once` forbids a second sending even when the first one's outcome is unknown."""

    kind: str
    to: str
    letter: Letter
    attachments: tuple[Attachment, ...] = ()
    once: bool = False


@dataclass(frozen=True)
class Notifying:
    store: Store
    people: People
    catalogue: Catalogue
    links: Links
    outbox: Outbox
    mailer: Mailer
    documents: DocumentStore
    clock: BusinessClock
    ids: Ids
    html: HTML
    public_url: str

    def notify(self, event: Envelope) -> None:
        """Sends what the event calls for. Raises `Busy` when a mail could not be handed over: the event comes back."""
        composers: dict[str, Callable[[Envelope], list[Addressed]]] = {
            "AccountSignedUp.v1": self._signed_up,
            "ApplicationSubmitted.v1": self._submitted,
            "ApplicationApproved.v1": self._approved,
            "ApplicationRejected.v1": self._rejected,
            "ApplicationExpired.v1": self._expired,
            "ReservationConfirmed.v1": self._reserved,
            "RefundDue.v1": self._refund_due,
            "ReservationRefunded.v1": self._refunded,
        }
        try:
            mails = composers[event.type](event)
        except NotFound:
            if self._erased(event):
                return
            raise
        for mail in mails:
            self._send_once(event, mail)

    # --- sending ----------------------------------------------------------------------------------------------------------------------
    def _send_once(self, event: Envelope, mail: Addressed) -> None:
        mail_id = f"{event.id}:{mail.kind}"
        claim = self.outbox.claim(mail_id, self.ids.new(), self.clock.now())
        if claim == "sent":
            return
        if claim == "unknown" and mail.once:
            self._surface(event, mail_id)
            return
        message = Mail(
            mail.to, mail.letter.subject, mail.letter.text(), self.html(mail.letter), self._message_id(mail_id), mail.attachments
        )
        try:
            provider_id = self.mailer.send(message)
        except OutcomeUnknown:
            if mail.once:
                self._surface(event, mail_id)
                return
            raise
        except Busy:
            self.outbox.unclaim(mail_id)
            raise
        self.outbox.sent(mail_id, provider_id)

    def _message_id(self, mail_id: str) -> str:
        return f"<{hashlib.sha256(mail_id.encode()).hexdigest()[:32]}@{self.public_url.split('//')[-1].split(':')[0]}>"

    def _surface(self, event: Envelope, mail_id: str) -> None:
        """A coordinator asks the host whether the mail came, instead of us sending a second one."""
        loaded = self.store.load("RESERVATION", event.subject.id)
        if loaded.state.get("uncertain_mail") == mail_id:
            return
        call = Call(Actor(role="system", id="notifications"), event.correlation_id, event.id)
        noted = HostMailUncertain(status=loaded.state["status"], uncertain_mail=mail_id)
        now = self.clock.now()
        try:
            self.store.commit(Work(steps=(step(loaded, noted, call, now, due=(Due("mail", now, "coordinator"),)),)))
        except VersionConflict as error:
            raise Busy("The reservation changed meanwhile.", "The event is looked at again.") from error

    def _erased(self, event: Envelope) -> bool:
        """Whether nobody is left to write to."""
        owner = event.subject.id
        if event.subject.kind in {"APPLICATION", "RESERVATION"}:
            owner = str(self.store.load(event.subject.kind, event.subject.id).state["trainee_id"])  # type: ignore[arg-type]
        return bool(self.store.load("ACCOUNT", owner).state["status"] == "ERASED")

    # --- composing --------------------------------------------------------------------------------------------------------------------
    def _signed_up(self, event: Envelope) -> list[Addressed]:
        person = self.people.person(event.subject.id)
        if self.store.load("ACCOUNT", event.subject.id).state["status"] != "UNCONFIRMED":
            return []
        token = self.links.make("confirm", person.account_id, self.clock.now() + timedelta(hours=LINK_HOURS))
        letter = letters.confirm_address(person, f"{self.public_url}/accounts/confirm/{token}", LINK_HOURS)
        return [Addressed("confirm", person.email, letter)]

    def _application(self, event: Envelope) -> tuple[Application, Program, Person]:
        application = Application.model_validate(self.store.load("APPLICATION", event.subject.id).state)
        return application, self.catalogue.program(application.program_id), self.people.person(application.trainee_id)

    def _reservation(self, event: Envelope) -> tuple[Reservation, Program, Person]:
        reservation = Reservation.model_validate(self.store.load("RESERVATION", event.subject.id).state)
        return reservation, self.catalogue.program(reservation.program_id), self.people.person(reservation.trainee_id)

    def _submitted(self, event: Envelope) -> list[Addressed]:
        application, program, person = self._application(event)
        return [Addressed("received", person.email, letters.application_received(person, application, program, self.public_url))]

    def _approved(self, event: Envelope) -> list[Addressed]:
        application, program, person = self._application(event)
        return [Addressed("approved", person.email, letters.application_approved(person, application, program, self.public_url))]

    def _rejected(self, event: Envelope) -> list[Addressed]:
        application, program, person = self._application(event)
        text = self.store.text(application.decision_reason_ref or "") or {}
        letter = letters.application_rejected(person, program, str(text.get("text", "")), self.public_url)
        return [Addressed("rejected", person.email, letter)]

    def _expired(self, event: Envelope) -> list[Addressed]:
        application, program, person = self._application(event)
        return [Addressed("expired", person.email, letters.application_expired(person, application, program, self.public_url))]

    def _reserved(self, event: Envelope) -> list[Addressed]:
        reservation, program, person = self._reservation(event)
        contact = self.people.contact(program.host_id)
        if contact is None:
            raise Busy(f"Host {program.host_id} has no contact.", "Enter one; the mail is tried again.")
        application = Application.model_validate(self.store.load("APPLICATION", reservation.application_id).state)
        attachments, link = self._cv(application, person)
        facts = self.people.facts(person.account_id)
        policy = by_version(reservation.policy_version)
        host = letters.host_reserved(contact, person, facts, reservation, program, link)
        trainee = letters.seat_reserved(person, reservation, program, policy, self.public_url)
        return [Addressed("host", contact.email, host, attachments, once=True), Addressed("reserved", person.email, trainee)]

    def _cv(self, application: Application, person: Person) -> tuple[tuple[Attachment, ...], str]:
        """The CV as an attachment, or as a signed link above 6 MB (a mail is limited to 10 MB after encoding)."""
        document = self.store.load("DOCUMENT", application.cv_document_id or "").state
        name = f"CV {person.name}.{EXTENSIONS.get(document['content_type'], 'bin')}"
        stored = self.documents.read(document["key"])
        if stored is None:
            raise Busy("The CV cannot be read.", "The mail is tried again.")
        if hashlib.sha256(stored.content).hexdigest() != application.cv_sha256:
            raise Busy("The CV is not the one that was applied with.", "A person must look at this case.")
        if len(stored.content) > ATTACH_BYTES:
            return (), self.documents.link(document["key"], name, CV_LINK_SECONDS)
        return (Attachment(name, document["content_type"], stored.content),), ""

    def _refund_due(self, event: Envelope) -> list[Addressed]:
        reservation, program, person = self._reservation(event)
        return [Addressed("refund-due", person.email, letters.refund_due(person, reservation, program, self.public_url))]

    def _refunded(self, event: Envelope) -> list[Addressed]:
        reservation, program, person = self._reservation(event)
        return [Addressed("refunded", person.email, letters.refunded(person, reservation, program, self.public_url))]
