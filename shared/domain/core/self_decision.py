"""Nobody acts as staff, or for a host, on a record of their own, whatever roles they wear (H11, H12: somebody else
decides). Pure."""

from __future__ import annotations

from shared.domain.core.aggregate import Actor
from shared.domain.core.errors import WrongRole

FOR_THEMSELVES = {"trainee", "account", "system"}
"""Roles in which people act for themselves, or nobody acts at all. Every other role acts for Rota or for a host."""


def forbid_self_decision(actor: Actor, trainee_id: str) -> None:
    """Raises `WrongRole` when `actor` would act in a role of the staff, or of a host, on what is their own as the
    trainee `trainee_id`."""
    if actor.id == trainee_id and actor.role not in FOR_THEMSELVES:
        raise WrongRole(
            "This is your own, and nobody decides about their own.", "A colleague does it; you see it as a trainee."
        )
