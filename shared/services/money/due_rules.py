"""What money waits for, and what happens when the time is up."""

from __future__ import annotations

from shared.domain.core.due_readers import SWEEP
from shared.domain.reservations.due_kinds import REFUND
from shared.services.core.due_rule import DueRule, Stage
from shared.services.money.settlement import Settlement

DUE_RULES = (
    DueRule(
        REFUND,
        ("RESERVATION",),
        ("system",),
        "money goes back to the person who paid for a seat that was gone",
        SWEEP,
        Settlement,
        Settlement.finish_refund,
        stage=Stage.REFUNDS,
        asks_partner=True,
    ),
)
