"""What a trainee prepares before a rotation, week by week (H19), and when they are reminded of it (H20). Pure.

The list opens with the reservation. Each item has the week before the start in which it should be done; for a seat that
was reserved later than that, it is the week of the reservation. Whether an item is late is computed on read.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from shared.domain.core.calendar import end_of_day, passed, reached, start_of_day
from shared.domain.core.instants import Instant
from shared.domain.core.policy import Policy

WEEK = timedelta(weeks=1)


class PrepKind(StrEnum):
    """H19, and insurance of product.md section 5. `HOUSING`, `TRANSPORTATION` and `INSURANCE` are what partners offer
    (T31)."""

    VISA = "visa"
    FLIGHTS = "flights"
    HOUSING = "housing"
    INSURANCE = "insurance"
    TRANSPORTATION = "transportation"


class PrepItem(BaseModel):
    """`weeks_before`: the week, counted back from the first one of the rotation, in which it should be done."""

    model_config = ConfigDict(frozen=True)
    kind: PrepKind
    title: str
    text: str
    weeks_before: int


ITEMS = (
    PrepItem(
        kind=PrepKind.VISA,
        title="Passport and visa",
        weeks_before=10,
        text="Look until when your passport is valid, and ask the US consulate in your country which visa you need "
        "and how long an "
        "appointment takes. Take your reservation with you.",
    ),
    PrepItem(
        kind=PrepKind.FLIGHTS,
        title="Flights",
        weeks_before=6,
        text="Arrive by the Saturday before your first Monday. Before the visa is there, book only what can be given "
        "back.",
    ),
    PrepItem(
        kind=PrepKind.HOUSING,
        title="Housing",
        weeks_before=6,
        text="Find a room within reach of the site at the hour your day begins. Pay nobody whom you cannot identify.",
    ),
    PrepItem(
        kind=PrepKind.INSURANCE,
        title="Insurance",
        weeks_before=4,
        text="Health and travel insurance for the whole stay, and malpractice insurance where your host asks for it.",
    ),
    PrepItem(
        kind=PrepKind.TRANSPORTATION,
        title="Getting to the site",
        weeks_before=2,
        text="Try the way from your room to the site once on a map, for the hour your day begins: bus, train, or a "
        "car.",
    ),
)


class PrepTask(BaseModel):
    """An item of one rotation. `due_on` is a Sunday at the site; `done_at` is None while it is open."""

    model_config = ConfigDict(frozen=True)
    kind: PrepKind
    title: str
    text: str
    due_on: date
    done_at: Instant | None
    late: bool


class PrepWeek(BaseModel):
    """A week of the plan, Monday to Sunday, `weeks_before` the first week of the rotation (0: that week itself)."""

    model_config = ConfigDict(frozen=True)
    first_day: date
    last_day: date
    weeks_before: int
    tasks: tuple[PrepTask, ...]


def tasks(
    start: date, reserved_on: date, done: Mapping[PrepKind, datetime], zone: str, now: datetime
) -> tuple[PrepTask, ...]:
    """The list of a rotation that starts on `start` (a Monday) and was reserved on `reserved_on` (both dates at the
    site), by due day."""
    found = (_task(item, start, reserved_on, done.get(item.kind), zone, now) for item in ITEMS)
    return tuple(sorted(found, key=lambda task: task.due_on))


def by_week(tasks: tuple[PrepTask, ...], start: date) -> tuple[PrepWeek, ...]:
    """The same tasks under the weeks in which they are due, in order."""
    weeks: dict[date, list[PrepTask]] = {}
    for task in tasks:
        weeks.setdefault(task.due_on, []).append(task)
    return tuple(
        PrepWeek(
            first_day=last - WEEK + timedelta(days=1),
            last_day=last,
            weeks_before=_weeks_before(last, start),
            tasks=tuple(some),
        )
        for last, some in sorted(weeks.items())
    )


def reminders_from(start: date, zone: str, policy: Policy) -> datetime:
    """H20: midnight at the site 90 days before the start; who reserves later is reminded at once."""
    return start_of_day(start - timedelta(days=max(policy.reservation.prep_reminder_days)), zone)


def next_reminder(start: date, zone: str, now: datetime, policy: Policy) -> datetime | None:
    """The first moment to remind after `now`; None when none is left before the start."""
    moments = sorted(start_of_day(start - timedelta(days=days), zone) for days in policy.reservation.prep_reminder_days)
    return next((moment for moment in moments if not reached(moment, now)), None)


def _task(
    item: PrepItem, start: date, reserved_on: date, done_at: datetime | None, zone: str, now: datetime
) -> PrepTask:
    planned = start - item.weeks_before * WEEK
    monday = max(planned, reserved_on - timedelta(days=reserved_on.weekday()))
    due_on = monday + WEEK - timedelta(days=1)
    late = done_at is None and passed(end_of_day(due_on, zone), now)
    return PrepTask(kind=item.kind, title=item.title, text=item.text, due_on=due_on, done_at=done_at, late=late)


def _weeks_before(last: date, start: date) -> int:
    return max(0, (start - last).days // 7 + 1)
