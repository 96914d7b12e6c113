"""What an account waits for: the names of its due rows (docs/adr/0002-one-due-row-per-wait.md).

They stand in stored rows: a new meaning is a new name. What happens at the due instant:
`shared/services/accounts/due_rules.py`.
"""

from __future__ import annotations

UNCONFIRMED = "unconfirmed"
