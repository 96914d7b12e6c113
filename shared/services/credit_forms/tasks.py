"""What a credit form asks of people: the trainee's next step, and the rows of the operator's queue."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from shared.domain.core.calendar import reached
from shared.domain.core.due_readers import COORDINATORS, WATCHED
from shared.domain.credit_forms.clocks import comes_first, is_overdue
from shared.domain.credit_forms.due_kinds import (
    CREDIT_ACCEPT,
    CREDIT_ANSWER,
    CREDIT_FORWARD,
    CREDIT_NEEDED,
    CREDIT_SEND,
    CREDIT_TASK,
)
from shared.domain.credit_forms.form import CreditForm
from shared.domain.credit_forms.machine import FormStatus
from shared.domain.credit_forms.policy import by_version
from shared.domain.programs.program import Program
from shared.ports import Stored
from shared.services.core.task import QueueTask, Subject, Task, TraineeTask
from shared.services.credit_forms.records import form_of

STATUS = FormStatus
BEFORE_SIGNED = (STATUS.REQUESTED, STATUS.INCOMPLETE, STATUS.SENT)


def _next(loaded: Stored, programs: Mapping[str, Program], _: datetime) -> Task | None:
    form = form_of(loaded)
    if form.status is not STATUS.INCOMPLETE:
        return None
    name = programs[form.program_id].name
    return Task("credit-form", "Complete your school form", "Complete it", _page(form), name, None, form.zone)


def _page(form: CreditForm) -> str:
    return f"/credit-forms/{form.id}"


def _subject(form: CreditForm, title: str, due_at: datetime | None = None, escalated: bool = False) -> Subject:
    return Subject(
        title=title,
        href=_page(form),
        program_id=form.program_id,
        trainee_id=form.trainee_id,
        status=form.status,
        start=form.start,
        weeks=form.weeks,
        experience_type=form.experience_type,
        due_at=due_at,
        escalated=escalated,
    )


def _while(status: FormStatus, title: str) -> Callable[[Stored, datetime], Subject | None]:
    def subject(loaded: Stored, _: datetime) -> Subject | None:
        form = form_of(loaded)
        return _subject(form, title) if form.status is status else None

    return subject


def what_to_do(form: CreditForm, now: datetime) -> str:
    """Why a coordinator has to look at it; empty where nobody has to."""
    if form.status is STATUS.DECLINED:
        return "The host cannot complete the school form: choose another contact, or close it"
    if form.disputed_at:
        return "Who was asked says that they did not sign: find out"
    if form.outdated_at:
        return "The rotation is not as it was signed: correct it, or let it stand"
    if form.correct_asked_at and form.status in (STATUS.FORWARDED, STATUS.RECEIVED):
        return "The school asks for a correction"
    if form.status is STATUS.FORWARDED and form.forwardings[-1].undelivered_at:
        return "The school's email came back: correct the address"
    if form.status is STATUS.SENT and form.round.undelivered_at:
        return "The host's email came back: correct the address or call"
    if is_overdue(form, now):
        return "School form past due: call the host"
    return "The contact is gone: choose another one" if form.status is STATUS.SENT else ""


def _task(loaded: Stored, now: datetime) -> Subject | None:
    form = form_of(loaded)
    title = what_to_do(form, now)
    escalated = form.status is STATUS.SENT and form.round.again_at is not None
    return _subject(form, title, escalated=escalated) if title else None


def _answer(loaded: Stored, _: datetime) -> Subject | None:
    form = form_of(loaded)
    return _subject(form, "The host has a school form") if form.status is STATUS.SENT else None


def _needed(loaded: Stored, now: datetime) -> Subject | None:
    """From a day before on: what comes before the 48 hours are over, or a school that says nothing."""
    form = form_of(loaded)
    if form.status is not STATUS.FORWARDED and form.status not in BEFORE_SIGNED:
        return None
    first = comes_first(form, form.round.due_at) if form.status is STATUS.SENT else None
    at = first.at if first else form.needed_at
    if not reached(at - timedelta(hours=by_version(form.policy_version).needed_hours), now):
        return None
    if form.status is STATUS.FORWARDED:
        return _subject(form, "The school has not said that it has the form", at)
    starts = first is not None and first.what == "start"
    title = "The rotation starts before the form is due" if starts else "The school needs the form soon"
    return _subject(form, title, at, reached(at, now))


_STAFF = ("coordinator", "admin")
TASKS = (
    TraineeTask("CREDIT_FORM", _next),
    QueueTask(CREDIT_SEND, COORDINATORS, _STAFF, _while(STATUS.REQUESTED, "School form to send"), "A coordinator"),
    QueueTask(CREDIT_ACCEPT, COORDINATORS, _STAFF, _while(STATUS.RETURNED, "School form to accept"), "A coordinator"),
    QueueTask(CREDIT_FORWARD, COORDINATORS, _STAFF, _while(STATUS.ACCEPTED, "School form to forward"), "A coordinator"),
    QueueTask(CREDIT_TASK, COORDINATORS, _STAFF, _task, "A coordinator"),
    QueueTask(CREDIT_NEEDED, COORDINATORS, _STAFF, _needed, "A coordinator"),
    QueueTask(CREDIT_ANSWER, WATCHED, (), _answer, "The host", watched=True),
)
