"""What the accounts room takes and shows for administrators: the staff, and one account."""

from __future__ import annotations

from typing import Self

from pydantic import Field

from shared.domain.accounts.account_input import INVITE_LIFE, ROLES
from shared.domain.accounts.second_factor import Demand, needed
from shared.domain.core.instants import Instant
from shared.runtime.http.models import Answer, Request
from shared.services.accounts.staff import Member


class Invitation(Request):
    name: str = Field(title="Full name", min_length=1, max_length=100)
    email: str = Field(title="Mail address", min_length=3, max_length=254)
    roles: list[str] = Field(title="Roles", min_length=1, max_length=len(ROLES))


class RolesForm(Request):
    roles: list[str] = Field(title="Roles", min_length=1, max_length=len(ROLES))


class MemberView(Answer):
    """`status` is UNCONFIRMED, INVITED, ACTIVE or DISABLED. `factor`: an authenticator app is set up; `factor_needed`:
    a role asks for it. `own`: the caller's."""

    id: str
    name: str
    email: str
    status: str
    roles: tuple[str, ...]
    created_at: Instant | None
    invited_at: Instant | None
    factor: bool
    factor_needed: bool
    own: bool
    all_roles: tuple[str, ...] = ROLES
    link_days: int = INVITE_LIFE.days
    saved: bool = False

    @classmethod
    def of(cls, found: Member, caller: str, demand: Demand, saved: bool = False) -> Self:
        account, person = found.account, found.person
        return cls(
            id=found.id,
            name=person.name if person else "Erased",
            email=person.email if person else "",
            status=account.status,
            roles=account.roles,
            created_at=account.created_at,
            invited_at=account.invited_at,
            factor=bool(account.factor_ref),
            factor_needed=needed(account.roles, demand),
            own=found.id == caller,
            saved=saved,
        )


class StaffView(Answer):
    """By name. `invited`: the page follows an invitation."""

    members: tuple[MemberView, ...]
    all_roles: tuple[str, ...] = tuple(role for role in ROLES if role not in ("trainee", "host"))
    link_days: int = INVITE_LIFE.days
    invited: bool = False
