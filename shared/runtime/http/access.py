"""Who may call a route, and who is calling. A route without a declaration cannot be registered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shared.domain.core.aggregate import Actor
from shared.domain.core.errors import CodeNeeded, ForeignOrigin, RotaError, SignInNeeded, WrongRole
from shared.ports import Session, Sessions

COOKIE, BROWSER = "__Host-session", "__Host-browser"
"""Who is signed in here, and that somebody was: by the latter a browser keeps an allowance of its own."""
PROOF = "/accounts/proof"
"""Where a code is entered in a session that is open."""
SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}


@dataclass(frozen=True)
class Access:
    """`roles` empty: any role; `signed_in` False: anybody; `fresh`: with a code that was entered a moment ago."""

    signed_in: bool = True
    roles: frozenset[str] = frozenset()
    fresh: bool = False

    def check(self, session: Session | None) -> None:
        """Raises `SignInNeeded`, `WrongRole` or `CodeNeeded`."""
        if not self.signed_in:
            return
        if session is None:
            raise SignInNeeded("This needs an account.", "Sign in, or create an account; it takes two minutes.")
        if self.roles and not self.roles & set(session.roles):
            needed = " or ".join(sorted(self.roles))
            raise WrongRole(
                f"This is for the {needed} role.",
                "Sign in with another account, or ask an administrator.",
                roles=sorted(self.roles),
            )
        if self.fresh and not session.fresh:
            raise CodeNeeded(
                "This needs a fresh code of your authenticator app.",
                "Enter one, then send this again; with a token, ask for a new one.",
                address=PROOF,
            )

    def described(self) -> list[str]:
        """For the API document."""
        return ["anyone"] if not self.signed_in else sorted(self.roles) or ["signed in"]


ANYONE = Access(signed_in=False)
SIGNED_IN = Access()


def roles(*names: str, fresh: bool = False) -> Access:
    return Access(roles=frozenset(names), fresh=fresh)


def cookie_value(headers: Mapping[str, str], event: Mapping[str, Any], cookie: str = COOKIE) -> str:
    """A cookie of ours. HTTP APIs pass cookies as a list; some local gateways leave them in the header."""
    for part in [*event.get("cookies", []), *headers.get("cookie", "").split(";")]:
        name, _, value = part.strip().partition("=")
        if name == cookie:
            return str(value)
    return ""


def check_origin(method: str, headers: Mapping[str, str], public_url: str) -> None:
    """A cookie call that changes something must come from our own pages (OWASP: verifying origin). Raises
    `ForeignOrigin`."""
    if method in SAFE_METHODS:
        return
    origin = headers.get("origin", "")
    if origin != public_url:
        raise ForeignOrigin(
            "The browser says that this form was not sent from our pages.", "Open the page here and send it again."
        )


class Caller:
    """Finds out who calls, once per request and only when somebody asks: a public page without a cookie costs no
    request."""

    def __init__(self, event: Mapping[str, Any], headers: Mapping[str, str], sessions: Sessions) -> None:
        self._bearer = headers.get("authorization", "")
        self._cookie = cookie_value(headers, event)
        self.browser = cookie_value(headers, event, BROWSER)
        self._sessions = sessions
        self._session: Session | None = None
        self._known = False

    @property
    def by_cookie(self) -> bool:
        return bool(self._cookie) and not self._bearer

    @property
    def by_token(self) -> bool:
        return bool(self._bearer)

    @property
    def session_id(self) -> str:
        return self._cookie

    @property
    def session(self) -> Session | None:
        """Raises `SignInNeeded` for a bearer token that is no good; a stale cookie is simply nobody."""
        if not self._known:
            if self._bearer:
                kind, _, token = self._bearer.partition(" ")
                if kind.lower() != "bearer":
                    raise SignInNeeded(
                        "Only bearer tokens are accepted here.", "Send `Authorization: Bearer <access token>`."
                    )
                self._session = self._sessions.bearer(token.strip())
                if self._session is None:
                    raise SignInNeeded("The access token is not valid.", "Sign in again for a new one.")
            elif self._cookie:
                self._session = self._sessions.read(self._cookie)
            self._known = True
        return self._session

    @property
    def known(self) -> Session | None:
        """The session for a page's header: while an error is being shown, not knowing who looks is no second error."""
        try:
            return self.session
        except RotaError:
            return None

    def actor(self, acting_as: str) -> Actor:
        """Raises `SignInNeeded` when nobody is signed in."""
        session = self.session
        if session is None:
            raise SignInNeeded("This needs an account.", "Sign in, or create an account; it takes two minutes.")
        return Actor(role=acting_as, id=session.account_id)
