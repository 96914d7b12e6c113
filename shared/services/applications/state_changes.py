"""What goes along with an application's change of state, whoever makes it: the due rows that end, the name that it
gives back, and what the clock has made of it by now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from shared.domain.applications.application import Application
from shared.domain.applications.application_machine import APPLICATION, OPEN, ApplicationEvent, ApplicationStatus
from shared.domain.applications.clocks import LAPSED, lapse
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
from shared.domain.core.machine import Actor
from shared.domain.email.due_kinds import MAIL
from shared.events.application import (
    ApplicationClaimLapsed,
    ApplicationClosed,
    ApplicationExpired,
)
from shared.events.base import EventData
from shared.ports import (
    Due,
    IndexEntry,
    Stored,
    UniqueKey,
    UnitOfWork,
)
from shared.services.core.records import application_of
from shared.services.core.transitions import RequestContext, state_after, transition

WAITS: Mapping[ApplicationStatus, tuple[str, ...]] = {
    ApplicationStatus.DRAFT: (DRAFT,),
    ApplicationStatus.SUBMITTED: (REVIEW, STALE),
    ApplicationStatus.IN_REVIEW: (REVIEW, CLAIM, STALE),
    ApplicationStatus.NEEDS_INFO: (REPLY, REPLY_REMINDER, ASKED, STALE),
    ApplicationStatus.HOST_REVIEW: (HOST, WITH_HOST, HOST_LATE, MAIL, STALE),
    ApplicationStatus.APPROVED: (OFFER,),
}
"""The due rows that an application keeps in a state; whatever ends the state removes them in the same transaction."""


def due_kinds_ended(left: ApplicationStatus, entered: ApplicationStatus) -> tuple[str, ...]:
    """The due rows of a state that the next one does not keep."""
    return tuple(kind for kind in WAITS[left] if kind not in WAITS[entered])


def open_claim(application: Application) -> UniqueKey:
    """The name that a submitted application holds until it leaves the open states: one per trainee, program and
    start."""
    key = f"open-application:{application.trainee_id}:{application.program_id}:{application.start}"
    return UniqueKey(key, application.id, IndexEntry(open_list(application.program_id), str(application.start)))


def open_list(program_id: str) -> str:
    """A program's open applications, in order of their start: the list of their names."""
    return f"OPEN#{program_id}"


def releases_of(application: Application) -> tuple[UniqueKey, ...]:
    """What leaving the open states gives back; a draft holds no name yet."""
    held = application.status in OPEN and application.status is not ApplicationStatus.DRAFT
    return (open_claim(application),) if held else ()


WRITTEN: Mapping[ApplicationEvent, type[ApplicationExpired | ApplicationClaimLapsed | ApplicationClosed]] = {
    ApplicationEvent.DRAFT_LAPSED: ApplicationExpired,
    ApplicationEvent.REPLY_LAPSED: ApplicationExpired,
    ApplicationEvent.OFFER_LAPSED: ApplicationExpired,
    ApplicationEvent.CLAIM_LAPSED: ApplicationClaimLapsed,
    ApplicationEvent.CLOSE: ApplicationClosed,
}
"""The event row of each arrow of the clock."""


def expiry_work(loaded: Stored, call: RequestContext, now: datetime) -> UnitOfWork | None:
    """What the clock has made of an application by `now`, to be written down: by the sweep, or before it came by
    whoever needs the name that is still held. None while no time is up."""
    applied = application_of(loaded)
    event = lapse(applied, now)
    if event is None:
        return None
    target = ApplicationStatus(APPLICATION.fire(applied.status, event, Actor.SYSTEM).target)
    return closing_work(loaded, WRITTEN[event](status=target, **LAPSED[event]), call, now)


def closing_work(
    loaded: Stored,
    event: EventData,
    call: RequestContext,
    now: datetime,
    ended: tuple[str, ...] = (),
    due: tuple[Due, ...] = (),
) -> UnitOfWork:
    """`event` with what goes along: waits that its state keeps stay as they are, but for those that have
    `ended`; leaving the open states gives the application's name back."""
    applied, moved = application_of(loaded), transition(loaded, event, call, now, due=due)
    left = Application.model_validate(state_after(moved))
    done = ended + tuple(kind for kind in WAITS.get(applied.status, ()) if kind not in WAITS.get(left.status, ()))
    return UnitOfWork(
        transitions=(replace(moved, done=done),), released_keys=() if releases_of(left) else releases_of(applied)
    )
