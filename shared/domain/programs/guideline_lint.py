"""What is wrong with a program's guidelines before they go live (state machine "publish": guidelines lint clean; host
screen 8).

An error is a rule that nobody can ever meet, or that says the same thing twice; a program with one is not published. A
warning is a rule that works, though hardly as it was meant. Pure: the day, the policy and the past applicants are
given.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from shared.domain.core.errors import Invalid
from shared.domain.core.policy import Policy
from shared.domain.documents.rules import DocumentRule, NeededBy, document_name
from shared.domain.documents.uploads import KINDS
from shared.domain.programs.guideline_simulation import Simulation
from shared.domain.programs.guidelines import Guidelines
from shared.domain.programs.program import ExperienceType, Program
from shared.domain.trainees.entry_status import VISAS
from shared.domain.trainees.trainee import TraineeStatus

OLDEST_GRADUATE = 50
"""Years: a graduation year further back refuses nobody who applies."""
ENOUGH, MOST = 5, 50
"""From how many applicants on a share says anything, and the percent refused from which on it is worth a warning."""


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Finding(BaseModel):
    """`field` names the field of `Guidelines` to look at; `text` says what is wrong, `would_change` what would mend
    it."""

    model_config = ConfigDict(frozen=True)
    code: str
    severity: Severity
    field: str
    text: str
    would_change: str


def lint(
    program: Program, guidelines: Guidelines, today: date, policy: Policy, past: Simulation | None = None
) -> tuple[Finding, ...]:
    """H12: every finding about `guidelines` at `program`, errors first. `past` is what they would have meant for past
    applicants."""
    found = [
        *_statuses(program, guidelines),
        *_steps(program, guidelines),
        *_graduation(guidelines, today),
        *_lengths(program, guidelines),
        *_words(guidelines),
        *_documents(guidelines, policy),
        *(_applicants(past) if past else ()),
    ]
    order = list(Severity)
    return tuple(sorted(found, key=lambda finding: order.index(finding.severity)))


def require_clean(program: Program, guidelines: Guidelines, today: date, policy: Policy) -> None:
    """The guard of `publish`. Raises `Invalid` with every error as `fields`."""
    errors = [finding for finding in lint(program, guidelines, today, policy) if finding.severity is Severity.ERROR]
    if errors:
        raise Invalid(
            "; ".join(finding.text for finding in errors),
            "; ".join(dict.fromkeys(finding.would_change for finding in errors)),
            field=errors[0].field,
            codes=[finding.code for finding in errors],
            fields=[
                {"field": finding.field, "message": f"{finding.text} {finding.would_change}"} for finding in errors
            ],
        )


def _error(code: str, field: str, text: str, would_change: str) -> Finding:
    return Finding(code=code, severity=Severity.ERROR, field=field, text=text, would_change=would_change)


def _warning(code: str, field: str, text: str, would_change: str) -> Finding:
    return Finding(code=code, severity=Severity.WARNING, field=field, text=text, would_change=would_change)


def _note(code: str, field: str, text: str, would_change: str) -> Finding:
    return Finding(code=code, severity=Severity.NOTE, field=field, text=text, would_change=would_change)


def _statuses(program: Program, guidelines: Guidelines) -> Iterator[Finding]:
    """T07: students do hands-on only, so a program of observerships can take graduates only."""
    statuses, types = guidelines.statuses, program.experience_types
    if len(statuses) != len(set(statuses)):
        yield _error("duplicate_status", "statuses", "The same status is named twice.", "Name each status once.")
    if ExperienceType.OBSERVERSHIP not in types or TraineeStatus.STUDENT not in statuses:
        return
    only_students, only_observing = (
        set(statuses) == {TraineeStatus.STUDENT},
        set(types) == {ExperienceType.OBSERVERSHIP},
    )
    if only_students and only_observing:
        yield _error(
            "students_cannot_observe",
            "statuses",
            "Nobody can be accepted: observerships are all there is, and students may not do them.",
            "Take graduates, or offer hands-on rotations.",
        )
    elif only_students:
        yield _warning(
            "observership_unreachable",
            "statuses",
            "Nobody can do the observership: students may do hands-on rotations only.",
            "Take graduates too, or offer hands-on rotations only.",
        )
    elif only_observing:
        yield _note(
            "students_not_open",
            "statuses",
            "Students are named, though observerships are for graduates only.",
            "Name graduates only.",
        )


def _steps(program: Program, guidelines: Guidelines) -> Iterator[Finding]:
    """T09 asks graduates for Step 1 before hands-on in any case."""
    hands_on_only = set(program.experience_types) == {ExperienceType.HANDS_ON}
    if guidelines.step1_required and hands_on_only and set(guidelines.statuses) == {TraineeStatus.GRADUATE}:
        yield _note(
            "step1_implied",
            "step1_required",
            "We ask graduates for Step 1 before any hands-on rotation.",
            "The rule can go; nothing changes.",
        )


def _graduation(guidelines: Guidelines, today: date) -> Iterator[Finding]:
    year, field = guidelines.min_graduation_year, "min_graduation_year"
    if year is None:
        return
    graduates = TraineeStatus.GRADUATE in guidelines.statuses
    if not graduates:
        yield _warning(
            "graduation_year_idle",
            field,
            "The graduation year is never looked at: only students are taken.",
            "Drop the year, or take graduates too.",
        )
    elif year > today.year and set(guidelines.statuses) == {TraineeStatus.GRADUATE}:
        yield _error(
            "graduation_in_future", field, f"Nobody has graduated in {year} yet.", f"Choose {today.year} or earlier."
        )
    elif year > today.year:
        yield _warning(
            "graduates_refused",
            field,
            f"Every graduate is refused: nobody has graduated in {year} yet.",
            f"Choose {today.year} or earlier, or take students only.",
        )
    elif year <= today.year - OLDEST_GRADUATE:
        yield _warning(
            "graduation_year_idle",
            field,
            f"Hardly anybody graduated before {year}: the rule refuses no one.",
            "Drop the year.",
        )


def _lengths(program: Program, guidelines: Guidelines) -> Iterator[Finding]:
    low, high = guidelines.weeks_min or 1, guidelines.weeks_max or 52
    if guidelines.weeks_min is None and guidelines.weeks_max is None:
        return
    field = "weeks_min" if guidelines.weeks_min is not None else "weeks_max"
    offered = (
        f"{program.weeks_min} to {program.weeks_max} weeks"
        if program.weeks_max > program.weeks_min
        else f"{program.weeks_min} weeks"
    )
    if high < program.weeks_min or low > program.weeks_max:
        yield _error(
            "no_length_left",
            field,
            f"Nobody can be accepted: the program offers {offered}, and none of that is within the guidelines.",
            "Choose lengths that the program offers.",
        )
    elif low > program.weeks_min or high < program.weeks_max:
        yield _warning(
            "lengths_refused",
            field,
            f"The program offers {offered}, but only {max(low, program.weeks_min)} to {min(high, program.weeks_max)} "
            "are accepted.",
            "Let the program offer what is accepted, so that nobody applies in vain.",
        )
    else:
        yield _note(
            "lengths_idle", field, f"The rule refuses nothing: the program offers {offered} anyway.", "The rule can go."
        )


def _words(guidelines: Guidelines) -> Iterator[Finding]:
    for field, what, words in (
        ("languages", "language", guidelines.languages),
        ("visa_types", "way to enter", guidelines.visa_types),
    ):
        for twice in _repeated(words):
            yield _error(
                f"duplicate_{what.replace(' ', '_')}", field, f"“{twice}” is named twice.", f"Name each {what} once."
            )
        if any(not word.strip() for word in words):
            yield _error(
                f"empty_{what.replace(' ', '_')}", field, f"A {what} has no name.", "Write it, or take it out."
            )
    for visa in guidelines.visa_types:
        if visa.strip() and visa not in VISAS:
            yield _warning(
                "unfamiliar_visa",
                "visa_types",
                f"“{visa}” is not a way to enter that trainees can choose, so nobody meets it.",
                f"Choose from {', '.join(VISAS)}.",
            )


def _documents(guidelines: Guidelines, policy: Policy) -> Iterator[Finding]:
    for rule in guidelines.documents:
        if rule.kind not in KINDS:
            yield _error(
                "unknown_document",
                "documents",
                f"Nobody can upload “{document_name(rule.kind)}”: there is no such kind of document.",
                "Choose a kind from the list.",
            )
        elif rule.kind == "cv" and rule.max_age_days is None and not rule.must_cover:
            yield _note(
                "cv_implied", "documents", "Every application comes with a CV.", "The rule can go; nothing changes."
            )
        yield from _freshness(rule, guidelines.lead_days, policy)


def _freshness(rule: DocumentRule, lead_days: int, policy: Policy) -> Iterator[Finding]:
    """A document that must be young at the start and there before approval, while everybody is approved long before the
    start."""
    if rule.max_age_days is None or rule.needed_by is not NeededBy.APPROVAL:
        return
    name, longest_review = document_name(rule.kind), policy.review.reply_days + policy.host.decide_days
    if rule.max_age_days < lead_days - longest_review:
        yield _error(
            "never_fresh",
            "documents",
            f"No {name} can be approved: it may be {rule.max_age_days} days old at the start, but whoever applies in "
            "time is decided on "
            f"{lead_days - longest_review} or more days before the start.",
            "Ask for it before the rotation starts instead, or let it be older.",
        )
    elif rule.max_age_days < policy.money.balance_days:
        yield _warning(
            "fresh_only_late",
            "documents",
            f"A {name} that is {rule.max_age_days} days old at most at the start can be shown before approval by late "
            "applicants only.",
            "Ask for it before the rotation starts instead.",
        )


def _applicants(past: Simulation) -> Iterator[Finding]:
    if past.applicants < ENOUGH or past.percent_refused < MOST:
        return
    strictest = past.by_rule[0]
    yield _warning(
        "refuses_most",
        _field(strictest.code),
        f"Would refuse {past.percent_refused} % of last year's applicants: {past.refused} of {past.applicants}.",
        f"“{strictest.text}” refuses {strictest.refused} of them; without it, {strictest.alone} more would be "
        "accepted.",
    )


def _field(code: str) -> str:
    """The field of `Guidelines` that a rule's code comes from."""
    return {
        "status": "statuses",
        "step1": "step1_required",
        "step2_ck": "step2_ck_required",
        "graduation_year": "min_graduation_year",
        "visa": "visa_types",
        "weeks": "weeks_min",
    }.get(code, code)


def _repeated(words: Iterable[str]) -> list[str]:
    seen: set[str] = set()
    return [word for word in words if word.casefold() in seen or seen.add(word.casefold())]  # type: ignore[func-returns-value]
