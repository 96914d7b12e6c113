"""What happens to accounts and documents; what guards an account is in `account.py`. No name, address or file name:
those are erasable items."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from shared.domain.accounts.account import AccountStatus
from shared.domain.core.aggregate import AggregateType
from shared.domain.core.instants import Instant
from shared.domain.documents.document import DocumentStatus, Verdict
from shared.events.base import EventData


class AccountEvent(EventData):
    SUBJECT: ClassVar[AggregateType] = "ACCOUNT"
    status: AccountStatus


class AccountSignedUp(AccountEvent):
    """Somebody wants this account and has to confirm the address: each such event is one mail with a fresh link.
    `asked_at` is when it was asked for, the sign-up or a later request; `created_at` stays the sign-up. `onward_ref`:
    the page that they came from (erasable)."""

    TYPE: ClassVar[str] = "AccountSignedUp.v1"
    EMAILED: ClassVar[bool] = True
    id: str
    roles: tuple[str, ...]
    created_at: Instant
    asked_at: Instant
    onward_ref: str | None = None


class AccountProvisioned(AccountEvent):
    """An account that needs no confirmation, made by the operator, or its roles or hosts changed by one. Nobody is
    mailed. `session_epoch` and what follows it as with `RolesChanged`."""

    TYPE: ClassVar[str] = "AccountProvisioned.v1"
    id: str
    roles: tuple[str, ...]
    hosts: tuple[str, ...] = ()
    created_at: Instant
    session_epoch: int = 0
    reset_asked_at: Instant | None = None
    mail_change_ref: str | None = None
    factor_offer_ref: str | None = None


class AccountConfirmed(AccountEvent):
    """Who reads the mail of that address has chosen a password: a sign-up or an invitation is complete."""

    TYPE: ClassVar[str] = "AccountConfirmed.v1"
    confirmed_at: Instant


class AccountErased(AccountEvent):
    """GDPR article 17: everything that names the person is gone; this row and the money stay."""

    TYPE: ClassVar[str] = "AccountErased.v1"
    erased_at: Instant
    roles: tuple[str, ...] = ()


class DocumentEvent(EventData):
    SUBJECT: ClassVar[AggregateType] = "DOCUMENT"
    status: DocumentStatus


class DocumentStored(DocumentEvent):
    """`kind` as in product.md 3d (`cv`), `key` the object's name in the upload bucket, `size` bytes, `number` the
    version of its kind."""

    TYPE: ClassVar[str] = "DocumentStored.v1"
    id: str
    trainee_id: str
    kind: str
    key: str
    sha256: str
    size: int
    content_type: str
    number: int
    created_at: Instant


class DocumentRefused(DocumentEvent):
    """The file is not what its kind allows; `reason_code` says why. The object is deleted."""

    TYPE: ClassVar[str] = "DocumentRefused.v1"
    id: str
    trainee_id: str
    kind: str
    reason_code: str
    created_at: Instant


class DocumentChecked(DocumentEvent):
    """A reviewer read it: whether it counts, and the dates and language that are printed on it. Why not is an erasable
    item."""

    TYPE: ClassVar[str] = "DocumentChecked.v1"
    checked: Verdict
    issued: date | None
    expires: date | None
    language: str
    checked_by: str
    checked_at: Instant
    check_reason_ref: str | None
    check_reason_hash: str | None
