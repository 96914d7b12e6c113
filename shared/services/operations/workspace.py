"""What each signed-in person owes and is owed: the trainee's hub, and the operator's queue by time left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.domain.applications.application import Application, ApplicationStatus, in_line, reply_over
from shared.domain.applications.clocks import as_of
from shared.domain.core import due_kinds
from shared.domain.core.calendar import end_of_day, local_date, reached
from shared.domain.core.policy import CURRENT
from shared.domain.programs.program import Program, ProgramStatus
from shared.domain.reservations import preparation
from shared.domain.reservations.reservation import SEATED, Reservation, ReservationStatus, balance_overdue
from shared.ports import BusinessClock, Catalogue, DueItem, People, Person, Store
from shared.services.core.records import application_of
from shared.services.core.transitions import RequestContext

QUEUES: Mapping[str, tuple[str, ...]] = {
    "reviewer": (due_kinds.REVIEW,),
    "coordinator": (due_kinds.REVIEW, due_kinds.HOST_LATE, due_kinds.MAIL),
    "admin": (due_kinds.REVIEW, due_kinds.HOST_LATE, due_kinds.MAIL),
}
"""Which kinds of due rows a role sees. A review's escalation is no line of its own: it marks a review that has waited
too long."""
WATCHED: Mapping[str, tuple[str, ...]] = dict.fromkeys(QUEUES, (due_kinds.REPLY, due_kinds.HOST, due_kinds.HOST_LATE))
"""Due rows of what waits for somebody else, a trainee or a host: shown apart, because nobody here owes the next
step."""
QUEUE_READ = 100


@dataclass(frozen=True)
class Task:
    """What the trainee does next; `due_at` UTC, None when nothing runs out. `zone` is the site's IANA zone."""

    code: str
    href: str
    program: str
    due_at: datetime | None
    zone: str
    cents: int | None = None


@dataclass(frozen=True)
class Hub:
    """A trainee's own: applications that still lead somewhere, those that ended, reservations that hold a seat or
    money, and who coaches them by account id (T30). `held`: until when a seat is held that is not paid, by reservation
    id (UTC)."""

    applications: tuple[tuple[Application, Program], ...]
    ended: tuple[tuple[Application, Program], ...]
    reservations: tuple[tuple[Reservation, Program], ...]
    tasks: tuple[Task, ...]
    profile_missing: bool
    coaches: Mapping[str, Person]
    held: Mapping[str, datetime]


@dataclass(frozen=True)
class Waiting:
    """One row of the queue. `due_at` is what is promised to whoever waits; `overdue` to the second; `escalated` once a
    review has waited its 72 business hours, or a host's silence seven days. `reviewer` has it now, or had it before it
    went to somebody else."""

    item: DueItem
    due_at: datetime
    application: Application | None
    reservation: Reservation | None
    program: Program
    trainee: Person | None
    overdue: bool
    escalated: bool
    mine: bool
    reviewer: Person | None = None


@dataclass(frozen=True)
class Queue:
    """In order of time left: `rows` wait for these roles, `elsewhere` for a trainee or a host. `today` counts rows that
    fall due before the operator's day ends and are not over yet."""

    rows: tuple[Waiting, ...]
    elsewhere: tuple[Waiting, ...]
    overdue: int
    today: int
    more: bool


