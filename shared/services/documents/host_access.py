"""Which of a trainee's documents who acts for a host may open (product.md 1d): the CV that goes to the host by mail
too, while the host is asked or has the trainee."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from shared.domain.applications.application import host_over
from shared.domain.applications.application_machine import ApplicationStatus
from shared.domain.core.aggregate import AggregateType
from shared.domain.core.calendar import end_date, end_of_day, passed
from shared.domain.documents.document import Document
from shared.domain.programs.program import Program
from shared.domain.reservations.reservation import PAID_SEAT, Reservation
from shared.ports import Store
from shared.services.core.records import application_of, program_of, reservation_of

READ = 200


def host_may_open(store: Store, document: Document, hosts: Collection[str], now: datetime) -> bool:
    """The CV of an application that waits for one of these hosts, until the host's time is over, or of a seat reserved
    there, until the rotation's last day at its site is over or it ended before."""
    owned = (application_of(one) for one in store.owned("APPLICATION", document.trainee_id, READ))
    applied = [one for one in owned if one.cv and one.cv.document_id == document.id]
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
