"""What happens on a waitlist: to the application that waits, and to the line of a program."""

from __future__ import annotations

from typing import ClassVar

from shared.domain.core.aggregate import AggregateType
from shared.domain.core.instants import Instant
from shared.domain.seats.waitlist import Place, WaitlistStatus
from shared.events.application import ApplicationEvent
from shared.events.base import EventData


class WaitlistJoined(ApplicationEvent):
    """From here on the application's offer stands still; however long it does, it never counts beyond
    `offer_last_at`."""

    TYPE: ClassVar[str] = "WaitlistJoined.v1"
    EMAILED: ClassVar[bool] = True
    waitlist: WaitlistStatus
    waitlist_joins: int
    waitlisted_at: Instant
    offer_last_at: Instant | None = None
    waitlist_until: None = None
    waitlist_code: None = None


class WaitlistOffered(ApplicationEvent):
    """A seat came back and is held for this trainee until `waitlist_until`."""

    TYPE: ClassVar[str] = "WaitlistOffered.v1"
    EMAILED: ClassVar[bool] = True
    waitlist: WaitlistStatus
    waitlist_until: Instant
    live_reservation_id: str


class WaitlistEnded(ApplicationEvent):
    """LEFT or LAPSED; `waitlist_code` says why (left, expired, underpaid, too_late, closed, erased). The application's
    offer counts on until `offer_expires_at`; a seat that was held is given back in the same transaction."""

    TYPE: ClassVar[str] = "WaitlistEnded.v1"
    EMAILED: ClassVar[bool] = True
    waitlist: WaitlistStatus
    waitlist_code: str
    waitlisted_at: None = None
    waitlist_until: None = None
    offer_expires_at: Instant | None
    live_reservation_id: None = None


class WaitlistChanged(EventData):
    """Who stands in line, and the weeks whose marks this change touched: a seat there may be open to everybody
    again."""

    TYPE: ClassVar[str] = "WaitlistChanged.v1"
    SUBJECT: ClassVar[AggregateType] = "WAITLIST"
    id: str
    program_id: str
    line: tuple[Place, ...]
    weeks: tuple[str, ...]
