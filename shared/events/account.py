"""How an account is kept and guarded: password, address, second factor, sessions; and what an administrator does with
it.

Addresses, secrets and hashes of codes are in erasable items; a row names those items. `session_epoch`, the account's
security generation, ends whatever was begun under another number: sessions, access tokens, links, tickets; an event
that counts it up also ends the wishes that wait (`SecurityEvent`). `attempt` makes each try a row of its own: two in
the same second are two, where the store would take equal rows for one call that is repeated.
"""

from __future__ import annotations

from typing import ClassVar

from shared.domain.core.aggregate import AggregateType
from shared.domain.core.instants import Instant
from shared.events.base import EventData
from shared.events.people import AccountEvent


class SecurityEvent(AccountEvent):
    """Everything that was begun before is over: sessions, tokens, links, and what was asked for and not done."""

    session_epoch: int
    reset_asked_at: Instant | None = None
    mail_change_ref: str | None = None
    factor_offer_ref: str | None = None


class PasswordResetAsked(AccountEvent):
    """Each is one mail with a link. `reset_asked_at` stays set until a password is set, which is when all such links
    end. `onward_ref`: the page that they came from (erasable)."""

    TYPE: ClassVar[str] = "PasswordResetAsked.v1"
    EMAILED: ClassVar[bool] = True
    reset_asked_at: Instant
    onward_ref: str | None = None


class PasswordChanged(SecurityEvent):
    """By a link or by its owner; every session is over, and the owner is told by mail."""

    TYPE: ClassVar[str] = "PasswordChanged.v1"
    EMAILED: ClassVar[bool] = True
    password_changed_at: Instant


class MailChangeAsked(AccountEvent):
    """`mail_change_ref` names the item with the new address, where a link is sent; the present one is told, with a link
    that stops it. A later wish ends the one before."""

    TYPE: ClassVar[str] = "MailChangeAsked.v1"
    EMAILED: ClassVar[bool] = True
    mail_change_ref: str
    mail_change_asked_at: Instant


class MailChanged(SecurityEvent):
    """The new address (`mail_ref`) is confirmed; the one before (`former_mail_ref`) is told. Every session is over."""

    TYPE: ClassVar[str] = "MailChanged.v1"
    EMAILED: ClassVar[bool] = True
    mail_ref: str
    former_mail_ref: str
    mail_changed_at: Instant


class MailChangeStopped(SecurityEvent):
    """Who reads the present address did not want the change: the link at the new one is dead."""

    TYPE: ClassVar[str] = "MailChangeStopped.v1"
    mail_change_stopped_at: Instant


class SessionsEnded(SecurityEvent):
    TYPE: ClassVar[str] = "SessionsEnded.v1"


class FactorOffered(AccountEvent):
    """A secret waits to be taken into an app; it counts for nothing until a code made with it came back."""

    TYPE: ClassVar[str] = "FactorOffered.v1"
    factor_offer_ref: str


class FactorSet(SecurityEvent):
    """`factor_ref` names the item with the secret and the hashes of the recovery codes; `factor_step` the last 30
    seconds that a code counted for (RFC 6238 5.2: never twice)."""

    TYPE: ClassVar[str] = "FactorSet.v1"
    EMAILED: ClassVar[bool] = True
    factor_ref: str
    factor_set_at: Instant
    factor_step: int
    attempt: str
    factor_failures: int = 0
    recovery_used: tuple[int, ...] = ()


class FactorPassed(AccountEvent):
    TYPE: ClassVar[str] = "FactorPassed.v1"
    factor_step: int
    attempt: str
    factor_failures: int = 0


class RecoveryCodeUsed(AccountEvent):
    """`recovery_used` are the numbers of all codes used so far; the owner is told by mail."""

    TYPE: ClassVar[str] = "RecoveryCodeUsed.v1"
    EMAILED: ClassVar[bool] = True
    recovery_used: tuple[int, ...]
    attempt: str
    factor_failures: int = 0


class FactorFailed(AccountEvent):
    """A wrong code after a right password: five in a row stop the counting for a while. Wall time."""

    TYPE: ClassVar[str] = "FactorFailed.v1"
    factor_failures: int
    factor_failed_at: Instant
    attempt: str


class FactorRemoved(SecurityEvent):
    """By its owner, or by an administrator for somebody who lost telephone and codes; every session is over, the owner
    is told."""

    TYPE: ClassVar[str] = "FactorRemoved.v1"
    EMAILED: ClassVar[bool] = True
    factor_ref: str | None = None
    factor_failures: int = 0


class StaffInvited(AccountEvent):
    """Each is one mail with a link, whose reader chooses the password."""

    TYPE: ClassVar[str] = "StaffInvited.v1"
    EMAILED: ClassVar[bool] = True
    id: str
    roles: tuple[str, ...]
    created_at: Instant
    invited_at: Instant


class HostInvited(AccountEvent):
    """H04: somebody is to act for `hosts`; each is one mail with a link, whose reader chooses the password."""

    TYPE: ClassVar[str] = "HostInvited.v1"
    EMAILED: ClassVar[bool] = True
    id: str
    roles: tuple[str, ...]
    hosts: tuple[str, ...]
    created_at: Instant
    invited_at: Instant


class HostAdded(AccountEvent):
    """A host manager acts for one more host from the next click on, and is told by mail; `hosts` are all of them."""

    TYPE: ClassVar[str] = "HostAdded.v1"
    EMAILED: ClassVar[bool] = True
    hosts: tuple[str, ...]
    added_host: str


class HostRemoved(SecurityEvent):
    """A host manager no longer acts for a host; every session is over. `hosts` are those that are left. `roles` only
    where an invitation that nobody took ends with its last host: the account is as after a sign-up that nobody
    confirmed."""

    TYPE: ClassVar[str] = "HostRemoved.v1"
    hosts: tuple[str, ...]
    removed_host: str
    roles: tuple[str, ...] = ()


class RolesChanged(SecurityEvent):
    """Sessions end only where the new roles need a code and no app is set up: `session_epoch` stays otherwise. `hosts`
    only where the account acted for some and acts for none any more."""

    TYPE: ClassVar[str] = "RolesChanged.v1"
    roles: tuple[str, ...]
    hosts: tuple[str, ...] = ()


class AccountDisabled(SecurityEvent):
    """Nobody signs in with it any more, at once; everything that it did stays."""

    TYPE: ClassVar[str] = "AccountDisabled.v1"
    disabled_at: Instant


class AccountEnabled(AccountEvent):
    """`roles` as with `HostRemoved`."""

    TYPE: ClassVar[str] = "AccountEnabled.v1"
    disabled_at: Instant | None = None
    roles: tuple[str, ...] = ()


class AskedByAddress(EventData):
    """Somebody without a session asked for something by an address (a `Wish`, which is read by its id): the answer was
    given before anybody looked who has the address."""

    TYPE: ClassVar[str] = "AskedByAddress.v1"
    SUBJECT: ClassVar[AggregateType] = "WISH"
    wish_id: str
