"""What an application waits for: the names of its due rows (docs/adr/0002-one-due-row-per-wait.md).

They stand in stored rows: a new meaning is a new name. What happens at the due instant:
`shared/services/*/due_rules.py`.
"""

from __future__ import annotations

DRAFT = "draft"
STALE = "stale"
OFFER = "offer"
REVIEW = "review"
CLAIM = "claim"
REPLY = "reply"
REPLY_REMINDER = "reply_reminder"
ASKED = "asked"
HOST = "host"
WITH_HOST = "with_host"
HOST_LATE = "host_late"
