"""Guidelines as the workspace takes and shows them. Counts are of past applicants, who are numbers here; instants
UTC."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StringConstraints, ValidationError

from shared.domain.core.instants import Instant
from shared.domain.documents.rules import DocumentRule, NeededBy
from shared.domain.documents.uploads import KINDS
from shared.domain.programs.guideline_lint import Finding
from shared.domain.programs.guideline_simulation import Example, RuleCount
from shared.domain.programs.guidelines import Guideline, Guidelines, describe
from shared.domain.programs.program import ProgramStatus
from shared.domain.trainees.entry_status import VISAS, named
from shared.domain.trainees.trainee import TraineeStatus
from shared.runtime.http.models import Answer, Request
from shared.runtime.http.refusals import invalid
from shared.services.programs.guideline_changes import GuidelineSheet

Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=60)]
Code = Annotated[str, StringConstraints(max_length=41)]
ANY, ROWS = "any", 20
"""What a form sends for "no such limit": an empty field is absent, and the columns of its rows must stay of one
length."""


def _listed(value: Any) -> Any:
    """A form holds one line with commas where JSON holds a list."""
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


Words = Annotated[list[Line], BeforeValidator(_listed), Field(max_length=ROWS)]


Asked = Annotated[Literal[*VISAS], BeforeValidator(named)]  # type: ignore[valid-type]


class GuidelinesRequest(Request):
    """All guidelines of a program; what is left out is no rule. `version` is the one that the change was made from
    (saving asks for it).

    `documents` for programs; a form sends its rows as four columns instead, "any" where there is no limit.
    """

    version: int = Field(0, ge=0, title="Version")
    statuses: list[TraineeStatus] = Field(default=list(TraineeStatus), title="Takes", max_length=4)
    step1_required: bool = Field(False, title="Step 1")
    step2_ck_required: bool = Field(False, title="Step 2 CK")
    min_graduation_year: int | None = Field(None, title="Earliest graduation year", ge=1950, le=2100)
    languages: Words = Field(default=[], title="Languages")
    visa_types: Annotated[list[Asked], BeforeValidator(_listed), Field(max_length=ROWS)] = Field(
        default=[], title="Ways to enter"
    )
    cv_language: Line = Field("", title="Language of the CV")
    lead_days: int = Field(0, title="Days of notice", ge=0, le=365)
    weeks_min: int | None = Field(None, title="Shortest stay", ge=1, le=52)
    weeks_max: int | None = Field(None, title="Longest stay", ge=1, le=52)
    documents: list[DocumentRule] | None = Field(None, title="Documents", max_length=ROWS)
    document_kind: list[Code] = Field(default=[], title="Document", max_length=ROWS)
    document_age: list[Code] = Field(default=[], title="Not older than", max_length=ROWS)
    document_cover: list[Literal["yes", "any"]] = Field(default=[], title="Valid through the last day", max_length=ROWS)
    document_when: list[NeededBy] = Field(default=[], title="Needed", max_length=ROWS)

    def guidelines(self) -> Guidelines:
        """Raises `Invalid` with the field to change."""
        columns = {"version", "documents", "document_kind", "document_age", "document_cover", "document_when"}
        try:
            rules = list(self._rows()) if self.documents is None else self.documents
            return Guidelines.model_validate({**self.model_dump(exclude=columns), "documents": rules})
        except ValidationError as error:
            raise invalid([{**entry, "loc": (_field(entry),)} for entry in error.errors()]) from None

    def _rows(self) -> Iterator[dict[str, Any]]:
        for number, kind in enumerate(self.document_kind):
            if kind != ANY:
                age = _at(self.document_age, number)
                yield {
                    "kind": kind,
                    "max_age_days": None if age == ANY else age,
                    "must_cover": _at(self.document_cover, number) == "yes",
                    "needed_by": _at(self.document_when, number, NeededBy.CLEARANCE),
                }


def _at(column: list[Any], number: int, other: Any = ANY) -> Any:
    return column[number] if number < len(column) else other


def _field(entry: Any) -> str:
    """The form's field that a refusal of `Guidelines` is about; rules between fields begin with the name of the
    first."""
    where = (
        str(entry["loc"][0]) if entry["loc"] else str(entry["msg"]).removeprefix("Value error, ").split()[0].rstrip(":")
    )
    return where if where in Guidelines.model_fields else "documents"


class GuidelinesView(Answer):
    """`guidelines` are those in the form, `in_force` the program's, in plain words. Of the `applicants` of the last 365
    days the first would accept `accepted`, `to_show` of them after a document or an answer; `accepted_now` is what the
    present ones accept. `previewed`: the answer is to a trial; `saved`: it follows a change. `kinds` are (code, name)
    of every document that can be asked for, `visas` the ways to enter."""

    program_id: str
    program_name: str
    host_id: str
    status: ProgramStatus
    zone: str
    weeks_min: int
    weeks_max: int
    version: int
    changed_at: Instant | None
    guidelines: Guidelines
    in_force: tuple[Guideline, ...]
    applicants: int
    accepted: int
    to_show: int
    refused: int
    accepted_now: int
    newly_refused: int
    newly_accepted: int
    by_rule: tuple[RuleCount, ...]
    examples: tuple[Example, ...]
    findings: tuple[Finding, ...]
    kinds: tuple[tuple[str, str], ...] = tuple((code, kind.name) for code, kind in KINDS.items())
    visas: tuple[str, ...] = VISAS
    previewed: bool = False
    saved: bool = False

    @classmethod
    def of(cls, sheet: GuidelineSheet, previewed: bool = False, saved: bool = False) -> GuidelinesView:
        program, after = sheet.program, sheet.change.after
        return cls(
            program_id=program.id,
            program_name=program.name,
            host_id=program.host_id,
            status=program.status,
            zone=program.place.zone,
            weeks_min=program.weeks_min,
            weeks_max=program.weeks_max,
            version=sheet.version,
            changed_at=sheet.changed_at,
            guidelines=sheet.proposed,
            in_force=describe(program.guidelines),
            applicants=after.applicants,
            accepted=after.accepted,
            to_show=after.to_show,
            refused=after.refused,
            accepted_now=sheet.change.before.accepted,
            newly_refused=sheet.change.newly_refused,
            newly_accepted=sheet.change.newly_accepted,
            by_rule=after.by_rule,
            examples=after.examples,
            findings=sheet.findings,
            previewed=previewed,
            saved=saved,
        )
