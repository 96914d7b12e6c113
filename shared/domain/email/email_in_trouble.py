"""An email in trouble: one that must arrive and did not, or that nobody knows the fate of (H13). Whatever it is about,
it is one aggregate, whose id is derived from that: reports that come twice or in any order meet at the same one.

Ids and codes only: where the email went is read from its recipient's record.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict

from shared.domain.core.aggregate import AggregateType
from shared.domain.core.instants import Instant
from shared.domain.core.machine import NEW, Actor, Arrow, Machine
from shared.domain.email.email_names import EmailName, EmailTrouble

EMAIL_TROUBLE: AggregateType = "EMAIL_TROUBLE"


class EmailTroubleStatus(StrEnum):
    IN_TROUBLE = "IN_TROUBLE"
    SENT_AGAIN = "SENT_AGAIN"
    TOLD = "TOLD"
    CLOSED = "CLOSED"


class EmailTroubleEvent(StrEnum):
    REPORT = "report"
    SEND_AGAIN = "send_again"
    TELL = "tell"
    CLOSE = "close"


_S, _E = EmailTroubleStatus, EmailTroubleEvent
_SYS, _CO = frozenset({Actor.SYSTEM}), frozenset({Actor.COORDINATOR})

EMAIL_IN_TROUBLE = Machine(
    "email in trouble",
    (
        Arrow(
            NEW, _E.REPORT, _SYS, _S.IN_TROUBLE, "the email must arrive and is waited for", ("a coordinator's task",)
        ),
        Arrow(_S.IN_TROUBLE, _E.REPORT, _SYS, _S.IN_TROUBLE, "says something new"),
        Arrow(
            _S.IN_TROUBLE,
            _E.SEND_AGAIN,
            _CO,
            _S.SENT_AGAIN,
            "still waited for; a correct address",
            ("address corrected", "the same email, once more"),
        ),
        Arrow(_S.IN_TROUBLE, _E.TELL, _CO, _S.TOLD, "still waited for"),
        Arrow(_S.IN_TROUBLE, _E.CLOSE, _SYS, _S.CLOSED, "nobody waits for it any more"),
        *(
            Arrow(
                ended,
                _E.REPORT,
                _SYS,
                _S.IN_TROUBLE,
                "about an email that went out since, and is waited for",
                ("a coordinator's task",),
            )
            for ended in (_S.SENT_AGAIN, _S.TOLD, _S.CLOSED)
        ),
    ),
    {
        _S.IN_TROUBLE: "This email is in trouble.",
        _S.SENT_AGAIN: "This email was sent again.",
        _S.TOLD: "Its recipient was told by phone.",
        _S.CLOSED: "Nobody waits for this email any more.",
    },
)


@dataclass(frozen=True)
class EmailSubject:
    """What an email is about, and which one of it: `email` is the name that its context gives it (host, host-asked
    ...)."""

    kind: AggregateType
    id: str
    email: str

    @property
    def trouble_id(self) -> str:
        """Of this email's trouble. It stands in a message tag, where `_` is the sign between the parts."""
        return "-".join((self.kind.lower(), self.id, self.email)).replace("_", "-")


class EmailInTrouble(BaseModel):
    """The stored state. `emails` are all sent ones that were ever reported, by name, with what is known of each;
    `trouble` and `since` are of the newest report. The recipient is named by kind and id (HOST, ACCOUNT ...).

    `settled_seq` is the number of this aggregate's event by which a coordinator settled it last, `about_seq` that of
    the newest event then of what it is about: emails that those before brought are settled.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    id: str
    version: int
    status: EmailTroubleStatus
    case_id: str
    about_kind: AggregateType
    about_id: str
    email: str
    trainee_id: str
    recipient_kind: str
    recipient_id: str
    emails: dict[str, EmailTrouble]
    trouble: EmailTrouble
    since: Instant
    ended_at: Instant | None = None
    settled_seq: int = 0
    about_seq: int = 0

    @property
    def about(self) -> EmailSubject:
        return EmailSubject(self.about_kind, self.about_id, self.email)


def says_nothing_new(
    known: EmailInTrouble, email: EmailName, trouble: EmailTrouble
) -> Literal["known", "settled since"] | None:
    """Why a report changes nothing: the same was said of this email before, or it went out before a coordinator settled
    it. None for what is new, which includes what became of an email that nobody knew the fate of."""
    before = known.emails.get(email.id)
    if before is not None and (trouble == "unknown" or before != "unknown"):
        return "known"
    first = known.settled_seq if email.kind == EMAIL_TROUBLE else known.about_seq + 1
    return "settled since" if int(email.seq) < first else None
