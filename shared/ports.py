"""Every port in one file: what services need from the world, and the small shapes that cross.

Adapters (`shared/adapters`) implement them on AWS and Stripe, `tests/fakes` in memory with faults. Errors are those of
`shared.domain.errors`; no adapter lets an exception of its library out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Protocol

from shared.domain.aggregate import Actor, Draft, EventRow, Kind
from shared.domain.money import JournalEntry
from shared.domain.program import Program
from shared.domain.search import Projection, SearchPage, SearchQuery
from shared.domain.seats import SeatYear
from shared.domain.trainee import TraineeFacts


# --- aggregates and the one transaction -----------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Loaded:
    """An aggregate as stored. `version` is the last event's seq, 0 when it does not exist yet; `head` the last event's hash."""

    kind: Kind
    id: str
    state: Mapping[str, Any]
    version: int
    head: str


@dataclass(frozen=True)
class Due:
    """Something waits until `at` (UTC): `kind` picks the sweep's handler, `who` is the role that owes the next step."""

    kind: str
    at: datetime
    who: str


@dataclass(frozen=True)
class DueItem:
    """A due row as read back: which aggregate waits."""

    due: Due
    subject_kind: Kind
    subject_id: str
    case_id: str


@dataclass(frozen=True)
class Step:
    """One aggregate moves by one event. The new state is `{**loaded.state, **draft.data}`. `due` replaces rows of its kinds, `done`
    removes rows of those kinds; both in the same transaction."""

    loaded: Loaded
    draft: Draft
    due: tuple[Due, ...] = ()
    done: tuple[str, ...] = ()


@dataclass(frozen=True)
class SeatMove:
    """What the gate changes for one reservation. Weeks are ISO weeks (`2027-W09`); a switch names only the difference."""

    program_id: str
    trainee_id: str
    reservation_id: str
    take: tuple[str, ...] = ()
    give: tuple[str, ...] = ()


@dataclass(frozen=True)
class Claim:
    """A name that may exist once (`open-application:<trainee>:<program>:<start>`), held by `owner`."""

    key: str
    owner: str


@dataclass(frozen=True)
class Text:
    """Free text or personal data in an erasable item of its own; event rows keep only `ref` (`<whose>/<name>`) and the text's hash."""

    ref: str
    body: Mapping[str, Any]


@dataclass(frozen=True)
class Work:
    """One `TransactWriteItems`: everything here happens, or nothing. `create` are seat years put when a program goes live."""

    steps: tuple[Step, ...]
    seats: tuple[SeatMove, ...] = ()
    claims: tuple[Claim, ...] = ()
    releases: tuple[Claim, ...] = ()
    journal: tuple[JournalEntry, ...] = ()
    texts: tuple[Text, ...] = ()
    create: tuple[SeatYear, ...] = field(default=())


class Store(Protocol):
    """The core and ledger tables. Every write goes through `commit`."""

    def load(self, kind: Kind, id: str) -> Loaded:
        """Strongly consistent. Raises `NotFound`."""
        ...

    def load_many(self, keys: Iterable[tuple[Kind, str]]) -> dict[tuple[Kind, str], Loaded]:
        """One `BatchGetItem` per 100 keys; what does not exist is left out."""
        ...

    def history(self, kind: Kind, id: str) -> list[EventRow]: ...

    def commit(self, work: Work) -> list[EventRow]:
        """All or nothing; returns the event rows written. Raises `VersionConflict`, `SoldOut(weeks=)`, `OverlappingRotation(weeks=)`,
        `Duplicate(key=)`, or `Busy` when conflict retries run out. A repeated call after an unknown outcome is answered as the first."""
        ...

    def owned(self, kind: Kind, owner_id: str, limit: int = 50) -> list[Loaded]:
        """A trainee's aggregates of one kind, newest first."""
        ...

    def coaches(self) -> list[str]:
        """Account ids of the active coaches, from an index: a changed role shows a moment later."""
        ...

    def due(self, kind: str, until: datetime | None, limit: int = 100) -> list[DueItem]:
        """Due rows of one kind in order of `at`, all of them or those at or before `until`."""
        ...

    def seat_years(self, keys: Sequence[tuple[str, int]], weeks: Collection[str] = ()) -> list[SeatYear]:
        """(program id, ISO year) -> seats; years not opened yet are left out. Of each year all weeks, or those named ("W09")."""
        ...

    def claimed_by(self, key: str) -> str | None:
        """The owner of a claim, strongly consistent; None when nobody holds it."""
        ...

    def text(self, ref: str) -> Mapping[str, Any] | None:
        """An erasable item, or None once erased."""
        ...

    def journal(self, account: str) -> list[JournalEntry]:
        """The ledger entries of one book (`rotation:<reservation id>`), oldest first."""
        ...


