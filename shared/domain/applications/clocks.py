"""What time makes of an application: which arrow the clock has taken by now, and what can still be asked before it
closes. Pure.

Services decide by `as_of`, so that who acts a second after a clock ran out is answered as after the sweep that writes
it down.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from shared.domain.applications.application import Application, closed_by_time, offer_over, reply_over
from shared.domain.applications.application_machine import APPLICATION, ApplicationEvent, ApplicationStatus
from shared.domain.applications.values import Ending
from shared.domain.core.calendar import reached
from shared.domain.core.errors import Expired, NotAllowedNow
from shared.domain.core.machine import Actor
from shared.domain.core.policy import Policy

_S, _E = ApplicationStatus, ApplicationEvent

LAPSED: Mapping[ApplicationEvent, Mapping[str, Any]] = {
    _E.DRAFT_LAPSED: {"ending": Ending(code="draft")},
    _E.CLAIM_LAPSED: {"claim": None},
    _E.REPLY_LAPSED: {"ending": Ending(code="reply")},
    _E.OFFER_LAPSED: {"ending": Ending(code="offer")},
    _E.CLOSE: {"ending": Ending(code="start_near")},
}
"""What an arrow of the clock sets beside the status: the sweep writes it, and `as_of` knows it before."""


def lapse(application: Application, now: datetime) -> ApplicationEvent | None:
    """The arrow that the clock has taken from here, to the second; None while no time is up. What ran out first comes
    first: a question is over before the application closes, and what closes is nobody's claim any more."""
    match application.status:
        case _S.DRAFT:
            return _E.DRAFT_LAPSED if _is_over(application.draft_expires_at, now) else None
        case _S.NEEDS_INFO if reply_over(application, now):
            return _E.REPLY_LAPSED
        case _S.APPROVED:
            unreserved = application.live_reservation_id is None
            return _E.OFFER_LAPSED if unreserved and offer_over(application, now) else None
    if closed_by_time(application, now):
        return _E.CLOSE
    lapses = application.claim.lapses_at if application.claim else None
    return _E.CLAIM_LAPSED if application.status is _S.IN_REVIEW and _is_over(lapses, now) else None


def as_of(application: Application, now: datetime) -> Application:
    """The application as the sweep of `now` leaves it. Reminders are the sweep's own: nobody acts by them."""
    event = lapse(application, now)
    if event is None:
        return application
    target = APPLICATION.fire(application.status, event, Actor.SYSTEM).target
    return application.model_copy(update={"status": ApplicationStatus(target), **LAPSED[event]})


def require_running(application: Application) -> None:
    """The trainee comes too late to answer or to reserve. Raises `Expired`, before the sweep and after it."""
    too_late = {"reply": "The time to answer is over.", "offer": "The time to reserve has run out."}
    if application.status is _S.EXPIRED and application.ending and application.ending.code in too_late:
        raise Expired(
            too_late[application.ending.code],
            "Apply again if you still want this rotation: your profile and CV are kept.",
        )


def owed_by(application: Application) -> Literal["trainee", "host", "us"]:
    """Who owed the next step of an application that closed because its start came too near."""
    if application.question is not None and application.question.reply is None:
        return "trainee"
    host = application.host
    return "host" if host is not None and host.answer is None and host.taken_back is None else "us"


def _is_over(at: datetime | None, now: datetime) -> bool:
    return at is not None and reached(at, now)


# --- what is asked before it closes -----------------------------------------------------------------------------------
@dataclass(frozen=True)
class ReplyTimes:
    """Of a question to the trainee: answered before `due_at`, reminded at `remind_at`. UTC."""

    due_at: datetime
    remind_at: datetime


@dataclass(frozen=True)
class HostTimes:
    """Of a question to the host (T20): hoped for at `due_at`, counts until `decide_at`, the coordinator's from then on.
    UTC."""

    due_at: datetime
    decide_at: datetime


def last_answer(application: Application, now: datetime, policy: Policy) -> datetime | None:
    """Until when an answer is of any use: then some hours are left to decide. None for what was never submitted.

    Raises `NotAllowedNow` when nobody could answer in so short a time: less than a day before it closes there is
    nothing to ask any more.
    """
    if application.submitted is None:
        return None
    kept = timedelta(hours=policy.review.closing_hours)
    last = application.submitted.closes_at - kept
    if last - now < kept:
        raise NotAllowedNow(
            f"The start is near: this application closes in less than {2 * policy.review.closing_hours} hours, too "
            "soon to ask and to decide.",
            "Decide with what is there: nobody could answer in time any more.",
            state=application.status.value,
        )
    return last


def reply_times(application: Application, now: datetime, policy: Policy) -> ReplyTimes:
    """14 days, or less where the application closes before; reminded half-way at the latest. Raises `NotAllowedNow`."""
    due_at = _earlier(now + timedelta(days=policy.review.reply_days), last_answer(application, now, policy))
    return ReplyTimes(due_at, reply_reminder(now, due_at, policy))


def reply_reminder(asked_at: datetime, due_at: datetime, policy: Policy) -> datetime:
    return asked_at + _share(due_at - asked_at, policy.review.remind_days, policy.review.reply_days)


def host_times(application: Application, now: datetime, policy: Policy) -> HostTimes:
    """T20: five days and ten, or less where the application closes before. Raises `NotAllowedNow`."""
    decide_at = _earlier(now + timedelta(days=policy.host.decide_days), last_answer(application, now, policy))
    return HostTimes(min(now + timedelta(days=policy.host.promise_days), decide_at), decide_at)


def host_reminders_owed(routed_at: datetime, decide_at: datetime, now: datetime, policy: Policy) -> int:
    """How many reminders the host should have had by `now` (days 3 and 5 of ten after routing; of fewer, their
    share)."""
    return sum(reached(_host_day(routed_at, decide_at, days, policy), now) for days in policy.host.nudge_days)


def host_escalation(routed_at: datetime, decide_at: datetime, policy: Policy) -> datetime:
    return _host_day(routed_at, decide_at, policy.host.escalate_days, policy)


def next_host_step(routed_at: datetime, decide_at: datetime, now: datetime, policy: Policy) -> datetime:
    """When the sweep looks at a host's silence again: the next reminder, or the escalation."""
    nudges = (_host_day(routed_at, decide_at, days, policy) for days in policy.host.nudge_days)
    steps = (*nudges, host_escalation(routed_at, decide_at, policy))
    return next((at for at in steps if not reached(at, now)), steps[-1])


def _host_day(routed_at: datetime, decide_at: datetime, days: int, policy: Policy) -> datetime:
    return routed_at + _share(decide_at - routed_at, days, policy.host.decide_days)


def _share(span: timedelta, part: int, whole: int) -> timedelta:
    """`part` days where the span is `whole` days; of a shorter one the same share, in whole seconds."""
    return min(timedelta(days=part), timedelta(seconds=int(span.total_seconds()) * part // whole))


def _earlier(at: datetime, last: datetime | None) -> datetime:
    return at if last is None else min(at, last)
