"""Who besides the trainee may open a trainee's documents (product.md 1d): of the staff whoever has a case of theirs,
and who acts for a host the CV that goes to the host by email too, while the host is asked or has the trainee."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from shared.domain.applications.application import ApplicationStatus, host_over
from shared.domain.core.aggregate import AggregateType
from shared.domain.core.calendar import end_date, end_of_day, passed
from shared.domain.documents.document import Document
from shared.domain.programs.program import Program
from shared.domain.reservations.reservation import PAID_SEAT, Reservation, ReservationStatus
from shared.ports import Store
from shared.services.core.records import application_of, program_of, reservation_of
from shared.services.core.transitions import RequestContext

READ = 200
LOOKED_AFTER = (*PAID_SEAT, ReservationStatus.COMPLETED)


def staff_case(store: Store, call: RequestContext, trainee_id: str) -> str:
    """The case through which somebody acting as staff may read this trainee's documents: a coach's, the rotation that
    they look after; a reviewer's or coordinator's, the newest application that was sent. "" for none."""
    if call.actor.role == "coach":
        reserved = (reservation_of(one) for one in store.owned("RESERVATION", trainee_id, READ))
        mine = (one for one in reserved if one.coach_id == call.actor.id and one.status in LOOKED_AFTER)
        return next((one.case_id for one in mine), "")
    applied = (application_of(one) for one in store.owned("APPLICATION", trainee_id, READ))
    return next((one.case_id for one in applied if one.submitted_at is not None), "")


def host_may_open(store: Store, document: Document, hosts: Collection[str], now: datetime) -> bool:
    """The CV of an application that waits for one of these hosts, until the host's time is over, or of a seat reserved
    there, until the rotation's last day at its site is over or it ended before."""
    owned = (application_of(one) for one in store.owned("APPLICATION", document.trainee_id, READ))
    applied = [one for one in owned if one.cv_document_id == document.id]
    asked = [one for one in applied if one.status is ApplicationStatus.HOST_REVIEW and not host_over(one, now)]
    became: set[tuple[AggregateType, str]] = {
        ("RESERVATION", one.live_reservation_id) for one in applied if one.live_reservation_id
    }
    reserved = (reservation_of(one) for one in store.load_many(became).values())
    seated = [one for one in reserved if one.status in PAID_SEAT]
    where: set[tuple[AggregateType, str]] = {("PROGRAM", case.program_id) for case in asked}
    where |= {("PROGRAM", case.program_id) for case in seated}
    programs = (program_of(one) for one in store.load_many(where).values())
    mine = {program.id: program for program in programs if program.host_id in hosts}
    waits = any(one.program_id in mine for one in asked)
    return waits or any(_lasts(one, mine[one.program_id], now) for one in seated if one.program_id in mine)


def _lasts(reservation: Reservation, program: Program, now: datetime) -> bool:
    last = end_date(reservation.start, reservation.weeks)
    return not passed(end_of_day(last, program.place.zone), now)
