"""Which of a trainee's documents who acts for a host may open: the CV that goes to the host by mail too, and as long (product.md 1d)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from shared.domain.aggregate import Kind
from shared.domain.application import ApplicationStatus, host_over
from shared.ports import Loaded, Store
from shared.services.applying import application_of
from shared.services.cv_links import OPEN_WHILE

READ = 200


def host_may_open(store: Store, document: Loaded, hosts: Collection[str], now: datetime) -> bool:
    """The CV of an application that waits for one of these hosts, until the host's time is over, or of a seat reserved there."""
    applied = [one for one in store.owned("APPLICATION", str(document.state["trainee_id"]), READ) if _carries(one, document)]
    asked = [one for one in applied if one.state["status"] == ApplicationStatus.HOST_REVIEW and not host_over(application_of(one), now)]
    became: set[tuple[Kind, str]] = {("RESERVATION", one.state["live_reservation_id"]) for one in applied if _became(one)}
    seated = [one for one in store.load_many(became).values() if one.state["status"] in OPEN_WHILE["RESERVATION"]]
    where: set[tuple[Kind, str]] = {("PROGRAM", case.state["program_id"]) for case in (*asked, *seated)}
    programs = store.load_many(where)
    return any(program.state["host_id"] in hosts for program in programs.values())


def _became(application: Loaded) -> bool:
    return bool(application.state.get("live_reservation_id"))


def _carries(application: Loaded, document: Loaded) -> bool:
    return bool(application.state.get("cv_document_id") == document.id)
