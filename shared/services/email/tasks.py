"""What an email in trouble asks of a coordinator: to find out whether the host knows (H13)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from shared.domain.core.due_readers import COORDINATORS
from shared.domain.email.due_kinds import MAIL
from shared.ports import Stored
from shared.services.core.task import QueueTask, Subject

WHAT = {
    "bounced": "Host mail came back: correct the address or call",
    "complaint": "Host mail was called spam: call the host",
    "mailbox_full": "Host’s mailbox is full: call the host",
    "too_large": "Host mail was too large: call the host",
    "content": "Host’s mail system refused our mail: call the host",
    "rejected": "Host mail was not sent: call the host",
    "unknown": "Host mail: find out whether it arrived",
}
PAGES = {"APPLICATION": "applications", "RESERVATION": "reservations"}


def _trouble(loaded: Stored, _: datetime) -> Subject | None:
    state: Any = loaded.state
    if state.get("mail_trouble") is None:
        return None
    return Subject(
        title=WHAT[state["mail_trouble"]],
        href=f"/{PAGES[loaded.kind]}/{loaded.id}",
        program_id=state["program_id"],
        trainee_id=state["trainee_id"],
        status=state["status"],
        start=state["start"],
        weeks=state["weeks"],
    )


TASKS = (QueueTask(MAIL, COORDINATORS, ("coordinator", "admin"), _trouble, "A coordinator"),)
