"""A document: its machine, and the stored state. What its file must be is in `uploads`, what it says in `checklist`.

A refused file is deleted; its record stays and says why. No personal data here: the reason why a document does not
count is an erasable text, named by `check_reason_ref`.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict

from shared.domain.core.instants import Instant
from shared.domain.core.machine import NEW, Actor, Arrow, Machine

Verdict = Literal["accepted", "declined"]
"""What a reviewer said who read it: it counts, or it does not."""


class DocumentStatus(StrEnum):
    SCANNING = "SCANNING"
    STORED = "STORED"
    REFUSED = "REFUSED"


class DocumentEvent(StrEnum):
    RECEIVE = "receive"
    CLEAR = "clear"
    REFUSE = "refuse"
    ACCEPT = "accept"
    DECLINE = "decline"
    OPEN = "open"


_S, _E = DocumentStatus, DocumentEvent
_TR, _RV, _SYS = (frozenset({actor}) for actor in (Actor.TRAINEE, Actor.REVIEWER, Actor.SYSTEM))
_READERS = frozenset({Actor.REVIEWER, Actor.COORDINATOR, Actor.COACH})
_SOUND = "at most 10 MB, a PDF, JPEG or PNG that opens without a password and runs nothing, of a type of its kind"
_AGAIN = "; another file came through the form of the refused one"
_DELETED = ("file deleted",)
_HAS_IT = "a reviewer who has an application of the trainee"

DOCUMENT = Machine(
    "document",
    (
        Arrow(NEW, _E.RECEIVE, _TR, _S.SCANNING, _SOUND, ("next number of its kind",)),
        Arrow(NEW, _E.REFUSE, _TR, _S.REFUSED, "anything else", _DELETED),
        Arrow(_S.REFUSED, _E.RECEIVE, _TR, _S.SCANNING, _SOUND + _AGAIN, ("next number of its kind",)),
        Arrow(_S.REFUSED, _E.REFUSE, _TR, _S.REFUSED, "for another reason" + _AGAIN, _DELETED),
        Arrow(_S.SCANNING, _E.CLEAR, _SYS, _S.STORED, "the scanner found no malware"),
        Arrow(_S.SCANNING, _E.REFUSE, _SYS, _S.REFUSED, "malware, or no verdict within an hour", _DELETED),
        Arrow(_S.STORED, _E.ACCEPT, _RV, _S.STORED, _HAS_IT, ("its dates count",)),
        Arrow(_S.STORED, _E.DECLINE, _RV, _S.STORED, _HAS_IT + "; a reason", ("the trainee reads why",)),
        Arrow(_S.STORED, _E.OPEN, _READERS, _S.STORED, "a sensitive kind, by who has a case of the trainee"),
    ),
    {
        _S.SCANNING: "This file is being checked for malware.",
        _S.STORED: "This document is stored.",
        _S.REFUSED: "This file was refused and deleted.",
    },
)


class Document(BaseModel):
    """The stored state. `number` counts the sound files of its kind from 1 in the order in which they came, `size` is
    in bytes; `issued` and `expires` are as printed on it. Until it is stored nobody opens it. A refused one has a
    `reason_code` and no file. `opened_by` is who of the staff opened a sensitive one last."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    id: str
    version: int
    status: DocumentStatus
    trainee_id: str
    kind: str
    created_at: Instant
    key: str = ""
    sha256: str = ""
    size: int = 0
    content_type: str = ""
    number: int = 0
    reason_code: str = ""
    checked: Verdict | None = None
    issued: date | None = None
    expires: date | None = None
    language: str = ""
    checked_by: str | None = None
    checked_at: Instant | None = None
    check_reason_ref: str | None = None
    check_reason_hash: str | None = None
    scanned_at: Instant | None = None
    opened_by: str | None = None
    opened_at: Instant | None = None

    @property
    def scanning(self) -> bool:
        return self.status is DocumentStatus.SCANNING

    @property
    def stored(self) -> bool:
        return self.status is DocumentStatus.STORED

    @property
    def counts(self) -> bool:
        """A paper that does not count stands as if it had not been uploaded."""
        return self.stored and self.checked != "declined"


def document_status_after(status: str, event: DocumentEvent, role: str) -> DocumentStatus:
    """What a document of this status (`NEW` for one that is not there) becomes by `event` of somebody with `role`.
    Raises as `Machine.fire`."""
    return DocumentStatus(DOCUMENT.fire(status, event, Actor(role)).target)
