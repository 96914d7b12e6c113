"""What the workspace answers with. Cents are US cents, instants UTC; `zone` is a site's IANA zone."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from shared.domain.application import ApplicationStatus
from shared.domain.calendar import end_date
from shared.domain.instants import Instant
from shared.domain.program import ExperienceType, Program
from shared.domain.reservation import Reservation, ReservationStatus, balance_overdue
from shared.services.story import ApplicationCard
from shared.services.workspace import Hub, Queue, Task, Waiting

View = Literal["all", "overdue", "mine", "free"]


class Answer(BaseModel):
    model_config = ConfigDict(frozen=True)


class QueueQuery(BaseModel):
    """`mine`: taken by the caller; `free`: taken by nobody."""

    model_config = ConfigDict(extra="forbid")
    view: View = Field("all", title="View")


class TaskView(Answer):
    """`code`: profile, send, answer, reserve, pay, balance or balance_late."""

    code: str
    href: str
    program: str
    due_at: Instant | None
    zone: str
    cents: int | None

    @classmethod
    def of(cls, task: Task) -> TaskView:
        return cls(code=task.code, href=task.href, program=task.program, due_at=task.due_at, zone=task.zone, cents=task.cents)


class ReservationCard(Answer):
    """`paid_cents` of `total_cents`; the balance is due by the end of `balance_due_at`'s day at the site."""

    id: str
    status: ReservationStatus
    program_name: str
    city: str
    state: str
    zone: str
    start: date
    end: date
    weeks: int
    total_cents: int
    paid_cents: int
    held_until: Instant | None
    balance_due_at: Instant | None
    balance_overdue: bool

    @classmethod
    def of(cls, one: Reservation, program: Program, now: Instant) -> ReservationCard:
        place = program.place
        return cls(
            id=one.id, status=one.status, program_name=program.name, city=place.city, state=place.state, zone=place.zone, start=one.start,
            end=end_date(one.start, one.weeks), weeks=one.weeks, total_cents=one.total_cents, paid_cents=one.paid_cents,
            held_until=one.held_until if one.status is ReservationStatus.HELD else None,
            balance_due_at=one.balance_due_at if one.paid_cents < one.total_cents else None,
            balance_overdue=one.status is ReservationStatus.RESERVED and balance_overdue(one, now),
        )  # fmt: skip


class HubView(Answer):
    """A trainee's own, and what to do next by time left."""

    tasks: tuple[TaskView, ...]
    applications: tuple[ApplicationCard, ...]
    reservations: tuple[ReservationCard, ...]
    ended: tuple[ApplicationCard, ...]
    profile_missing: bool

    @classmethod
    def of(cls, hub: Hub, now: Instant) -> HubView:
        return cls(
            tasks=tuple(TaskView.of(task) for task in hub.tasks),
            applications=tuple(ApplicationCard.of(one, program, now) for one, program in hub.applications),
            reservations=tuple(ReservationCard.of(one, program, now) for one, program in hub.reservations),
            ended=tuple(ApplicationCard.of(one, program, now) for one, program in hub.ended),
            profile_missing=hub.profile_missing,
        )


class QueueRow(Answer):
    """`kind`: review (an application to decide), host_late (a host that does not answer: take it back), or mail (a
    host's mail whose outcome nobody knows). `taken`: somebody reads it now."""

    kind: str
    href: str
    due_at: Instant
    overdue: bool
    escalated: bool
    taken: bool
    mine: bool
    trainee: str
    program_name: str
    zone: str
    start: date | None
    weeks: int
    status: ApplicationStatus | ReservationStatus
    experience_type: ExperienceType | None

    @classmethod
    def of(cls, row: Waiting) -> QueueRow:
        subject = row.application or row.reservation
        assert subject is not None  # the service leaves out what is not there
        folder = "applications" if row.application else "reservations"
        return cls(
            kind=row.item.due.kind, href=f"/{folder}/{subject.id}", due_at=row.item.due.at, overdue=row.overdue, escalated=row.escalated,
            taken=subject.status is ApplicationStatus.IN_REVIEW, mine=row.mine, trainee=row.trainee.name if row.trainee else "Name erased",
            program_name=row.program.name, zone=row.program.place.zone, start=subject.start, weeks=subject.weeks, status=subject.status,
            experience_type=row.application.experience_type if row.application else None,
        )  # fmt: skip


class QueueView(Answer):
    """`rows` by time left, those of `view`; the counts are of the whole queue. `more`: it is longer than what was read."""

    view: View
    rows: tuple[QueueRow, ...]
    open: int
    overdue: int
    today: int
    mine: int
    free: int
    more: bool

    @classmethod
    def of(cls, queue: Queue, view: View) -> QueueView:
        rows = tuple(QueueRow.of(row) for row in queue.rows)
        chosen = {"all": rows, "overdue": [r for r in rows if r.overdue], "mine": [r for r in rows if r.mine], "free": _free(rows)}
        return cls(
            view=view, rows=tuple(chosen[view]), open=len(rows), overdue=queue.overdue, today=queue.today,
            mine=sum(row.mine for row in rows), free=len(_free(rows)), more=queue.more,
        )  # fmt: skip


class WorkspaceView(Answer):
    """One part or both: `hub` for a trainee, `queue` for the operator's staff."""

    name: str
    roles: tuple[str, ...]
    hub: HubView | None
    queue: QueueView | None


def _free(rows: tuple[QueueRow, ...]) -> list[QueueRow]:
    return [row for row in rows if not row.taken]