@dataclass(frozen=True, kw_only=True)
class Workspace:
    store: Store
    people: People
    catalogue: Catalogue
    clock: BusinessClock

    def hub(self, call: RequestContext) -> Hub:
        """The caller's own rotations, newest first, and what to do next by time left."""
        now = self.clock.now()
        applied = [as_of(application_of(loaded), now) for loaded in self.store.owned("APPLICATION", call.actor.id)]
        reserved = [
            Reservation.model_validate(loaded.state) for loaded in self.store.owned("RESERVATION", call.actor.id)
        ]
        shown = [
            one
            for one in reserved
            if one.status in (*SEATED, ReservationStatus.REFUND_DUE, ReservationStatus.COMPLETED)
        ]
        programs = self.catalogue.programs({one.program_id for one in applied} | {one.program_id for one in shown})
        # A converted application lives on as its reservation.
        listed = [one for one in applied if one.status is not ApplicationStatus.CONVERTED]
        leading = [one for one in listed if one.status in _LEADING]
        profile_missing = self.people.facts(call.actor.id) is None
        return Hub(
            applications=tuple((one, programs[one.program_id]) for one in leading),
            ended=tuple((one, programs[one.program_id]) for one in listed if one not in leading),
            reservations=tuple((one, programs[one.program_id]) for one in shown),
            tasks=tuple(self._tasks(leading, shown, programs, profile_missing)),
            profile_missing=profile_missing,
            coaches=self.people.persons({one.coach_id for one in shown if one.coach_id}),
            held={one.id: one.held_until for one in reserved if one.status is ReservationStatus.HELD},
        )

    def queue(self, call: RequestContext, roles: Sequence[str]) -> Queue:
        """What waits for these roles, the most urgent first; at most 100 rows of a kind are read."""
        kinds = tuple(dict.fromkeys(kind for role in roles for kind in QUEUES.get(role, ())))
        watched = tuple(dict.fromkeys(kind for role in roles for kind in WATCHED.get(role, ())))
        items = [item for kind in dict.fromkeys((*kinds, *watched)) for item in self.store.due(kind, None, QUEUE_READ)]
        found = sorted(self._rows(items, call), key=lambda row: (row.due_at, row.item.subject_id))
        rows = tuple(row for row in found if row.item.due.kind in kinds)
        now = self.clock.now()
        tonight = end_of_day(local_date(now, CURRENT.business_zone), CURRENT.business_zone)
        return Queue(
            rows=rows,
            elsewhere=tuple(row for row in found if row.item.due.kind in watched),
            overdue=sum(1 for row in rows if row.overdue),
            today=sum(1 for row in rows if not row.overdue and row.due_at <= tonight),
            more=any(sum(1 for item in items if item.due.kind == kind) >= QUEUE_READ for kind in kinds),
        )

    # --- parts --------------------------------------------------------------------------------------------------------
    def _rows(self, items: Sequence[DueItem], call: RequestContext) -> list[Waiting]:
        found = self.store.load_many((item.subject_kind, item.subject_id) for item in items)
        now = self.clock.now()
        applications = {
            id: as_of(application_of(one), now) for (kind, id), one in found.items() if kind == "APPLICATION"
        }
        reservations = {
            id: Reservation.model_validate(one.state) for (kind, id), one in found.items() if kind == "RESERVATION"
        }
        subjects: list[Application | Reservation] = [*applications.values(), *reservations.values()]
        programs = self.catalogue.programs({one.program_id for one in subjects})
        holders = {one.claimed_by for one in applications.values() if one.claimed_by}
        persons = self.people.persons({one.trainee_id for one in subjects} | holders)
        rows = []
        for item in items:
            subject = applications.get(item.subject_id) or reservations.get(item.subject_id)
            if subject is None or not _still_waits(item, subject):
                continue  # the index may be a moment behind the state
            rows.append(self._row(item, subject, programs[subject.program_id], persons, call))
        return rows

    def _row(
        self,
        item: DueItem,
        subject: Application | Reservation,
        program: Program,
        persons: Mapping[str, Person],
        call: RequestContext,
    ) -> Waiting:
        now = self.clock.now()
        application = subject if isinstance(subject, Application) else None
        due_at = _promised(item, application)
        claimed = application is not None and application.status is ApplicationStatus.IN_REVIEW
        return Waiting(
            item=item,
            application=application,
            reservation=subject if isinstance(subject, Reservation) else None,
            program=program,
            trainee=persons.get(subject.trainee_id),
            due_at=due_at,
            overdue=reached(due_at, now),
            escalated=_escalated(item, application, now),
            mine=claimed and application is not None and application.claimed_by == call.actor.id,
            reviewer=persons.get((application.claimed_by if application else None) or ""),
        )

    def _tasks(
        self,
        applied: Sequence[Application],
        reserved: Sequence[Reservation],
        programs: Mapping[str, Program],
        profile_missing: bool,
    ) -> list[Task]:
        now = self.clock.now()
        tasks = [task for one in applied if (task := _application_task(one, programs[one.program_id], now))]
        tasks += [task for one in reserved if (task := _reservation_task(one, programs[one.program_id], now))]
        tasks += [task for one in reserved if (task := _prepare_task(one, programs[one.program_id], now))]
        tasks.sort(key=lambda task: (task.due_at is None, task.due_at or now))
        return [Task("profile", "/accounts/profile", "", None, "UTC"), *tasks] if profile_missing else tasks


