"""Who reads a due row: it acts on it, or lists it. A row has one reader; what is acted on and listed is two rows.

The reader is the partition of the index `due` (docs/adr/0011-due-rows-are-read-by-who-acts.md).
"""

from __future__ import annotations

SWEEP = "sweep"
"""The minute's sweep acts on what fell due."""
REVIEWERS, COORDINATORS = "reviewers", "coordinators"
"""What they owe, listed in their queue."""
WATCHED = "watched"
"""What waits for a trainee or a host: staff see it, and owe nothing."""
ALERTS = "alerts"
"""Saved searches to be told of matches."""
CREDIT_FORMS = "credit-form-sla"
"""The clock of the credit form (H16) has a minute's run of its own: nothing else can make it late."""
ACTING = (SWEEP, CREDIT_FORMS)
"""Runs that act on what fell due; all other readers list it."""


def of_coach(account_id: str) -> str:
    """A coach's own rotations in order of their start."""
    return f"coach:{account_id}"
