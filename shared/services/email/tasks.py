"""What an email in trouble asks of a coordinator: to find out whether its recipient knows (H13)."""

from __future__ import annotations

from shared.domain.core.due_readers import COORDINATORS
from shared.domain.email.due_kinds import EMAIL_TROUBLE
from shared.services.core.task import QueueTask
from shared.services.email.emails_in_trouble import EmailsInTrouble

TASKS = (
    QueueTask(
        EMAIL_TROUBLE,
        COORDINATORS,
        ("coordinator", "admin"),
        EmailsInTrouble.subject,
        "A coordinator",
        service=EmailsInTrouble,
    ),
)
