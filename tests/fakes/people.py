"""People, sign-in, sessions and links in memory. Accounts and texts are the fake store's own, so erasing and roles act as for real."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from shared.domain.errors import Busy, Duplicate, Expired, Invalid, NotFound, SignInNeeded, WrongCredentials
from shared.domain.instants import to_utc
from shared.domain.trainee import TraineeFacts
from shared.ports import BusinessClock, Contact, Link, Person, Session, Tokens
from tests.fakes.faults import Fault
from tests.fakes.store import FakeStore

SHORTEST_PASSWORD = 12


class FakePeople:
    def __init__(self, store: FakeStore | None = None) -> None:
        self._store = store or FakeStore()
        self.people: dict[str, Person] = {}
        self.all_facts: dict[str, TraineeFacts] = {}
        self.contacts: dict[str, Contact] = {}

    def person(self, account_id: str) -> Person:
        if account_id not in self.people:
            raise NotFound("There is no such person.", "They may have asked to be erased.")
        return self.people[account_id]

    def persons(self, account_ids: Iterable[str]) -> dict[str, Person]:
        return {id: self.people[id] for id in account_ids if id in self.people}

    def save_person(self, person: Person) -> None:
        self.people[person.account_id] = person

    def facts(self, account_id: str) -> TraineeFacts | None:
        return self.all_facts.get(account_id)

    def save_facts(self, account_id: str, facts: TraineeFacts) -> None:
        self.all_facts[account_id] = facts

    def contact(self, host_id: str) -> Contact | None:
        return self.contacts.get(host_id)

    def save_contact(self, contact: Contact) -> None:
        self.contacts[contact.host_id] = contact

    def erase(self, account_id: str) -> int:
        texts = [ref for ref in self._store.texts if ref.startswith(f"{account_id}/")]
        for ref in texts:
            del self._store.texts[ref]
        held = [book.pop(account_id, None) for book in (self.people, self.all_facts, self.contacts)]
        return len(texts) + sum(item is not None for item in held)


class FakeIdentity:
    """Tokens are `access:<account id>`. `unavailable(n)` makes the next calls `Busy`."""

    def __init__(self) -> None:
        self.accounts: dict[str, tuple[str, str]] = {}
        self._down = Fault()

    def unavailable(self, calls: int = 1) -> None:
        self._down.set(calls)

    def register(self, account_id: str, email: str, password: str) -> None:
        self._answer()
        if any(held == email and id != account_id for id, (held, _) in self.accounts.items()):
            raise Duplicate("This address has an account already.", "Sign in instead.", key="email")
        if len(password) < SHORTEST_PASSWORD:
            raise Invalid("The password is too weak.", "Use at least 12 characters.", field="password")
        self.accounts[account_id] = (email, password)

    def authenticate(self, email: str, password: str) -> tuple[str, Tokens]:
        self._answer()
        for account_id, held in self.accounts.items():
            if held == (email, password):
                return account_id, Tokens(f"access:{account_id}", f"refresh:{account_id}", 3600)
        raise WrongCredentials("Address and password do not belong together.", "Check both and try again.")

    def verify(self, access_token: str) -> str:
        account_id = access_token.removeprefix("access:")
        if account_id == access_token or account_id not in self.accounts:
            raise SignInNeeded("The access token is not valid.", "Sign in again for a new one.")
        return account_id

    def remove(self, account_id: str) -> None:
        self.accounts.pop(account_id, None)

    def _answer(self) -> None:
        if self._down.strikes():
            raise Busy("Sign-in is busy for a moment.", "Try again in a minute.")


class FakeSessions:
    def __init__(self, store: FakeStore, people: FakePeople) -> None:
        self._store, self._people = store, people
        self.open_sessions: dict[str, str] = {}
        self._opened = 0
        self._opened = 0

    def open(self, account_id: str) -> str:
        self._opened += 1
        session_id = f"{account_id}.{self._opened}"
        self.open_sessions[session_id] = account_id
        return session_id

    def read(self, session_id: str) -> Session | None:
        held = self.open_sessions.get(session_id)
        return self.of_account(held) if held else None

    def close(self, session_id: str) -> None:
        self.open_sessions.pop(session_id, None)

    def of_account(self, account_id: str) -> Session | None:
        person = self._people.people.get(account_id)
        account = self._store.states.get(("ACCOUNT", account_id))
        if person is None or account is None or account.state["status"] != "ACTIVE":
            return None
        return Session(account_id, person.name, person.zone, tuple(account.state["roles"]))


class FakeLinks:
    """Tokens are readable: `link-1`, `link-2` ... in order of making."""

    def __init__(self, clock: BusinessClock) -> None:
        self._clock = clock
        self.links: dict[str, Link] = {}

    def make(self, purpose: str, account_id: str, expires_at: datetime) -> str:
        token = f"link-{len(self.links) + 1}"
        self.links[token] = Link(purpose, account_id, to_utc(expires_at), used=False)
        return token

    def read(self, token: str) -> Link | None:
        return self.links.get(token)

    def use(self, token: str) -> Link:
        link = self.links.get(token)
        if link is None:
            raise NotFound("There is no such link.", "Open the newest mail and use its link unchanged.")
        if link.used or link.expires_at <= self._clock.now():
            raise Expired("This link was used before or has run out.", "Ask for a new one.")
        self.links[token] = replace(link, used=True)
        return self.links[token]
