"""The same standing as staff read it: the trainee in the third person, who owes what until when, and nothing to click.
Pure."""

from __future__ import annotations

from shared.domain.applications.application import Application, in_line
from shared.domain.applications.application_machine import ApplicationStatus
from shared.domain.applications.clocks import as_of, owed_by
from shared.domain.core.instants import Instant
from shared.services.applications.status_text import CLOSED, Standing

S = ApplicationStatus
_NOTHING = "You need to do nothing"


def for_staff(application: Application, told: Standing, now: Instant) -> Standing:
    """`told` is what the trainee reads at `now` (UTC); instants stay what they are."""
    application = as_of(application, now)
    headline, sentence = _words(application, told)
    who = "the trainee" if told.who_acts == "you" else told.who_acts.replace("your reviewer", "the reviewer")
    since = application.waitlist.since if application.waitlist and in_line(application) else told.started_at
    return Standing(
        headline=headline, sentence=sentence, who_acts=who, started_at=since, due_at=told.due_at, overdue=told.overdue
    )


def _words(application: Application, told: Standing) -> tuple[str, str]:
    match application.status:
        case S.SUBMITTED:
            return "Waits for a reviewer", "A reviewer needs to take it and to decide."
        case S.IN_REVIEW:
            return "A reviewer has it", "The reviewer needs to decide, or to let it go back to the queue."
        case S.NEEDS_INFO:
            return (
                "Waits for the trainee's answer",
                f"{_NOTHING}: the review clock stands still and goes on with what was left when they answer. Without "
                "an answer the "
                "application ends.",
            )
        case S.HOST_REVIEW:
            return "Waits for the host", f"{_NOTHING}: the review clock stands still."
        case S.APPROVED:
            return _approved(application, told)
        case S.CLOSED:
            return told.headline, CLOSED[owed_by(application)].replace("Your reviewer's", "The reviewer's")
        case _:
            return told.headline, f"{_NOTHING}: this application has ended."


def _approved(application: Application, told: Standing) -> tuple[str, str]:
    if in_line(application):
        return (
            "Approved: the trainee waits in line for a seat",
            f"{_NOTHING}: a seat that comes back is held for who came first, and their offer stands still meanwhile.",
        )
    if application.waitlist and application.waitlist.until is not None:
        return (
            "Approved: a seat is held for the trainee",
            f"{_NOTHING}: they sign and pay by then, or it goes to the next in line.",
        )
    if application.live_reservation_id is not None:
        return "Approved: a seat is held while the trainee pays", f"{_NOTHING}: unpaid by then, the seat is given back."
    if told.who_acts != "you":
        return (
            told.headline,
            f"{_NOTHING}: while the program is paused nobody can reserve there; the offer ends as shown.",
        )
    return (
        "Approved: waits for the trainee to reserve",
        f"{_NOTHING}: the trainee signs and pays until then, or the offer ends.",
    )
