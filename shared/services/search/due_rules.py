"""What a saved search waits for, and what happens when the time is up."""

from __future__ import annotations

from shared.domain.core.due_readers import ALERTS, SWEEP
from shared.domain.search.due_kinds import ALERT, SAVED_SEARCH
from shared.services.core.due_rule import DueRule
from shared.services.search.saved_searches import SavedSearches

DUE_RULES = (
    DueRule(
        SAVED_SEARCH,
        ("SEARCH",),
        ("system",),
        "a saved search ends",
        SWEEP,
        SavedSearches,
        SavedSearches.end_in_time,
    ),
    DueRule(ALERT, ("SEARCH",), ("system",), "until then each match is told", ALERTS),
)
