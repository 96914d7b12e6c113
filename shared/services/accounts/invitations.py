"""One piece for both invitations, of staff and of a host's manager: a mail with a link, whose reader chooses a password
and is in."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.domain.accounts.account_input import RESEND_AFTER
from shared.domain.accounts.account_status import ERASED, INVITED, TRAINEE, UNCONFIRMED
from shared.domain.core.errors import NotAllowedNow, NotFound
from shared.domain.core.instants import parse
from shared.events.account import HostInvited, StaffInvited
from shared.ports import Person, PersonalRecord, Stored
from shared.services.accounts.account_ports import AccountPorts
from shared.services.core.transitions import RequestContext, retry_on_conflict, unsaved
from shared.services.programs.host_index import HOST


@dataclass(frozen=True, kw_only=True)
class Inviting(AccountPorts):
    def _known(self, account_id: str) -> Stored:
        """Raises `NotFound`, also for somebody who was erased."""
        account = self._account(account_id)
        if account is None or account.state["status"] == ERASED:
            raise NotFound("There is no such account.", "Look at the list again.")
        return account

    def _invited(
        self,
        account: Stored | None,
        person: Person,
        event: StaffInvited | HostInvited,
        call: RequestContext,
        texts: tuple[PersonalRecord, ...] = (),
    ) -> None:
        """The invitation, and who it is for. Its mail needs a person; one who is there from a sign-up is only renamed
        once the invitation stands, since they may confirm at this moment and then are who they said. Raises
        `VersionConflict`, `Busy`."""
        if account is None:
            self.people.save_person(person)
        self._record(account or unsaved("ACCOUNT", person.account_id), event, call, texts=texts)
        if account is not None:
            self.people.save_person(person)

    def invite_again(self, call: RequestContext, account_id: str) -> None:
        """A fresh link, at most one a minute. Raises `NotFound`, `NotAllowedNow` once the invitation was taken."""

        def decide() -> None:
            account, now = self._known(account_id), self.clock.now()
            if account.state["status"] != INVITED:
                raise NotAllowedNow(
                    "Nobody waits for this invitation.", "Look at the account again.", state=account.state["status"]
                )
            if now - parse(account.state["invited_at"]) >= RESEND_AFTER:
                self._record(account, invitation(account, now, account.state.get("hosts", ())), call)

        retry_on_conflict(decide)


def waits_as(state: Mapping[str, Any], hosts: Collection[str]) -> dict[str, Any]:
    """The fields of an account whose invitation nobody took, with these hosts left. To act for none is no invitation:
    its link ends, and the address may sign up as everybody's may."""
    ends = tuple(state["roles"]) == (HOST,) and not hosts
    return {"status": UNCONFIRMED, "roles": (TRAINEE,)} if ends else {"status": INVITED}


def invitation(account: Stored, now: datetime, hosts: Collection[str]) -> StaffInvited | HostInvited:
    """The mail once more, with what the account was invited to be; to act for `hosts`, if there are any."""
    roles, created_at = tuple(account.state["roles"]), parse(account.state["created_at"])
    if hosts:
        return HostInvited(
            status=INVITED, id=account.id, roles=roles, hosts=tuple(hosts), created_at=created_at, invited_at=now
        )
    return StaffInvited(status=INVITED, id=account.id, roles=roles, created_at=created_at, invited_at=now)
