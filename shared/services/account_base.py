"""What every use case about accounts shares: its ports, how an account is read and written, and how all of its sessions end."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from shared.domain.aggregate import Actor
from shared.domain.errors import NotFound, TooManyTries, WrongCredentials
from shared.domain.instants import iso
from shared.events.base import EventData
from shared.ports import BusinessClock, Claim, Guesses, Identity, Ids, Link, Links, Loaded, People, Sessions, Store, Text, Work
from shared.services.steps import Call, find, step

TRAINEE = "trainee"
UNCONFIRMED, INVITED, ACTIVE, DISABLED = "UNCONFIRMED", "INVITED", "ACTIVE", "DISABLED"


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

    def _account(self, account_id: str) -> Loaded | None:
        return find(self.store, "ACCOUNT", account_id)

    def _active(self, account_id: str) -> Loaded:
        """Raises `NotFound`, also for an account that is not active (any more)."""
        account = self._account(account_id)
        if account is None or account.state["status"] != ACTIVE:
            raise NotFound("There is no such account.", "It may have been disabled or erased.")
        return account

    def _record(
        self, account: Loaded, event: EventData, call: Call, *, texts: tuple[Text, ...] = (), releases: tuple[Claim, ...] = ()
    ) -> None:
        self.store.commit(Work(steps=(step(account, event, call, self.clock.now()),), texts=texts, releases=releases))

    def _over(self, account: Loaded) -> dict[str, Any]:
        """The fields that end every session and token of an account."""
        return {"session_epoch": account.state.get("session_epoch", 0) + 1, "tokens_from": self.sessions.wall()}

    def _is_password(self, email: str, password: str) -> bool:
        """Raises `Busy`."""
        try:
            self.identity.authenticate(email, password)
        except WrongCredentials:
            return False
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


def own(account_id: str, correlation_id: str = "") -> Call:
    """Somebody acts on their own account by a link from their mail, or while they sign in."""
    return Call(Actor(role="account", id=account_id), correlation_id)


def no_link() -> NotFound:
    return NotFound("There is no such link.", "Open the newest mail from Rota and use its link unchanged.")


def too_many(what: str, until: datetime, wall: datetime, way_out: str = "", field: str = "password") -> TooManyTries:
    """No further try is looked at before `until`; said in minutes, which need no zone."""
    minutes = max(1, math.ceil((until - wall) / timedelta(minutes=1)))
    wait = f"Try again in {minutes} {'minute' if minutes == 1 else 'minutes'}{way_out}."
    return TooManyTries(f"There were too many wrong {what}.", wait, retry_after=iso(until), field=field)


def no_match() -> WrongCredentials:
    return WrongCredentials("Address and password do not belong together.", "Check both and try again.")
