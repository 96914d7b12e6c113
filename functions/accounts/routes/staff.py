"""For administrators: who has which role, inviting, changing roles, disabling, a lost authenticator app."""

from __future__ import annotations

from functions.accounts.models.staff import Invitation, MemberView, RolesForm, StaffView
from functions.accounts.room import room
from shared.runtime.http import roles

admin = roles("admin")
fresh = roles("admin", fresh=True)
"""For what gives power over others or takes their guard away: with a code that was entered a moment ago."""
ALL, ONE = "/accounts/staff", "/accounts/staff/<account_id>"
SAVED = "/accounts/staff/{account_id}?saved=1"


@room.get(ALL, access=admin, page="staff.html", title="People")
def staff(invited: bool = False) -> StaffView:
    """Everybody with a role of the staff."""
    staffing, caller = room.wiring.staff, room.call("admin").actor.id
    return StaffView(
        members=tuple(MemberView.of(one, caller, staffing.demand) for one in staffing.staff()), invited=invited
    )


@room.get(ONE, access=admin, page="member.html", title="{name}")
def member(account_id: str, saved: bool = False) -> MemberView:
    """One account, of the staff or not."""
    return MemberView.of(
        room.wiring.staff.member(account_id), room.call("admin").actor.id, room.wiring.staff.demand, saved
    )


@room.post(ALL, access=fresh, form=Invitation, again=staff, shows=member, goes_to="/accounts/staff?invited=1")
def invite(body: Invitation) -> dict[str, str]:
    """Invites somebody by mail; the link's reader chooses a password. A known address is refused with its account."""
    return {"account_id": room.wiring.staff.invite(room.call("admin"), body.name, body.email, body.roles)}


@room.post(f"{ONE}/roles", access=fresh, form=RolesForm, again=member, goes_to=SAVED)
def change_roles(account_id: str, body: RolesForm) -> None:
    """Gives exactly these roles; acts on the person's next click."""
    room.wiring.staff.change_roles(room.call("admin"), account_id, body.roles)


@room.post(f"{ONE}/disable", access=fresh, again=member, goes_to=SAVED)
def disable(account_id: str) -> None:
    """Ends every session; nobody signs in with the account until it is enabled."""
    room.wiring.staff.disable(room.call("admin"), account_id)


@room.post(f"{ONE}/enable", access=admin, again=member, goes_to=SAVED)
def enable(account_id: str) -> None:
    """The account works again as it did before."""
    room.wiring.staff.enable(room.call("admin"), account_id)


@room.post(f"{ONE}/invite-again", access=admin, again=member, goes_to=SAVED)
def invite_again(account_id: str) -> None:
    """Sends a fresh link to somebody who has not taken the invitation, at most one a minute."""
    room.wiring.staff.invite_again(room.call("admin"), account_id)


@room.post(f"{ONE}/remove-factor", access=fresh, again=member, goes_to=SAVED)
def take_factor_away(account_id: str) -> None:
    """For somebody who lost telephone and recovery codes and was recognised: the next sign-in sets up another app."""
    room.wiring.second_factor.take_away(room.call("admin"), account_id)
