"""A trainee's documents as an application needs them: all of them, and the CV that goes along."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from shared.domain.core.errors import Invalid
from shared.domain.documents.checklist import newest
from shared.domain.documents.document import Document
from shared.ports import Store
from shared.services.core.people_records import document_of

DOCUMENTS_READ = 200
"""Of a trainee's documents, newest first: more than anybody uploads."""


@dataclass(frozen=True)
class Cv:
    """A stored CV: the document's id, its file's SHA-256, its version number among the trainee's CVs."""

    document_id: str
    sha256: str
    number: int


def newest_cv(documents: Iterable[Document], document_id: str | None = None) -> Cv | None:
    """The newest stored CV among a trainee's documents, None when there is none; or the one named.

    Raises `Invalid` (field "cv") when the one named is not a stored CV of theirs.
    """
    found = [one for one in documents if one.kind == "cv" and one.stored]
    if document_id is not None:
        found = [one for one in found if one.id == document_id]
        if not found:
            raise Invalid(
                "That document is not one of your CVs.",
                "Choose one from your documents, or upload it again.",
                field="cv",
            )
    latest = newest(found)
    return Cv(latest.id, latest.sha256, latest.number) if latest else None


def documents_of(store: Store, trainee_id: str) -> list[Document]:
    """A trainee's documents, stored and refused, newest first."""
    return [document_of(one) for one in store.owned("DOCUMENT", trainee_id, DOCUMENTS_READ)]
