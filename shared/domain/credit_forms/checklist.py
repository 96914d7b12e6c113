"""What a school asks, line by line. A line is computed from the answers where that is possible, and marked as computed;
no line says yes because nobody answered."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

from shared.domain.core.errors import Invalid
from shared.domain.credit_forms.form import CreditForm, Line
from shared.domain.credit_forms.signing import Capacity
from shared.domain.credit_forms.texts import line as one_line
from shared.domain.programs.program import ExperienceType

if TYPE_CHECKING:
    from shared.domain.credit_forms.content import Answers

WORDS_LONGEST = 200
CODES: Mapping[str, str] = {
    "weeks_min": "At least {n} weeks",
    "hours_min": "At least {n} hours a week",
    "structured_min": "At least {n} structured hours a week",
    "teaching_min": "At least {n} hours of teaching a week",
    "patients_half": "At least half of the time with patients",
    "hands_on": "Hands-on, not only observing",
    "physician_signs": "Signed by the supervising physician",
    "board": "Board-certified supervisor",
    "license": "Supervisor's license valid to the end",
    "residency_same": "A residency in this specialty at the site",
    "affiliated": "Affiliated with a medical school",
    "schedule": "A weekly schedule",
    "objectives": "Learning objectives",
    "midpoint": "Feedback at the midpoint",
    "narrative": "A narrative assessment",
    "evaluation_by": "Evaluation within {n} days of the end",
    "agreement": "An agreement between school and site",
    "liability": "Liability cover by the site",
    "not_relative": "Supervisor not related to the student",
    "emergency": "Emergency care on site",
    "seal": "A university's seal",
    "words": "",
}
COUNTED = ("weeks_min", "hours_min", "structured_min", "teaching_min", "evaluation_by")
"""Codes with a number."""


class Verdict(StrEnum):
    YES = "yes"
    PARTLY = "partly"
    NO = "no"


class LineAnswer(BaseModel):
    """The host's own answer to a line; None leaves it to what is computed."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    verdict: Verdict | None = None
    words: str = ""


class Read(BaseModel):
    """A line as the form shows it. `computed`: not said by the host, but by its other answers or by what Rota has."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    line: Line
    verdict: Verdict | None
    words: str
    computed: bool

    @property
    def wants_words(self) -> bool:
        return self.verdict is Verdict.PARTLY or (self.verdict is Verdict.NO and self.line.must)


def said(line: Line, words: str = "") -> str:
    """A line in words: the code's, and the school's own behind it."""
    own = CODES[line.code].format(n=line.number)
    return f"{own}: {words}" if own and words else own or words


def checked_lines(lines: Sequence[Line], words: Sequence[str], most: int) -> tuple[tuple[Line, ...], tuple[str, ...]]:
    """Lines and their words as the request keeps them. Raises `Invalid` (field "lines")."""
    if len(lines) > most:
        raise Invalid(f"A checklist has at most {most} lines.", "Put lines together.", field="lines")
    own = tuple(one_line(one, WORDS_LONGEST, "lines", "A line") for one in words)
    for line, text in zip(lines, own, strict=True):
        if line.code not in CODES:
            raise Invalid(f"There is no requirement {line.code!r}.", "Choose one of the list.", field="lines")
        if (line.code in COUNTED) != (line.number is not None) or (line.number or 0) < 0:
            raise Invalid(
                "A line counts something and has no number, or the other way round.", "Say how many.", field="lines"
            )
        if line.code == "words" and not text:
            raise Invalid(
                "A line of its own needs words.", "Write what the school asks, or leave it out.", field="lines"
            )
    return tuple(lines), own


def read_lines(form: CreditForm, answers: Answers, capacity: Capacity | None = None) -> tuple[Read, ...]:
    """Every line with the host's answer, or what is computed."""
    found = []
    for index, line in enumerate(form.lines):
        given = answers.lines[index] if index < len(answers.lines) else LineAnswer()
        verdict = given.verdict or _computed(line, form, answers, capacity)
        found.append(Read(line=line, verdict=verdict, words=given.words, computed=given.verdict is None))
    return tuple(found)


def _computed(line: Line, form: CreditForm, answers: Answers, capacity: Capacity | None) -> Verdict | None:
    if line.code == "physician_signs":
        return None if capacity is None else _yes(capacity is Capacity.PHYSICIAN)
    rule = _RULES.get(line.code)
    return rule(line.number or 0, form, answers) if rule else None


def _yes(value: bool | None) -> Verdict | None:
    return None if value is None else (Verdict.YES if value else Verdict.NO)


def _least(have: int | None, wanted: int) -> Verdict | None:
    return None if have is None else _yes(have >= wanted)


def _given(text: str) -> Verdict | None:
    """A text that is there answers the line; one that is not says nothing."""
    return Verdict.YES if text else None


_BOARD = {"certified": Verdict.YES, "eligible": Verdict.PARTLY, "neither": Verdict.NO}
_RULES: Mapping[str, Callable[[int, CreditForm, Answers], Verdict | None]] = {
    "weeks_min": lambda n, form, _: _least(form.weeks, n),
    "hands_on": lambda _, form, __: _yes(form.experience_type is ExperienceType.HANDS_ON),
    "hours_min": lambda n, _, said: _least(said.hours_week, n),
    "structured_min": lambda n, _, said: _least(said.structured_hours, n),
    "teaching_min": lambda n, _, said: _least(said.teaching_hours, n),
    "patients_half": lambda _, __, said: _yes(said.patient_time in ("most", "half") if said.patient_time else None),
    "board": lambda _, __, said: _BOARD.get(said.board or ""),
    "license": lambda _, form, said: _yes(said.license_until >= form.end if said.license_until else None),
    "residency_same": lambda _, __, said: _yes(said.residency),
    "affiliated": lambda _, __, said: _given(said.medical_school),
    "schedule": lambda _, __, said: _given(said.schedule),
    "objectives": lambda _, __, said: _given(said.objectives),
    "midpoint": lambda _, __, said: _yes(said.midpoint),
    "evaluation_by": lambda n, form, said: _yes(
        said.evaluation_by <= form.end + timedelta(days=n) if said.evaluation_by else None
    ),
    "agreement": lambda _, __, said: _yes(said.agreement == "in_place" if said.agreement else None),
    "liability": lambda _, __, said: _yes(said.liability == "covered" if said.liability else None),
    "not_relative": lambda _, __, said: _yes(said.not_relative),
    "emergency": lambda _, __, said: _given(said.emergency_care),
}
"""No rule: `narrative`, `seal` and `words` are the host's alone."""
