"""Preparation, partners and a coach's trainees, as the reservations room takes and shows them."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from shared.domain.core.calendar import end_date, local_date
from shared.domain.core.instants import Instant
from shared.domain.core.policy import by_version
from shared.domain.programs.program import Program
from shared.domain.reservations import partners
from shared.domain.reservations.partners import Partner
from shared.domain.reservations.preparation import PrepKind, PrepTask, PrepWeek, by_week, tasks
from shared.domain.reservations.reservation import Reservation, ReservationStatus, balance_overdue
from shared.ports import BusinessClock
from shared.runtime.http.models import Answer, Request
from shared.services.reservations.caseload import CoachCase

PARTNER_KINDS = (PrepKind.HOUSING, PrepKind.TRANSPORTATION, PrepKind.INSURANCE)


class TickRequest(Request):
    """`done` "no" opens the item again."""

    kind: PrepKind = Field(title="Item")
    done: Literal["yes", "no"] = Field(title="Done")


class SuggestRequest(Request):
    """`partner_id` as in the directory."""

    partner_id: str = Field(title="Partner", min_length=1, max_length=60)


class SuggestionView(Answer):
    """A partner that the coach suggested; never more than a suggestion (T31)."""

    partner: Partner
    at: Instant


class CareView(Answer):
    """`weeks` is the preparation list by week, `open` how many of its items are not done; `suggestions` the newest
    last. While something is open, reminders go out from `reminded_from_days` before the start. `partners` are what the
    rotation's coach may still suggest, empty for everybody else."""

    weeks: list[PrepWeek]
    open: int
    suggestions: list[SuggestionView]
    partners: list[Partner]
    reminded_from_days: int

    @classmethod
    def of(cls, reserved: Reservation, program: Program, clock: BusinessClock, coaching: bool) -> CareView:
        listed = _tasks(reserved, program, clock)
        found = [(partners.find(one.partner_id), one.at) for one in reserved.suggestions]
        known = {one.partner_id for one in reserved.suggestions}
        return cls(
            weeks=list(by_week(listed, reserved.start)),
            reminded_from_days=max(by_version(reserved.policy_version).reservation.prep_reminder_days),
            open=sum(task.done_at is None for task in listed),
            suggestions=[SuggestionView(partner=partner, at=at) for partner, at in found if partner],
            partners=[one for one in partners.directory() if one.id not in known] if coaching and listed else [],
        )


class PartnerGroup(Answer):
    """The partners of one kind."""

    kind: PrepKind
    partners: list[Partner]


class DirectoryView(Answer):
    """T31: everybody who may be suggested, by kind."""

    groups: list[PartnerGroup]

    @classmethod
    def all(cls) -> DirectoryView:
        return cls(
            groups=[
                PartnerGroup(kind=kind, partners=[one for one in partners.directory() if one.kind is kind])
                for kind in PARTNER_KINDS
            ]
        )


class CaseRow(Answer):
    """One trainee of a coach. `next_task` is the open item that is due first."""

    id: str
    trainee: str
    status: ReservationStatus
    program: str
    city: str
    state: str
    zone: str
    start: date
    end: date
    weeks: int
    balance_overdue: bool
    open: int
    listed: int
    next_task: PrepTask | None
    suggestions: int

    @classmethod
    def of(cls, case: CoachCase, clock: BusinessClock) -> CaseRow:
        one, place = case.reserved, case.program.place
        still = [task for task in _tasks(one, case.program, clock) if task.done_at is None]
        return cls(
            id=one.id,
            trainee=case.trainee.name if case.trainee else "Name erased",
            status=one.status,
            program=case.program.name,
            city=place.city,
            state=place.state,
            zone=place.zone,
            start=one.start,
            end=end_date(one.start, one.weeks),
            weeks=one.weeks,
            balance_overdue=balance_overdue(one, clock.now()),
            open=len(still),
            listed=len(PrepKind),
            next_task=still[0] if still else None,
            suggestions=len(one.suggestions),
        )


class CasesView(Answer):
    """The caller's trainees by start date."""

    rows: list[CaseRow]

    @classmethod
    def of(cls, cases: list[CoachCase], clock: BusinessClock) -> CasesView:
        return cls(rows=[CaseRow.of(case, clock) for case in cases])


def _tasks(reserved: Reservation, program: Program, clock: BusinessClock) -> tuple[PrepTask, ...]:
    """Nothing before the seat is paid for."""
    if reserved.reserved_at is None:
        return ()
    zone = program.place.zone
    return tasks(reserved.start, local_date(reserved.reserved_at, zone), reserved.prep_done, zone, clock.now())
