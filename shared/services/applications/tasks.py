"""What an application asks of people: the trainee's next step, and the rows of the operator's queue."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from shared.domain.applications.application import Application, in_line, reply_over
from shared.domain.applications.application_machine import ApplicationStatus
from shared.domain.applications.clocks import as_of
from shared.domain.applications.due_kinds import ASKED, HOST_LATE, REVIEW, WITH_HOST
from shared.domain.core.calendar import reached
from shared.domain.core.due_readers import COORDINATORS, REVIEWERS, WATCHED
from shared.domain.programs.program import Program, ProgramStatus
from shared.ports import Stored
from shared.services.core.records import application_of
from shared.services.core.task import QueueTask, Subject, Task, TraineeTask

STATUS = ApplicationStatus


def _next(loaded: Stored, programs: Mapping[str, Program], now: datetime) -> Task | None:
    one = as_of(application_of(loaded), now)
    program, here = programs[one.program_id], f"/applications/{one.id}"
    name, zone = program.name, program.place.zone
    if one.status is STATUS.DRAFT:
        return Task("send", "Send your application", "Continue", here, name, one.draft_expires_at, zone)
    if one.status is STATUS.NEEDS_INFO and not reply_over(one, now):
        until = one.question.reply_due_at if one.question else None
        return Task("answer", "Answer your reviewer's question", "Read and answer", here, name, until, zone)
    offered = one.status is STATUS.APPROVED and one.live_reservation_id is None and not in_line(one)
    offered = offered and program.status is ProgramStatus.LIVE
    if offered and one.offer is not None and not one.offer.over(now):
        sign = f"/reservations/for/{one.id}"
        return Task("reserve", "Sign the terms and reserve", "Sign and reserve", sign, name, one.offer.expires_at, zone)
    return None


def _subject(one: Application, title: str, due_at: datetime | None = None, escalated: bool = False) -> Subject:
    taken = one.status is STATUS.IN_REVIEW
    return Subject(
        title=title,
        href=f"/applications/{one.id}",
        program_id=one.program_id,
        trainee_id=one.trainee_id,
        status=one.status,
        start=one.start,
        weeks=one.weeks,
        experience_type=one.experience_type,
        due_at=due_at,
        holder_id=one.claim.by if one.claim else "",
        taken=taken,
        held_until=one.claim.lapses_at if taken and one.claim else None,
        claimable=one.status is STATUS.SUBMITTED,
        escalated=escalated,
    )


def _review(loaded: Stored, now: datetime) -> Subject | None:
    """Escalated once it has waited its 72 business hours (T18)."""
    one = as_of(application_of(loaded), now)
    if one.status not in (STATUS.SUBMITTED, STATUS.IN_REVIEW):
        return None
    escalated = one.review is not None and reached(one.review.escalate_at, now)
    return _subject(one, "Application to review", escalated=escalated)


def _host_late(loaded: Stored, now: datetime) -> Subject | None:
    """Escalated since a coordinator was called because the host says nothing (T20)."""
    one = as_of(application_of(loaded), now)
    if one.status is not STATUS.HOST_REVIEW:
        return None
    called_at = one.host.escalated_at if one.host else None
    escalated = called_at is not None and reached(called_at, now)
    return _subject(one, "The host does not answer: decide", escalated=escalated)


def _with_host(loaded: Stored, now: datetime) -> Subject | None:
    one = as_of(application_of(loaded), now)
    return (
        _subject(one, "The host is asked", one.host.due_at) if one.status is STATUS.HOST_REVIEW and one.host else None
    )


def _asked(loaded: Stored, now: datetime) -> Subject | None:
    one = as_of(application_of(loaded), now)
    return _subject(one, "The trainee is asked") if one.status is STATUS.NEEDS_INFO else None


TASKS = (
    TraineeTask("APPLICATION", _next),
    QueueTask(REVIEW, REVIEWERS, ("reviewer", "coordinator", "admin"), _review),
    QueueTask(HOST_LATE, COORDINATORS, ("coordinator", "admin"), _host_late, "A coordinator", watched=True),
    QueueTask(WITH_HOST, WATCHED, (), _with_host, "The host", watched=True),
    QueueTask(ASKED, WATCHED, (), _asked, "The trainee", watched=True),
)