# --- people ---------------------------------------------------------------------------------------------------------------------------
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
    """Erasable items about people; plain puts, last write wins, nothing here decides anything."""

    def person(self, account_id: str) -> Person: ...
    def persons(self, account_ids: Iterable[str]) -> dict[str, Person]: ...
    def save_person(self, person: Person) -> None: ...
    def facts(self, account_id: str) -> TraineeFacts | None: ...
    def save_facts(self, account_id: str, facts: TraineeFacts) -> None: ...
    def contact(self, host_id: str) -> Contact | None: ...
    def save_contact(self, contact: Contact) -> None: ...
    def erase(self, account_id: str) -> int:
        """Removes every erasable item of this person; returns how many."""
        ...


@dataclass(frozen=True)
class Tokens:
    """Cognito tokens for an API client; `expires_in` seconds."""

    access_token: str
    refresh_token: str
    expires_in: int


class Identity(Protocol):
    """The user pool. Answers say nothing about whether a mail address is known."""

    def register(self, account_id: str, email: str, password: str) -> None:
        """Idempotent for the same account id. Raises `Duplicate` (address taken), `Invalid` (password policy)."""
        ...

    def authenticate(self, email: str, password: str) -> tuple[str, Tokens]:
        """(account id, tokens). Raises `WrongCredentials`, `Busy`."""
        ...

    def verify(self, access_token: str) -> str:
        """The account id of a valid access token of our client. Raises `SignInNeeded`."""
        ...

    def remove(self, account_id: str) -> None: ...


@dataclass(frozen=True)
class Session:
    """A browser's session: `account_id` with the account's present status and roles, read together."""

    account_id: str
    name: str
    zone: str
    roles: tuple[str, ...]


class Sessions(Protocol):
    """Opaque session ids; only their hash is stored. Wall time (cookies and TTL are not moved by the business clock)."""

    def open(self, account_id: str) -> str: ...
    def read(self, session_id: str) -> Session | None:
        """None for unknown, ended, expired, or an account that is no longer active."""
        ...

    def of_account(self, account_id: str) -> Session | None:
        """For bearer tokens: the account's present roles, None when it is not active."""
        ...

    def close(self, session_id: str) -> None: ...


@dataclass(frozen=True)
class Link:
    """A single-use link from a mail: `purpose` (`confirm`), who it is for, until when (business time)."""

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


# --- documents, mail, payment, search -------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Upload:
    """A presigned POST: send `fields` and then `file` to `url` as multipart/form-data."""

    url: str
    fields: Mapping[str, str]


@dataclass(frozen=True)
class StoredObject:
    content: bytes
    metadata: Mapping[str, str]


class DocumentStore(Protocol):
    def upload(self, key: str, kind: str, max_bytes: int, redirect: str) -> Upload: ...
    def read(self, key: str) -> StoredObject | None:
        """None when nothing is there."""
        ...

    def link(self, key: str, download_name: str, seconds: int) -> str:
        """A signed address that works for `seconds` of wall time."""
        ...

    def delete(self, key: str) -> None: ...
    def delete_all(self, folder: str) -> int:
        """Everything whose key begins with `folder`/; returns how many objects went."""
        ...


@dataclass(frozen=True)
class Attachment:
    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True)
class Mail:
    """`message_id` is derived from the event and what kind of mail it is, so that a duplicate shows itself (RFC 5322 3.6.4)."""

    to: str
    subject: str
    text: str
    html: str
    message_id: str
    attachments: tuple[Attachment, ...] = ()


class Mailer(Protocol):
    def send(self, mail: Mail) -> str:
        """The provider's message id. Raises `Busy` when nothing was sent."""
        ...


