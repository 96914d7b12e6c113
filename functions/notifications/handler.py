"""Events in, emails out. What they say is in `emails.py` and `email_texts.py` of each context, how each is sent once in
`shared/services/operations/send_emails.py`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from functions.notifications.bounced import Reports
from shared.events.account import AskedByAddress
from shared.events.envelope import Envelope
from shared.runtime.settings import CoreTable, InboxTable, MailSettings, Uploads
from shared.runtime.worker import Worker, queue_of


class Settings(CoreTable, InboxTable, Uploads, MailSettings):
    """`email_reports_queue` is the ARN of the queue that brings what became of emails."""

    public_url: str
    email_reports_queue: str


worker = Worker("notifications", Settings)


@worker.on(AskedByAddress.TYPE)
def serve(event: Envelope) -> None:
    """What was asked for by an address, done after its answer."""
    worker.wiring.account_wishes.serve(event.subject.id)


@worker.on_any
def notify(event: Envelope) -> None:
    worker.wiring.send_emails.notify(event)


_events = worker.handler()
_reports = Reports(worker.name, lambda tag, trouble, call: worker.wiring.email_reports.report(tag, trouble, call))


def handler(event: Mapping[str, Any], context: Any) -> Any:
    """The bus's queue brings events to write about, the email service's what became of emails."""
    reports = queue_of(event) == worker.wiring.settings.email_reports_queue
    return _reports.answer(event, context) if reports else _events(event, context)
