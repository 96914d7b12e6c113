"""What every use case about accounts shares: its ports, how an account is read and written, and how all of its sessions
end."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from shared.domain.accounts.account import Account, AccountStatus
from shared.domain.accounts.account_input import email_key
from shared.domain.core.aggregate import Actor
from shared.domain.core.errors import Busy, Duplicate, NotFound, TooManyTries, WrongCredentials
from shared.domain.core.instants import iso
from shared.events.base import EventData
from shared.ports import (
    BusinessClock,
    Guesses,
    Identity,
    Ids,
    Link,
    Links,
    People,
    PersonalRecord,
    Sessions,
    Store,
    Stored,
    Tokens,
    UniqueKey,
    UnitOfWork,
)
from shared.services.core.people_records import account_of
from shared.services.core.transitions import RequestContext, find, transition, unsaved


@dataclass(frozen=True, kw_only=True)
class AccountPorts:
    store: Store
    people: People
    identity: Identity
    sessions: Sessions
    links: Links
    clock: BusinessClock
    ids: Ids
    guesses: Guesses

    def _account(self, account_id: str) -> tuple[Stored, Account | None]:
        """As stored, and as read; an unsaved one and None where there is no such account."""
        loaded = find(self.store, "ACCOUNT", account_id)
        return (loaded, account_of(loaded)) if loaded else (unsaved("ACCOUNT", account_id), None)

    def _active(self, account_id: str) -> tuple[Stored, Account]:
        """As stored, and as read. Raises `NotFound`, also for an account that is not active (any more)."""
        loaded, account = self._account(account_id)
        if account is None or account.status is not AccountStatus.ACTIVE:
            raise NotFound("There is no such account.", "It may have been disabled or erased.")
        return loaded, account

    def _onward(self, account: Account) -> str:
        """The page that the newest link was asked from, as its text says; empty for none."""
        ref = account.onward_ref
        return str((self.store.text(ref) or {}).get("path", "")) if ref else ""

    def _holder(self, email: str) -> str:
        """The account id that holds this address, a new one if nobody does. Two at once get the same."""
        held = self.store.claimed_by(email_key(email))
        if held:
            return held
        claim = email_claim(email, self.ids.new())
        try:
            self.store.commit(UnitOfWork(transitions=(), keys=(claim,)))
        except Duplicate:
            return self.store.claimed_by(claim.key) or claim.owner
        return claim.owner

    def _record(
        self,
        loaded: Stored,
        event: EventData,
        call: RequestContext,
        *,
        texts: tuple[PersonalRecord, ...] = (),
        drops: tuple[str, ...] = (),
        releases: tuple[UniqueKey, ...] = (),
    ) -> None:
        self.store.commit(
            UnitOfWork(
                transitions=(transition(loaded, event, call, self.clock.now()),),
                records=texts,
                dropped_records=drops,
                released_keys=releases,
            )
        )

    def _over(self, account: Account) -> dict[str, Any]:
        """The fields that end every session and token of an account, and whatever was begun in one of them."""
        pending = dict.fromkeys(("reset_asked_at", "mail_change_ref", "factor_offer_ref"))
        return {"session_epoch": account.session_epoch + 1, "tokens_from": self.sessions.wall(), **pending}

    def _try(self, email: str, password: str, field: str = "password") -> tuple[str, Tokens]:
        """The one place where a password is looked at, so that every try counts for its address wherever it was typed;
        whoever is let in forgets the tries. Raises `WrongCredentials`, `TooManyTries` (after ten, for 15 minutes),
        `Busy`."""
        until = self.guesses.begin(email)
        if until:
            # Whose tries are still being looked at is not known to be wrong.
            what = "wrong passwords for this address, or too many at the same moment"
            raise too_many(what, until, self.sessions.wall(), ", or use the link for a forgotten password", field)
        try:
            return self.identity.authenticate(email, password)
        except Busy:
            self.guesses.take_back(email)
            raise

    def _is_password(self, email: str, password: str, field: str = "password") -> bool:
        """Raises `TooManyTries`, `Busy`."""
        try:
            self._try(email, password, field)
        except WrongCredentials:
            return False
        self.guesses.forget(email)
        return True

    def _link(self, token: str, *purposes: str) -> Link:
        """Run out or not. Raises `NotFound` for a link of another kind as for none."""
        link = self.links.read(token)
        if link is None or link.purpose.partition(":")[0] not in purposes:
            raise no_link()
        return link

    def _run_out(self, link: Link) -> bool:
        """A link works until the second before `expires_at`."""
        return link.expires_at <= self.clock.now()


def email_claim(email: str, account_id: str) -> UniqueKey:
    """What holds an address for an account; erasing a person releases it."""
    return UniqueKey(email_key(email), account_id)


def onward_text(account_id: str, version: int, path: str) -> tuple[PersonalRecord, ...]:
    """Where somebody wanted to go, with their erasable items: the mail may be opened in another browser, later."""
    return (PersonalRecord(f"{account_id}/onward-{version}", {"path": path}),) if path else ()


def own(account_id: str, correlation_id: str = "") -> RequestContext:
    """Somebody acts on their own account by a link from their mail, or while they sign in."""
    return RequestContext(Actor(role="account", id=account_id), correlation_id)


def no_link() -> NotFound:
    return NotFound("There is no such link.", "Open the newest mail from Rota and use its link unchanged.")


def too_many(what: str, until: datetime, wall: datetime, way_out: str = "", field: str = "password") -> TooManyTries:
    """No further try is looked at before `until`; said in minutes, which need no zone."""
    minutes = max(1, math.ceil((until - wall) / timedelta(minutes=1)))
    wait = f"Try again in {minutes} {'minute' if minutes == 1 else 'minutes'}{way_out}."
    return TooManyTries(f"There were too many {what}.", wait, retry_after=iso(until), field=field)


def no_match() -> WrongCredentials:
    return WrongCredentials("Address and password do not belong together.", "Check both and try again.")
