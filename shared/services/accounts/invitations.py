"""One piece for both invitations, of staff and of a host's manager: a mail with a link, whose reader chooses a password
and is in."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from shared.domain.accounts.account import Account, AccountEvent, AccountStatus, status_after
from shared.domain.accounts.account_input import RESEND_AFTER, email_address
from shared.domain.accounts.due_kinds import UNCONFIRMED
from shared.domain.core.errors import NotAllowedNow, NotFound
from shared.domain.core.limits import INVITATION_EMAILS, INVITATIONS
from shared.domain.core.limits import UNCONFIRMED as LIFE
from shared.events.account import HostInvited, StaffInvited
from shared.ports import Due, Person, PersonalRecord, Stored
from shared.services.accounts.account_ports import AccountPorts
from shared.services.core.transitions import RequestContext, retry_on_conflict


@dataclass(frozen=True, kw_only=True)
class Inviting(AccountPorts):
    def _known(self, account_id: str) -> tuple[Stored, Account]:
        """As stored, and as read. Raises `NotFound`, also for somebody who was erased."""
        loaded, account = self._account(account_id)
        if account is None or account.status is AccountStatus.ERASED:
            raise NotFound("There is no such account.", "Look at the list again.")
        return loaded, account

    def _invited(
        self,
        loaded: Stored,
        person: Person,
        event: StaffInvited | HostInvited,
        call: RequestContext,
        texts: tuple[PersonalRecord, ...] = (),
    ) -> None:
        """The invitation, and who it is for. Its mail needs a person; one who is there from a sign-up is only renamed
        once the invitation stands, since they may confirm at this moment and then are who they said. Raises
        `VersionConflict`, `Busy`."""
        if not loaded.version:
            self.people.save_person(person)
        self._record(loaded, event, call, texts=texts)
        if loaded.version:
            self.people.save_person(person)

    def invite_again(self, call: RequestContext, account_id: str) -> None:
        """A fresh link, at most one a minute. Raises `NotFound`, `NotAllowedNow` once the invitation was taken,
        `TooManyTries`."""
        _, account = self._known(account_id)
        if account.status is not AccountStatus.INVITED:
            raise NotAllowedNow(
                "Nobody waits for this invitation.", "Look at the account again.", state=account.status.value
            )
        if account.invited_at is None or self.clock.now() - account.invited_at >= RESEND_AFTER:
            self._paced_invitation(call, self.people.person(account_id).email)
            self._invite_anew(call, account_id)

    def _invite_anew(self, call: RequestContext, account_id: str) -> None:
        """However long ago the last one was: its link may be dead. Taken meanwhile: nothing happens."""

        def decide() -> None:
            (loaded, account), now = self._known(account_id), self.clock.now()
            if account.status is AccountStatus.INVITED:
                self._record(loaded, invitation(account, now, account.hosts, call), call)

        retry_on_conflict(decide)

    def _paced_invitation(self, call: RequestContext, email: str) -> None:
        """Raises `TooManyTries`, also at a terminal: each is an email to somebody."""
        inviter = (INVITATIONS, call.actor.id)
        self._paced(inviter, (INVITATION_EMAILS, email_address(email)), field="email")

    @staticmethod
    def _lets_go(now: datetime) -> tuple[Due, ...]:
        """Of an invitation that ended: the address is as after a sign-up that nobody confirmed."""
        return (Due(UNCONFIRMED, now + LIFE, "trainee"),)


def invitation(
    account: Account, now: datetime, hosts: Collection[str], call: RequestContext
) -> StaffInvited | HostInvited:
    """The email once more, with what the account was invited to be; to act for `hosts`, if there are any."""
    status = status_after(account.status, AccountEvent.INVITE, call.actor.role)
    roles, created_at = account.roles, account.created_at
    if hosts:
        return HostInvited(
            status=status, id=account.id, roles=roles, hosts=tuple(hosts), created_at=created_at, invited_at=now
        )
    return StaffInvited(status=status, id=account.id, roles=roles, created_at=created_at, invited_at=now)
