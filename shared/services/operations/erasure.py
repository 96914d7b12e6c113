"""Erasing a person (GDPR article 17): everything that names them goes; event rows, hashes, seats and money stay and
still add up.

Safe to repeat after a crash at any point: the event comes first, so that nobody signs in, uploads, is written to or is
written about any more, and each later step may run again. Who repeats it needs the account's id: the address is free
for a new account from the first step on.
"""

from __future__ import annotations

from dataclasses import dataclass

from shared.domain.accounts.account import Account, AccountEvent, AccountStatus, status_after
from shared.domain.applications.application import APPLICATION, OPEN, ApplicationEvent, ApplicationStatus
from shared.domain.applications.clocks import as_of
from shared.domain.core.aggregate import Actor
from shared.domain.core.errors import NotAllowedNow
from shared.domain.core.machine import Actor as By
from shared.domain.documents.uploads import folders_of
from shared.domain.reservations.reservation import SEATED
from shared.events.application import ApplicationWithdrawn
from shared.events.people import AccountErased
from shared.ports import BusinessClock, FileStore, Identity, People, Sessions, Store, UniqueKey, UnitOfWork
from shared.services.accounts.account_ports import email_claim
from shared.services.applications.submission import closing_work
from shared.services.core.people_records import account_of
from shared.services.core.records import application_of, reservation_of
from shared.services.core.transitions import RequestContext, retry_on_conflict, transition

ALL = 1000


@dataclass(frozen=True, kw_only=True)
class Erasure:
    store: Store
    people: People
    file_store: FileStore
    identity: Identity
    sessions: Sessions
    clock: BusinessClock

    def erase(self, call: RequestContext, account_id: str, despite_seats: bool = False) -> int:
        """Returns how many erasable items and files went; open applications are withdrawn, so that nobody decides on
        them. `despite_seats`: the person insists although a rotation is
        ahead; host and coach then see an erased trainee, and the seat stays taken until somebody cancels it.

        Raises `NotFound`, `NotAllowedNow` while a seat is held, or `Busy` (repeat it).
        """
        reserved = [reservation_of(one) for one in self.store.owned("RESERVATION", account_id, ALL)]
        seats = [one.id for one in reserved if one.status in SEATED]
        if seats and not despite_seats:
            raise NotAllowedNow(
                "A rotation is still ahead or running.",
                "Cancel it or wait for its end; or say that it is to go all the same.",
                reservations=seats,
            )
        retry_on_conflict(lambda: self._mark(call, account_id))
        self._withdraw(call, account_id)
        # By folder, not by what is recorded: a file may have arrived that nobody has looked at yet.
        files = sum(self.file_store.delete_all(folder) for folder in folders_of(account_id))
        self.identity.remove(account_id)
        self.sessions.forget(account_id)
        return files + self.people.erase(account_id)

    def _mark(self, call: RequestContext, account_id: str) -> None:
        """The account says so, and its address is free, in one transaction."""
        loaded = self.store.load("ACCOUNT", account_id)
        account = account_of(loaded)
        if account.status is AccountStatus.ERASED:
            return
        now, status = self.clock.now(), status_after(account.status, AccountEvent.ERASE, call.actor.role)
        erased = AccountErased(status=status, erased_at=now, roles=())
        self.store.commit(
            UnitOfWork(
                transitions=(transition(loaded, erased, call, now),),
                released_keys=self._addresses(account),
                erases=(account_id,),
            )
        )

    def _withdraw(self, call: RequestContext, account_id: str) -> None:
        """One with a seat, or with a checkout that is open, goes its way: it was insisted on (`despite_seats`), and
        ends by itself."""
        system = RequestContext(Actor(role="system", id="erasure"), call.correlation_id)

        def decide(application_id: str) -> None:
            loaded, now = self.store.load("APPLICATION", application_id), self.clock.now()
            application = as_of(application_of(loaded), now)
            if application.status not in OPEN or application.live_reservation_id is not None:
                return
            arrow = APPLICATION.fire(application.status, ApplicationEvent.WITHDRAW, By.SYSTEM)
            withdrawn = ApplicationWithdrawn(status=ApplicationStatus(arrow.target))
            self.store.commit(closing_work(loaded, withdrawn, system, now))

        for one in self.store.owned("APPLICATION", account_id, ALL):
            retry_on_conflict(lambda: decide(one.id))  # noqa: B023 - called at once

    def _addresses(self, account: Account) -> tuple[UniqueKey, ...]:
        """The claims on the person's address, and on one that they were about to change to; none where an account was
        made without one."""
        person, wish = self.people.persons([account.id]).get(account.id), account.mail_change_ref
        wanted = (self.store.text(wish) or {}).get("email") if wish else None
        claims = [email_claim(email, account.id) for email in (person.email if person else None, wanted) if email]
        return tuple(claim for claim in claims if self.store.claimed_by(claim.key) == account.id)
