"""What a host is asked about one application, as the host sees it: whether an answer is still wanted, and what became
of it. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from shared.domain.applications.application import Application, host_over
from shared.domain.applications.application_machine import ApplicationStatus
from shared.domain.core.calendar import reached
from shared.domain.reservations.reservation import PAID_SEAT, ReservationStatus

State = Literal["open", "answered", "over", "moved"]
Outcome = Literal[
    "over",
    "review",
    "approved",
    "reserved",
    "completed",
    "ended_early",
    "no_show",
    "cancelled",
    "declined",
    "ended",
]
SHOWN_FOR = timedelta(days=60)
"""How long a question that is no longer open stays on the host's page: from the answer, or from asking where there was
none."""
_ENDS: dict[ApplicationStatus, Outcome] = {
    ApplicationStatus.HOST_REVIEW: "over",
    ApplicationStatus.APPROVED: "approved",
    ApplicationStatus.REJECTED: "declined",
    ApplicationStatus.EXPIRED: "ended",
    ApplicationStatus.WITHDRAWN: "ended",
    ApplicationStatus.CLOSED: "ended",
}
_BECAME: dict[ReservationStatus, Outcome] = {
    **dict.fromkeys(PAID_SEAT, "reserved"),
    ReservationStatus.COMPLETED: "completed",
    ReservationStatus.ENDED_EARLY: "ended_early",
    ReservationStatus.NO_SHOW: "no_show",
}


def question_state(application: Application, now: datetime) -> State:
    """Open; answered; over (from day ten on the coordinator decides); moved (decided, withdrawn or taken back without
    an answer)."""
    if application.status is ApplicationStatus.HOST_REVIEW:
        return "over" if host_over(application, now) else "open"
    return "answered" if application.host_answer is not None else "moved"


def outcome(application: Application, reservation: ReservationStatus | None) -> Outcome:
    """What became of a question that is not open. `reservation` is the status of what a converted application
    became."""
    if application.status is ApplicationStatus.CONVERTED:
        return _BECAME.get(reservation, "cancelled") if reservation else "cancelled"
    return _ENDS.get(application.status, "review")


def still_shown(application: Application, now: datetime) -> bool:
    """Up to the second in which the 60 days are over."""
    host = application.host
    if host is None:
        return False
    since = host.answer.at if host.answer else host.routed_at
    return not reached(since + SHOWN_FOR, now)
