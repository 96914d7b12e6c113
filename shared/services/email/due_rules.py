"""What an email in trouble waits for: a coordinator."""

from __future__ import annotations

from shared.domain.core.due_readers import COORDINATORS
from shared.domain.email.due_kinds import MAIL
from shared.services.core.due_rule import DueRule

DUE_RULES = (
    DueRule(
        MAIL,
        ("APPLICATION", "RESERVATION"),
        ("coordinator",),
        "an email to a host is in trouble: since then",
        COORDINATORS,
    ),
)
