"""Who acts for a host (H04): a coordinator invites the host's manager, adds one who acts for another host already, or
takes the host away.

A host manager answers what the host is asked and sees nothing of any other host. Somebody with another kind of account
keeps it: one address is one account, and who applies or decides does not act for a host as well.
"""

from __future__ import annotations

from dataclasses import dataclass

from shared.domain.accounts.account import (
    HOST,
    TRAINEE,
    Account,
    AccountEvent,
    AccountStatus,
    invitation_over,
    status_after,
)
from shared.domain.accounts.account_input import email_address, person_name
from shared.domain.core.errors import Duplicate, NotFound
from shared.domain.core.machine import NEW
from shared.domain.programs.program import Program
from shared.events.account import HostAdded, HostInvited, HostRemoved
from shared.ports import Catalogue, Contact, Person, Stored
from shared.services.accounts.invitations import Inviting, invitation
from shared.services.accounts.staff import Member, by_name
from shared.services.core.people_records import account_of
from shared.services.core.transitions import RequestContext, retry_on_conflict
from shared.services.programs.host_index import HostIndex, manager_entry


@dataclass(frozen=True)
class HostSheet:
    """A host as the operator's staff see it: its programs by name, who gets its mail (None once erased), who may sign
    in for it by name."""

    host_id: str
    programs: tuple[Program, ...]
    contact: Contact | None
    managers: tuple[Member, ...]


@dataclass(frozen=True, kw_only=True)
class HostManagers(Inviting):
    catalogue: Catalogue
    host_index: HostIndex

    # --- looking ------------------------------------------------------------------------------------------------------
    def sheet(self, host_id: str) -> HostSheet:
        """Raises `NotFound` for a host of which nothing is known."""
        programs, contact = self._host(host_id)
        ids = self.host_index.managers(host_id)
        stored, persons = self.store.load_many([("ACCOUNT", id) for id in ids]), self.people.persons(ids)
        accounts = [account_of(one) for one in stored.values()]
        managers = by_name(Member(persons.get(one.id), one) for one in accounts if one.acts_for(host_id))
        return HostSheet(host_id, programs, contact, tuple(managers))

    def _host(self, host_id: str) -> tuple[tuple[Program, ...], Contact | None]:
        programs, contact = self.host_index.programs(host_id), self.people.contact(host_id)
        if not programs and contact is None:
            raise NotFound("There is no such host.", "Open it from one of its programs.")
        return programs, contact

    # --- changing -----------------------------------------------------------------------------------------------------
    def invite(self, call: RequestContext, host_id: str, name: str, email: str) -> str:
        """Somebody may sign in for this host: by a mail with a link, or from the next click on with a host manager's
        account. The id.

        Who may already stays as they are; a sign-up that nobody confirmed becomes the invitation; repeating it after a
        crash goes on. Raises `NotFound`, `Invalid` (name, email), `Busy`, `Duplicate` (another kind of account;
        `account_id` for administrators).
        """
        programs, _ = self._host(host_id)
        name, email = person_name(name), email_address(email)
        person = Person(self._holder(email), name, email, programs[0].place.zone if programs else "UTC")
        retry_on_conflict(lambda: self._give(call, host_id, person))
        return person.account_id

    def _give(self, call: RequestContext, host_id: str, person: Person) -> None:
        (loaded, account), now = self._account(person.account_id), self.clock.now()
        if account and account.status is not AccountStatus.UNCONFIRMED:
            self._add(call, host_id, loaded, account, person)
            return
        self._paced_invitation(call, person.email)
        event = HostInvited(
            status=status_after(account.status if account else NEW, AccountEvent.INVITE, call.actor.role),
            id=person.account_id,
            roles=(HOST,),
            hosts=(host_id,),
            created_at=account.created_at if account else now,
            invited_at=now,
        )
        entry = manager_entry(person.account_id, host_id, loaded.version + 1, now)
        self._invited(loaded, person, event, call, (entry,))

    def _add(self, call: RequestContext, host_id: str, loaded: Stored, account: Account, person: Person) -> None:
        """Who has not taken an earlier invitation gets a fresh link, which is for all of their hosts."""
        invited = account.status is AccountStatus.INVITED
        if set(account.roles) != {HOST} or not (invited or account.status is AccountStatus.ACTIVE):
            facts = {"account_id": account.id} if call.actor.role == "admin" else {}
            raise Duplicate(
                "This address has another account at Rota already.",
                "One address is one account: use another address, or ask an administrator.",
                field="email",
                **facts,
            )
        if account.acts_for(host_id):
            if invited:
                self.people.save_person(person)  # the call before may have ended between the invitation and the name
            return
        if invited:
            self._paced_invitation(call, person.email)
        now, hosts = self.clock.now(), (*account.hosts, host_id)
        event = (
            invitation(account, now, hosts, call)
            if invited
            else HostAdded(status=account.status, hosts=hosts, added_host=host_id)
        )
        self._record(loaded, event, call, texts=(manager_entry(account.id, host_id, loaded.version + 1, now),))

    def send_again(self, call: RequestContext, host_id: str, account_id: str) -> None:
        """A fresh link, at most one a minute. Raises `NotFound`, also for who does not act for this host;
        `NotAllowedNow` once taken."""
        if not self._known(account_id)[1].acts_for(host_id):
            raise NotFound("There is no such account.", "Look at the list again.")
        self.invite_again(call, account_id)

    def remove(self, call: RequestContext, host_id: str, account_id: str) -> None:
        """Acts on the next click: every session ends, and the host's questions are no longer theirs; other hosts stay.
        An invitation that nobody took ends with its last host. Repeating it changes nothing. Raises `NotFound`, also
        for who never acted for a host."""

        def decide() -> None:
            loaded, account = self._known(account_id)
            if not account.ever_had_hosts:
                raise NotFound("There is no such account.", "Look at the list again.")
            if host_id in account.hosts:
                left, status = tuple(id for id in account.hosts if id != host_id), account.status
                ends = status is AccountStatus.INVITED and invitation_over(account, left)
                if ends:
                    status = status_after(status, AccountEvent.END_INVITATION, call.actor.role)
                roles = {"roles": (TRAINEE,)} if ends else {}
                # The link of an invitation that goes on for other hosts goes on as well.
                waits = status is AccountStatus.INVITED
                over = {"session_epoch": account.generation} if waits else self._over(account)
                event = HostRemoved(status=status, **roles, hosts=left, removed_host=host_id, **over)
                due = self._lets_go(self.clock.now()) if ends else ()
                self._record(loaded, event, call, drops=(account.mail_change_ref,), due=due)

        retry_on_conflict(decide)
