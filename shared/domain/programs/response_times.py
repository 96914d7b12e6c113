"""How long answers took at one program: what its page says beside the promise, from the newest decisions and only from
enough of them.

A record holds ids and spans of time, no person: erasing an applicant leaves it as it is.
"""

from __future__ import annotations

from datetime import timedelta
from statistics import median

from pydantic import BaseModel, ConfigDict

KEPT = 50
"""The newest so many decisions: a page tells how it is, not how it was."""
ENOUGH = 5
"""Fewer say nothing about the next one, and might say too much about one person."""
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class Answered(BaseModel):
    """One decided application: seconds of business time from sending to decision; whether the host was asked, and the
    seconds (of any day) until it answered, None when it did not."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)
    application_id: str
    seconds: int
    host_asked: bool = False
    host_seconds: int | None = None


class AnswerRecord(BaseModel):
    """`id` is the program's; `answers` the oldest first."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)
    id: str
    version: int = 0
    answers: tuple[Answered, ...] = ()

    def knows(self, application_id: str) -> bool:
        return any(one.application_id == application_id for one in self.answers)

    def with_answer(self, answered: Answered) -> tuple[Answered, ...]:
        return (*self.answers, answered)[-KEPT:]


class AnswerTimes(BaseModel):
    """What may be said: `cases` decisions with their median in whole business hours (rounded up), and of `host_asked`
    questions to the host how many were answered, with the median in whole days (rounded up). None where there are too
    few."""

    model_config = ConfigDict(frozen=True, defer_build=True)
    cases: int = 0
    median_business_hours: int | None = None
    host_asked: int = 0
    host_answered: int = 0
    host_median_days: int | None = None


def times(record: AnswerRecord | None) -> AnswerTimes:
    answers = record.answers if record else ()
    asked = [one for one in answers if one.host_asked]
    replies = [one.host_seconds for one in asked if one.host_seconds is not None]
    enough = len(asked) >= ENOUGH
    return AnswerTimes(
        cases=len(answers),
        median_business_hours=_up(median(one.seconds for one in answers), HOUR) if len(answers) >= ENOUGH else None,
        host_asked=len(asked) if enough else 0,
        host_answered=len(replies) if enough else 0,
        host_median_days=_up(median(replies), DAY) if enough and replies else None,
    )


def _up(seconds: float, unit: timedelta) -> int:
    """At least one: nobody is told that an answer takes no time."""
    return max(1, -int(-seconds // unit.total_seconds()))
