"""Who may do which kind of rotation (T07-T09), explained: each verdict names its reasons and what would change it.

Judged for the start date (policy eligibility.as_of): a student who graduates before the start is treated as a graduate,
and warned early. Eligibility is the operator's rule and blocks; visa fit is advice and is not decided here.
"""

from __future__ import annotations

from datetime import date

from pydantic import BaseModel, ConfigDict

from shared.domain.core.calendar import add_months
from shared.domain.core.instants import say
from shared.domain.programs.guidelines import status_on
from shared.domain.programs.program import ExperienceType
from shared.domain.trainees.trainee import StepResult, TraineeFacts, TraineeStatus


class Reason(BaseModel):
    """`requirement` is the rule's id ("T07"); `would_change` is "" when there is nothing to change."""

    model_config = ConfigDict(frozen=True)
    code: str
    requirement: str
    text: str
    would_change: str = ""


class Verdict(BaseModel):
    """`allowed` follows from `reasons`; `warnings` never block."""

    model_config = ConfigDict(frozen=True)
    experience_type: ExperienceType
    allowed: bool
    reasons: tuple[Reason, ...]
    warnings: tuple[Reason, ...] = ()


def explain(facts: TraineeFacts, experience_type: ExperienceType, start: date, today: date) -> Verdict:
    """T07-T09 for a rotation from `start`, seen on `today` (dates at the program's site)."""
    allowed, reason = _decide(facts, experience_type, start)
    warnings = [*_graduation_warnings(facts, start, today)]
    if allowed and approval_gaps(facts, experience_type, start):
        warnings.append(_proof_warning())
    if advice := lead_time_advice(start, today):
        warnings.append(advice)
    return Verdict(experience_type=experience_type, allowed=allowed, reasons=(reason,), warnings=tuple(warnings))


def for_all_types(facts: TraineeFacts, start: date, today: date) -> tuple[Verdict, ...]:
    """T10: one verdict per experience type, so that a page can say which ones are open before a search."""
    return tuple(explain(facts, kind, start, today) for kind in ExperienceType)


def approval_gaps(facts: TraineeFacts, experience_type: ExperienceType, start: date) -> tuple[Reason, ...]:
    """Policy step1.proof: what is still missing before staff may approve. A declared Step 1 lets a graduate apply, not
    be approved."""
    needs_proof = experience_type is ExperienceType.HANDS_ON and status_on(facts, start) is TraineeStatus.GRADUATE
    if needs_proof and not (facts.step1 is StepResult.PASSED and facts.step1_verified):
        return (
            Reason(
                code="step1_not_verified",
                requirement="T09",
                text="A graduate's hands-on rotation needs a verified Step 1 score report before it is approved.",
                would_change="Upload your Step 1 score report; we check it.",
            ),
        )
    return ()


def lead_time_advice(start: date, today: date, months: int = 3) -> Reason | None:
    """T13: a start less than three months away gets a warning, never a block. Exactly three months is enough."""
    early = add_months(today, months)
    if start >= early:
        return None
    return Reason(
        code="short_notice",
        requirement="T13",
        text=f"The start is less than {months} months away: a visa and travel may take longer.",
        would_change=f"A start on or after {say(early)} leaves enough time.",
    )


def _decide(facts: TraineeFacts, experience_type: ExperienceType, start: date) -> tuple[bool, Reason]:
    hands_on = experience_type is ExperienceType.HANDS_ON
    if status_on(facts, start) is TraineeStatus.STUDENT:
        return _student(hands_on, facts)
    return _graduate(hands_on, facts.step1 is StepResult.PASSED)


def _student(hands_on: bool, facts: TraineeFacts) -> tuple[bool, Reason]:
    if hands_on:
        return True, Reason(code="student_hands_on", requirement="T07", text="Students may do hands-on rotations.")
    when = (
        ""
        if facts.expected_graduation
        else " If you graduate before the start, add your expected graduation to your profile."
    )
    return False, Reason(
        code="student_no_observership",
        requirement="T07",
        text="Students may do hands-on rotations only; observerships are for graduates.",
        would_change=f"Choose a hands-on rotation, or start after you have graduated.{when}",
    )


def _graduate(hands_on: bool, step1_passed: bool) -> tuple[bool, Reason]:
    if step1_passed:
        kind = "hands-on rotations" if hands_on else "observerships"
        return True, Reason(
            code="graduate_step1", requirement="T09", text=f"Graduates who passed Step 1 may do {kind}."
        )
    if not hands_on:
        return True, Reason(
            code="graduate_observership", requirement="T08", text="Graduates may do observerships without Step 1."
        )
    return False, Reason(
        code="graduate_needs_step1",
        requirement="T08",
        text="Graduates need Step 1 passed for a hands-on rotation; without it, observerships are open.",
        would_change="Choose an observership, or pass Step 1 and add it to your profile.",
    )


def _graduation_warnings(facts: TraineeFacts, start: date, today: date) -> list[Reason]:
    graduation = facts.expected_graduation
    if facts.trainee_status is not TraineeStatus.STUDENT or graduation is None or graduation >= start:
        return []
    if graduation < today:
        text = f"Your profile says student, but your expected graduation, {say(graduation)}, has passed."
        return [Reason(code="graduation_passed", requirement="T06", text=text, would_change="Update your profile.")]
    text = f"You expect to graduate on {say(graduation)}, before this start: the rules for graduates apply."
    return [
        Reason(
            code="graduates_before_start",
            requirement="T06",
            text=text,
            would_change="A start on or before that day keeps student rules.",
        )
    ]


def _proof_warning() -> Reason:
    return Reason(
        code="step1_proof_needed",
        requirement="T09",
        text="You may apply now; approval needs your verified Step 1 score report.",
        would_change="Upload the score report to save time.",
    )
