"""A form by which a browser uploads one file straight to the bucket. Nothing is recorded before the file is there."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from shared.domain.documents.uploads import EXTENSIONS, FORM_HOURS, MAX_BYTES, MAX_SENT, UploadPlace, kind_of
from shared.ports import BusinessClock, FileStore, Ids, Store
from shared.services.documents.quota import require_room


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
class UploadForms:
    store: Store
    file_store: FileStore
    clock: BusinessClock
    ids: Ids
    public_url: str

    def asked_for(self, account_id: str, kind: str, next: str) -> UploadForm:
        """As `form`, for a person who wants to upload a file now. Raises `Invalid` (field `kind`), `QuotaReached`,
        `TooManyTries`."""
        kind_of(kind)
        require_room(self.store, account_id, self.clock.now())
        return self.form(account_id, kind, next)

    def form(self, account_id: str, kind: str, next: str) -> UploadForm:
        """A form good for some hours and one file; afterwards the browser goes to `next`, a path of ours. It takes more
        than what counts and empty files too: those are refused when they arrive, on a page that says why; so is a file
        for which there is no room.

        Raises `Invalid` (field `kind`).
        """
        found = kind_of(kind)
        place = UploadPlace(account_id, kind, self.ids.new())
        back = f"{self.public_url}/documents/{place.document_id}/received?{urlencode({'kind': kind, 'next': next})}"
        upload = self.file_store.upload(place.key, kind, MAX_SENT, back)
        accept = ",".join([*found.types, *(f".{EXTENSIONS[type]}" for type in found.types)])
        return UploadForm(place.document_id, kind, found.name, upload.url, dict(upload.fields), accept)
