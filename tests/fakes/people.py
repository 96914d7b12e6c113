"""People, sign-in, sessions and links in memory. Accounts and texts are the fake store's own, so erasing and roles act
as for real."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from shared.adapters.dynamodb.transaction import erased
from shared.domain.accounts.passwords import SHORTEST_PASSWORD
from shared.domain.accounts.second_factor import STAFF_ROLES
from shared.domain.core.errors import Busy, Duplicate, Expired, Invalid, NotFound, WrongCredentials
from shared.domain.core.instants import to_utc
from shared.domain.core.limits import FRESH, SESSION, STAFF_IDLE, STAFF_SESSION, TOKEN, Pace
from shared.domain.trainees.trainee import TraineeFacts
from shared.ports import BusinessClock, Contact, Link, OpenSession, Person, Session, Wish
from tests.fakes.clock import START
from tests.fakes.faults import Fault
from tests.fakes.store import FakeStore


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
        self._still_there(person.account_id)
        self.people[person.account_id] = person

    def facts(self, account_id: str) -> TraineeFacts | None:
        return self.all_facts.get(account_id)

    def save_facts(self, account_id: str, facts: TraineeFacts) -> None:
        self._still_there(account_id)
        self.all_facts[account_id] = facts

    def contact(self, host_id: str) -> Contact | None:
        return self.contacts.get(host_id)

    def save_contact(self, contact: Contact) -> None:
        self.contacts[contact.host_id] = contact

    def _still_there(self, account_id: str) -> None:
        if account_id in self._store.gone:
            raise erased()

    def forget_person(self, account_id: str) -> None:
        self.people.pop(account_id, None)

    def erase(self, account_id: str) -> int:
        texts = [ref for ref in self._store.texts if ref.startswith(f"{account_id}/")]
        for ref in texts:
            del self._store.texts[ref]
        held = [book.pop(account_id, None) for book in (self.people, self.all_facts, self.contacts)]
        return len(texts) + sum(item is not None for item in held)


class FakeIdentity:
    """`unavailable(n)` makes the next calls `Busy`."""

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

    def authenticate(self, email: str, password: str) -> str:
        self._answer()
        for account_id, held in self.accounts.items():
            if held == (email, password):
                return account_id
        raise WrongCredentials("Address and password do not belong together.", "Check both and try again.")

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
        self.tokens: set[str] = set()
        self.proved: dict[str, datetime] = {}
        self.wall_at = START
        self._opened = 0

    def wall(self) -> datetime:
        return self.wall_at

    def open(self, account_id: str, device: str = "", epoch: int = 0, proved: bool = False) -> str:
        self._opened += 1
        session_id = f"{account_id}.{self._opened}"
        self.open_sessions[session_id] = account_id
        self.rows[session_id] = OpenSession(self.handle(session_id), device, self.wall_at, self.wall_at, epoch)
        if proved:
            self.prove(session_id)
        return session_id

    def issue(self, account_id: str, epoch: int = 0, proved: bool = False) -> str:
        token = self.open(account_id, "Program with a token", epoch, proved)
        self.tokens.add(token)
        return token

    def read(self, session_id: str) -> Session | None:
        return None if session_id in self.tokens else self._live(session_id, SESSION)

    def bearer(self, token: str) -> Session | None:
        return self._live(token, TOKEN) if token in self.tokens else None

    def _live(self, session_id: str, life: timedelta) -> Session | None:
        held = self.open_sessions.get(session_id)
        if held is None:
            return None
        row, state, person = self.rows[session_id], self._state(held), self._people.people.get(held)
        age, idle = self.wall_at - row.opened_at, self.wall_at - row.seen_at
        if person is None or state.get("status") != "ACTIVE" or row.epoch != state.get("session_epoch", 0):
            return None
        staff = bool(STAFF_ROLES & set(state["roles"]))
        if age >= life or (staff and (age >= STAFF_SESSION or idle >= STAFF_IDLE)):
            return None
        self.rows[session_id] = replace(row, seen_at=self.wall_at)
        fresh = session_id in self.proved and self.wall_at - self.proved[session_id] < FRESH
        hosts = tuple(state.get("hosts", ()))
        return Session(held, person.name, person.zone, tuple(state["roles"]), hosts, fresh)

    def prove(self, session_id: str) -> None:
        if session_id in self.rows:
            self.proved[session_id] = self.wall_at

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

    def _state(self, account_id: str) -> Mapping[str, Any]:
        account = self._store.states.get(("ACCOUNT", account_id))
        return account.state if account else {}


class FakePaces:
    """Wall time is the fake sessions' own. `counted` is how many count for whom."""

    def __init__(self, sessions: FakeSessions) -> None:
        self._sessions = sessions
        self.rows: dict[tuple[str, str], tuple[int, datetime]] = {}

    def wall(self) -> datetime:
        return self._sessions.wall()

    def counted(self, pace: Pace, whom: str) -> int:
        number, ends = self.rows.get((pace.name, whom), (0, self.wall()))
        return number if ends > self.wall() else 0

    def count(self, pace: Pace, whom: str) -> datetime | None:
        number, ends = self.counted(pace, whom), self.wall() + pace.within
        if number:
            held = self.rows[(pace.name, whom)][1]
            if number >= pace.most:
                return held
            ends = ends if pace.afresh else held
        self.rows[(pace.name, whom)] = (number + 1, ends)
        return None

    def take_back(self, pace: Pace, whom: str) -> None:
        number, ends = self.rows.get((pace.name, whom), (0, self.wall()))
        if number:
            self.rows[(pace.name, whom)] = (number - 1, ends)

    def forget(self, pace: Pace, whom: str) -> None:
        self.rows.pop((pace.name, whom), None)


class FakeBrowsers:
    """Secrets are `browser-1`, `browser-2` ... in order of making."""

    def __init__(self) -> None:
        self.rows: set[tuple[str, str]] = set()

    def known(self, email: str, browser: str) -> bool:
        return (email, browser) in self.rows

    def remember(self, email: str, browser: str) -> str:
        secret = browser or f"browser-{len(self.rows) + 1}"
        self.rows.add((email, secret))
        return secret


class FakeWishes:
    """`waiting` are those that nobody has served yet."""

    def __init__(self) -> None:
        self.waiting: dict[str, Wish] = {}

    def put(self, wish: Wish) -> None:
        self.waiting[wish.id] = wish

    def read(self, wish_id: str) -> Wish | None:
        return self.waiting.get(wish_id)

    def forget(self, wish_id: str) -> None:
        self.waiting.pop(wish_id, None)


class FakeLinks:
    """Tokens are readable: `link-1`, `link-2` ... in order of making."""

    def __init__(self, clock: BusinessClock) -> None:
        self._clock = clock
        self.links: dict[str, Link] = {}

    def make(self, purpose: str, account_id: str, expires_at: datetime, generation: int = 0) -> str:
        token = f"link-{len(self.links) + 1}"
        self.links[token] = Link(purpose, account_id, to_utc(expires_at), False, generation)
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
