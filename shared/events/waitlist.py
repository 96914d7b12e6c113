"""What happens on a waitlist: to the application that waits, and to the line of a program."""

from __future__ import annotations

from typing import ClassVar

from shared.domain.applications.values import Offer
from shared.domain.core.aggregate import AggregateType
from shared.domain.seats.waitlist import Place, WaitlistEntry
from shared.events.application import ApplicationEvent
from shared.events.base import EventData


class WaitlistJoined(ApplicationEvent):
    """From here on the application's offer stands still."""

    TYPE: ClassVar[str] = "WaitlistJoined.v1"
    EMAILED: ClassVar[bool] = True
    waitlist: WaitlistEntry
    offer: Offer


class WaitlistOffered(ApplicationEvent):
    """A seat came back and is held for this trainee."""

    TYPE: ClassVar[str] = "WaitlistOffered.v1"
    EMAILED: ClassVar[bool] = True
    waitlist: WaitlistEntry
    live_reservation_id: str


class WaitlistEnded(ApplicationEvent):
    """LEFT or LAPSED; the entry's code says why. The application's offer counts on; a seat that was held is given back
    in the same transaction."""

    TYPE: ClassVar[str] = "WaitlistEnded.v1"
    EMAILED: ClassVar[bool] = True
    waitlist: WaitlistEntry
    offer: Offer
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
