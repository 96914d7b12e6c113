"""What an application waits for, and what happens when the time is up."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from shared.domain.applications.application_machine import ApplicationEvent
from shared.domain.applications.due_kinds import (
    ASKED,
    CLAIM,
    DRAFT,
    HOST,
    HOST_LATE,
    OFFER,
    REPLY,
    REPLY_REMINDER,
    REVIEW,
    STALE,
    WITH_HOST,
)
from shared.domain.core.due_readers import COORDINATORS, REVIEWERS, SWEEP, WATCHED
from shared.ports import Stored
from shared.services.applications.state_changes import WAITS
from shared.services.applications.timers import ApplicationTimers
from shared.services.core.due_rule import DueRule, Stage
from shared.services.core.records import application_of


def _keeps(kind: str, loaded: Stored) -> bool:
    return kind in WAITS.get(application_of(loaded).status, ())


def _listed(kind: str, who: str, means: str, reader: str) -> DueRule:
    return DueRule(kind, ("APPLICATION",), (who,), means, reader, keeps=partial(_keeps, kind))


def _swept(kind: str, who: str, means: str, act: Callable[..., str], stage: Stage = Stage.RECORDS) -> DueRule:
    keeps = partial(_keeps, kind)
    return DueRule(kind, ("APPLICATION",), (who,), means, SWEEP, ApplicationTimers, act, keeps, stage)


def _expired(event: ApplicationEvent) -> Callable[..., str]:
    return lambda timers, id, call: ApplicationTimers.expire(timers, event, id, call)


E = ApplicationEvent
DUE_RULES = (
    _swept(CLAIM, "reviewer", "the application is free for another reviewer", _expired(E.CLAIM_LAPSED)),
    _swept(DRAFT, "trainee", "a draft that was not sent expires", _expired(E.DRAFT_LAPSED)),
    _swept(STALE, "system", "nobody decided and the start is too near: closed", _expired(E.CLOSE)),
    _swept(REPLY_REMINDER, "system", "the trainee is reminded of the question", ApplicationTimers.remind_of_reply),
    _swept(REPLY, "trainee", "a question without an answer ends the application", _expired(E.REPLY_LAPSED)),
    _swept(HOST, "host", "the host is reminded, on day 7 a coordinator called (T20)", ApplicationTimers.remind_host),
    _swept(OFFER, "trainee", "an offer that was not reserved ends", _expired(E.OFFER_LAPSED), Stage.SEATS),
    _listed(REVIEW, "reviewer", "the review is overdue (T18)", REVIEWERS),
    _listed(HOST_LATE, "coordinator", "the coordinator decides without the host (T20)", COORDINATORS),
    _listed(ASKED, "trainee", "the trainee's answer is overdue (T18)", WATCHED),
    _listed(WITH_HOST, "host", "the host's answer is overdue (T20)", WATCHED),
)
