"""What the documents room takes and answers with."""

from __future__ import annotations

from datetime import date
from typing import Literal, Self

from pydantic import Field

from shared.domain.core.instants import Instant
from shared.domain.documents.document import Document
from shared.domain.documents.uploads import EXTENSIONS, KINDS, refusal
from shared.runtime.http.models import Answer, Request
from shared.services.documents.upload_forms import UploadForm
from shared.services.documents.uploads import Opening

HOME = "/documents"


class UploadRequest(Request):
    """`kind` as listed by `GET /documents`; `next` is the path of ours where a browser goes after the upload."""

    kind: str = Field(title="Kind of document", max_length=40)
    next: str = Field("", max_length=2000)


class UploadView(Answer):
    """A presigned POST: send `fields` and then `file` to `url` as multipart/form-data within `hours`. `accept` is for a
    file field. More than `max_bytes`, and nothing at all, is refused when it has arrived."""

    document_id: str
    kind: str
    name: str
    url: str
    fields: dict[str, str]
    accept: str
    max_bytes: int
    hours: int

    @classmethod
    def of(cls, form: UploadForm) -> Self:
        return cls.model_validate(form, from_attributes=True)


class Refusal(Answer):
    """Why a file was refused and what to do."""

    reason_code: str
    detail: str
    remedy: str


class DocumentView(Answer):
    """`number` counts the sound files of its kind from 1; `size` bytes. One whose `status` is SCANNING is checked for
    malware and has no file yet; a refused one has a `refusal` and no file.
    `checked` is "" until a reviewer has read it; `issued` and `expires` are as printed on it."""

    id: str
    kind: str
    name: str
    status: str
    trainee_id: str
    created_at: Instant
    number: int | None = None
    size: int | None = None
    content_type: str = ""
    sha256: str = ""
    extension: str = ""
    file: str = ""
    refusal: Refusal | None = None
    checked: Literal["", "accepted", "declined"] = ""
    issued: date | None = None
    expires: date | None = None

    @classmethod
    def of(cls, found: Document) -> Self:
        common = {
            "id": found.id,
            "kind": found.kind,
            "name": KINDS[found.kind].name,
            "status": found.status.value,
            "trainee_id": found.trainee_id,
            "created_at": found.created_at,
        }
        if found.scanning:
            return cls(**common, number=found.number)
        if not found.stored:
            return cls(**common, refusal=Refusal(**refusal(found.reason_code)))
        return cls(
            **common,
            number=found.number,
            size=found.size,
            content_type=found.content_type,
            sha256=found.sha256,
            checked=found.checked or "",
            issued=found.issued,
            expires=found.expires,
            extension=EXTENSIONS[found.content_type].upper(),
            file=f"/documents/{found.id}/file",
        )


class OpeningView(Answer):
    """When somebody of the staff opened a sensitive document, acting as `role`. `name` is for staff, and empty for the
    trainee and once erased."""

    at: Instant
    role: str
    name: str

    @classmethod
    def of(cls, opening: Opening, mine: bool) -> Self:
        return cls(at=opening.at, role=opening.role, name="" if mine else opening.name)


class DocumentPage(DocumentView):
    """One document. `mine` when the caller is the trainee, who may replace it; `next` is where an upload goes on to.
    `openings`, newest first, are of a sensitive document."""

    mine: bool = False
    next: str = ""
    openings: tuple[OpeningView, ...] = ()


class KindChoice(Answer):
    code: str
    name: str


class DocumentList(Answer):
    """Newest first. `kinds` is what may be uploaded."""

    documents: list[DocumentView]
    kinds: list[KindChoice]

    @classmethod
    def of(cls, found: list[Document]) -> Self:
        kinds = [KindChoice(code=kind.code, name=kind.name) for kind in KINDS.values()]
        return cls(documents=[DocumentView.of(one) for one in found], kinds=kinds)
