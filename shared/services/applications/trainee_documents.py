"""The CV among a trainee's documents, as an application needs it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from shared.domain.core.errors import Invalid, NotAllowedNow
from shared.domain.documents.checklist import newest
from shared.domain.documents.document import Document


@dataclass(frozen=True)
class Cv:
    """A stored CV: the document's id, its file's SHA-256, its version number among the trainee's CVs."""

    document_id: str
    sha256: str
    number: int


def newest_cv(documents: Iterable[Document]) -> Cv | None:
    """The newest stored CV among a trainee's documents, None when there is none."""
    return _cv(newest(one for one in documents if one.kind == "cv" and one.stored))


def cv_to_send(documents: Iterable[Document], document_id: str | None = None) -> Cv | None:
    """The newest CV, or the one named; None when there is none.

    Raises `Invalid` (field "cv") when the one named is not a stored CV of theirs, and `NotAllowedNow` while the one
    that would go is checked for malware: an older one never goes in its place.
    """
    found = [one for one in documents if one.kind == "cv" and (one.stored or one.scanning)]
    if document_id is not None:
        found = [one for one in found if one.id == document_id]
        if not found:
            raise Invalid(
                "That document is not one of your CVs.",
                "Choose one from your documents, or upload it again.",
                field="cv",
            )
    latest = newest(found)
    if latest and latest.scanning:
        raise NotAllowedNow(
            f"Your CV, version {latest.number}, is still being checked for malware.",
            "Wait a minute, then send this again.",
            field="cv",
        )
    return _cv(latest)


def _cv(document: Document | None) -> Cv | None:
    return Cv(document.id, document.sha256, document.number) if document else None