MAIL_IN_WORK = timedelta(seconds=60)
"""So long a claimed mail may still be in the hands of who claimed it: longer than the function may run (template.yaml: 20 s)."""


class Outbox(Protocol):
    """Which mails went out. A mail is claimed before it is sent, so that a crash can delay it but never send it twice (H13)."""

    def claim(self, mail_id: str, owner: str, now: datetime) -> str:
        """`claimed` (go on and send), `sent` (done before), `pending` (claimed by another within `MAIL_IN_WORK`), or `unknown` (claimed
        before that, outcome never recorded)."""
        ...

    def sent(self, mail_id: str, provider_id: str) -> None: ...
    def unclaim(self, mail_id: str) -> None:
        """The provider refused: nothing was sent, the next delivery may try again."""
        ...


@dataclass(frozen=True)
class Checkout:
    """A Stripe Checkout session as the rules need it, in cents.

    `status` is open, complete or expired; `payment_status` paid, unpaid or no_payment_required.
    """

    id: str
    url: str
    status: str
    payment_status: str
    amount_cents: int
    reservation_id: str
    payment_intent_id: str
    charge_id: str


@dataclass(frozen=True)
class CheckoutRequest:
    reservation_id: str
    application_id: str
    amount_cents: int
    description: str
    email: str
    expires_at: datetime
    success_url: str
    cancel_url: str


class PaymentGateway(Protocol):
    """Stripe. `PaymentUnavailable` means *indeterminate*: it may have happened; ask again or wait for the webhook."""

    def open_checkout(self, request: CheckoutRequest) -> Checkout:
        """The idempotency key is the reservation's: repeated, the same session. Raises `Invalid` when Stripe refuses for good."""
        ...

    def checkout(self, session_id: str) -> Checkout: ...
    def expire(self, session_id: str) -> Checkout:
        """Asks Stripe to expire it; returns what it is now (`complete` when the person was faster)."""
        ...

    def refund(self, payment_intent_id: str, amount_cents: int, key: str) -> str:
        """The refund's id. Repeating the key returns the same refund."""
        ...


@dataclass(frozen=True)
class Delivery:
    """A stored webhook delivery: ids only, the object is fetched again from Stripe."""

    event_id: str
    type: str
    object_id: str


class Deliveries(Protocol):
    def store(self, delivery: Delivery, raw: str) -> bool:
        """Once under the event's id; False when it was there."""
        ...


class SearchIndex(Protocol):
    def search(self, query: SearchQuery, today: date) -> SearchPage: ...


class SearchPublisher(Protocol):
    def publish(self, projections: Iterable[Projection]) -> str:
        """Builds a version, stores it under its content hash and swaps the pointer; returns the version. Notes the time before it takes
        the first projection. Raises `VersionConflict` when a version of later knowledge is current."""
        ...

    def overlay(self, program_id: str, week: str, free: bool) -> None:
        """A start week went between "some" and "none" since the version."""
        ...

    def overlay_rows(self) -> int:
        """How long the overlay is: it is read with every search."""
        ...


class Catalogue(Protocol):
    """Programs as readers see them (the projection list that search builds from, and single look-ups)."""

    def program(self, program_id: str) -> Program: ...
    def programs(self, ids: Iterable[str]) -> dict[str, Program]: ...
    def live_ids(self) -> list[str]: ...


class Bus(Protocol):
    def publish(self, events: Sequence[Mapping[str, Any]]) -> None:
        """Envelopes, any number; raises `Busy` when any entry failed."""
        ...


# --- time and names -------------------------------------------------------------------------------------------------------------------
class BusinessClock(Protocol):
    def now(self) -> datetime:
        """Business time, UTC: deadlines, link expiry, due items. Never used for tokens, signatures or TTL."""
        ...


class Ids(Protocol):
    def new(self) -> str:
        """A fresh id (26 characters, sorts by time: ULID layout)."""
        ...

    def derived(self, *parts: str) -> str:
        """The same id for the same parts: a repeated request with one idempotency key names the same thing."""
        ...


SYSTEM = "system"


def system(function: str) -> Actor:
    return Actor(role=SYSTEM, id=function)
