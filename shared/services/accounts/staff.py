"""What administrators do: invite people to the staff, change roles, disable and enable accounts, take away a lost
authenticator app.

Nobody can lock everybody out: administrators change neither their own roles nor their own status.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from shared.domain.accounts.account import (
    HOST,
    TRAINEE,
    Account,
    AccountEvent,
    AccountStatus,
    enabling,
    status_after,
)
from shared.domain.accounts.account_input import email_address, email_key, known_roles, person_name
from shared.domain.accounts.second_factor import STAFF_ROLES, Demand, needed
from shared.domain.core.errors import Duplicate, Invalid, NotAllowedNow
from shared.domain.core.machine import NEW
from shared.events.account import AccountDisabled, AccountEnabled, RolesChanged, StaffInvited
from shared.ports import Person
from shared.services.accounts.invitations import Inviting
from shared.services.core.people_records import account_of
from shared.services.core.transitions import RequestContext, retry_on_conflict


@dataclass(frozen=True)
class Member:
    """`person` None once erased."""

    person: Person | None
    account: Account

    @property
    def id(self) -> str:
        return self.account.id


def by_name(members: Iterable[Member]) -> list[Member]:
    """Who was erased comes last."""
    return sorted(members, key=lambda one: (one.person.name.casefold() if one.person else "~", one.id))


@dataclass(frozen=True, kw_only=True)
class StaffAccounts(Inviting):
    demand: Demand = "staff"

    # --- looking ------------------------------------------------------------------------------------------------------
    def staff(self) -> list[Member]:
        """Everybody with a role of the staff, by name; from an index, so a change shows a moment later."""
        ids = self.store.staff()
        accounts, persons = self.store.load_many([("ACCOUNT", id) for id in ids]), self.people.persons(ids)
        return by_name(
            Member(persons.get(id), account_of(accounts[("ACCOUNT", id)])) for id in ids if ("ACCOUNT", id) in accounts
        )

    def member(self, account_id: str) -> Member:
        """One account. Raises `NotFound`."""
        _, account = self._known(account_id)
        return Member(self.people.persons([account.id]).get(account.id), account)

    # --- inviting -----------------------------------------------------------------------------------------------------
    def invite(self, call: RequestContext, name: str, email: str, roles: Iterable[str]) -> str:
        """A mail with a link goes out; its reader chooses a password and is in. The id. Repeating it after a crash goes
        on.

        A sign-up that nobody confirmed becomes the invitation. Raises `Invalid`, `Busy`, `Duplicate` (the address has
        an account: `account_id`).
        """
        name, email, wanted = person_name(name), email_address(email), staff_roles(roles)
        person = Person(self._holder(email), name, email)
        retry_on_conflict(lambda: self._invite(call, person, wanted))
        return person.account_id

    def _invite(self, call: RequestContext, person: Person, roles: tuple[str, ...]) -> None:
        (loaded, account), now = self._account(person.account_id), self.clock.now()
        if account and account.status is not AccountStatus.UNCONFIRMED:
            remedy = "Open that account and change its roles."
            raise Duplicate("This address has an account already.", remedy, account_id=person.account_id, field="email")
        self._paced_invitation(call, person.email)
        status = status_after(account.status if account else NEW, AccountEvent.INVITE, call.actor.role)
        event = StaffInvited(status=status, id=person.account_id, roles=roles, created_at=now, invited_at=now)
        self._invited(loaded, person, event, call)

    def first(self, call: RequestContext, email: str) -> str:
        """The first administrator, from a terminal: an account that is there gets the role, any other address an
        invitation. The id.

        Raises `Invalid` for a host manager's account, which has no other role.
        """
        held = self.store.claimed_by(email_key(email))
        account = self._account(held)[1] if held else None
        if account is None:
            return self.invite(call, email_address(email).partition("@")[0], email, ("admin",))
        self.change_roles(call, account.id, (*account.roles, "admin"))
        return account.id

    # --- changing -----------------------------------------------------------------------------------------------------
    def change_roles(self, call: RequestContext, account_id: str, roles: Iterable[str]) -> None:
        """Acts on the next click. Where the new roles need a code and no app is set up, every session ends: the next
        sign-in asks. With one, whatever began without it ended when it was set up. The hosts of a manager go with that
        role, so that it comes back without any.

        Raises `NotFound`, `Invalid` (also for `host` beside another role), `NotAllowedNow` (one's own account, or one
        that nobody confirmed).
        """
        wanted = known_roles(roles)

        def decide() -> None:
            loaded, account = self._known(account_id)
            self._not_own(call, account_id)
            self._not_unconfirmed(account)
            held = account.roles
            if set(held) == set(wanted):
                return
            more = needed(wanted, self.demand) and not needed(held, self.demand) and not account.factor_ref
            over = self._over(account) if more else {"session_epoch": account.generation}
            stays = HOST in held and HOST in wanted
            gone = {"hosts": ()} if account.hosts and not stays else {}
            self._record(loaded, RolesChanged(status=account.status, roles=wanted, **over, **gone), call)

        retry_on_conflict(decide)

    def disable(self, call: RequestContext, account_id: str) -> None:
        """Every session ends, nobody signs in, and nothing that was asked for is done any more. Disabled before:
        nothing happens. Raises `NotFound`, `NotAllowedNow`."""

        def decide() -> None:
            loaded, account = self._known(account_id)
            self._not_own(call, account_id)
            self._not_unconfirmed(account)
            if account.status is not AccountStatus.DISABLED:
                status = status_after(account.status, AccountEvent.DISABLE, call.actor.role)
                event = AccountDisabled(status=status, disabled_at=self.clock.now(), **self._over(account))
                drops = (account.mail_change_ref, account.factor_offer_ref)
                self._record(loaded, event, call, drops=drops)

        retry_on_conflict(decide)

    def enable(self, call: RequestContext, account_id: str) -> None:
        """As it was before; an invitation that nobody took goes out anew, since the link of before is dead, unless no
        host is left that it was for. Enabled: nothing happens. Raises `NotFound`."""

        def decide() -> None:
            (loaded, account), now = self._known(account_id), self.clock.now()
            if account.status is AccountStatus.DISABLED:
                status = status_after(account.status, enabling(account), call.actor.role)
                ended = {"roles": (TRAINEE,)} if status is AccountStatus.UNCONFIRMED else {}
                due = self._lets_go(now) if status is AccountStatus.UNCONFIRMED else ()
                self._record(loaded, AccountEnabled(status=status, **ended, disabled_at=None), call, due=due)

        retry_on_conflict(decide)
        _, account = self._known(account_id)
        if account.status is AccountStatus.INVITED:
            self._invite_anew(call, account_id)

    @staticmethod
    def _not_own(call: RequestContext, account_id: str) -> None:
        if call.actor.id == account_id:
            raise NotAllowedNow("This is your own account.", "Ask another administrator, so that one always remains.")

    @staticmethod
    def _not_unconfirmed(account: Account) -> None:
        if account.status is AccountStatus.UNCONFIRMED:
            raise NotAllowedNow(
                "Nobody has confirmed this address yet.", "Wait until its owner has.", state=account.status.value
            )


def staff_roles(roles: Iterable[str]) -> tuple[str, ...]:
    """At least one role of the staff, and none that does not exist. Raises `Invalid` (field `roles`)."""
    wanted = known_roles(roles)
    if not STAFF_ROLES & set(wanted):
        raise Invalid(
            "An invitation is for the staff.", f"Choose from {', '.join(sorted(STAFF_ROLES))}.", field="roles"
        )
    return wanted
