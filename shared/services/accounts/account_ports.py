"""What every use case about accounts shares: its ports, how an account is read and written, and how all of its sessions
end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from shared.domain.accounts.account import Account, AccountStatus
from shared.domain.accounts.account_input import email_key
from shared.domain.accounts.passwords import as_typed
from shared.domain.core.aggregate import Actor
from shared.domain.core.errors import Busy, Duplicate, NotFound, WrongCredentials
from shared.domain.core.limits import (
    WRONG_PASSWORDS,
    WRONG_PASSWORDS_OF_BROWSER,
    WRONG_PASSWORDS_OF_SOURCE,
    Pace,
    source_of,
)
from shared.events.base import EventData
from shared.ports import (
    Browsers,
    BusinessClock,
    Due,
    Identity,
    Ids,
    Link,
    Links,
    Paces,
    People,
    PersonalRecord,
    Sessions,
    Store,
    Stored,
    UniqueKey,
    UnitOfWork,
)
from shared.services.core.people_records import account_of
from shared.services.core.transitions import RequestContext, find, transition, unsaved


@dataclass(frozen=True)
class Client:
    """Where a call comes from: the address that it came from, and the secret of a browser that was signed in before."""

    address: str = ""
    browser: str = ""


SOMEWHERE = Client()


@dataclass(frozen=True, kw_only=True)
class AddressPorts:
    """What a use case needs that goes by an address and knows nobody's session."""

    store: Store
    people: People
    clock: BusinessClock
    ids: Ids
    paces: Paces

    def _account(self, account_id: str) -> tuple[Stored, Account | None]:
        """As stored, and as read; an unsaved one and None where there is no such account."""
        loaded = find(self.store, "ACCOUNT", account_id)
        return (loaded, account_of(loaded)) if loaded else (unsaved("ACCOUNT", account_id), None)

    def _paced(self, *counted: tuple[Pace, str], field: str = "", way_out: str = "") -> None:
        """Counts what is about to happen, for each whom it counts for; nobody is nobody. Raises `TooManyTries`,
        `Busy`."""
        for pace, whom in counted:
            until = self.paces.count(pace, whom) if whom else None
            if until:
                raise pace.refusal(until, self.paces.wall(), way_out, field)

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
        keys: tuple[UniqueKey, ...] = (),
        releases: tuple[UniqueKey, ...] = (),
        drops: tuple[str | None, ...] = (),
        due: tuple[Due, ...] = (),
        done: tuple[str, ...] = (),
    ) -> None:
        self.store.commit(
            UnitOfWork(
                transitions=(transition(loaded, event, call, self.clock.now(), due=due, done=done),),
                records=texts,
                keys=keys,
                released_keys=releases,
                dropped_records=tuple(ref for ref in drops if ref),
            )
        )


@dataclass(frozen=True, kw_only=True)
class AccountPorts(AddressPorts):
    identity: Identity
    sessions: Sessions
    links: Links
    browsers: Browsers

    def _over(self, account: Account) -> dict[str, Any]:
        """The fields that end every session, token, link and ticket of an account, and what waits to be confirmed."""
        return {
            "session_epoch": account.generation + 1,
            "reset_asked_at": None,
            "mail_change_ref": None,
            "factor_offer_ref": None,
        }

    def _try(self, email: str, password: str, client: Client, field: str = "password") -> str:
        """The account id. Every try counts wherever it was typed: for its source and address, or for the browser alone
        where somebody signed in with this address before. Raises `WrongCredentials`, `TooManyTries`, `Busy`."""
        if client.browser and self.browsers.known(email, client.browser):
            return self._tried(email, password, (WRONG_PASSWORDS_OF_BROWSER, client.browser), field=field)
        source = source_of(client.address)
        return self._tried(email, password, (WRONG_PASSWORDS, email), source, field)

    def _tried(self, email: str, password: str, own: tuple[Pace, str], source: str = "", field: str = "") -> str:
        """The one place where a password is looked at. Counted before, so that tries in the same second are counted
        each. A right one forgives `own` all of its tries, and the source this one alone: it may be guessing at
        others."""
        counted = [(WRONG_PASSWORDS_OF_SOURCE, source)] if source else []
        self._paced(*counted, own, field=field, way_out=", or use the link for a forgotten password")
        try:
            account_id = self.identity.authenticate(email, as_typed(password))
        except Busy:
            self._take_back(*counted, own)
            raise
        self.paces.forget(*own)
        self._take_back(*counted)
        return account_id

    def _welcome(self, email: str) -> None:
        """A new password of its owner begins the counting anew."""
        self.paces.forget(WRONG_PASSWORDS, email)

    def _take_back(self, *counted: tuple[Pace, str]) -> None:
        for pace, whom in counted:
            self.paces.take_back(pace, whom)

    def _is_password(self, email: str, password: str, client: Client = SOMEWHERE, field: str = "password") -> bool:
        """Raises `TooManyTries`, `Busy`."""
        try:
            self._try(email, password, client, field)
        except WrongCredentials:
            return False
        return True

    def _is_own(self, account_id: str, password: str, field: str = "password") -> bool:
        """Of somebody who is signed in: they have an allowance of their own. Raises `TooManyTries`, `Busy`."""
        email = self.people.person(account_id).email
        try:
            self._tried(email, password, (WRONG_PASSWORDS_OF_BROWSER, account_id), field=field)
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


def no_match() -> WrongCredentials:
    return WrongCredentials("Address and password do not belong together.", "Check both and try again.")
