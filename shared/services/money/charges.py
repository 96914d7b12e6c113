"""What a checkout asks for, as the fields of a reservation's event: the choice, what is due now and what later (T25,
T26, T28)."""

from __future__ import annotations

from typing import Any

from shared.domain.money import fees
from shared.domain.reservations.reservation import Choice


def bill(plan: fees.Quote, choice: Choice) -> dict[str, Any]:
    """`plan` is for paying today. Raises `Invalid` for a choice that this start does not have."""
    charge = fees.charge_now(plan, choice)
    owes = charge < plan.total_cents
    return {
        "choice": choice,
        "charge_cents": charge,
        "total_cents": plan.total_cents,
        "balance_cents": plan.total_cents - charge,
        "balance_due_at": plan.balance_due_at if owes else None,
        "late_fee_from": plan.late_fee_from if owes else None,
    }
