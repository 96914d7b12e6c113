"""Who somebody is, how they sign in, and the single-use links that they get by mail."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from shared.domain.core.limits import Pace
from shared.domain.trainees.trainee import TraineeFacts


@dataclass(frozen=True)
class Person:
    """Erasable: who an account is. `zone` is an IANA name."""

    account_id: str
    name: str
    email: str
    zone: str = "UTC"


@dataclass(frozen=True)
class Contact:
    """Erasable: a host's person who receives its mail."""

    host_id: str
    name: str
    email: str


class People(Protocol):
    """Erasable items about people; last write wins, nothing here decides anything. Nothing is written about somebody
    who was erased: `NotFound`."""

    def person(self, account_id: str) -> Person: ...
    def persons(self, account_ids: Iterable[str]) -> dict[str, Person]: ...
    def save_person(self, person: Person) -> None: ...
    def facts(self, account_id: str) -> TraineeFacts | None: ...
    def save_facts(self, account_id: str, facts: TraineeFacts) -> None: ...
    def contact(self, host_id: str) -> Contact | None: ...
    def save_contact(self, contact: Contact) -> None: ...
    def forget_person(self, account_id: str) -> None:
        """Removes who they are, and nothing else: for an account that never was anybody's."""
        ...

    def erase(self, account_id: str) -> int:
        """Removes every erasable item of this person; returns how many."""
        ...


class Identity(Protocol):
    """The user pool. Answers say nothing about whether a mail address is known."""

    def register(self, account_id: str, email: str, password: str) -> None:
        """Idempotent for the same account id. Raises `Duplicate` (address taken), `Invalid` (password policy)."""
        ...

    def authenticate(self, email: str, password: str) -> str:
        """The account id. Raises `WrongCredentials`, `Busy`."""
        ...

    def move(self, account_id: str, email: str) -> None:
        """The account signs in with this address from now on. Idempotent. Raises `Duplicate` (address taken),
        `Busy`."""
        ...

    def remove(self, account_id: str) -> None: ...


@dataclass(frozen=True)
class Session:
    """Who calls: `account_id` with the account's present status and roles, read together. `hosts` are the ids of the
    hosts that a host manager acts for (`Program.host_id`). `fresh`: a code of the authenticator app was entered a
    moment ago (`shared.domain.core.limits.FRESH`)."""

    account_id: str
    name: str
    zone: str
    roles: tuple[str, ...]
    hosts: tuple[str, ...] = ()
    fresh: bool = False


@dataclass(frozen=True)
class OpenSession:
    """A browser that is signed in, or a program with an access token, as its owner's list shows it. `handle` names it
    and opens nothing; `device` is as of `shared.domain.accounts.devices`; `seen_at` is at most a quarter of an hour
    behind. Wall time."""

    handle: str
    device: str
    opened_at: datetime
    seen_at: datetime
    epoch: int


class Sessions(Protocol):
    """Opaque ids of browsers' sessions, and access tokens of programs; only their hash is stored. How long each lasts
    is in `shared.domain.core.limits`. Wall time (cookies and TTL are not moved by the business clock)."""

    def open(self, account_id: str, device: str = "", epoch: int = 0, proved: bool = False) -> str:
        """A browser's. `epoch` is the account's `session_epoch`: once that has another number, the session is over.
        `proved`: a code was entered just now."""
        ...

    def issue(self, account_id: str, epoch: int = 0, proved: bool = False) -> str:
        """An access token, which ends as sessions do, and after an hour at the latest."""
        ...

    def read(self, session_id: str) -> Session | None:
        """A browser's. None for unknown, ended, expired, or an account that is no longer active."""
        ...

    def bearer(self, token: str) -> Session | None:
        """As `read`, of an access token; neither opens what the other does."""
        ...

    def prove(self, session_id: str) -> None:
        """A code was entered in this session just now. Also fine when it is over."""
        ...

    def close(self, session_id: str) -> None: ...
    def listed(self, account_id: str) -> list[OpenSession]:
        """What is open, newest first; ended epochs too."""
        ...

    def handle(self, session_id: str) -> str:
        """What `listed` calls this session."""
        ...

    def end(self, account_id: str, handle: str) -> None:
        """Also fine when there is none such."""
        ...

    def forget(self, account_id: str) -> int:
        """Every row of this account, for erasing; how many."""
        ...

    def wall(self) -> datetime:
        """Wall time, UTC: what sessions, tokens and authenticator apps go by."""
        ...


class Paces(Protocol):
    """What is counted against a pace of `shared.domain.core.limits`, for `whom` (an address, a source, an account),
    which is stored as a hash alone. Wall time."""

    def wall(self) -> datetime: ...
    def count(self, pace: Pace, whom: str) -> datetime | None:
        """Counts one, before it happens. Not None: it must not, and the next one may at that instant. Raises `Busy`."""
        ...

    def take_back(self, pace: Pace, whom: str) -> None:
        """It did not happen after all."""
        ...

    def forget(self, pace: Pace, whom: str) -> None:
        """Counting begins anew."""
        ...


class Browsers(Protocol):
    """In which browsers somebody has signed in with an address, by a secret that each keeps in a cookie. Wall time."""

    def known(self, email: str, browser: str) -> bool: ...
    def remember(self, email: str, browser: str) -> str:
        """The secret that the browser keeps from now on, half a year; its own if it has one."""
        ...


@dataclass(frozen=True)
class Wish:
    """What somebody without a session asks for by an address: `what` as in `shared.services.accounts.wishes`. Kept for
    a day at most."""

    id: str
    what: str
    email: str
    name: str = ""
    zone: str = ""
    onward: str = ""
    correlation_id: str = ""


class Wishes(Protocol):
    """Each is announced on the bus by its id once it is put."""

    def put(self, wish: Wish) -> None: ...
    def read(self, wish_id: str) -> Wish | None:
        """None once forgotten."""
        ...

    def forget(self, wish_id: str) -> None: ...


@dataclass(frozen=True)
class Link:
    """A single-use link from an email: `purpose` (`shared.domain.accounts.account_input`), whose it is, until when
    (business time). `generation` is the account's security generation at the time: the link is dead under another."""

    purpose: str
    account_id: str
    expires_at: datetime
    used: bool
    generation: int = 0


class Links(Protocol):
    def make(self, purpose: str, account_id: str, expires_at: datetime, generation: int = 0) -> str: ...
    def read(self, token: str) -> Link | None: ...
    def use(self, token: str) -> Link:
        """Marks it used. Raises `NotFound`, `Expired` (also when used before)."""
        ...
