"""Guidelines held against past applicants (H12, host screen 8): "would have accepted 31 of 40", and which rule refuses
most.

Pure and deterministic; an applicant is a number here, never a name. A document is never counted as a refusal: who lacks
one, or has one that is too old, can still bring another, so such an applicant is accepted with something to show.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from pydantic import BaseModel, ConfigDict

from shared.domain.programs.guidelines import Guideline, GuidelineResult, Guidelines, GuidelineVerdict, check, describe
from shared.domain.programs.program import ExperienceType
from shared.domain.trainees.trainee import TraineeFacts

EXAMPLES = 5


class Applicant(BaseModel):
    """One past application as it was when it was sent: `seen_on` is that day at the site, `start` a Monday, `weeks`
    calendar weeks."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    start: date
    weeks: int
    seen_on: date
    experience_type: ExperienceType
    facts: TraineeFacts


class RuleCount(Guideline):
    """How many this rule refuses, and how many of them nothing but this rule refuses: dropping it lets those in."""

    refused: int
    alone: int


class Example(BaseModel):
    """The `number`th applicant, counted from the oldest, and the rules that refuse them."""

    model_config = ConfigDict(frozen=True)
    number: int
    rules: tuple[str, ...]


class Simulation(BaseModel):
    """`accepted` + `refused` = `applicants`; `to_show` of the accepted lacked a document or an answer when they
    applied.

    `by_rule` has the rules that refuse anybody, the strictest first; `examples` the first few who are refused.
    """

    model_config = ConfigDict(frozen=True)
    applicants: int
    accepted: int
    to_show: int
    refused: int
    by_rule: tuple[RuleCount, ...]
    examples: tuple[Example, ...]

    @property
    def percent_refused(self) -> int:
        """Whole percent, rounded down: 100 means everybody."""
        return 100 * self.refused // self.applicants if self.applicants else 0


class Change(BaseModel):
    """What new guidelines would have meant next to those in force."""

    model_config = ConfigDict(frozen=True)
    before: Simulation
    after: Simulation
    newly_refused: int
    newly_accepted: int


def simulate(guidelines: Guidelines, applicants: Sequence[Applicant]) -> Simulation:
    """Every applicant against every rule, each seen on the day on which they applied."""
    results = [check(guidelines, one.facts, one.start, one.weeks, one.seen_on) for one in applicants]
    refusing = [tuple(result.code for result in found if _refuses(result)) for found in results]
    unmet = [
        any(result.verdict is not GuidelineVerdict.MET and result.needed_for_approval for result in found)
        for found in results
    ]
    texts = {line.code: line.text for line in describe(guidelines)}
    counts = [
        RuleCount(
            code=code,
            text=text,
            refused=sum(code in codes for codes in refusing),
            alone=sum(codes == (code,) for codes in refusing),
        )
        for code, text in texts.items()
    ]
    examples = [
        Example(number=number, rules=tuple(texts[code] for code in codes))
        for number, codes in enumerate(refusing, start=1)
        if codes
    ]
    refused = len(examples)
    return Simulation(
        applicants=len(applicants),
        accepted=len(applicants) - refused,
        to_show=sum(open_ and not codes for open_, codes in zip(unmet, refusing, strict=True)),
        refused=refused,
        by_rule=tuple(sorted((one for one in counts if one.refused), key=lambda one: (-one.refused, -one.alone))),
        examples=tuple(examples[:EXAMPLES]),
    )


def compare(before: Guidelines, after: Guidelines, applicants: Sequence[Applicant]) -> Change:
    """The rules in force and the ones proposed, and who would have got another answer."""
    pairs = [(_accepts(before, one), _accepts(after, one)) for one in applicants]
    return Change(
        before=simulate(before, applicants),
        after=simulate(after, applicants),
        newly_refused=sum(was and not now for was, now in pairs),
        newly_accepted=sum(now and not was for was, now in pairs),
    )


def _accepts(guidelines: Guidelines, one: Applicant) -> bool:
    return not any(_refuses(result) for result in check(guidelines, one.facts, one.start, one.weeks, one.seen_on))


def _refuses(result: GuidelineResult) -> bool:
    return result.verdict is GuidelineVerdict.FAILED and not result.code.startswith("document:")
