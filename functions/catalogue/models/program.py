"""One program and what it costs. Nothing private to a host (stipend, coordinator, contacts) is part of any of it."""

from __future__ import annotations

from datetime import date

from pydantic import ConfigDict, Field

from shared.domain.applications.eligibility import Reason, Verdict
from shared.domain.core.policy import CURRENT
from shared.domain.money.fees import CancelledBy, Quote, refund_if_cancelled
from shared.domain.programs import specialties
from shared.domain.programs.dated_facts import Fact, visa_advice
from shared.domain.programs.guidelines import Guideline, GuidelineResult
from shared.domain.programs.program import ExperienceType, HostKind, Place, Program, ReviewMode
from shared.domain.programs.response_times import AnswerTimes
from shared.domain.programs.states import state_name
from shared.domain.seats.seats import FreeStart
from shared.runtime.http.models import LateAnswer, Request
from shared.services.search.browsing import Sheet


class WhatIf(Request):
    """A Monday, a length, and the day at the site on which the seat would be reserved (today when left out)."""

    model_config = ConfigDict(frozen=True)
    start: date | None = Field(default=None, title="Start")
    weeks: int | None = Field(default=None, ge=1, le=52, title="Weeks")
    pay_on: date | None = Field(default=None, title="Reserved on")


# --- one program ------------------------------------------------------------------------------------------------------
class ProgramView(LateAnswer):
    """A program as anybody may see it; cents for four weeks."""

    id: str
    name: str
    host_kind: HostKind
    setting: str
    summary: str
    specialty: str
    specialty_name: str
    experience_types: tuple[ExperienceType, ...]
    place: Place
    state_name: str
    price_4w_cents: int
    weeks_min: int
    weeks_max: int
    review_mode: ReviewMode
    credit_friendly: bool
    letter_possible: bool
    required_documents: tuple[str, ...]

    @classmethod
    def of(cls, program: Program) -> ProgramView:
        shown = program.model_dump(include=set(cls.model_fields) - {"specialty_name", "state_name"})
        return cls(
            **shown, specialty_name=specialties.name_of(program.specialty), state_name=state_name(program.place.state)
        )


class Refusal(LateAnswer):
    """Why the start, length or day that was asked for cannot be had; the plan is for the next open start instead."""

    field: str
    detail: str
    remedy: str


class CancellationView(LateAnswer):
    """The rule in one sentence each: when you cancel, when your visa was denied, when the host or we cancel."""

    by_you: str
    visa_denied: str
    by_host: str


class SheetView(LateAnswer):
    """Everything that somebody should know before applying. `verdicts` and `checked` are empty when we know nothing of
    the reader."""

    program: ProgramView
    today: date
    weeks: int
    starts: tuple[FreeStart, ...]
    plan: Quote | None
    seats: int
    refused: Refusal | None
    advice: Reason | None
    known: bool
    verdicts: tuple[Verdict, ...]
    checked: tuple[GuidelineResult, ...]
    guidelines: tuple[Guideline, ...]
    later_documents: tuple[str, ...]
    visa: tuple[Fact, ...]
    cancellation: CancellationView
    review_business_hours: int = CURRENT.review.answer_bh
    host_promise_days: int = CURRENT.host.promise_days
    times: AnswerTimes

    @classmethod
    def of(cls, sheet: Sheet) -> SheetView:
        refused = sheet.refused
        return cls(
            program=ProgramView.of(sheet.program),
            today=sheet.today,
            weeks=sheet.weeks,
            starts=sheet.starts,
            plan=sheet.plan,
            seats=sheet.seats,
            refused=Refusal(field=str(refused.facts.get("field", "")), detail=refused.detail, remedy=refused.remedy)
            if refused
            else None,
            advice=sheet.advice,
            known=sheet.for_me is not None,
            verdicts=sheet.for_me.verdicts if sheet.for_me else (),
            checked=sheet.for_me.guidelines if sheet.for_me else (),
            guidelines=sheet.guidelines,
            later_documents=tuple(line.text for line in sheet.guidelines if line.code.startswith("document:")),
            visa=visa_advice(sheet.program.experience_types),
            cancellation=cancellation(),
            times=sheet.times,
        )


class QuoteView(LateAnswer):
    """The fee calendar of one start. `seats` are left for it now; the plan is the bill."""

    program: ProgramView
    plan: Quote
    seats: int
    cancellation: CancellationView


def cancellation() -> CancellationView:
    """From the rule itself, so that page and refund cannot differ."""
    by_you = refund_if_cancelled(0, CancelledBy.TRAINEE, CURRENT)
    denied = refund_if_cancelled(0, CancelledBy.TRAINEE, CURRENT, visa_denied=True)
    by_host = refund_if_cancelled(0, CancelledBy.HOST, CURRENT)
    return CancellationView(by_you=by_you.text, visa_denied=denied.text, by_host=by_host.text)
