"""Documents: a browser uploads straight to the bucket (`upload_forms`); what arrived is looked at, numbered and
recorded, then checked for malware, or refused and deleted. Until the scanner says that a file is clean nobody opens it.

Nothing is recorded before the file is there. Two messengers tell that it is (the browser that comes back, and the
bucket's own event, in any order and any number of times); both call `register`, which is idempotent by the document's
id and the file's hash. A third tells that the scanner has a verdict (`scanned`); what it is, the scanner is asked
itself, also whenever somebody looks at a file that is still in check. The bytes that were looked at are kept where no
form can write: a form works for hours, and Back brings it again.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from shared.domain.accounts.account import AccountStatus
from shared.domain.core.aggregate import Actor
from shared.domain.core.errors import Busy, Duplicate, Invalid, NotAllowedNow, NotFound, QuotaReached, TooManyTries
from shared.domain.core.machine import NEW
from shared.domain.documents.document import Document, DocumentEvent, DocumentStatus, document_status_after
from shared.domain.documents.uploads import (
    KINDS,
    SCAN_TIME,
    Inspected,
    UploadPlace,
    download_name,
    folders_of,
    inspect,
    kept_document,
    kept_key,
    kind_of,
    place_of,
)
from shared.events.people import DocumentOpened, DocumentReceived, DocumentRefused, DocumentStored
from shared.ports import (
    BusinessClock,
    FileInspector,
    FileStore,
    MalwareScanner,
    People,
    Store,
    Stored,
    UniqueKey,
    UnitOfWork,
    system,
)
from shared.services.core.document_versions import documents_of, highest_numbers, number_key
from shared.services.core.people_records import account_of, document_of
from shared.services.core.transitions import RequestContext, find, retry_on_conflict, transition, unsaved
from shared.services.documents.access import host_may_open, staff_case
from shared.services.documents.quota import require_room

LINK_SECONDS = 60
NUMBER_TRIES = 20
STAFF_READERS = ("reviewer", "coordinator", "coach")


@dataclass(frozen=True)
class Opening:
    """Somebody of the staff, acting as `role`, opened a document."""

    at: datetime
    role: str
    name: str


@dataclass(frozen=True, kw_only=True)
class DocumentUploads:
    store: Store
    file_store: FileStore
    file_inspector: FileInspector
    malware_scanner: MalwareScanner
    people: People
    clock: BusinessClock

    # --- arrival ------------------------------------------------------------------------------------------------------
    def received(self, account_id: str, document_id: str, kind: str) -> Document:
        """The browser came back from the upload. Raises `NotFound` when nothing arrived."""
        return self.register(UploadPlace(account_id, kind_of(kind).code, document_id).key)

    def register(self, key: str, correlation_id: str = "") -> Document:
        """Records what lies under `key` and has it checked for malware, or refuses it; a refused file is deleted.
        Repeating it changes nothing.

        Another file through a form whose first one was refused is looked at in its place; after a sound one it is a
        document of its own, and the first one stays as it is: what a reviewer saw must be what the host receives.
        Raises `Invalid` (not a document's key), `NotFound` (nothing arrived), `QuotaReached` and `TooManyTries` (no
        room for it), `Busy`.
        """
        place = place_of(key)
        return retry_on_conflict(lambda: self._settled(self._register(place, correlation_id), correlation_id))

    def scanned(self, key: str, correlation_id: str = "") -> Document:
        """The scanner has a verdict on the file that is kept under `key`. Raises `Invalid` (not such a key), `NotFound`
        (deleted since), `Busy`."""
        id = kept_document(key)
        return retry_on_conflict(lambda: self._settled(self._loaded(id), correlation_id))

    def _register(self, place: UploadPlace, correlation_id: str) -> Document:
        loaded, known = self._known(place, place)
        found = self.file_store.read(place.key)
        if found is None:
            if known is None:
                raise NotFound("The file has not arrived.", "Upload it again; nothing was lost.")
            return known
        looked = inspect(found.content, KINDS[place.kind], self.file_inspector.look)
        target = place
        if known and _sound(known) and known.sha256 != looked.sha256:
            target = place.further(looked.sha256)
            loaded, known = self._known(target, place)
        if known and _sound(known):
            return known
        self._require_room(place)
        call = RequestContext(Actor(role="trainee", id=place.account_id), correlation_id)
        if looked.reason:
            return self._refuse(target, call, looked.reason, loaded, known, place.key)
        self.file_store.keep(kept_key(target, looked.sha256), found.content, place.kind, looked.content_type)
        return self._receive(target, call, looked, loaded, known)

    def _require_room(self, place: UploadPlace) -> None:
        """A form outlives the moment at which there was room. What finds none is deleted and recorded nowhere."""
        try:
            require_room(self.store, place.account_id, self.clock.now())
        except (QuotaReached, TooManyTries):
            self.file_store.delete(place.key)
            raise

    def _known(self, target: UploadPlace, sent: UploadPlace) -> tuple[Stored, Document | None]:
        """As stored, and as read; an unsaved one and None where there is none yet. Raises `NotFound` for
        who is erased, and for somebody else's document."""
        stored = self.store.load_many([("DOCUMENT", target.document_id), ("ACCOUNT", sent.account_id)])
        known, owner = stored.get(("DOCUMENT", target.document_id)), stored.get(("ACCOUNT", sent.account_id))
        if owner and account_of(owner).status is AccountStatus.ERASED:
            for folder in folders_of(
                sent.account_id
            ):  # a form outlives its person by some hours, and erasing may meet an arrival
                self.file_store.delete_all(folder)
            raise NotFound("There is nobody whose document this is.", "Sign up again to upload it.")
        document = document_of(known) if known else None
        if document and document.trainee_id != sent.account_id:
            raise NotFound("There is no such document.", "Upload it from your documents page.")
        return known or unsaved("DOCUMENT", target.document_id), document

    def _receive(
        self, place: UploadPlace, call: RequestContext, looked: Inspected, loaded: Stored, known: Document | None
    ) -> Document:
        """Versions count per kind from 1. A claim per number keeps two files that arrive at once apart."""
        status = document_status_after(known.status if known else NEW, DocumentEvent.RECEIVE, call.actor.role)
        number = highest_numbers(documents_of(self.store, place.account_id)).get(place.kind, 0) + 1
        now = self.clock.now()
        for tried in range(number, number + NUMBER_TRIES):
            event = DocumentReceived(
                status=status,
                id=place.document_id,
                trainee_id=place.account_id,
                kind=place.kind,
                key=kept_key(place, looked.sha256),
                sha256=looked.sha256,
                size=looked.size,
                content_type=looked.content_type,
                number=tried,
                created_at=now,
            )
            claim = UniqueKey(number_key(place.account_id, place.kind, tried), place.document_id)
            try:
                self.store.commit(UnitOfWork(transitions=(transition(loaded, event, call, now),), keys=(claim,)))
            except Duplicate:
                continue
            self._known(place, place)  # who was erased meanwhile has no file
            return self._loaded(place.document_id)
        raise Duplicate("Too many files arrive at the same time.", "Wait a minute, then upload it again.")

    def _settled(self, document: Document, correlation_id: str = "") -> Document:
        """A document in check once the scanner was asked: stored, refused, or still in check. Others as they are."""
        if not document.scanning:
            if document.status is DocumentStatus.REFUSED and document.key:
                self.file_store.delete(document.key)  # also where the run that refused it ended before this
            return document
        verdict = self.malware_scanner.verdict(document.key, lambda: self._kept(document))
        loaded, now = self.store.load("DOCUMENT", document.id), self.clock.now()
        present = document_of(loaded)
        if not present.scanning or (verdict == "pending" and now - present.created_at < SCAN_TIME):
            return present
        call = RequestContext(system("documents"), correlation_id)
        if verdict == "clean":
            status = document_status_after(present.status, DocumentEvent.CLEAR, call.actor.role)
            cleared = DocumentStored(status=status, scanned_at=now)
            self.store.commit(UnitOfWork(transitions=(transition(loaded, cleared, call, now),)))
            return self._loaded(document.id)
        place = UploadPlace(present.trainee_id, present.kind, present.id)
        self.file_store.delete(place.key)
        reason = "infected" if verdict == "infected" else "not_scanned"
        return self._refuse(place, call, reason, loaded, present, present.key)

    def _looked_at_again(self, document: Document) -> Document:
        """As it is now, where it was in check and the scanner answers."""
        if not document.scanning:
            return document
        try:
            return retry_on_conflict(lambda: self._settled(self._loaded(document.id)))
        except Busy:
            return document

    def _kept(self, document: Document) -> bytes:
        found = self.file_store.read(document.key)
        if found is None:
            raise NotFound("The file is gone.", "Upload it again.")
        return found.content

    def _refuse(
        self,
        place: UploadPlace,
        call: RequestContext,
        reason: str,
        loaded: Stored,
        known: Document | None,
        sent: str,
    ) -> Document:
        if known is None or known.reason_code != reason:
            now = self.clock.now()
            event = DocumentRefused(
                status=document_status_after(known.status if known else NEW, DocumentEvent.REFUSE, call.actor.role),
                id=place.document_id,
                trainee_id=place.account_id,
                kind=place.kind,
                reason_code=reason,
                created_at=known.created_at if known and known.scanning else now,
            )
            self.store.commit(UnitOfWork(transitions=(transition(loaded, event, call, now),)))
        self.file_store.delete(sent)  # also where the run that refused it ended before this
        return self._loaded(place.document_id)

    def _loaded(self, document_id: str) -> Document:
        return document_of(self.store.load("DOCUMENT", document_id))

    # --- afterwards ---------------------------------------------------------------------------------------------------
    def of(self, account_id: str) -> list[Document]:
        """A trainee's documents, newest first."""
        return [self._looked_at_again(one) for one in documents_of(self.store, account_id)]

    def document(self, call: RequestContext, document_id: str, hosts: Collection[str] = ()) -> Document:
        """The caller's own; for staff that of a trainee whose case they have; for a manager of `hosts`, the CV
        that these may see now. Raises `NotFound`, also for somebody else's."""
        return self._opened(call, document_id, hosts)[0]

    def _opened(self, call: RequestContext, document_id: str, hosts: Collection[str]) -> tuple[Document, str]:
        """With the case that lets staff open it, "" for others."""
        loaded = find(self.store, "DOCUMENT", document_id)
        found = document_of(loaded) if loaded else None
        if found and found.trainee_id == call.actor.id:
            return self._looked_at_again(found), ""
        if found and call.actor.role == "host" and host_may_open(self.store, found, hosts, self.clock.now()):
            return found, ""
        case = staff_case(self.store, call, found.trainee_id) if found and call.actor.role in STAFF_READERS else ""
        if found is None or not case:
            raise NotFound(f"There is no document {document_id}.", "Open it from your documents page.")
        return self._looked_at_again(found), case

    def link(self, call: RequestContext, document_id: str, hosts: Collection[str] = ()) -> str:
        """A signed address of the file that works for a minute. That staff open a sensitive one is an event of the
        case. Raises as `document`, `Invalid` for a refused file, and `NotAllowedNow` while it is in check."""
        found, case = self._opened(call, document_id, hosts)
        if found.scanning:
            raise NotAllowedNow("This file is still being checked for malware.", "Open it again in a minute.")
        if not found.stored:
            raise Invalid("This file was refused and deleted.", "Upload it again from the documents page.")
        if case and KINDS[found.kind].sensitive:
            retry_on_conflict(lambda: self._note(call, found, case))
        person = self.people.person(found.trainee_id)
        name = download_name(found.kind, found.number, found.content_type, person.name)
        return self.file_store.link(found.key, name, LINK_SECONDS)

    def _note(self, call: RequestContext, document: Document, case: str) -> None:
        loaded, now = self.store.load("DOCUMENT", document.id), self.clock.now()
        status = document_status_after(document.status, DocumentEvent.OPEN, call.actor.role)
        opened = DocumentOpened(status=status, opened_by=call.actor.id, opened_at=now)
        self.store.commit(UnitOfWork(transitions=(transition(loaded, opened, call, now, case_id=case),)))

    def openings(self, document: Document) -> list[Opening]:
        """Who of the staff opened a sensitive document when, newest first; without the name of who is erased."""
        if document.opened_at is None:
            return []
        rows = [row for row in self.store.history("DOCUMENT", document.id) if row.type == DocumentOpened.TYPE]
        names = self.people.persons({row.actor.id for row in rows})
        return [
            Opening(row.occurred_at, row.actor.role, names[row.actor.id].name if row.actor.id in names else "")
            for row in reversed(rows)
        ]


def _sound(document: Document) -> bool:
    return document.stored or document.scanning
