"""Which of a trainee's documents who acts for a host may open (product.md 1d): the CV that goes to the host by mail
too, while the host is asked or has the trainee."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from shared.domain.applications.application import ApplicationStatus, host_over
from shared.domain.core.aggregate import AggregateType
from shared.domain.core.calendar import end_date, end_of_day, passed
from shared.domain.reservations.reservation import PAID_SEAT
from shared.ports import Store, Stored
from shared.services.core.records import application_of

READ = 200


def host_may_open(store: Store, document: Stored, hosts: Collection[str], now: datetime) -> bool:
    """The CV of an application that waits for one of these hosts, until the host's time is over, or of a seat reserved
    there, until the rotation's last day at its site is over or it ended before."""
    applied = [
        one for one in store.owned("APPLICATION", str(document.state["trainee_id"]), READ) if _carries(one, document)
    ]
    asked = [
        one
        for one in applied
        if one.state["status"] == ApplicationStatus.HOST_REVIEW and not host_over(application_of(one), now)
    ]
    became: set[tuple[AggregateType, str]] = {
        ("RESERVATION", one.state["live_reservation_id"]) for one in applied if _became(one)
    }
    seated = [one for one in store.load_many(became).values() if one.state["status"] in PAID_SEAT]
    where: set[tuple[AggregateType, str]] = {("PROGRAM", case.state["program_id"]) for case in (*asked, *seated)}
    programs = store.load_many(where)
    mine = {program.id: program for program in programs.values() if program.state["host_id"] in hosts}
    waits = any(one.state["program_id"] in mine for one in asked)
    return waits or any(
        _lasts(one, mine[one.state["program_id"]], now) for one in seated if one.state["program_id"] in mine
    )


def _lasts(reservation: Stored, program: Stored, now: datetime) -> bool:
    last = end_date(date.fromisoformat(reservation.state["start"]), reservation.state["weeks"])
    return not passed(end_of_day(last, program.state["place"]["zone"]), now)


def _became(application: Stored) -> bool:
    return bool(application.state.get("live_reservation_id"))


def _carries(application: Stored, document: Stored) -> bool:
    return bool(application.state.get("cv_document_id") == document.id)
