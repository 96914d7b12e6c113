"""What the workspace answers with. Cents are US cents, instants UTC; `zone` is a site's IANA zone."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Literal

from pydantic import Field

from functions.workspace.hosts import TodayView
from shared.domain.applications.due_kinds import ASKED, REVIEW
from shared.domain.core.calendar import end_date
from shared.domain.core.instants import Instant
from shared.domain.programs.program import ExperienceType, Program
from shared.domain.reservations.reservation import Reservation, ReservationStatus, balance_overdue
from shared.runtime.http.models import Answer, Request
from shared.services.applications.status_text import ApplicationCard
from shared.services.core.task import Task
from shared.services.operations.workspace import Hub, Queue, Waiting

View = Literal["all", "overdue", "mine", "free", "programs", "host", "trainee"]


class QueueQuery(Request):
    """`mine`: taken by the caller; `free`: taken by nobody; `programs`: of programs whose coordinator the caller is;
    `host` and `trainee`: what waits for them, not for us."""

    view: View = Field("all", title="View")


class TaskView(Answer):
    """`code`: profile, send, answer, reserve, pay, balance, balance_late, prepare or another context's; `title`, `text`
    and `button` are the page's words."""

    code: str
    title: str
    text: str
    button: str
    href: str
    program: str
    due_at: Instant | None
    zone: str
    cents: int | None

    @classmethod
    def of(cls, task: Task) -> TaskView:
        return cls(**vars(task))


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
    coach: str | None

    @classmethod
    def of(cls, one: Reservation, program: Program, now: Instant, coach: str | None) -> ReservationCard:
        place = program.place
        return cls(
            id=one.id,
            status=one.status,
            program_name=program.name,
            city=place.city,
            state=place.state,
            zone=place.zone,
            start=one.start,
            end=end_date(one.start, one.weeks),
            weeks=one.weeks,
            total_cents=one.total_cents,
            paid_cents=one.paid_cents,
            held_until=one.held_until if one.status is ReservationStatus.HELD else None,
            balance_due_at=one.balance_due_at if one.paid_cents < one.total_cents else None,
            balance_overdue=one.status is ReservationStatus.RESERVED and balance_overdue(one, now),
            coach=coach,
        )


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
            applications=tuple(
                ApplicationCard.of(one, program, now, hub.held.get(one.live_reservation_id or ""))
                for one, program in hub.applications
            ),
            reservations=tuple(
                ReservationCard.of(
                    one, program, now, coach.name if (coach := hub.coaches.get(one.coach_id or "")) else None
                )
                for one, program in hub.reservations
            ),
            ended=tuple(ApplicationCard.of(one, program, now) for one, program in hub.ended),
            profile_missing=hub.profile_missing,
        )


class QueueRow(Answer):
    """`kind` names what waits: review (an application to decide), host_late (a host that does not answer: the
    coordinator decides), email_trouble (an email that must arrive and did not), and with_host and asked, which wait for
    the host and the trainee; `title` says it in words. `acts` is who acts where nobody takes it. `taken`: somebody has
    it now, `reviewer` has or had it. `can_claim`: the caller may take it."""

    kind: str
    title: str
    acts: str
    href: str
    due_at: Instant
    overdue: bool
    escalated: bool
    taken: bool
    mine: bool
    can_claim: bool
    reviewer: str
    claim_lapses_at: Instant | None
    own_program: bool
    trainee: str
    program_name: str
    zone: str
    start: date | None
    weeks: int | None
    status: str
    experience_type: ExperienceType | None

    @classmethod
    def of(cls, row: Waiting, account_id: str, roles: Collection[str]) -> QueueRow:
        subject = row.subject
        return cls(
            kind=row.item.due.kind,
            title=subject.title,
            acts=row.task.acts,
            href=subject.href,
            due_at=row.due_at,
            overdue=row.overdue,
            escalated=subject.escalated,
            taken=subject.taken,
            mine=row.mine,
            can_claim=subject.claimable and "reviewer" in roles and subject.trainee_id != account_id,
            reviewer=row.holder.name if row.holder else "",
            claim_lapses_at=subject.held_until,
            own_program=row.program is not None and row.program.coordinator_id == account_id,
            trainee=row.trainee.name if row.trainee else "Name erased" if subject.trainee_id else "",
            program_name=row.program.name if row.program else "",
            zone=row.program.place.zone if row.program else "UTC",
            start=subject.start,
            weeks=subject.weeks,
            status=subject.status,
            experience_type=subject.experience_type,
        )


class QueueView(Answer):
    """`rows` by time left, those of `view`; `counts` are how many each view has. `open`, `overdue` and `today` are what
    waits for us. `more`: it is longer than what was read."""

    view: View
    counts: dict[View, int]
    rows: tuple[QueueRow, ...]
    open: int
    overdue: int
    today: int
    mine: int
    free: int
    more: bool

    @classmethod
    def of(cls, queue: Queue, view: View, account_id: str, roles: Collection[str]) -> QueueView:
        rows = [QueueRow.of(row, account_id, roles) for row in queue.rows]
        elsewhere = [QueueRow.of(row, account_id, roles) for row in queue.elsewhere]
        views: dict[View, list[QueueRow]] = {
            "all": rows,
            "overdue": [row for row in rows if row.overdue],
            "mine": [row for row in rows if row.mine],
            "free": [row for row in rows if row.kind == REVIEW and not row.taken],
            "programs": [row for row in rows if row.own_program],
            "host": [row for row in elsewhere if row.kind != ASKED],
            "trainee": [row for row in elsewhere if row.kind == ASKED],
        }
        counts = {name: len(found) for name, found in views.items()}
        return cls(
            view=view,
            counts=counts,
            rows=tuple(views[view]),
            open=len(rows),
            overdue=queue.overdue,
            today=queue.today,
            mine=counts["mine"],
            free=counts["free"],
            more=queue.more,
        )


class WorkspaceView(Answer):
    """One part or several: `hub` for a trainee, `queue` for the operator's staff, `host` for a host manager."""

    name: str
    roles: tuple[str, ...]
    hub: HubView | None
    queue: QueueView | None
    host: TodayView | None = None
