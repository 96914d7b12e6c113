"""What the accounts room takes and answers with around signing up, confirming the address and signing in."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field

from functions.accounts.models.fields import Given, Password
from shared.domain.accounts.passwords import SHORTEST_PASSWORD
from shared.runtime.http.models import Answer, Request
from shared.runtime.http.paths import LONGEST, SIGN_IN
from shared.services.accounts.sign_in import Confirmation, Token


# --- requests ---------------------------------------------------------------------------------------------------------
class SignUp(Request):
    """`zone` is an IANA name; without one times are shown in UTC until the profile says otherwise. The password is
    chosen by whoever opens the link in the mail, and signing in then leads to `next`, a path of ours."""

    name: str = Field(title="Full name", min_length=1, max_length=100)
    email: str = Field(title="Mail address", min_length=3, max_length=254)
    zone: str = Field("UTC", title="Time zone", max_length=60)
    next: str = Field("", max_length=LONGEST)


class Resend(Request):
    email: str = Field(title="Mail address", min_length=3, max_length=254)


class Confirm(Request):
    password: Password


class SignIn(Request):
    """`next` is a path of ours; anything else leads to the workspace."""

    email: str = Field(title="Mail address", min_length=3, max_length=254)
    password: Given
    next: str = Field("", max_length=LONGEST)


class TokenRequest(Request):
    """`code` for accounts with an authenticator app: the one that it shows now, or a recovery code."""

    email: str = Field(title="Mail address", min_length=3, max_length=254)
    password: Given
    code: str = Field("", title="Code", max_length=40)


# --- answers ----------------------------------------------------------------------------------------------------------
class SignUpView(Answer):
    """Nothing has to be known before. `next` is where a first sign-in will lead."""

    status: Literal["open"] = "open"
    next: str = ""
    sign_in: str = SIGN_IN


class CheckMail(Answer):
    """The same for every address, known or not."""

    status: Literal["check_mail"] = "check_mail"
    email: str
    link_hours: int = 48
    resend_seconds: int = 60
    sign_in: str = SIGN_IN


class ConfirmView(Answer):
    """`state` is `open` (the link may be used), `done` (the account is confirmed) or `expired`; `invited` by an
    administrator."""

    state: str
    name: str
    invited: bool
    shortest_password: int = SHORTEST_PASSWORD
    sign_in: str = SIGN_IN

    @classmethod
    def of(cls, found: Confirmation, sign_in: str) -> Self:
        return cls(state=found.state, name=found.name, invited=found.invited, sign_in=sign_in)


class SignInView(Answer):
    """`confirmed`: the person comes from a confirmation; `changed`: from setting a new password. `next` is where it
    leads, by `sign_up` and `forgot` too."""

    next: str
    sign_up: str
    forgot: str
    confirmed: bool = False
    changed: bool = False


class SignedInView(Answer):
    """`signed_in`: a browser's session is in the cookie. Otherwise a code comes next, or an authenticator app has to be
    set up first, and nobody is named yet. `next` is where it goes."""

    state: Literal["signed_in", "code", "factor"] = "signed_in"
    account_id: str | None = None
    name: str | None = None
    roles: tuple[str, ...] = ()
    next: str


class TokenView(Answer):
    """OAuth 2.0's names (RFC 6749 5.1); `expires_in` seconds."""

    access_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - its kind, not a secret
    expires_in: int
    account_id: str

    @classmethod
    def of(cls, found: Token, account_id: str) -> Self:
        return cls(access_token=found.access_token, expires_in=found.expires_in, account_id=account_id)


class SignedOut(Answer):
    status: Literal["signed_out"] = "signed_out"
