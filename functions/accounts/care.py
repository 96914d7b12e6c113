"""What the accounts room takes and shows about an account's safety: passwords, the address, and where somebody is signed in."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field

from functions.accounts.base import Answer, Given, Password, Request
from shared.domain.account_factor import RECOVERY_CODES, Demand, needed
from shared.domain.accounts import MAIL_LIFE, RESET_LIFE, SHORTEST_PASSWORD
from shared.domain.instants import Instant
from shared.services.account_care import LinkState, Safety


# --- requests -------------------------------------------------------------------------------------------------------------------------
class Forgot(Request):
    email: str = Field(title="Mail address", min_length=3, max_length=254)


class NewPassword(Request):
    password: Password


class PasswordChange(Request):
    current: Given = Field(title="Present password")
    password: Password


class MailChange(Request):
    email: str = Field(title="New mail address", min_length=3, max_length=254)
    password: Given


# --- answers --------------------------------------------------------------------------------------------------------------------------
class Sent(Answer):
    """The same for every address, known or not."""

    status: Literal["check_mail"] = "check_mail"
    email: str
    link_minutes: int = int(RESET_LIFE.total_seconds()) // 60


class MailSent(Answer):
    """The same whether or not the address is somebody's."""

    status: Literal["check_mail"] = "check_mail"
    email: str
    link_hours: int = int(MAIL_LIFE.total_seconds()) // 3600


class PasswordForm(Answer):
    shortest_password: int = SHORTEST_PASSWORD


class LinkView(Answer):
    """`state` is `open` (the link may be used), `done` or `expired`. `email` is the new address of a change."""

    state: str
    name: str
    email: str
    here: str
    shortest_password: int = SHORTEST_PASSWORD

    @classmethod
    def of(cls, found: LinkState, here: str) -> Self:
        return cls(state=found.state, name=found.name, email=found.email, here=here)


class SessionRow(Answer):
    """`device` in words; `seen_at` is at most a quarter of an hour behind. Wall time."""

    handle: str
    device: str
    opened_at: Instant
    seen_at: Instant
    here: bool


class SecurityView(Answer):
    """`factor_needed`: a role asks for an authenticator app. `recovery_left` of ten codes. `saved` names what the page follows."""

    email: str
    roles: tuple[str, ...]
    password_changed_at: Instant | None
    factor_set_at: Instant | None
    factor_needed: bool
    recovery_left: int
    sessions: tuple[SessionRow, ...]
    saved: str

    @classmethod
    def of(cls, found: Safety, demand: Demand, saved: str = "") -> Self:
        state = found.state
        rows = [
            SessionRow(handle=one.handle, device=one.device, opened_at=one.opened_at, seen_at=one.seen_at, here=one.handle == found.here)
            for one in found.sessions
        ]
        return cls(
            email=found.person.email, roles=found.roles, password_changed_at=state.get("password_changed_at"),
            factor_set_at=state.get("factor_set_at") if state.get("factor_ref") else None, factor_needed=needed(found.roles, demand),
            recovery_left=RECOVERY_CODES - len(state.get("recovery_used", ())), saved=saved,
            sessions=tuple(sorted(rows, key=lambda row: not row.here)),
        )  # fmt: skip
