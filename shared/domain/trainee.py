"""What eligibility and guidelines need to know about a trainee. No name, address or contact is part of it: those are erasable items."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, field_validator

from shared.domain.ways_to_enter import Way, nearest


class TraineeStatus(StrEnum):
    """T01, T06: international medical students and graduates, nobody else."""

    STUDENT = "student"
    GRADUATE = "graduate"


class StepResult(StrEnum):
    """Outcome of a USMLE step. Pass or fail is all that counts (Step 1 has no score since 2022-01-26)."""

    NOT_PASSED = "not_passed"
    PASSED = "passed"


class DocumentFact(BaseModel):
    """One document of the trainee: its kind, dates printed on it, and whether staff accepted it. `language` is an English name or ""."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    kind: str
    accepted: bool = False
    issued: date | None = None
    expires: date | None = None
    language: str = ""


class TraineeFacts(BaseModel):
    """T01: the profile as rules see it. A step is *verified* when staff accepted the score report, else it is only declared.

    `visa_type` is a `Way`; free text of older profiles is read as the nearest one, else as "Other".
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
    school: str = ""
    country: str = ""
    documents: tuple[DocumentFact, ...] = ()

    @field_validator("visa_type")
    @classmethod
    def _one_of_the_ways(cls, text: str | None) -> str | None:
        return (nearest(text) or Way.OTHER).value if text and text.strip() else None

    def document(self, kind: str) -> DocumentFact | None:
        """The newest entry of that kind, the last one listed; None when there is none."""
        return next((entry for entry in reversed(self.documents) if entry.kind == kind), None)
