"""Host guidelines (H12) as data: what a host asks of trainees, each rule with plain text and a verdict that explains
itself.

Rules are neutral to gender and nationality on purpose: there is no field to write such a rule into (product.md 1d,
"guidelines").
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, timedelta
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from shared.domain.core.instants import say
from shared.domain.documents.rules import DocumentRule, NeededBy, document_name
from shared.domain.trainees.entry_status import is_accepted, nearest
from shared.domain.trainees.trainee import DocumentFact, StepResult, TraineeFacts, TraineeStatus


class Guidelines(BaseModel):
    """Every default means "no such rule". `weeks_*` and `lead_days` are calendar weeks and days; languages are English
    names."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    statuses: tuple[TraineeStatus, ...] = (TraineeStatus.STUDENT, TraineeStatus.GRADUATE)
    step1_required: bool = False
    step2_ck_required: bool = False
    min_graduation_year: int | None = Field(default=None, ge=1950, le=2100)
    languages: tuple[str, ...] = ()
    visa_types: tuple[str, ...] = ()
    documents: tuple[DocumentRule, ...] = ()
    lead_days: int = Field(default=0, ge=0, le=365)
    weeks_min: int | None = Field(default=None, ge=1, le=52)
    weeks_max: int | None = Field(default=None, ge=1, le=52)
    cv_language: str = ""

    @field_validator("visa_types")
    @classmethod
    def _as_trainees_name_them(cls, visas: tuple[str, ...]) -> tuple[str, ...]:
        """What names no way is kept as it is: the linter asks about it."""
        return tuple(str(nearest(visa) or visa) for visa in visas)

    @model_validator(mode="after")
    def _satisfiable(self) -> Guidelines:
        if not self.statuses:
            raise ValueError("statuses: name at least one, or nobody can ever be accepted")
        if self.weeks_min and self.weeks_max and self.weeks_min > self.weeks_max:
            raise ValueError("weeks_min is above weeks_max: no length satisfies both")
        kinds = [rule.kind for rule in self.documents]
        if len(kinds) != len(set(kinds)):
            raise ValueError("documents: each kind may be listed once")
        return self


class GuidelineVerdict(StrEnum):
    MET = "met"
    FAILED = "failed"
    UNKNOWN = "unknown"


class Guideline(BaseModel):
    """One rule in plain words, as the program page lists it."""

    model_config = ConfigDict(frozen=True)
    code: str
    text: str


class GuidelineResult(Guideline):
    """A rule held against one trainee and one start: what we saw, and what would change the verdict ("" when it is
    met)."""

    verdict: GuidelineVerdict
    evidence: str
    would_change: str = ""
    needed_for_approval: bool = True


def describe(guidelines: Guidelines) -> tuple[Guideline, ...]:
    """H12: the rules in plain words, in the order in which `check` answers them."""
    lines: list[tuple[str, str]] = []
    if len(guidelines.statuses) == 1:
        lines.append(("status", f"Takes {guidelines.statuses[0]}s only"))
    if guidelines.step1_required:
        lines.append(("step1", "USMLE Step 1 passed"))
    if guidelines.step2_ck_required:
        lines.append(("step2_ck", "USMLE Step 2 CK passed"))
    if guidelines.min_graduation_year:
        lines.append(("graduation_year", f"Graduated in {guidelines.min_graduation_year} or later, or still studying"))
    if guidelines.languages:
        lines.append(("languages", f"Speaks {_and(guidelines.languages)}"))
    if guidelines.visa_types:
        lines.append(("visa", f"Enters on one of: {', '.join(guidelines.visa_types)}"))
    if guidelines.lead_days:
        lines.append(("lead_days", f"Applies at least {guidelines.lead_days} days before the start"))
    if guidelines.weeks_min or guidelines.weeks_max:
        lines.append(("weeks", f"Stays {_weeks_text(guidelines)}"))
    if guidelines.cv_language:
        lines.append(("cv_language", f"CV written in {guidelines.cv_language}"))
    lines.extend((f"document:{rule.kind}", _document_text(rule)) for rule in guidelines.documents)
    return tuple(Guideline(code=code, text=text) for code, text in lines)


