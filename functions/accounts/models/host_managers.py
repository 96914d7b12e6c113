"""What the accounts room takes and shows about a host (H04): its programs, who gets its mail, and who may sign in for
it."""

from __future__ import annotations

from typing import Self

from pydantic import Field

from shared.domain.accounts.account_input import INVITE_LIFE
from shared.domain.core.instants import Instant
from shared.runtime.http.models import Answer, Request
from shared.services.accounts.host_managers import HostSheet
from shared.services.accounts.staff import Member


class HostInvitation(Request):
    name: str = Field(title="Full name", min_length=1, max_length=100)
    email: str = Field(title="Mail address", min_length=3, max_length=254)


class HostManagerView(Answer):
    """`status` is INVITED (nobody took the invitation yet), ACTIVE or DISABLED."""

    id: str
    name: str
    email: str
    status: str
    invited_at: Instant | None

    @classmethod
    def of(cls, found: Member) -> Self:
        account, person = found.account, found.person
        return cls(
            id=found.id,
            name=person.name if person else "Erased",
            email=person.email if person else "",
            status=account.status,
            invited_at=account.invited_at,
        )


class HostProgram(Answer):
    id: str
    name: str


class HostView(Answer):
    """`contact_name` and `contact_email` get the host's mail; empty when there is nobody. `managers` may sign in for
    it, by name. `saved` names what the page follows."""

    host_id: str
    programs: tuple[HostProgram, ...]
    contact_name: str
    contact_email: str
    managers: tuple[HostManagerView, ...]
    link_days: int = INVITE_LIFE.days
    saved: str = ""

    @classmethod
    def of(cls, found: HostSheet, saved: str = "") -> Self:
        contact = found.contact
        return cls(
            host_id=found.host_id,
            programs=tuple(HostProgram(id=one.id, name=one.name) for one in found.programs),
            contact_name=contact.name if contact else "",
            contact_email=contact.email if contact else "",
            managers=tuple(HostManagerView.of(one) for one in found.managers),
            saved=saved,
        )
