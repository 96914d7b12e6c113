"""Erasing a person (GDPR article 17): everything that names them goes; event rows, hashes, seats and money stay and still add up.

Safe to repeat after a crash at any point: the event comes first, so that nobody signs in any more, and each later step may run again.
"""

from __future__ import annotations

from dataclasses import dataclass

from shared.domain.errors import NotAllowedNow, NotFound
from shared.domain.reservation import SEATED
from shared.events.people import AccountErased
from shared.ports import BusinessClock, DocumentStore, Identity, People, Store, Work
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

    def erase(self, call: Call, account_id: str) -> int:
        """Returns how many erasable items went. Raises `NotFound`, or `NotAllowedNow` while a seat or an open rotation needs the person."""
        self._require_nothing_open(account_id)
        decide_again(lambda: self._mark(call, account_id))
        for document in self.store.owned("DOCUMENT", account_id, ALL):
            if document.state["status"] == "STORED":
                self.documents.delete(document.state["key"])
        self.identity.remove(account_id)
        return self.people.erase(account_id)

    def _require_nothing_open(self, account_id: str) -> None:
        seats = [one.id for one in self.store.owned("RESERVATION", account_id, ALL) if one.state["status"] in SEATED]
        if seats:
            raise NotAllowedNow(
                "A rotation is still ahead or running.", "Cancel it or wait for its end, then ask again.", state="seated", event="erase", reservations=seats
            )  # fmt: skip

    def _mark(self, call: Call, account_id: str) -> None:
        account = self.store.load("ACCOUNT", account_id)
        if account.state["status"] == "ERASED":
            return
        now = self.clock.now()
        erased = AccountErased(status="ERASED", erased_at=now, roles=())
        try:
            releases = (mail_claim(self.people.person(account_id).email, account_id),)
        except NotFound:
            releases = ()
        self.store.commit(Work(steps=(step(account, erased, call, now),), releases=releases))
