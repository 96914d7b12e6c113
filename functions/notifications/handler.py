"""Events in, mails out. What to say is in `shared/services/email/text.py`, when not to say it twice in
`operations/notifying.py`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from functions.notifications.bounced import Reports, is_report
from shared.events.envelope import Envelope
from shared.runtime.settings import CoreTable, InboxTable, MailSettings, Uploads
from shared.runtime.worker import Worker

EVENTS = (
    "PasswordResetAsked.v1",
    "PasswordChanged.v1",
    "MailChangeAsked.v1",
    "MailChanged.v1",
    "StaffInvited.v1",
    "HostInvited.v1",
    "HostAdded.v1",
    "RecoveryCodeUsed.v1",
    "FactorSet.v1",
    "FactorRemoved.v1",
    "AccountSignedUp.v1",
    "ApplicationSubmitted.v1",
    "ApplicationApproved.v1",
    "ApplicationRejected.v1",
    "ApplicationExpired.v1",
    "ApplicationClosed.v1",
    "ApplicationWithdrawn.v1",
    "InformationRequested.v1",
    "ReplyReminded.v1",
    "ApplicationRouted.v1",
    "HostReminded.v1",
    "ReservationConfirmed.v1",
    "CoachMatched.v1",
    "RefundDue.v1",
    "ReservationRefunded.v1",
    "SecondPaymentRefunded.v1",
    "HostMailAgain.v1",
    "HostAskAgain.v1",
    "PreparationReminded.v1",
    "PartnerSuggested.v1",
    "WaitlistJoined.v1",
    "WaitlistOffered.v1",
    "WaitlistEnded.v1",
    "SearchMatched.v1",
)


class Settings(CoreTable, InboxTable, Uploads, MailSettings):
    public_url: str


worker = Worker("notifications", Settings)


@worker.on(*EVENTS)
def notify(event: Envelope) -> None:
    worker.wiring.send_emails.notify(event)


_events = worker.handler()
_reports = Reports(worker.name, lambda tag, trouble, call: worker.wiring.email_reports.report(tag, trouble, call))


def handler(event: Mapping[str, Any], context: Any) -> Any:
    """The bus's queue brings events to write about, the mail service's what became of mails."""
    return _reports.answer(event, context) if is_report(event) else _events(event, context)
