"""What happens to a program's record of answers."""

from __future__ import annotations

from typing import ClassVar

from shared.domain.core.aggregate import AggregateType
from shared.domain.programs.response_times import Answered
from shared.events.base import EventData

Answered.model_rebuild()  # put off for the program page, which never reads an event


class AnswerRecorded(EventData):
    """One more decision; `answers` are the newest, the oldest of them first."""

    TYPE: ClassVar[str] = "AnswerRecorded.v1"
    SUBJECT: ClassVar[AggregateType] = "RECORD"
    id: str
    answers: tuple[Answered, ...]
