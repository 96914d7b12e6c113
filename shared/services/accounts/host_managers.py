"""Who acts for a host (H04): a coordinator invites the host's manager, adds one who acts for another host already, or
takes the host away.

A host manager answers what the host is asked and sees nothing of any other host. Somebody with another kind of account
keeps it: one address is one account, and who applies or decides does not act for a host as well.
"""

from __future__ import annotations

from dataclasses import dataclass

from shared.domain.accounts.account_input import email_address, person_name
from shared.domain.accounts.account_status import ACTIVE, INVITED, UNCONFIRMED
from shared.domain.core.errors import Duplicate, NotFound
from shared.domain.core.instants import parse
from shared.domain.programs.program import Program
from shared.events.account import HostAdded, HostInvited, HostRemoved
from shared.ports import Catalogue, Contact, Person, Stored
from shared.services.accounts.invitations import Inviting, invitation, waits_as
from shared.services.accounts.staff import Member, by_name
from shared.services.core.transitions import RequestContext, retry_on_conflict
from shared.services.programs.host_index import HOST, HostIndex, acts_for, manager_entry


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
        accounts, persons = self.store.load_many([("ACCOUNT", id) for id in ids]), self.people.persons(ids)
        managers = by_name(
            Member(one.id, persons.get(one.id), one.state) for one in accounts.values() if acts_for(one, host_id)
        )
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
        account, now = self._account(person.account_id), self.clock.now()
        if account and account.state["status"] != UNCONFIRMED:
            self._add(call, host_id, account, person)
            return
        created_at = parse(account.state["created_at"]) if account else now
        event = HostInvited(
            status=INVITED, id=person.account_id, roles=(HOST,), hosts=(host_id,), created_at=created_at, invited_at=now
        )
        version = account.version + 1 if account else 1
        entry = manager_entry(person.account_id, host_id, version, now)
        self._invited(account, person, event, call, (entry,))

    def _add(self, call: RequestContext, host_id: str, account: Stored, person: Person) -> None:
        """Who has not taken an earlier invitation gets a fresh link, which is for all of their hosts."""
        if set(account.state["roles"]) != {HOST} or account.state["status"] not in (ACTIVE, INVITED):
            facts = {"account_id": account.id} if call.actor.role == "admin" else {}
            raise Duplicate(
                "This address has another account at Rota already.",
                "One address is one account: use another address, or ask an administrator.",
                field="email",
                **facts,
            )
        if acts_for(account, host_id):
            if account.state["status"] == INVITED:
                self.people.save_person(person)  # the call before may have ended between the invitation and the name
            return
        now, hosts = self.clock.now(), (*account.state.get("hosts", ()), host_id)
        invited = account.state["status"] == INVITED
        event = (
            invitation(account, now, hosts) if invited else HostAdded(status=ACTIVE, hosts=hosts, added_host=host_id)
        )
        self._record(account, event, call, texts=(manager_entry(account.id, host_id, account.version + 1, now),))

    def send_again(self, call: RequestContext, host_id: str, account_id: str) -> None:
        """A fresh link, at most one a minute. Raises `NotFound`, also for who does not act for this host;
        `NotAllowedNow` once taken."""
        if not acts_for(self._known(account_id), host_id):
            raise NotFound("There is no such account.", "Look at the list again.")
        self.invite_again(call, account_id)

    def remove(self, call: RequestContext, host_id: str, account_id: str) -> None:
        """Acts on the next click: every session ends, and the host's questions are no longer theirs; other hosts stay.
        An invitation that nobody took ends with its last host. Repeating it changes nothing. Raises `NotFound`, also
        for who never acted for a host."""

        def decide() -> None:
            account = self._known(account_id)
            held = tuple(account.state.get("hosts", ()))
            if "hosts" not in account.state:
                raise NotFound("There is no such account.", "Look at the list again.")
            if host_id in held:
                left = tuple(id for id in held if id != host_id)
                status = account.state["status"]
                becomes = waits_as(account.state, left) if status == INVITED else {"status": status}
                event = HostRemoved(**becomes, hosts=left, removed_host=host_id, **self._over(account))
                self._record(account, event, call)

        retry_on_conflict(decide)
