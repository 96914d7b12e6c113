"""What eligibility and guidelines need to know about a trainee. No name, address or contact is part of it: those are
erasable items."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, field_validator, model_validator

from shared.domain.trainees.entry_status import EntryStatus, nearest


class TraineeStatus(StrEnum):
    """T01, T06: international medical students and graduates, nobody else."""

    STUDENT = "student"
    GRADUATE = "graduate"


class StepResult(StrEnum):
    """Outcome of a USMLE step. Pass or fail is all that counts (Step 1 has no score since 2022-01-26)."""

    NOT_PASSED = "not_passed"
    PASSED = "passed"


class DocumentFact(BaseModel):
    """One document of the trainee: its kind, dates printed on it, and whether staff accepted it. `language` is an
    English name or ""."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    kind: str
    accepted: bool = False
    issued: date | None = None
    expires: date | None = None
    language: str = ""


class TraineeFacts(BaseModel):
    """T01: the profile as rules see it. A step is *verified* when staff accepted the score report, else it is only
    declared.

    `visa_type` is an `EntryStatus`; free text of older profiles is read as the one that it names, else as "Other", and
    stays in `visa_words`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    trainee_status: TraineeStatus
    step1: StepResult = StepResult.NOT_PASSED
    step1_verified: bool = False
    step2_ck: StepResult = StepResult.NOT_PASSED
    step2_ck_verified: bool = False
    expected_graduation: date | None = None
    graduation_year: int | None = None
    languages: tuple[str, ...] = ()
    visa_type: str | None = None
    visa_words: str = ""
    school: str = ""
    country: str = ""
    documents: tuple[DocumentFact, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _own_words(cls, given: Any) -> Any:
        text = given.get("visa_type") if isinstance(given, Mapping) else None
        if not isinstance(text, str) or nearest(text) is EntryStatus.OTHER:
            return given
        return {**given, "visa_words": "" if nearest(text) else text.strip()}

    @field_validator("visa_type")
    @classmethod
    def _one_of_the_ways(cls, text: str | None) -> str | None:
        return (nearest(text) or EntryStatus.OTHER).value if text and text.strip() else None

    @property
    def enters(self) -> str:
        """How a page says it: the way, with the words that could not be read as one; empty when neither is given."""
        return ": ".join(part for part in (self.visa_type, self.visa_words) if part)

    def document(self, kind: str) -> DocumentFact | None:
        """The newest entry of that kind, the last one listed; None when there is none."""
        return next((entry for entry in reversed(self.documents) if entry.kind == kind), None)
