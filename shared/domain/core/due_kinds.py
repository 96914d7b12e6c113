"""What can wait: every kind of due row (`<KIND>#<id> / DUE#<name>`, docs/adr/0002-one-due-row-per-wait.md) and who
looks at it.

The names stand in stored rows: a new meaning is a new kind.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from shared.domain.core.aggregate import AggregateType

DRAFT, STALE, OFFER = "draft", "stale", "offer"
REVIEW, ESCALATION, CLAIM = "review", "escalation", "claim"
REPLY, REPLY_REMINDER = "reply", "reply_reminder"
HOST, HOST_LATE, MAIL = "host", "host_late", "mail"
HOLD, REFUND, PREPARATION = "hold", "refund", "preparation"
SEATS, WAITLIST, SAVED_SEARCH = "seats", "waitlist", "saved_search"
_COACH = "coach:<account>"


@dataclass(frozen=True)
class DueKind:
    """`of` is what waits, `who` owes the next step (as in `Due.who`; several: it depends), `means` what happens at the
    due instant.

    `read_by` are the functions that read the rows: `deadlines` acts on what fell due, the others list what waits.
    """

    name: str
    of: tuple[AggregateType, ...]
    who: tuple[str, ...]
    means: str
    read_by: tuple[str, ...]


_SWEEP, _QUEUE = "deadlines", "workspace"
TABLE: Mapping[str, DueKind] = {
    kind.name: kind
    for kind in (
        DueKind(DRAFT, ("APPLICATION",), ("trainee",), "a draft that was not sent expires", (_SWEEP,)),
        DueKind(REVIEW, ("APPLICATION",), ("reviewer",), "the review is overdue (T18)", (_QUEUE,)),
        DueKind(
            ESCALATION,
            ("APPLICATION",),
            ("coordinator",),
            "the review has waited too long: shown at its row of `review` (T18)",
            (),
        ),
        DueKind(CLAIM, ("APPLICATION",), ("reviewer",), "the application is free for another reviewer", (_SWEEP,)),
        DueKind(STALE, ("APPLICATION",), ("system",), "nobody decided and the start is too near: closed", (_SWEEP,)),
        DueKind(
            REPLY, ("APPLICATION",), ("trainee",), "a question without an answer ends the application", (_SWEEP, _QUEUE)
        ),
        DueKind(REPLY_REMINDER, ("APPLICATION",), ("system",), "the trainee is reminded of the question", (_SWEEP,)),
        DueKind(
            HOST,
            ("APPLICATION",),
            ("host",),
            "the host is reminded, on day 7 a coordinator called (T20)",
            (_SWEEP, _QUEUE),
        ),
        DueKind(
            HOST_LATE, ("APPLICATION",), ("coordinator",), "the coordinator decides without the host (T20)", (_QUEUE,)
        ),
        DueKind(
            MAIL,
            ("APPLICATION", "RESERVATION"),
            ("coordinator",),
            "a mail to a host is in trouble: since then",
            (_QUEUE,),
        ),
        DueKind(OFFER, ("APPLICATION",), ("trainee",), "an offer that was not reserved ends", (_SWEEP,)),
        DueKind(HOLD, ("RESERVATION",), ("system", "trainee"), "an unpaid seat is given back", (_SWEEP,)),
        DueKind(
            REFUND, ("RESERVATION",), ("system",), "money goes back to who paid for a seat that was gone", (_SWEEP,)
        ),
        DueKind(
            PREPARATION, ("RESERVATION",), ("system",), "the trainee is reminded of what is still open (H20)", (_SWEEP,)
        ),
        DueKind(
            _COACH,
            ("RESERVATION",),
            ("coach",),
            "the rotation starts; a coach's list in order of start (T30)",
            (_QUEUE,),
        ),
        DueKind(SEATS, ("PROGRAM",), ("system",), "the weeks that came into reach are opened (H17)", (_SWEEP,)),
        DueKind(
            WAITLIST, ("WAITLIST",), ("system",), "the line is served, for as long as somebody stands in it", (_SWEEP,)
        ),
        DueKind(
            SAVED_SEARCH,
            ("SEARCH",),
            ("system",),
            "a saved search ends; until then each match is told",
            (_SWEEP, "search_indexer"),
        ),
    )
}


def of_coach(account_id: str) -> str:
    """A kind for each coach: the index of what is due is in order of time, so a coach's list by start date needs no
    index of its own."""
    return _COACH.replace("<account>", account_id)
