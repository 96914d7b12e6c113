"""The waitlist: the machine of an entry, the line of a program, and its clocks (product.md: waitlist, section 4
"Waitlist entry").

An entry is part of its application (`Application.waitlist`). The line is an aggregate of its own per program, so that
who comes first is decided by one version, not by an index that may be a moment behind. First in, first out per start; a
place is passed over only while its weeks are not all free. No personal data: ids and dates.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from shared.domain.core.calendar import reached, start_of_day, weeks_covered
from shared.domain.core.instants import Instant
from shared.domain.core.machine import NEW, Actor, Arrow, Machine
from shared.domain.core.policy import CURRENT, Policy

MOST_PLACES = 60
"""Places in one program's line: its item stays small, and nobody is told to wait behind more people than a year has
seats for."""


class WaitlistStatus(StrEnum):
    WAITING = "WAITING"
    OFFERED = "OFFERED"
    TAKEN = "TAKEN"
    LAPSED = "LAPSED"
    LEFT = "LEFT"


class WaitlistEvent(StrEnum):
    JOIN = "join"
    OFFER = "offer"
    TAKE = "take"
    LAPSE = "lapse"
    LEAVE = "leave"


_S, _E = WaitlistStatus, WaitlistEvent
_TR, _SYS = (frozenset({actor}) for actor in (Actor.TRAINEE, Actor.SYSTEM))
_HOURS = CURRENT.offer.waitlist_hours
_LATER = ("the offer of the application counts on with what was left", "next in line")

WAITLIST = Machine(
    "waitlist entry",
    (
        *(
            Arrow(
                state,
                _E.JOIN,
                _TR,
                _S.WAITING,
                "application APPROVED and open, a week without a seat for everybody, no live hold",
                ("last in line", "the offer of the application stands still"),
            )
            for state in (NEW, _S.LAPSED, _S.LEFT)
        ),
        Arrow(
            _S.WAITING,
            _E.OFFER,
            _SYS,
            _S.OFFERED,
            "first in line whose weeks all have a seat",
            (f"seat held for {_HOURS} hours",),
        ),
        Arrow(_S.OFFERED, _E.TAKE, _SYS, _S.TAKEN, "payment settled"),
        Arrow(
            _S.WAITING,
            _E.TAKE,
            _SYS,
            _S.TAKEN,
            "payment of an earlier hold settled: a seat was free, passed over in line",
        ),
        Arrow(_S.OFFERED, _E.LAPSE, _SYS, _S.LAPSED, f"{_HOURS} hours, or paid too little", _LATER),
        Arrow(
            _S.WAITING, _E.LAPSE, _SYS, _S.LAPSED, "the start has come, or the program takes nobody any more", _LATER
        ),
        *(
            Arrow(state, _E.LEAVE, _TR | _SYS, _S.LEFT, "by the system only when the application ended", _LATER)
            for state in (_S.WAITING, _S.OFFERED)
        ),
    ),
    {
        _S.WAITING: "This place in line still waits for a seat.",
        _S.OFFERED: "A seat is held for this place in line.",
        _S.TAKEN: "The seat was taken from this place in line.",
        _S.LAPSED: "This place in line has ended.",
        _S.LEFT: "This place in line was given up.",
    },
)


class WaitlistEntry(BaseModel):
    """An application's newest entry: the `number`th, in line since `since`. `until`: a seat that came back is held
    for it; `code` says why it ended (left, expired, underpaid, too_late, closed, erased)."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    status: WaitlistStatus
    number: int
    since: Instant
    until: Instant | None = None
    code: str | None = None

    def offered(self, status: WaitlistStatus, until: datetime) -> WaitlistEntry:
        return self.model_copy(update={"status": status, "until": until})

    def ended(self, status: WaitlistStatus, code: str | None = None) -> WaitlistEntry:
        return self.model_copy(update={"status": status, "until": None, "code": code})


class Place(BaseModel):
    """One place in line. `number` says which of the application's joinings it is; `marks` are the weeks that are kept
    from everybody who does not stand in line."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    application_id: str
    trainee_id: str
    program_id: str
    start: date
    weeks: int
    number: int
    since: Instant
    marks: tuple[str, ...] = ()

    @property
    def week_list(self) -> tuple[str, ...]:
        return weeks_covered(self.start, self.weeks)


class Line(BaseModel):
    """The stored line of a program, first come first. `weeks` are those whose marks the last change touched."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    id: str
    version: int = 0
    program_id: str
    line: tuple[Place, ...] = ()
    weeks: tuple[str, ...] = ()

    def place(self, application_id: str) -> Place | None:
        return next((place for place in self.line if place.application_id == application_id), None)

    def without(self, application_id: str) -> tuple[Place, ...]:
        return tuple(place for place in self.line if place.application_id != application_id)

    def position(self, application_id: str) -> tuple[int, int]:
        """(place, how many) among those who wait for the same start, counted from 1; (0, how many) for who does not
        stand in line."""
        mine = self.place(application_id)
        same = [place.application_id for place in self.line if mine and place.start == mine.start]
        return (same.index(application_id) + 1 if mine else 0), len(same)


def line_over(start: date, now: datetime, zone: str) -> bool:
    """From the first second of the rotation's first day at the site on nobody is served any more, and nobody joins."""
    return reached(start_of_day(start, zone), now)


def offered_until(now: datetime, start: date, zone: str, policy: Policy) -> datetime:
    """Policy waitlist: 48 hours from `now`, but never into the first day of the rotation (midnight at the site)."""
    return min(now + timedelta(hours=policy.offer.waitlist_hours), start_of_day(start, zone))
