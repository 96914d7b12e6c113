"""What happens to a program."""

from __future__ import annotations

from typing import ClassVar

from shared.domain.core.aggregate import AggregateType
from shared.domain.core.instants import Instant
from shared.domain.programs.guidelines import Guidelines
from shared.domain.programs.program import Program, ProgramStatus
from shared.events.base import EventData


class ProgramPublished(Program, EventData):
    """The program is LIVE with this content, and its seat years are open. Its fields are `Program`'s."""

    TYPE: ClassVar[str] = "ProgramPublished.v1"
    SUBJECT: ClassVar[AggregateType] = "PROGRAM"


class SeatsExtended(EventData):
    """H17: the weeks that came into reach since are open; search has to know them."""

    TYPE: ClassVar[str] = "SeatsExtended.v1"
    SUBJECT: ClassVar[AggregateType] = "PROGRAM"
    status: ProgramStatus


class GuidelinesChanged(EventData):
    """H12: what the host asks from now on. Applications that were sent before keep the guidelines of their day."""

    TYPE: ClassVar[str] = "GuidelinesChanged.v1"
    SUBJECT: ClassVar[AggregateType] = "PROGRAM"
    guidelines: Guidelines
    guidelines_changed_at: Instant
