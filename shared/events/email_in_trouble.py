"""What happens to an email that must arrive and did not. Names of emails, ids and codes only."""

from __future__ import annotations

from typing import ClassVar

from shared.domain.core.aggregate import AggregateType
from shared.domain.core.instants import Instant
from shared.domain.email.email_in_trouble import EMAIL_TROUBLE, EmailTroubleStatus
from shared.domain.email.email_names import EmailTrouble
from shared.events.base import EventData


class EmailTroubleEvent(EventData):
    SUBJECT: ClassVar[AggregateType] = EMAIL_TROUBLE
    status: EmailTroubleStatus


class EmailTroubleReported(EmailTroubleEvent):
    """H13: the email did not arrive, was called spam, was refused, or nobody knows. `emails` are all that were ever
    reported, with what is known of each."""

    TYPE: ClassVar[str] = "EmailTroubleReported.v1"
    id: str
    case_id: str
    about_kind: str
    about_id: str
    email: str
    trainee_id: str
    recipient_kind: str
    recipient_id: str
    emails: dict[str, EmailTrouble]
    trouble: EmailTrouble
    since: Instant


class EmailSettled(EmailTroubleEvent):
    """By a coordinator. `settled_seq` is this event's number, `about_seq` the newest event's of what the email is
    about: what came out of earlier ones is settled."""

    ended_at: Instant
    settled_seq: int
    about_seq: int


class EmailSentAgain(EmailSettled):
    """The address was corrected, and the same email goes out once more, as this event's own."""

    TYPE: ClassVar[str] = "EmailSentAgain.v1"
    EMAILED: ClassVar[bool] = True


class EmailRecipientTold(EmailSettled):
    """The recipient knows by phone."""

    TYPE: ClassVar[str] = "EmailRecipientTold.v1"


class EmailTroubleClosed(EmailTroubleEvent):
    """Nobody waits for the email any more. It settles nothing: its recipient may be asked anew by then, and that email
    may bounce as well."""

    TYPE: ClassVar[str] = "EmailTroubleClosed.v1"
    ended_at: Instant
