"""How many files somebody may upload in a day, and have kept."""

from __future__ import annotations

from datetime import datetime

from shared.domain.core.limits import DOCUMENTS_A_DAY, DOCUMENTS_KEPT
from shared.domain.documents.document import Document, DocumentStatus
from shared.ports import Store
from shared.services.core.document_versions import documents_of, highest_numbers


def require_room(store: Store, account_id: str, now: datetime) -> None:
    """Room for one more file. Kept ones count by their numbers, however many the index shows. Raises `QuotaReached`,
    and `TooManyTries` with the instant from which there is room again."""
    documents = documents_of(store, account_id)
    if sum(highest_numbers(documents).values()) >= DOCUMENTS_KEPT.most:
        raise DOCUMENTS_KEPT.refusal()
    since, counted = now - DOCUMENTS_A_DAY.within, 0
    for one in documents:
        counted += _files(one) if one.created_at > since else 0
        if counted >= DOCUMENTS_A_DAY.most:
            raise DOCUMENTS_A_DAY.refusal(one.created_at + DOCUMENTS_A_DAY.within, now)


def _files(document: Document) -> int:
    """Through the form of a refused one others may have come, which were refused, too: each was an event."""
    return document.version if document.status is DocumentStatus.REFUSED else 1
