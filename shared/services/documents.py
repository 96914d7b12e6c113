"""Documents: a browser uploads straight to the bucket; what arrived is looked at, numbered and recorded, or refused and deleted.

Nothing is written before the file is there. Two messengers tell that it is (the browser that comes back, and the bucket's own event, in
any order and any number of times); both call `register`, which is idempotent by the document's id.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import urlencode

from shared.domain.aggregate import Actor
from shared.domain.documents import (
    EXTENSIONS,
    FORM_HOURS,
    KINDS,
    MAX_BYTES,
    MAX_SENT,
    Inspected,
    Place,
    download_name,
    inspect,
    kind_of,
    place_of,
)  # fmt: skip
from shared.domain.errors import Duplicate, Invalid, NotFound
from shared.events.people import DocumentRefused, DocumentStored
from shared.ports import BusinessClock, Claim, DocumentStore, Ids, Loaded, People, Store, Work
from shared.services.host_sight import host_may_open
from shared.services.steps import Call, decide_again, find, new, step

STORED, REFUSED = "STORED", "REFUSED"
MINE = 200
LINK_SECONDS = 60
NUMBER_TRIES = 20


@dataclass(frozen=True)
class UploadForm:
    """What a page needs to let somebody upload one file: `fields` go before the file, in a multipart form to `url`, within `hours`."""

    document_id: str
    kind: str
    name: str
    url: str
    fields: dict[str, str]
    accept: str
    max_bytes: int = MAX_BYTES
    hours: int = FORM_HOURS


@dataclass(frozen=True, kw_only=True)
class Documents:
    store: Store
    documents: DocumentStore
    people: People
    clock: BusinessClock
    ids: Ids
    public_url: str

    # --- before ---------------------------------------------------------------------------------------------------------------------
    def upload_form(self, account_id: str, kind: str, next: str) -> UploadForm:
        """A form good for some hours and one file; afterwards the browser goes to `next`, a path of ours. It takes more than what counts
        and empty files too: those are refused when they arrive, on a page that says why.

        Raises `Invalid` (field `kind`).
        """
        found = kind_of(kind)
        place = Place(account_id, kind, self.ids.new())
        back = f"{self.public_url}/documents/{place.document_id}/received?{urlencode({'kind': kind, 'next': next})}"
        upload = self.documents.upload(place.key, kind, MAX_SENT, back)
        accept = ",".join([*found.types, *(f".{EXTENSIONS[type]}" for type in found.types)])
        return UploadForm(place.document_id, kind, found.name, upload.url, dict(upload.fields), accept)

    # --- arrival --------------------------------------------------------------------------------------------------------------------
    def received(self, account_id: str, document_id: str, kind: str) -> Loaded:
        """The browser came back from the upload. Raises `NotFound` when nothing arrived."""
        return self.register(Place(account_id, kind_of(kind).code, document_id).key)

    def register(self, key: str, correlation_id: str = "") -> Loaded:
        """Records what lies under `key` as stored or refused; a refused file is deleted. Repeating it changes nothing.

        A file that was changed after it was stored (its form is good for some hours) makes the document refused: what a reviewer saw must
        be what the host receives. Raises `Invalid` (not a document's key), `NotFound` (nothing arrived), `Busy`.
        """
        place = place_of(key)
        return decide_again(lambda: self._register(place, correlation_id))

    def _register(self, place: Place, correlation_id: str) -> Loaded:
        stored = self.store.load_many([("DOCUMENT", place.document_id), ("ACCOUNT", place.account_id)])
        known, owner = stored.get(("DOCUMENT", place.document_id)), stored.get(("ACCOUNT", place.account_id))
        if owner and owner.state["status"] == "ERASED":
            self.documents.delete(place.key)  # a form outlives its person by some hours
            raise NotFound("There is nobody whose document this is.", "Sign up again to upload it.")
        if known and known.state["trainee_id"] != place.account_id:
            raise NotFound("There is no such document.", "Upload it from your documents page.")
        found = self.documents.read(place.key) if known is None or known.state["status"] == STORED else None
        call = Call(Actor(role="trainee", id=place.account_id), correlation_id)
        if known is None:
            if found is None:
                raise NotFound("The file has not arrived.", "Upload it again; nothing was lost.")
            looked = inspect(found.content, KINDS[place.kind])
            return self._refuse(place, call, looked.reason) if looked.reason else self._store(place, call, looked)
        if found and hashlib.sha256(found.content).hexdigest() != known.state["sha256"]:
            return self._refuse(place, call, "replaced", known)
        if known.state["status"] == REFUSED:
            self.documents.delete(place.key)  # the run that refused it may have ended before this
        return known

    def _store(self, place: Place, call: Call, looked: Inspected) -> Loaded:
        """Versions count per kind from 1. A claim per number keeps two files that arrive at once apart."""
        mine = self.store.owned("DOCUMENT", place.account_id, MINE)
        number = max((one.state.get("number", 0) for one in mine if one.state["kind"] == place.kind), default=0) + 1
        now = self.clock.now()
        for tried in range(number, number + NUMBER_TRIES):
            event = DocumentStored(
                status=STORED, id=place.document_id, trainee_id=place.account_id, kind=place.kind, key=place.key, sha256=looked.sha256,
                size=looked.size, content_type=looked.content_type, number=tried, created_at=now,
            )  # fmt: skip
            claim = Claim(f"document:{place.account_id}:{place.kind}:{tried}", place.document_id)
            try:
                self.store.commit(Work(steps=(step(new("DOCUMENT", place.document_id), event, call, now),), claims=(claim,)))
            except Duplicate:
                continue
            return self.store.load("DOCUMENT", place.document_id)
        raise Duplicate("Too many files arrive at the same time.", "Wait a minute, then upload it again.")

    def _refuse(self, place: Place, call: Call, reason: str, known: Loaded | None = None) -> Loaded:
        now = self.clock.now()
        event = DocumentRefused(
            status=REFUSED, id=place.document_id, trainee_id=place.account_id, kind=place.kind, reason_code=reason,
            created_at=known.state["created_at"] if known else now,
        )  # fmt: skip
        self.store.commit(Work(steps=(step(known or new("DOCUMENT", place.document_id), event, call, now),)))
        self.documents.delete(place.key)
        return self.store.load("DOCUMENT", place.document_id)

    # --- afterwards -------------------------------------------------------------------------------------------------------------------
    def of(self, account_id: str) -> list[Loaded]:
        """A trainee's documents, newest first."""
        # Instants are whole seconds; ids tell files of one second apart.
        return sorted(self.store.owned("DOCUMENT", account_id, MINE), key=lambda one: (one.state["created_at"], one.id), reverse=True)

    def document(self, call: Call, document_id: str, hosts: Collection[str] = ()) -> Loaded:
        """The caller's own; anybody's for staff who act as such; for who acts for `hosts`, the CV that these may see now. Raises
        `NotFound`, also for somebody else's."""
        found = find(self.store, "DOCUMENT", document_id)
        if found is None or not self._may_open(call, found, hosts):
            raise NotFound(f"There is no document {document_id}.", "Open it from your documents page.")
        return found

    def _may_open(self, call: Call, document: Loaded, hosts: Collection[str]) -> bool:
        if document.state["trainee_id"] == call.actor.id:
            return True
        if call.actor.role == "host":
            return host_may_open(self.store, document, hosts, self.clock.now())
        return call.actor.role != "trainee"

    def link(self, call: Call, document_id: str, hosts: Collection[str] = ()) -> str:
        """A signed address of the file that works for a minute. Raises as `document`, and `Invalid` for a refused file."""
        state = self.document(call, document_id, hosts).state
        if state["status"] != STORED:
            raise Invalid("This file was refused and deleted.", "Upload it again from the documents page.")
        person = self.people.person(state["trainee_id"])
        name = download_name(state["kind"], state["number"], state["content_type"], person.name)
        return self.documents.link(state["key"], name, LINK_SECONDS)
