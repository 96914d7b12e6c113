"""What a host asks of a document, as data: its kind, its age, what it must cover, and by when it is needed."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

_ACRONYMS = {
    "cv": "CV",
    "tb": "TB",
    "bls": "BLS",
    "acls": "ACLS",
    "mspe": "MSPE",
    "usmle": "USMLE",
    "ecfmg": "ECFMG",
    "hipaa": "HIPAA",
}


class NeededBy(StrEnum):
    """When a document must be there: before staff approve, or before the rotation is cleared to start."""

    APPROVAL = "approval"
    CLEARANCE = "clearance"


class DocumentRule(BaseModel):
    """A document the host asks for. `max_age_days` counts back from the start; `must_cover` means valid through the
    last day."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    kind: str = Field(pattern=r"^[a-z][a-z0-9_]{1,40}$")
    max_age_days: int | None = Field(default=None, ge=1, le=3650)
    must_cover: bool = False
    needed_by: NeededBy = NeededBy.CLEARANCE


def document_name(kind: str) -> str:
    """A document kind in plain words, acronyms in capitals: tb_test -> "TB test"."""
    return " ".join(_ACRONYMS.get(word, word) for word in kind.split("_"))
