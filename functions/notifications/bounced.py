"""What the email service says became of an email, through EventBridge and a queue of its own: ids and codes only,
because the rule passes nothing on that names a person (infra/inbox.yaml)."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from shared.domain.email.email_names import TAG, EmailName, EmailTrouble, named_by
from shared.ports import system
from shared.runtime.log import log
from shared.runtime.worker import Batch
from shared.services.core.transitions import RequestContext

TROUBLES: Mapping[str, EmailTrouble] = {
    "Email Bounced": "bounced",
    "Email Complaint Received": "complaint",
    "Email Rejected": "rejected",
}
"""https://docs.aws.amazon.com/ses/latest/dg/monitoring-eventbridge.html"""
PASSING: Mapping[str, EmailTrouble | None] = {
    "General": None,
    "MailboxFull": "mailbox_full",
    "MessageTooLarge": "too_large",
    "ContentRejected": "content",
    "AttachmentRejected": "content",
}
"""Subtypes of a transient bounce. The general one is how an answer of absence is reported: the email has arrived
(https://docs.aws.amazon.com/ses/latest/dg/notification-contents.html#bounce-types)."""
Report = Callable[[EmailName, EmailTrouble, RequestContext], str]


class Reports:
    """`report` takes an email's name, what became of it, and the call; it says what that came to. Messages that fail
    come back alone."""

    def __init__(self, name: str, report: Report) -> None:
        self._name, self._report = name, report
        self.answer = Batch(self._consume).answer

    def _consume(self, record: Mapping[str, Any]) -> None:
        body = json.loads(record["body"])
        event_id, trouble = str(body["id"]), trouble_of(body)
        if trouble is None:
            log(self._name, "email answered by a machine", event=event_id)
            return
        try:
            tag = str((body["tags"].get(TAG) or [""])[0])
            email, call = named_by(tag), RequestContext(system(self._name), event_id, event_id)
            outcome = self._report(email, trouble, call) if email else "not an email of ours"
        except Exception as error:
            log(self._name, "report failed", error=error, event=event_id)
            raise
        log(self._name, "email in trouble", event=event_id, email=tag, trouble=trouble, outcome=outcome)


def trouble_of(report: Mapping[str, Any]) -> EmailTrouble | None:
    """None for a report that is no trouble. Raises `KeyError` for a type that the rule does not pass on."""
    found = TROUBLES[report["type"]]
    return PASSING.get(report.get("why", ""), found) if report.get("bounce") == "Transient" else found