def check(guidelines: Guidelines, facts: TraineeFacts, start: date, weeks: int, today: date) -> list[GuidelineResult]:
    """H12: every guideline with its verdict for a rotation of `weeks` from `start`, seen on `today` (site-local
    dates)."""
    rules = {rule.kind: rule for rule in guidelines.documents}
    results = []
    for line in describe(guidelines):
        if line.code.startswith("document:"):
            rule = rules[line.code.removeprefix("document:")]
            found = _check_document(rule, facts.document(rule.kind), start, start + timedelta(days=7 * weeks - 1))
            by_approval = rule.needed_by is NeededBy.APPROVAL
        else:
            found, by_approval = _check_fact(line.code, guidelines, facts, start, weeks, today), True
        verdict, evidence, would_change = found
        results.append(
            GuidelineResult(
                code=line.code,
                text=line.text,
                verdict=verdict,
                evidence=evidence,
                would_change=would_change,
                needed_for_approval=by_approval,
            )
        )
    return results


def unresolved(results: Iterable[GuidelineResult], overridden: Collection[str] = ()) -> tuple[GuidelineResult, ...]:
    """H12: what stands between a trainee and approval: rules needed by then, not met, and not overridden with a
    reason."""
    met = GuidelineVerdict.MET
    return tuple(
        result
        for result in results
        if result.needed_for_approval and result.verdict is not met and result.code not in overridden
    )


_Found = tuple[GuidelineVerdict, str, str]


def _met(evidence: str) -> _Found:
    return GuidelineVerdict.MET, evidence, ""


def _failed(evidence: str, would_change: str) -> _Found:
    return GuidelineVerdict.FAILED, evidence, would_change


def _unknown(evidence: str, would_change: str) -> _Found:
    return GuidelineVerdict.UNKNOWN, evidence, would_change


def _check_fact(code: str, guidelines: Guidelines, facts: TraineeFacts, start: date, weeks: int, today: date) -> _Found:
    match code:
        case "status":
            return _check_status(guidelines, facts, start)
        case "step1":
            return _check_step("Step 1", facts.step1, facts.step1_verified)
        case "step2_ck":
            return _check_step("Step 2 CK", facts.step2_ck, facts.step2_ck_verified)
        case "graduation_year":
            return _check_graduation(guidelines.min_graduation_year or 0, facts, start)
        case "languages":
            return _check_languages(guidelines.languages, facts)
        case "visa":
            return _check_visa(guidelines.visa_types, facts)
        case "lead_days":
            return _check_lead(guidelines.lead_days, start, today)
        case "weeks":
            return _check_weeks(guidelines, weeks)
        case _:
            return _check_cv_language(guidelines.cv_language, facts)


def _check_status(guidelines: Guidelines, facts: TraineeFacts, start: date) -> _Found:
    status = status_on(facts, start)
    if status in guidelines.statuses:
        return _met(f"A {status} at the start")
    return _failed(f"A {status} at the start", f"Choose a program that takes {status}s")


def status_on(facts: TraineeFacts, day: date) -> TraineeStatus:
    """Policy eligibility.as_of: a student whose expected graduation lies before `day` counts as a graduate on that
    day."""
    if (
        facts.trainee_status is TraineeStatus.STUDENT
        and facts.expected_graduation is not None
        and facts.expected_graduation < day
    ):
        return TraineeStatus.GRADUATE
    return facts.trainee_status


def _check_step(name: str, result: StepResult, verified: bool) -> _Found:
    if result is not StepResult.PASSED:
        return _failed(f"{name} not passed", f"Pass {name} and upload the score report")
    if not verified:
        return _unknown(f"{name} declared as passed, no verified report", f"Upload the {name} score report")
    return _met(f"{name} passed, report verified")


def _check_graduation(minimum: int, facts: TraineeFacts, start: date) -> _Found:
    """Policy eligibility.as_of, as for the status: who is a student today and a graduate at the start has the year
    expected."""
    if status_on(facts, start) is TraineeStatus.STUDENT:
        return _met("Still studying")
    if facts.trainee_status is TraineeStatus.STUDENT and facts.expected_graduation is not None:
        year, evidence = (
            facts.expected_graduation.year,
            f"Graduates on {say(facts.expected_graduation)}, before the start",
        )
        mend = (
            f"Choose a start on or before {say(facts.expected_graduation)}, or a program without a graduation-year "
            "limit"
        )
    elif facts.graduation_year is not None:
        year, evidence = facts.graduation_year, f"Graduated in {facts.graduation_year}"
        mend = "Choose a program without a graduation-year limit"
    else:
        return _unknown("Graduation year not given", "Add your graduation year to your profile")
    return _failed(evidence, mend) if year < minimum else _met(evidence)


