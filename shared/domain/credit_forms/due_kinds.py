"""What a credit form waits for: the names of its due rows (docs/adr/0002-one-due-row-per-wait.md).

They stand in stored rows: a new meaning is a new name. What happens at the due instant:
`shared/services/*/due_rules.py`.
"""

from __future__ import annotations

CREDIT_SEND = "credit_send"
CREDIT_ACCEPT = "credit_accept"
CREDIT_FORWARD = "credit_forward"
CREDIT_TASK = "credit_task"
CREDIT_NEEDED = "credit_needed"
CREDIT_ANSWER = "credit_answer"
CREDIT_STEP = "credit_step"
CREDIT_MISSING = "credit_missing"
CREDIT_LAPSE = "credit_lapse"
