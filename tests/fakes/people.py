"""People, sign-in, sessions and links in memory. Accounts and texts are the fake store's own, so erasing and roles act
as for real."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from shared.domain.accounts.account_input import GUESS_PAUSE, GUESSES
from shared.domain.core.errors import Busy, Duplicate, Expired, Invalid, NotFound, SignInNeeded, WrongCredentials
from shared.domain.core.instants import parse, to_utc
from shared.domain.trainees.trainee import TraineeFacts
from shared.ports import Bearer, BusinessClock, Contact, HostContact, Link, OpenSession, Person, Session, Tokens
from shared.ports.people import as_first, first_contact_id
from tests.fakes.clock import START
from tests.fakes.faults import Fault
from tests.fakes.store import FakeStore

SHORTEST_PASSWORD = 12


class FakePeople:
    def __init__(self, store: FakeStore | None = None) -> None:
        self._store = store or FakeStore()
        self.people: dict[str, Person] = {}
        self.all_facts: dict[str, TraineeFacts] = {}
        self.host_contacts: dict[str, HostContact] = {}

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
        found = self.host_contacts.get(first_contact_id(host_id))
        return Contact(host_id, found.name, found.email) if found else None

    def save_contact(self, contact: Contact) -> None:
        self.save_host_contact(as_first(contact, self.host_contacts.get(first_contact_id(contact.host_id))))

    def contacts(self, host_id: str) -> tuple[HostContact, ...]:
        found, first = [one for one in self.host_contacts.values() if one.host_id == host_id], first_contact_id(host_id)
        return tuple(sorted(found, key=lambda one: (one.id != first, one.name.casefold(), one.id)))

    def save_host_contact(self, contact: HostContact) -> None:
        self.host_contacts[contact.id] = contact

    def erase_contact(self, host_id: str, contact_id: str) -> int:
        return (self.host_contacts.pop(contact_id, None) is not None) + self.erase(contact_id)

    def erase(self, account_id: str) -> int:
        texts = [ref for ref in self._store.texts if ref.startswith(f"{account_id}/")]
        for ref in texts:
            del self._store.texts[ref]
        held = [book.pop(account_id, None) for book in (self.people, self.all_facts)]
        contacts = [one.id for one in self.host_contacts.values() if one.host_id == account_id]
        for id in contacts:
            del self.host_contacts[id]
        return len(texts) + len(contacts) + sum(item is not None for item in held)


class FakeIdentity:
    """Tokens are `access:<account id>`. `unavailable(n)` makes the next calls `Busy`."""

    def __init__(self) -> None:
        self.accounts: dict[str, tuple[str, str]] = {}
        self.issued_at = START
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

    def verify(self, access_token: str) -> Bearer:
        """Tokens are of `issued_at`, which a test moves."""
        account_id = access_token.removeprefix("access:")
        if account_id == access_token or account_id not in self.accounts:
            raise SignInNeeded("The access token is not valid.", "Sign in again for a new one.")
        return Bearer(account_id, self.issued_at)

    def move(self, account_id: str, email: str) -> None:
        self._answer()
        if any(held == email and id != account_id for id, (held, _) in self.accounts.items()):
            raise Duplicate("This address has an account already.", "Sign in instead.", key="email")
        self.accounts[account_id] = (email, self.accounts[account_id][1])

    def remove(self, account_id: str) -> None:
        self.accounts.pop(account_id, None)

    def _answer(self) -> None:
        if self._down.strikes():
            raise Busy("Sign-in is busy for a moment.", "Try again in a minute.")


class FakeSessions:
    """`wall_at` is wall time. An account's state and roles are the fake store's own."""

    def __init__(self, store: FakeStore, people: FakePeople) -> None:
        self._store, self._people = store, people
        self.open_sessions: dict[str, str] = {}
        self.rows: dict[str, OpenSession] = {}
        self.wall_at = START
        self._opened = 0

    def wall(self) -> datetime:
        return self.wall_at

    def open(self, account_id: str, device: str = "", epoch: int = 0) -> str:
        self._opened += 1
        session_id = f"{account_id}.{self._opened}"
        self.open_sessions[session_id] = account_id
        self.rows[session_id] = OpenSession(self.handle(session_id), device, self.wall_at, self.wall_at, epoch)
        return session_id

    def read(self, session_id: str) -> Session | None:
        held = self.open_sessions.get(session_id)
        if held is None or self.rows[session_id].epoch != self._state(held).get("session_epoch", 0):
            return None
        return self.of_account(held)

    def close(self, session_id: str) -> None:
        self.open_sessions.pop(session_id, None)
        self.rows.pop(session_id, None)

    def listed(self, account_id: str) -> list[OpenSession]:
        return [row for id, row in reversed(self.rows.items()) if self.open_sessions[id] == account_id]

    def handle(self, session_id: str) -> str:
        return f"handle-{session_id.replace('.', '-')}"

    def end(self, account_id: str, handle: str) -> None:
        for session_id in [
            id for id, row in self.rows.items() if row.handle == handle and self.open_sessions[id] == account_id
        ]:
            self.close(session_id)

    def forget(self, account_id: str) -> int:
        mine = [id for id, held in self.open_sessions.items() if held == account_id]
        for session_id in mine:
            self.close(session_id)
        return len(mine)

    def of_account(self, account_id: str, issued_at: datetime | None = None) -> Session | None:
        person, state = self._people.people.get(account_id), self._state(account_id)
        if person is None or state.get("status") != "ACTIVE":
            return None
        counts_from = state.get("tokens_from")
        if counts_from and issued_at and issued_at <= parse(counts_from):
            return None
        return Session(account_id, person.name, person.zone, tuple(state["roles"]), tuple(state.get("hosts", ())))

    def _state(self, account_id: str) -> Mapping[str, Any]:
        account = self._store.states.get(("ACCOUNT", account_id))
        return account.state if account else {}


class FakeGuesses:
    """Wall time is the fake sessions' own. `counted` is how many tries of an address count."""

    def __init__(self, sessions: FakeSessions) -> None:
        self._sessions = sessions
        self.rows: dict[str, tuple[int, datetime]] = {}

    def counted(self, email: str) -> int:
        tries, ends = self.rows.get(email, (0, self._sessions.wall()))
        return tries if ends > self._sessions.wall() else 0

    def begin(self, email: str) -> datetime | None:
        tries = self.counted(email)
        if tries >= GUESSES:
            return self.rows[email][1]
        self.rows[email] = (tries + 1, self._sessions.wall() + GUESS_PAUSE)
        return None

    def take_back(self, email: str) -> None:
        tries, ends = self.rows.get(email, (0, self._sessions.wall()))
        if tries:
            self.rows[email] = (tries - 1, ends)

    def forget(self, email: str) -> None:
        self.rows.pop(email, None)


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
