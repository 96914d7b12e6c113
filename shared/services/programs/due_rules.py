"""What a program waits for, and what happens when the time is up."""

from __future__ import annotations

from shared.domain.core.due_readers import SWEEP
from shared.domain.programs.due_kinds import SEATS
from shared.services.core.due_rule import DueRule
from shared.services.programs.seat_years import SeatYears

DUE_RULES = (
    DueRule(
        SEATS,
        ("PROGRAM",),
        ("system",),
        "the weeks that came into reach are opened (H17)",
        SWEEP,
        SeatYears,
        SeatYears.extend,
    ),
)