_LEADING = (
    ApplicationStatus.DRAFT,
    ApplicationStatus.SUBMITTED,
    ApplicationStatus.IN_REVIEW,
    ApplicationStatus.NEEDS_INFO,
    ApplicationStatus.HOST_REVIEW,
    ApplicationStatus.APPROVED,
)


def _promised(item: DueItem, application: Application | None) -> datetime:
    """A host's row says when it is reminded next; what it owes the trainee is its answer in five days."""
    if item.due.kind == due_kinds.HOST and application is not None and application.host_due_at is not None:
        return application.host_due_at
    return item.due.at


def _escalated(item: DueItem, application: Application | None, now: datetime) -> bool:
    """A review has waited its 72 business hours, or a coordinator was called because the host says nothing."""
    if application is None or item.due.kind not in (due_kinds.REVIEW, due_kinds.HOST_LATE):
        return False
    since = application.host_escalated_at if item.due.kind == due_kinds.HOST_LATE else application.escalate_at
    return since is not None and reached(since, now)


def _still_waits(item: DueItem, subject: Application | Reservation) -> bool:
    if item.due.kind in (due_kinds.HOST, due_kinds.HOST_LATE):
        return subject.status is ApplicationStatus.HOST_REVIEW
    if item.due.kind == due_kinds.REPLY:
        return subject.status is ApplicationStatus.NEEDS_INFO
    if item.due.kind == due_kinds.MAIL:
        return subject.mail_trouble is not None
    return item.due.kind != due_kinds.REVIEW or subject.status in (
        ApplicationStatus.SUBMITTED,
        ApplicationStatus.IN_REVIEW,
    )


def _application_task(one: Application, program: Program, now: datetime) -> Task | None:
    zone = program.place.zone
    if one.status is ApplicationStatus.DRAFT:
        return Task("send", f"/applications/{one.id}", program.name, one.draft_expires_at, zone)
    if one.status is ApplicationStatus.NEEDS_INFO and not reply_over(one, now):
        return Task("answer", f"/applications/{one.id}", program.name, one.reply_due_at, zone)
    offered = one.status is ApplicationStatus.APPROVED and one.live_reservation_id is None and not in_line(one)
    offered = offered and program.status is ProgramStatus.LIVE
    if offered and one.offer_expires_at is not None and not reached(one.offer_expires_at, now):
        return Task("reserve", f"/reservations/for/{one.id}", program.name, one.offer_expires_at, zone)
    return None


def _prepare_task(one: Reservation, program: Program, now: datetime) -> Task | None:
    """H19, H20: the open item that is due first, from the day on which reminders begin; before that nothing presses."""
    if one.status not in (ReservationStatus.RESERVED, ReservationStatus.CLEARED) or one.reserved_at is None:
        return None
    if one.prep_from is not None and not reached(one.prep_from, now):
        return None
    zone = program.place.zone
    listed = preparation.tasks(one.start, local_date(one.reserved_at, zone), one.prep_done, zone, now)
    still = next((task for task in listed if task.done_at is None), None)
    return (
        Task("prepare", f"/reservations/{one.id}#preparation", program.name, end_of_day(still.due_on, zone), zone)
        if still
        else None
    )


def _reservation_task(one: Reservation, program: Program, now: datetime) -> Task | None:
    href, zone = f"/reservations/{one.id}", program.place.zone
    if one.status is ReservationStatus.HELD:
        return Task("pay", href, program.name, one.held_until, zone, one.charge_cents)
    owed = one.total_cents - one.paid_cents
    if one.status is ReservationStatus.RESERVED and owed > 0 and one.balance_due_at is not None:
        code = "balance_late" if balance_overdue(one, now) else "balance"
        return Task(code, href, program.name, one.balance_due_at, zone, owed)
    return None
