"""Erasing a person (GDPR article 17): everything that names them goes; event rows, hashes, seats and money stay and still add up.

Safe to repeat after a crash at any point: the event comes first, so that nobody signs in any more, and each later step may run again.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from shared.domain.errors import NotAllowedNow, NotFound
from shared.domain.reservation import SEATED
from shared.events.people import AccountErased
from shared.ports import BusinessClock, Claim, DocumentStore, Identity, People, Store, Work
from shared.services.accounts import mail_claim
from shared.services.steps import Call, decide_again, step

ALL = 1000


@dataclass(frozen=True, kw_only=True)
class Erasing:
    store: Store
    people: People
    documents: DocumentStore
    identity: Identity
    clock: BusinessClock

    def erase(self, call: Call, account_id: str, despite_seats: bool = False) -> int:
        """Returns how many erasable items went. `despite_seats`: the person insists although a rotation is ahead; host and coach then see
        an erased trainee, and the seat stays taken until somebody cancels it. Raises `NotFound`, or `NotAllowedNow` while a seat is held.
        """
        seats = [one.id for one in self.store.owned("RESERVATION", account_id, ALL) if one.state["status"] in SEATED]
        if seats and not despite_seats:
            raise NotAllowedNow(
                "A rotation is still ahead or running.",
                "Cancel it or wait for its end; or say that it is to go all the same.",
                reservations=seats,
            )
        decide_again(lambda: self._mark(call, account_id))
        for document in self.store.owned("DOCUMENT", account_id, ALL):
            if document.state["status"] == "STORED":
                self.documents.delete(document.state["key"])
        self.identity.remove(account_id)
        return self.people.erase(account_id)

    def _mark(self, call: Call, account_id: str) -> None:
        account = self.store.load("ACCOUNT", account_id)
        if account.state["status"] == "ERASED":
            return
        now = self.clock.now()
        erased = AccountErased(status="ERASED", erased_at=now, roles=())
        releases: tuple[Claim, ...] = ()
        with suppress(NotFound):  # an earlier run got as far as the person's own item
            releases = (mail_claim(self.people.person(account_id).email, account_id),)
        self.store.commit(Work(steps=(step(account, erased, call, now),), releases=releases))
