"""Who somebody is, how they sign in, and the single-use links that they get by mail."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, Protocol

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


Duty = Literal["programs", "forms", "letters", "money", "first_day"]
DUTIES: tuple[Duty, ...] = ("programs", "forms", "letters", "money", "first_day")


@dataclass(frozen=True)
class HostContact:
    """Erasable on its own: one of a host's persons, and what each does. `preceptor`: trainees work with them."""

    id: str
    host_id: str
    name: str
    email: str
    phone: str = ""
    does: tuple[Duty, ...] = DUTIES
    preceptor: bool = False


def first_contact_id(host_id: str) -> str:
    """Who gets a host's email about its programs. Ids are unique over all hosts: texts of a contact's own have them."""
    return f"{host_id}-contact"


def as_first(contact: Contact, known: HostContact | None = None) -> HostContact:
    """The contact as the host's first one; what else is known of them stays."""
    found = known or HostContact(first_contact_id(contact.host_id), contact.host_id, "", "")
    return replace(found, name=contact.name, email=contact.email)


class People(Protocol):
    """Erasable items about people; plain puts, last write wins, nothing here decides anything."""

    def person(self, account_id: str) -> Person: ...
    def persons(self, account_ids: Iterable[str]) -> dict[str, Person]: ...
    def save_person(self, person: Person) -> None: ...
    def facts(self, account_id: str) -> TraineeFacts | None: ...
    def save_facts(self, account_id: str, facts: TraineeFacts) -> None: ...
    def contact(self, host_id: str) -> Contact | None:
        """The first one: who gets the email about programs."""
        ...

    def save_contact(self, contact: Contact) -> None:
        """The first one's name and address; what else is known of them stays."""
        ...

    def contacts(self, host_id: str) -> tuple[HostContact, ...]:
        """All of a host's, the first one first, then by name. The only one that was ever named does everything."""
        ...

    def save_host_contact(self, contact: HostContact) -> None: ...
    def erase_contact(self, host_id: str, contact_id: str) -> int:
        """Removes the contact and every text of theirs; returns how many items went."""
        ...

    def erase(self, account_id: str) -> int:
        """Removes every erasable item of this person; returns how many."""
        ...


@dataclass(frozen=True)
class Tokens:
    """Cognito tokens for an API client; `expires_in` seconds."""

    access_token: str
    refresh_token: str
    expires_in: int


@dataclass(frozen=True)
class Bearer:
    """Whom an access token names; `issued_at` is wall time, to the second."""

    account_id: str
    issued_at: datetime


class Identity(Protocol):
    """The user pool. Answers say nothing about whether a mail address is known."""

    def register(self, account_id: str, email: str, password: str) -> None:
        """Idempotent for the same account id. Raises `Duplicate` (address taken), `Invalid` (password policy)."""
        ...

    def authenticate(self, email: str, password: str) -> tuple[str, Tokens]:
        """(account id, tokens). Raises `WrongCredentials`, `Busy`."""
        ...

    def verify(self, access_token: str) -> Bearer:
        """Whom a valid access token of our client names. Raises `SignInNeeded`."""
        ...

    def move(self, account_id: str, email: str) -> None:
        """The account signs in with this address from now on. Idempotent. Raises `Duplicate` (address taken),
        `Busy`."""
        ...

    def remove(self, account_id: str) -> None: ...


@dataclass(frozen=True)
class Session:
    """A browser's session: `account_id` with the account's present status and roles, read together. `hosts` are the ids
    of the hosts that a host manager acts for (`Program.host_id`)."""

    account_id: str
    name: str
    zone: str
    roles: tuple[str, ...]
    hosts: tuple[str, ...] = ()


@dataclass(frozen=True)
class OpenSession:
    """A browser that is signed in, as its owner's list shows it. `handle` names it and opens nothing; `device` is as of
    `shared.domain.accounts.devices`; `seen_at` is at most a quarter of an hour behind. Wall time."""

    handle: str
    device: str
    opened_at: datetime
    seen_at: datetime
    epoch: int


class Sessions(Protocol):
    """Opaque session ids; only their hash is stored. Wall time (cookies and TTL are not moved by the business
    clock)."""

    def open(self, account_id: str, device: str = "", epoch: int = 0) -> str:
        """`epoch` is the account's `session_epoch`: once that has another number, the session is over."""
        ...

    def read(self, session_id: str) -> Session | None:
        """None for unknown, ended, expired, or an account that is no longer active."""
        ...

    def of_account(self, account_id: str, issued_at: datetime | None = None) -> Session | None:
        """For bearer tokens: the account's present roles, None when it is not active or a token of that instant counts
        no more."""
        ...

    def close(self, session_id: str) -> None: ...
    def listed(self, account_id: str) -> list[OpenSession]:
        """What was opened in the last 14 days and not closed, newest first; ended epochs too."""
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


class Guesses(Protocol):
    """Passwords tried for a mail address, whether or not somebody has it. Wall time."""

    def begin(self, email: str) -> datetime | None:
        """Counts a try, before it is looked at. Not None: it must not be, and the next one not before that instant.
        Raises `Busy`."""
        ...

    def take_back(self, email: str) -> None:
        """The try was not looked at after all."""
        ...

    def forget(self, email: str) -> None:
        """The password was right, or there is a new one: counting begins anew."""
        ...


@dataclass(frozen=True)
class Link:
    """A single-use link from an email: `purpose` (`shared.domain.accounts.account_input`), whose it is, until when
    (business time)."""

    purpose: str
    account_id: str
    expires_at: datetime
    used: bool


class Links(Protocol):
    def make(self, purpose: str, account_id: str, expires_at: datetime) -> str: ...
    def read(self, token: str) -> Link | None: ...
    def use(self, token: str) -> Link:
        """Marks it used. Raises `NotFound`, `Expired` (also when used before)."""
        ...