def _check_languages(needed: tuple[str, ...], facts: TraineeFacts) -> _Found:
    spoken = {language.casefold() for language in facts.languages}
    if not spoken:
        return _unknown("Languages not given", "Add the languages you speak to your profile")
    missing = [language for language in needed if language.casefold() not in spoken]
    if missing:
        return _failed(
            f"Profile does not list {_and(missing)}", f"If you speak {_and(missing)}, add it to your profile"
        )
    return _met(f"Speaks {_and(facts.languages)}")


def _check_visa(accepted: tuple[str, ...], facts: TraineeFacts) -> _Found:
    if facts.visa_type is None:
        return _unknown("Visa type not given", "Add how you will enter the United States to your profile")
    if not is_accepted(facts.visa_type, accepted):
        return _failed(f"Profile says {facts.enters}", f"Enter on one of: {', '.join(accepted)}")
    return _met(f"Profile says {facts.visa_type}")


def _check_lead(lead_days: int, start: date, today: date) -> _Found:
    left = (start - today).days
    if left < lead_days:
        return _failed(
            f"The start is {left} days away", f"Choose a start on or after {say(today + timedelta(days=lead_days))}"
        )
    return _met(f"The start is {left} days away")


def _check_weeks(guidelines: Guidelines, weeks: int) -> _Found:
    low, high = guidelines.weeks_min or 1, guidelines.weeks_max or 52
    if low <= weeks <= high:
        return _met(f"{weeks} weeks")
    return _failed(f"{weeks} weeks", f"Choose {_weeks_text(guidelines)}")


def _check_cv_language(language: str, facts: TraineeFacts) -> _Found:
    cv = facts.document("cv")
    if cv is None or not cv.language:
        return _unknown("The language of the CV is not recorded", f"Upload a CV in {language}")
    if cv.language.casefold() != language.casefold():
        return _failed(f"The CV is in {cv.language}", f"Upload a CV in {language}")
    return _met(f"The CV is in {cv.language}")


def _check_document(rule: DocumentRule, document: DocumentFact | None, start: date, end: date) -> _Found:
    name = document_name(rule.kind)
    if document is None:
        if rule.needed_by is NeededBy.APPROVAL:
            return _failed("Not uploaded", f"Upload your {name}")
        return _unknown("Not uploaded yet", f"Upload your {name} before the rotation starts")
    if rule.max_age_days is not None:
        if document.issued is None:
            return _unknown("Its date of issue is not recorded", f"Add the date of issue of your {name}")
        if (start - document.issued).days > rule.max_age_days:
            return _failed(
                f"Issued {say(document.issued)}",
                f"Upload one issued on or after {say(start - timedelta(days=rule.max_age_days))}",
            )
    if rule.must_cover:
        if document.expires is None:
            return _unknown("Its expiry date is not recorded", f"Add the expiry date of your {name}")
        if document.expires < end:
            return _failed(f"Expires {say(document.expires)}", f"Upload one that is valid through {say(end)}")
    if not document.accepted:
        return _unknown("Uploaded, not reviewed yet", "Nothing: we review it")
    return _met("Accepted")


def _document_text(rule: DocumentRule) -> str:
    name = document_name(rule.kind)
    parts = [name[0].upper() + name[1:]]
    if rule.max_age_days is not None:
        parts.append(f"not older than {rule.max_age_days} days at the start")
    if rule.must_cover:
        parts.append("valid through the last day")
    parts.append("before approval" if rule.needed_by is NeededBy.APPROVAL else "before the rotation starts")
    return ", ".join(parts)


def _weeks_text(guidelines: Guidelines) -> str:
    low, high = guidelines.weeks_min, guidelines.weeks_max
    if low and high:
        return f"{low} weeks" if low == high else f"{low} to {high} weeks"
    return f"{low} weeks or longer" if low else f"{high} weeks at most"


def _and(words: Iterable[str]) -> str:
    items = list(words)
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"
