"""For coordinators and administrators: who may sign in for a host (H04)."""

from __future__ import annotations

from typing import Literal

from functions.accounts.models.host_managers import HostInvitation, HostView
from functions.accounts.room import room
from shared.runtime.http import roles
from shared.services.core.transitions import RequestContext

operator = roles("coordinator", "admin")
ONE = "/accounts/hosts/<host_id>"
HERE = "/accounts/hosts/{host_id}"
Saved = Literal["", "invited", "again", "removed"]


def _call() -> RequestContext:
    session = room.session
    return room.call("admin" if session and "admin" in session.roles else "coordinator")


@room.get(ONE, access=operator, page="host.html", title="Host managers")
def host(host_id: str, saved: Saved = "") -> HostView:
    """A host's programs, who gets its mail, and who may sign in for it."""
    return HostView.of(room.wiring.host_managers.sheet(host_id), saved)


@room.post(ONE, access=operator, form=HostInvitation, again=host, goes_to=f"{HERE}?saved=invited")
def invite_host(host_id: str, body: HostInvitation) -> None:
    """Lets somebody sign in for the host: by an invitation, or at once who manages another host already."""
    room.wiring.host_managers.invite(_call(), host_id, body.name, body.email)


@room.post(f"{ONE}/invite-again/<account_id>", access=operator, again=host, goes_to=f"{HERE}?saved=again")
def invite_host_again(host_id: str, account_id: str) -> None:
    """Sends a fresh link to somebody who has not taken the invitation, at most one a minute."""
    room.wiring.host_managers.send_again(_call(), host_id, account_id)


@room.post(f"{ONE}/remove/<account_id>", access=operator, again=host, goes_to=f"{HERE}?saved=removed")
def remove_host(host_id: str, account_id: str) -> None:
    """Takes the host away from an account and ends its sessions; other hosts of theirs stay."""
    room.wiring.host_managers.remove(_call(), host_id, account_id)
