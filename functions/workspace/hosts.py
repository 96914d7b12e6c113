"""What a host manager's page is made of. Instants UTC; `zone` is the site's IANA zone, `start` a Monday there."""

from __future__ import annotations

from datetime import date, datetime

from shared.domain.applications.application import Application
from shared.domain.core.calendar import end_date
from shared.domain.core.instants import Instant
from shared.domain.hosts.host_question import SHOWN_FOR, Outcome
from shared.domain.programs.program import ExperienceType, Program
from shared.runtime.http.models import Answer
from shared.services.hosts.queries import Desk, Past, Question


def _about(applied: Application, program: Program) -> dict[str, object]:
    return {
        "program_name": program.name,
        "zone": program.place.zone,
        "start": applied.start,
        "weeks": applied.weeks,
        "end": end_date(applied.start, applied.weeks) if applied.start else None,
        "experience_type": applied.experience_type,
    }


class RotationView(Answer):
    """What both are about."""

    program_name: str
    zone: str
    experience_type: ExperienceType
    start: date | None
    end: date | None
    weeks: int


class QuestionView(RotationView):
    """The host owes an answer by `due_at`; it counts until `decide_at`."""

    href: str
    applicant: str
    asked_at: Instant
    due_at: Instant
    decide_at: Instant

    @classmethod
    def of(cls, one: Question) -> QuestionView:
        applied = one.application
        host = applied.host
        values = {"asked_at": host.routed_at, "due_at": host.due_at, "decide_at": host.decide_at} if host else {}
        href = f"/applications/{applied.id}/recommend"
        return cls.model_validate({"href": href, "applicant": one.applicant, **_about(applied, one.program), **values})


class PastView(RotationView):
    """`answer` is None when none came; `at` is when it came, or when the host was asked. `applicant` only while a seat
    is reserved."""

    answer: str | None
    at: Instant
    outcome: Outcome
    applicant: str

    @classmethod
    def of(cls, one: Past) -> PastView:
        applied, answer = one.application, one.application.host_answer
        said: dict[str, str | datetime | None] = {
            "answer": answer.recommendation if answer else None,
            "at": one.at,
        }
        about = _about(applied, one.program)
        return cls.model_validate({**about, **said, "outcome": one.outcome, "applicant": one.applicant})


class TodayView(Answer):
    """What a host is owed and owes: `questions` by time left, `past` of the last `past_days` days, newest first."""

    questions: tuple[QuestionView, ...]
    past: tuple[PastView, ...]
    past_days: int = SHOWN_FOR.days

    @classmethod
    def of(cls, desk: Desk) -> TodayView:
        return cls(
            questions=tuple(QuestionView.of(one) for one in desk.questions),
            past=tuple(PastView.of(one) for one in desk.past),
        )
