"""Documents: a browser uploads straight to the bucket; what arrived is looked at, numbered and recorded, or refused and
deleted.

Nothing is recorded before the file is there. Two messengers tell that it is (the browser that comes back, and the
bucket's own event, in any order and any number of times); both call `register`, which is idempotent by the document's
id and the file's hash. The bytes that were looked at are kept where no form can write: a form works for hours, and Back
brings it again.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import urlencode

from shared.domain.accounts.account import AccountStatus
from shared.domain.core.aggregate import Actor
from shared.domain.core.errors import Duplicate, Invalid, NotFound
from shared.domain.core.machine import NEW
from shared.domain.documents.document import Document, DocumentEvent, document_status_after
from shared.domain.documents.uploads import (
    EXTENSIONS,
    FORM_HOURS,
    KINDS,
    MAX_BYTES,
    MAX_SENT,
    Inspected,
    UploadPlace,
    download_name,
    folders_of,
    inspect,
    kept_key,
    kind_of,
    place_of,
)
from shared.events.people import DocumentRefused, DocumentStored
from shared.ports import BusinessClock, FileStore, Ids, People, Store, Stored, UniqueKey, UnitOfWork
from shared.services.core.people_records import account_of, document_of
from shared.services.core.transitions import RequestContext, find, retry_on_conflict, transition, unsaved
from shared.services.documents.host_access import host_may_open

MINE = 200
LINK_SECONDS = 60
NUMBER_TRIES = 20


@dataclass(frozen=True)
class UploadForm:
    """What a page needs to let somebody upload one file: `fields` go before the file, in a multipart form to `url`,
    within `hours`."""

    document_id: str
    kind: str
    name: str
    url: str
    fields: dict[str, str]
    accept: str
    max_bytes: int = MAX_BYTES
    hours: int = FORM_HOURS


@dataclass(frozen=True, kw_only=True)
class DocumentUploads:
    store: Store
    file_store: FileStore
    people: People
    clock: BusinessClock
    ids: Ids
    public_url: str

    # --- before -------------------------------------------------------------------------------------------------------
    def upload_form(self, account_id: str, kind: str, next: str) -> UploadForm:
        """A form good for some hours and one file; afterwards the browser goes to `next`, a path of ours. It takes more
        than what counts and empty files too: those are refused when they arrive, on a page that says why.

        Raises `Invalid` (field `kind`).
        """
        found = kind_of(kind)
        place = UploadPlace(account_id, kind, self.ids.new())
        back = f"{self.public_url}/documents/{place.document_id}/received?{urlencode({'kind': kind, 'next': next})}"
        upload = self.file_store.upload(place.key, kind, MAX_SENT, back)
        accept = ",".join([*found.types, *(f".{EXTENSIONS[type]}" for type in found.types)])
        return UploadForm(place.document_id, kind, found.name, upload.url, dict(upload.fields), accept)

    # --- arrival ------------------------------------------------------------------------------------------------------
    def received(self, account_id: str, document_id: str, kind: str) -> Document:
        """The browser came back from the upload. Raises `NotFound` when nothing arrived."""
        return self.register(UploadPlace(account_id, kind_of(kind).code, document_id).key)

    def register(self, key: str, correlation_id: str = "") -> Document:
        """Records what lies under `key` as stored or refused; a refused file is deleted. Repeating it changes nothing.

        Another file through a form whose first one was refused is looked at in its place; after a stored one it is a
        document of its own, and the stored one stays as it is: what a reviewer saw must be what the host receives.
        Raises `Invalid` (not a document's key), `NotFound` (nothing arrived), `Busy`.
        """
        place = place_of(key)
        return retry_on_conflict(lambda: self._register(place, correlation_id))

    def _register(self, place: UploadPlace, correlation_id: str) -> Document:
        loaded, known = self._known(place, place)
        found = self.file_store.read(place.key)
        if found is None:
            if known is None:
                raise NotFound("The file has not arrived.", "Upload it again; nothing was lost.")
            return known
        looked = inspect(found.content, KINDS[place.kind])
        target = place
        if known and known.stored and known.sha256 != looked.sha256:
            target = place.further(looked.sha256)
            loaded, known = self._known(target, place)
        if known and known.stored:
            return known
        call = RequestContext(Actor(role="trainee", id=place.account_id), correlation_id)
        if looked.reason:
            return self._refuse(target, call, looked.reason, loaded, known, place.key)
        self.file_store.keep(kept_key(target, looked.sha256), found.content, place.kind, looked.content_type)
        return self._store(target, call, looked, loaded, known)

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

    def _store(
        self, place: UploadPlace, call: RequestContext, looked: Inspected, loaded: Stored, known: Document | None
    ) -> Document:
        """Versions count per kind from 1. A claim per number keeps two files that arrive at once apart."""
        status = document_status_after(known.status if known else NEW, DocumentEvent.STORE, call.actor.role)
        mine = (document_of(one) for one in self.store.owned("DOCUMENT", place.account_id, MINE))
        number = max((one.number for one in mine if one.kind == place.kind), default=0) + 1
        now = self.clock.now()
        for tried in range(number, number + NUMBER_TRIES):
            event = DocumentStored(
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
            claim = UniqueKey(f"document:{place.account_id}:{place.kind}:{tried}", place.document_id)
            try:
                self.store.commit(UnitOfWork(transitions=(transition(loaded, event, call, now),), keys=(claim,)))
            except Duplicate:
                continue
            self._known(place, place)  # who was erased meanwhile has no file
            return self._loaded(place.document_id)
        raise Duplicate("Too many files arrive at the same time.", "Wait a minute, then upload it again.")

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
                created_at=now,
            )
            self.store.commit(UnitOfWork(transitions=(transition(loaded, event, call, now),)))
        self.file_store.delete(sent)  # also where the run that refused it ended before this
        return self._loaded(place.document_id)

    def _loaded(self, document_id: str) -> Document:
        return document_of(self.store.load("DOCUMENT", document_id))

    # --- afterwards ---------------------------------------------------------------------------------------------------
    def of(self, account_id: str) -> list[Document]:
        """A trainee's documents, newest first."""
        # Instants are whole seconds; ids tell files of one second apart.
        mine = [document_of(one) for one in self.store.owned("DOCUMENT", account_id, MINE)]
        return sorted(mine, key=lambda one: (one.created_at, one.id), reverse=True)

    def document(self, call: RequestContext, document_id: str, hosts: Collection[str] = ()) -> Document:
        """The caller's own; anybody's for staff acting as such; for a manager of `hosts`, the CV that these hosts may
        see now. Raises `NotFound`, also for somebody else's."""
        loaded = find(self.store, "DOCUMENT", document_id)
        found = document_of(loaded) if loaded else None
        if found is None or not self._may_open(call, found, hosts):
            raise NotFound(f"There is no document {document_id}.", "Open it from your documents page.")
        return found

    def _may_open(self, call: RequestContext, document: Document, hosts: Collection[str]) -> bool:
        if document.trainee_id == call.actor.id:
            return True
        if call.actor.role == "host":
            return host_may_open(self.store, document, hosts, self.clock.now())
        return call.actor.role != "trainee"

    def link(self, call: RequestContext, document_id: str, hosts: Collection[str] = ()) -> str:
        """A signed address of the file that works for a minute. Raises as `document`, and `Invalid` for a refused
        file."""
        found = self.document(call, document_id, hosts)
        if not found.stored:
            raise Invalid("This file was refused and deleted.", "Upload it again from the documents page.")
        person = self.people.person(found.trainee_id)
        name = download_name(found.kind, found.number, found.content_type, person.name)
        return self.file_store.link(found.key, name, LINK_SECONDS)
