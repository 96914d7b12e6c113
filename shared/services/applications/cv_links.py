"""The CV in a host's email: attached, or behind an address of ours for seven days when it is too large (H13, T19).

A signed address of the bucket would not live that long: it ends with the session of the role that signed it
(https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-presigned-url.html). So the host's email carries an address
of ours, and whoever opens it is sent on to a signed one that works for a minute. It names one file for one case, ends
to the second, ends at once when the case is called off, and its secret lies in an erasable item, so erasing the person
ends it as well.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from shared.domain.applications.application import Application
from shared.domain.applications.application_machine import ApplicationStatus
from shared.domain.core.aggregate import AggregateType
from shared.domain.core.calendar import reached
from shared.domain.core.errors import Busy, Duplicate, Expired, NotFound
from shared.domain.core.instants import iso, parse
from shared.domain.documents.uploads import download_name
from shared.domain.reservations.reservation import PAID_SEAT, Reservation, ReservationStatus
from shared.events.envelope import Envelope
from shared.ports import (
    Attachment,
    BusinessClock,
    FileStore,
    People,
    Person,
    PersonalRecord,
    Store,
    UnitOfWork,
)
from shared.services.core.people_records import document_of
from shared.services.core.records import application_of, reservation_of
from shared.services.core.secret_links import new_secret, secret_matches
from shared.services.core.transitions import find

ATTACH_BYTES = 6_000_000
LINK_DAYS, SIGNED_SECONDS = 7, 60
KINDS: Mapping[str, AggregateType] = {"a": "APPLICATION", "r": "RESERVATION"}
OPEN_WHILE = {
    "APPLICATION": (ApplicationStatus.HOST_REVIEW,),
    "RESERVATION": (*PAID_SEAT, ReservationStatus.COMPLETED),
}
"""Who may see a CV when (product.md 1d): a host that is asked, and one with a reserved trainee."""


@dataclass(frozen=True, kw_only=True)
class CvLinks:
    """`public_url` is the site's origin."""

    store: Store
    people: People
    file_store: FileStore
    clock: BusinessClock
    public_url: str

    def for_email(
        self, event: Envelope, application: Application, person: Person
    ) -> tuple[tuple[Attachment, ...], str]:
        """The CV as an attachment, or as an address of ours above 6 MB (an email is limited to 10 MB after encoding).

        Raises `Busy` when it is not there or not the one that was applied with: the host never gets another file than
        the reviewer saw.
        """
        cv = application.cv
        if cv is None:
            raise Busy("There is no CV to send.", "A person must look at this case.")
        document = self.store.load("DOCUMENT", cv.document_id).state
        name = download_name(document["kind"], document["number"], document["content_type"], person.name)
        stored = self.file_store.read(document["key"])
        if stored is None:
            raise Busy("The CV cannot be read.", "The email is tried again.")
        if hashlib.sha256(stored.content).hexdigest() != cv.sha256:
            raise Busy("The CV is not the one that was applied with.", "A person must look at this case.")
        if len(stored.content) > ATTACH_BYTES:
            subject = event.subject
            return (), self.make(subject.kind, subject.id, event.seq, person.account_id, document["id"])
        return (Attachment(name, document["content_type"], stored.content),), ""

    def make(self, kind: str, id: str, seq: int, trainee_id: str, document_id: str) -> str:
        """The address for the email that event `seq` of a case brings: the same one when it is composed again."""
        ref = _ref(trainee_id, kind, id, str(seq))
        until = self.clock.now() + timedelta(days=LINK_DAYS)
        body = {"secret": new_secret(), "expires_at": iso(until), "document_id": document_id}
        try:
            self.store.commit(UnitOfWork(transitions=(), records=(PersonalRecord(ref, body),)))
        except Duplicate:
            body = dict(self.store.text(ref) or body)
        return f"{self.public_url}/documents/shared/{kind[0].lower()}.{id}.{seq}.{body['secret']}"

    def open(self, address: str) -> str:
        """Where the file can be read for a minute. Raises `NotFound`, the same for every wrong address and for an
        erased person, and `Expired` from the last moment on, or when the case does not need the host any more."""
        parts = address.split(".")
        if len(parts) != 4 or parts[0] not in KINDS:
            raise _unknown()
        kind, id, seq, given = KINDS[parts[0]], *parts[1:]
        case = self._case(kind, id)
        kept = self.store.text(_ref(case.trainee_id, kind, id, seq)) if case and seq else None
        if case is None or not kept or not secret_matches(str(kept["secret"]), given):
            raise _unknown()
        if reached(parse(str(kept["expires_at"])), self.clock.now()) or case.status not in OPEN_WHILE[kind]:
            raise Expired(
                "This address of a CV has ended.", "Answer the mail that it came with: we send you the CV again."
            )
        return self._signed(case.trainee_id, str(kept["document_id"]))

    def _case(self, kind: AggregateType, id: str) -> Application | Reservation | None:
        loaded = find(self.store, kind, id)
        if loaded is None:
            return None
        return application_of(loaded) if kind == "APPLICATION" else reservation_of(loaded)

    def _signed(self, trainee_id: str, document_id: str) -> str:
        loaded = find(self.store, "DOCUMENT", document_id)
        document = document_of(loaded) if loaded else None
        if document is None or not document.stored or document.trainee_id != trainee_id:
            raise _unknown()
        person = self.people.person(trainee_id)
        name = download_name(document.kind, document.number, document.content_type, person.name)
        return self.file_store.link(document.key, name, SIGNED_SECONDS)


def _ref(trainee_id: str, kind: str, id: str, seq: str) -> str:
    return f"{trainee_id}/cv-link:{kind}:{id}:{seq}"


def _unknown() -> NotFound:
    return NotFound("There is no CV at this address.", "Open the newest mail and use its link unchanged.")
