"""What the accounts room takes and shows about an account's safety: passwords, the address, and where somebody is
signed in."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field

from functions.accounts.models.fields import Given, Password
from shared.domain.accounts.account_input import MAIL_LIFE, RESET_LIFE
from shared.domain.accounts.passwords import SHORTEST_PASSWORD
from shared.domain.accounts.second_factor import RECOVERY_CODES, Demand, needed
from shared.domain.core.instants import Instant
from shared.runtime.http.models import Answer, Request
from shared.runtime.http.paths import LONGEST, SIGN_IN
from shared.services.accounts.security import LinkState, Safety

# --- requests ---------------------------------------------------------------------------------------------------------
FORGOT = "/accounts/forgot"


class Forgot(Request):
    """Signing in with the new password then leads to `next`, a path of ours."""

    email: str = Field(title="Mail address", min_length=3, max_length=254)
    next: str = Field("", max_length=LONGEST)


class NewPassword(Request):
    password: Password


class PasswordChange(Request):
    current: Given = Field(title="Present password")
    password: Password


class MailChange(Request):
    email: str = Field(title="New mail address", min_length=3, max_length=254)
    password: Given


# --- answers ----------------------------------------------------------------------------------------------------------
class ForgotView(Answer):
    """`next` is where a sign-in with the new password will lead."""

    status: Literal["open"] = "open"
    next: str
    sign_in: str


class Sent(Answer):
    """The same for every address, known or not. `again` is where the link can be asked for once more."""

    status: Literal["check_mail"] = "check_mail"
    email: str
    link_minutes: int = int(RESET_LIFE.total_seconds()) // 60
    again: str = FORGOT


class MailSent(Answer):
    """The same whether or not the address is somebody's."""

    status: Literal["check_mail"] = "check_mail"
    email: str
    link_hours: int = int(MAIL_LIFE.total_seconds()) // 3600


class PasswordForm(Answer):
    shortest_password: int = SHORTEST_PASSWORD


class LinkView(Answer):
    """`state` is `open` (the link may be used), `done` or `expired`; of one that stops a change also `moved` (it comes
    too late). `email` is the new address of a change; `sign_in` and `forgot` lead on where somebody came from."""

    state: str
    name: str
    email: str
    here: str
    sign_in: str = SIGN_IN
    forgot: str = FORGOT
    shortest_password: int = SHORTEST_PASSWORD

    @classmethod
    def of(cls, found: LinkState, here: str, **links: str) -> Self:
        return cls(state=found.state, name=found.name, email=found.email, here=here, **links)


class SessionRow(Answer):
    """`device` in words; `seen_at` is at most a quarter of an hour behind. Wall time."""

    handle: str
    device: str
    opened_at: Instant
    seen_at: Instant
    here: bool


class SecurityView(Answer):
    """`factor_needed`: a role asks for an authenticator app. `recovery_left` of ten codes. `saved` names what the page
    follows."""

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
        account = found.account
        rows = [
            SessionRow(
                handle=one.handle,
                device=one.device,
                opened_at=one.opened_at,
                seen_at=one.seen_at,
                here=one.handle == found.here,
            )
            for one in found.sessions
        ]
        return cls(
            email=found.person.email,
            roles=account.roles,
            password_changed_at=account.password_changed_at,
            factor_set_at=account.factor_set_at if account.factor_ref else None,
            factor_needed=needed(account.roles, demand),
            recovery_left=RECOVERY_CODES - len(account.recovery_used),
            saved=saved,
            sessions=tuple(sorted(rows, key=lambda row: not row.here)),
        )
