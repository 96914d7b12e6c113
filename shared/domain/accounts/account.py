"""An account: its machine, and the stored state. What it is made of is checked in `account_input`.

The machine has the steps that lead to another status, and the two that bring one more email; everything else (roles,
passwords, addresses, the second factor) leaves the status as it is. No personal data here: name, address and secrets
are erasable items, named by `*_ref`.
"""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from shared.domain.core.instants import Instant
from shared.domain.core.machine import NEW, Actor, Arrow, Machine

TRAINEE, HOST = "trainee", "host"
"""The role that signing up gives, and the one of a host's manager, who has no other."""


class AccountStatus(StrEnum):
    UNCONFIRMED = "UNCONFIRMED"
    INVITED = "INVITED"
    ACTIVE = "ACTIVE"
    DISABLED = "DISABLED"
    ERASED = "ERASED"


class AccountEvent(StrEnum):
    SIGN_UP = "sign_up"
    INVITE = "invite"
    END_INVITATION = "end_invitation"
    CONFIRM = "confirm"
    PROVISION = "provision"
    DISABLE = "disable"
    ENABLE = "enable"
    REOPEN_INVITATION = "reopen_invitation"
    ERASE = "erase"


_S, _E = AccountStatus, AccountEvent
_TR, _OWN, _CO = (frozenset({actor}) for actor in (Actor.TRAINEE, Actor.ACCOUNT, Actor.COORDINATOR))
_AD = frozenset({Actor.ADMIN, Actor.SYSTEM})
"""At a terminal the operator may do what an administrator may."""
_SIGN_UP_EFFECTS = ("email with a link to confirm the address",)
_INVITE_EFFECTS = ("email with a link to choose a password",)
_SESSIONS_END = ("every session ends",)
_NO_HOST_LEFT = "to act for a host, none is left, nobody took it"

ACCOUNT = Machine(
    "account",
    (
        Arrow(NEW, _E.SIGN_UP, _TR, _S.UNCONFIRMED, "nobody has the address", _SIGN_UP_EFFECTS),
        Arrow(_S.UNCONFIRMED, _E.SIGN_UP, _TR, _S.UNCONFIRMED, "once a minute", _SIGN_UP_EFFECTS),
        *(
            Arrow(
                state,
                _E.INVITE,
                _CO | _AD,
                _S.INVITED,
                "a coordinator only to act for a host" + (", once a minute" if state == _S.INVITED else ""),
                _INVITE_EFFECTS,
            )
            for state in (NEW, _S.UNCONFIRMED, _S.INVITED)
        ),
        Arrow(_S.INVITED, _E.END_INVITATION, _CO | _AD, _S.UNCONFIRMED, _NO_HOST_LEFT, _SESSIONS_END),
        *(
            Arrow(state, _E.CONFIRM, _OWN, _S.ACTIVE, "the link of the email, a password")
            for state in (_S.UNCONFIRMED, _S.INVITED)
        ),
        *(
            Arrow(state, _E.PROVISION, _AD, _S.ACTIVE, "with a password")
            for state in (NEW, _S.UNCONFIRMED, _S.INVITED, _S.ACTIVE, _S.DISABLED)
        ),
        *(
            Arrow(state, _E.DISABLE, _AD, _S.DISABLED, "another administrator's account", _SESSIONS_END)
            for state in (_S.INVITED, _S.ACTIVE)
        ),
        Arrow(_S.DISABLED, _E.ENABLE, _AD, _S.ACTIVE, "confirmed, or provisioned"),
        Arrow(_S.DISABLED, _E.REOPEN_INVITATION, _AD, _S.INVITED, "nobody took the invitation", _INVITE_EFFECTS),
        Arrow(_S.DISABLED, _E.END_INVITATION, _AD, _S.UNCONFIRMED, _NO_HOST_LEFT),
        *(
            Arrow(
                state,
                _E.ERASE,
                _AD,
                _S.ERASED,
                "no seat is held, or the person insists",
                ("everything that names the person goes", *_SESSIONS_END),
            )
            for state in (_S.UNCONFIRMED, _S.INVITED, _S.ACTIVE, _S.DISABLED)
        ),
    ),
    {
        _S.UNCONFIRMED: "Nobody has confirmed this address yet.",
        _S.INVITED: "This account waits for somebody to take its invitation.",
        _S.ACTIVE: "This account is active.",
        _S.DISABLED: "This account is disabled.",
        _S.ERASED: "This account was erased.",
    },
)


class Account(BaseModel):
    """The stored state. `session_epoch` is the account's security generation: what was begun under another number is
    over (sessions, access tokens, links, tickets). `factor_step` is the last 30 seconds that a code counted for;
    `tokens_from` is left of accounts of before."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    id: str
    version: int
    status: AccountStatus
    roles: tuple[str, ...]
    hosts: tuple[str, ...] = ()
    added_host: str | None = None
    removed_host: str | None = None
    created_at: Instant
    asked_at: Instant | None = None
    invited_at: Instant | None = None
    confirmed_at: Instant | None = None
    disabled_at: Instant | None = None
    erased_at: Instant | None = None
    onward_ref: str | None = None
    session_epoch: int = 0
    tokens_from: Instant | None = None
    reset_asked_at: Instant | None = None
    password_changed_at: Instant | None = None
    mail_ref: str | None = None
    former_mail_ref: str | None = None
    mail_changed_at: Instant | None = None
    mail_change_ref: str | None = None
    mail_change_asked_at: Instant | None = None
    mail_change_stopped_at: Instant | None = None
    factor_ref: str | None = None
    factor_offer_ref: str | None = None
    factor_set_at: Instant | None = None
    factor_step: int = -1
    factor_failures: int = 0
    factor_failed_at: Instant | None = None
    recovery_used: tuple[int, ...] = ()
    attempt: str | None = None

    @property
    def generation(self) -> int:
        """Counts up with a new password, the end of all sessions, an app set up or removed, a disabled account, another
        address: whatever was pending is dead then."""
        return self.session_epoch

    @property
    def ever_had_hosts(self) -> bool:
        """Whether it was ever given a host, also when all were taken away again."""
        return "hosts" in self.model_fields_set

    def acts_for(self, host_id: str) -> bool:
        """Now, or once its owner has taken the invitation or it is enabled again."""
        return self.status is not AccountStatus.ERASED and HOST in self.roles and host_id in self.hosts


def status_after(status: str, event: AccountEvent, role: str) -> AccountStatus:
    """What an account of this status (`NEW` for one that is not there) becomes by `event` of somebody with `role`.
    Raises as `Machine.fire`."""
    return AccountStatus(ACCOUNT.fire(status, event, Actor(role)).target)


def invitation_over(account: Account, hosts: Collection[str]) -> bool:
    """With these hosts left: to act for none is no invitation. Its link ends, and the address may sign up as
    everybody's may."""
    return account.roles == (HOST,) and not hosts


def enabling(account: Account) -> AccountEvent:
    """How a disabled account comes back: as it was before, or to an invitation that nobody took, unless that ended
    meanwhile."""
    if account.invited_at is None or account.confirmed_at is not None:
        return AccountEvent.ENABLE
    return AccountEvent.END_INVITATION if invitation_over(account, account.hosts) else AccountEvent.REOPEN_INVITATION
