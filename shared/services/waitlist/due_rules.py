"""What a line waits for: a seat that opens up. Its row stays due for as long as somebody stands in line."""

from __future__ import annotations

from shared.domain.core.due_readers import SWEEP
from shared.domain.seats.due_kinds import LINE
from shared.services.core.due_rule import DueRule, Stage
from shared.services.waitlist.waitlist import Waitlist

DUE_RULES = (
    DueRule(
        LINE,
        ("WAITLIST",),
        ("system",),
        "the line is served, for as long as somebody stands in it",
        SWEEP,
        Waitlist,
        Waitlist.serve_in_time,
        stage=Stage.LINES,
    ),
)
