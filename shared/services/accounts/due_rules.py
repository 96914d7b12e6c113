"""What an account waits for: a sign-up that nobody confirmed lets go of its address."""

from __future__ import annotations

from dataclasses import dataclass

from shared.domain.accounts.account import AccountEvent, AccountStatus, status_after
from shared.domain.accounts.due_kinds import UNCONFIRMED
from shared.domain.core.limits import UNCONFIRMED as LIFE
from shared.events.people import AccountErased
from shared.ports import BusinessClock, People, Store, Stored, UnitOfWork
from shared.services.accounts.account_ports import email_claim
from shared.services.core.due_rule import NOTHING, DueRule
from shared.services.core.people_records import account_of
from shared.services.core.transitions import RequestContext, retry_on_conflict, transition


@dataclass(frozen=True, kw_only=True)
class AccountTimers:
    store: Store
    people: People
    clock: BusinessClock

    def unconfirmed(self, account_id: str, call: RequestContext) -> str:
        """Everything that named whoever typed it goes, and somebody else may have the address."""
        return retry_on_conflict(lambda: self._let_go(account_id, call))

    def _let_go(self, account_id: str, call: RequestContext) -> str:
        loaded, now = self.store.load("ACCOUNT", account_id), self.clock.now()
        account = account_of(loaded)
        if account.status is AccountStatus.ERASED:
            self.people.forget_person(account_id)  # the run before may have ended between the two
            return NOTHING
        if account.status is not AccountStatus.UNCONFIRMED:
            return NOTHING
        if account.asked_at is not None and account.asked_at + LIFE > now:
            return NOTHING
        person = self.people.persons([account_id]).get(account_id)
        claims = [email_claim(person.email, account_id)] if person else []
        status = status_after(account.status, AccountEvent.ERASE, call.actor.role)
        erased = AccountErased(status=status, erased_at=now, roles=())
        self.store.commit(
            UnitOfWork(
                transitions=(transition(loaded, erased, call, now),),
                released_keys=tuple(one for one in claims if self.store.claimed_by(one.key) == account_id),
                dropped_records=(account.onward_ref,) if account.onward_ref else (),
            )
        )
        self.people.forget_person(account_id)
        return "let go of the address"


def _keeps(loaded: Stored) -> bool:
    return account_of(loaded).status is AccountStatus.UNCONFIRMED


DUE_RULES = (
    DueRule(
        UNCONFIRMED,
        ("ACCOUNT",),
        ("trainee",),
        "a sign-up that nobody confirmed ends: name and address go, and somebody else may have the address",
        service=AccountTimers,
        act=AccountTimers.unconfirmed,
        keeps=_keeps,
    ),
)
