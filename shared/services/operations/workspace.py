"""What each signed-in person owes and is owed: the trainee's hub, and the operator's queue by time left. What there is
to do is said by the contexts (`tasks.py`)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.domain.applications.application import Application
from shared.domain.applications.application_machine import ApplicationStatus
from shared.domain.applications.clocks import as_of
from shared.domain.core.calendar import end_of_day, local_date, reached
from shared.domain.core.policy import CURRENT
from shared.domain.programs.program import Program
from shared.domain.reservations.reservation import SEATED, Reservation, ReservationStatus
from shared.ports import BusinessClock, Catalogue, DueItem, People, Person, Store, Stored
from shared.services.contexts import queue_tasks, trainee_tasks
from shared.services.core.records import application_of
from shared.services.core.task import QueueTask, Subject, Task
from shared.services.core.transitions import RequestContext

STAFF = ("reviewer", "coordinator", "admin")
"""Who has a queue: each role sees what it owes, and what is watched."""
QUEUE_READ = 300
"""The most urgent so many rows of a reader are shown."""
PROFILE = Task(
    "profile",
    "Complete your profile",
    "Open my profile",
    "/accounts/profile",
    text="It decides which rotations are open to you.",
)


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
    """One row of the queue. `due_at` is what is promised to whoever waits; `overdue` to the second. `holder` has it
    now, or had it before it went to somebody else; `mine`: the caller has it now."""

    item: DueItem
    task: QueueTask
    subject: Subject
    due_at: datetime
    program: Program | None
    trainee: Person | None
    overdue: bool
    mine: bool
    holder: Person | None = None


@dataclass(frozen=True)
class Queue:
    """In order of time left: `rows` wait for these roles, `elsewhere` for a trainee or a host. `today` counts rows that
    fall due before the operator's day ends and are not over yet. `more`: it is longer than what was read."""

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
        now, rules = self.clock.now(), trainee_tasks()
        kinds = dict.fromkeys(("APPLICATION", "RESERVATION", *(rule.of for rule in rules)))
        owned = {kind: self.store.owned(kind, call.actor.id) for kind in kinds}
        applied = [as_of(application_of(loaded), now) for loaded in owned["APPLICATION"]]
        reserved = [Reservation.model_validate(loaded.state) for loaded in owned["RESERVATION"]]
        shown = [
            one
            for one in reserved
            if one.status in (*SEATED, ReservationStatus.REFUND_DUE, ReservationStatus.COMPLETED)
        ]
        programs = self.catalogue.programs(_programs(loaded for found in owned.values() for loaded in found))
        # A converted application lives on as its reservation.
        listed = [one for one in applied if one.status is not ApplicationStatus.CONVERTED]
        leading = [one for one in listed if one.status in _LEADING]
        profile_missing = self.people.facts(call.actor.id) is None
        tasks = [
            task
            for rule in rules
            for loaded in owned[rule.of]
            if (task := rule.task(loaded, programs, now)) is not None
        ]
        tasks.sort(key=lambda task: (task.due_at is None, task.due_at or now))
        return Hub(
            applications=tuple((one, programs[one.program_id]) for one in leading),
            ended=tuple((one, programs[one.program_id]) for one in listed if one not in leading),
            reservations=tuple((one, programs[one.program_id]) for one in shown),
            tasks=(PROFILE, *tasks) if profile_missing else tuple(tasks),
            profile_missing=profile_missing,
            coaches=self.people.persons({one.coach_id for one in shown if one.coach_id}),
            held={one.id: one.held_until for one in reserved if one.status is ReservationStatus.HELD},
        )

    def queue(self, call: RequestContext, roles: Collection[str]) -> Queue:
        """What waits for these roles, and what they watch, the most urgent first."""
        staff, tasks = set(roles) & set(STAFF), queue_tasks()
        owed = {kind for kind, task in tasks.items() if staff & set(task.owed_by)}
        watched = {kind for kind, task in tasks.items() if task.watched and staff}
        readers = sorted({tasks[kind].reader for kind in owed | watched})
        read = {reader: self.store.due(reader, limit=QUEUE_READ) for reader in readers}
        items = [item for found in read.values() for item in found if item.due.kind in owed | watched]
        found = sorted(self._rows(items, tasks, call), key=lambda row: (row.due_at, row.item.subject_id))
        rows = tuple(row for row in found if row.item.due.kind in owed)
        now = self.clock.now()
        tonight = end_of_day(local_date(now, CURRENT.business_zone), CURRENT.business_zone)
        return Queue(
            rows=rows,
            elsewhere=tuple(row for row in found if row.item.due.kind in watched),
            overdue=sum(1 for row in rows if row.overdue),
            today=sum(1 for row in rows if not row.overdue and row.due_at <= tonight),
            more=any(len(found) >= QUEUE_READ for found in read.values()),
        )

    def _rows(self, items: Sequence[DueItem], tasks: Mapping[str, QueueTask], call: RequestContext) -> list[Waiting]:
        now = self.clock.now()
        found = self.store.load_many((item.subject_kind, item.subject_id) for item in items)
        there = [(item, found[key]) for item in items if (key := (item.subject_kind, item.subject_id)) in found]
        about = [(item, subject) for item, loaded in there if (subject := tasks[item.due.kind].subject(loaded, now))]
        programs = self.catalogue.programs({subject.program_id for _, subject in about if subject.program_id})
        persons = self.people.persons(
            {id for _, subject in about for id in (subject.trainee_id, subject.holder_id) if id}
        )
        return [
            Waiting(
                item=item,
                task=tasks[item.due.kind],
                subject=subject,
                due_at=(due_at := subject.due_at or item.due.at),
                program=programs.get(subject.program_id),
                trainee=persons.get(subject.trainee_id),
                overdue=reached(due_at, now),
                mine=subject.taken and subject.holder_id == call.actor.id,
                holder=persons.get(subject.holder_id),
            )
            for item, subject in about
        ]


def _programs(owned: Iterable[Stored]) -> set[str]:
    return {str(loaded.state["program_id"]) for loaded in owned if "program_id" in loaded.state}


_LEADING = (
    ApplicationStatus.DRAFT,
    ApplicationStatus.SUBMITTED,
    ApplicationStatus.IN_REVIEW,
    ApplicationStatus.NEEDS_INFO,
    ApplicationStatus.HOST_REVIEW,
    ApplicationStatus.APPROVED,
)
