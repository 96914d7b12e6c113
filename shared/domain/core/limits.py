"""Every quota and pace of Rota, as data: how much of what, of whom, in what time; and the refusal that says so.

A pace counts in windows and is refused with when to try again (`TooManyTries`, 429). A quota counts what is there now
and is refused with what to do instead (`QuotaReached`, 409), since waiting changes nothing. `docs/limits.md` is made of
this list by `python -m infra.build.limits`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network
from typing import Literal

from shared.domain.core.errors import QuotaReached, TooManyTries
from shared.domain.core.instants import iso

Each = Literal["source", "address", "browser", "account", "person"]
"""Whom a limit counts for: where a call comes from (`source`), an email address whether or not anybody has it, a
browser that its owner signed in with before, a signed-in account, or the person behind one."""


@dataclass(frozen=True)
class Pace:
    """At most `most` of `what` for `each`, in `within` from the first one on. `afresh`: the window begins anew with
    each one, so that only a pause that long lets the next through."""

    name: str
    what: str
    each: Each
    most: int
    within: timedelta
    afresh: bool = False

    def refusal(self, until: datetime, now: datetime, way_out: str = "", field: str = "") -> TooManyTries:
        """What is said before `until`: in words that need no zone, and for programs. `now` is wall time, as `until`."""
        about = {"field": field} if field else {}
        return TooManyTries(
            f"There were too many {self.what}.",
            f"Try again in {_wait(until - now)}{way_out}.",
            retry_after=iso(until),
            limit=self.name,
            **about,
        )


@dataclass(frozen=True)
class Quota:
    """At most `most` of `what` for `each` at one time; `remedy` says how to make room."""

    name: str
    what: str
    each: Each
    most: int
    remedy: str

    def refusal(self, field: str = "") -> QuotaReached:
        about = {"field": field} if field else {}
        return QuotaReached(
            f"There are {self.most} {self.what} already, which is as many as there may be.",
            self.remedy,
            limit=self.name,
            most=self.most,
            **about,
        )


_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)

# --- signing up and in ------------------------------------------------------------------------------------------------
SIGN_UPS_OF_SOURCE = Pace("sign-ups-of-source", "sign-ups from your network", "source", 20, _HOUR)
SIGN_UP_EMAILS = Pace("sign-up-emails", "sign-ups and emails for this address", "address", 5, _DAY)
RESETS_OF_SOURCE = Pace("resets-of-source", "requests for a new password from your network", "source", 20, _HOUR)
RESET_EMAILS = Pace("reset-emails", "requests for a new password for this address", "address", 5, _DAY)
WRONG_PASSWORDS = Pace(
    "wrong-passwords",
    "wrong passwords for this address, or too many at the same moment",
    "address",
    10,
    15 * _MINUTE,
    afresh=True,
)
"""Threshold, observation window and duration of the OWASP Authentication Cheat Sheet, "Account Lockout"; below is
Cognito's own lockout, which begins at five."""
WRONG_PASSWORDS_OF_BROWSER = Pace(
    "wrong-passwords-of-browser", "wrong passwords in this browser", "browser", 10, 15 * _MINUTE, afresh=True
)
"""A browser that its owner signed in with has an allowance of its own: a stranger's guesses do not keep it out."""
WRONG_PASSWORDS_OF_SOURCE = Pace("wrong-passwords-of-source", "wrong passwords from your network", "source", 100, _HOUR)
"""One password for each of many addresses."""
WRONG_CODES = Pace("wrong-codes", "wrong codes", "account", 5, 15 * _MINUTE, afresh=True)

# --- what an account may ask for --------------------------------------------------------------------------------------
ADDRESS_CHANGES = Pace("address-changes", "requests to change your address", "account", 3, _DAY)
ADDRESS_CHANGES_TO = Pace("address-changes-to", "requests to use this address", "address", 3, _DAY)
INVITATIONS = Pace("invitations", "invitations sent by you", "account", 50, _DAY)
INVITATION_EMAILS = Pace("invitation-emails", "invitations for this address", "address", 5, _DAY)

# --- what a person may have -------------------------------------------------------------------------------------------
DOCUMENTS_A_DAY = Pace("documents-a-day", "files uploaded by you", "person", 50, _DAY)
DOCUMENTS_KEPT = Quota(
    "documents-kept", "files of yours", "person", 200, "Remove one that you no longer need, then upload again."
)
OPEN_APPLICATIONS = Quota(
    "open-applications", "open applications of yours", "person", 20, "Withdraw one, or wait for an answer."
)

PACES = (
    SIGN_UPS_OF_SOURCE,
    SIGN_UP_EMAILS,
    RESETS_OF_SOURCE,
    RESET_EMAILS,
    WRONG_PASSWORDS,
    WRONG_PASSWORDS_OF_BROWSER,
    WRONG_PASSWORDS_OF_SOURCE,
    WRONG_CODES,
    ADDRESS_CHANGES,
    ADDRESS_CHANGES_TO,
    INVITATIONS,
    INVITATION_EMAILS,
    DOCUMENTS_A_DAY,
)
QUOTAS = (DOCUMENTS_KEPT, OPEN_APPLICATIONS)

# --- how long a sign-in lasts -----------------------------------------------------------------------------------------
SESSION, STAFF_SESSION, STAFF_IDLE = timedelta(days=14), timedelta(hours=12), timedelta(minutes=60)
TOKEN = timedelta(hours=1)
FRESH = timedelta(minutes=10)
"""How long a code counts as fresh for what only a fresh one allows: roles, disabling, removing an app."""
UNCONFIRMED = timedelta(days=7)
"""A sign-up that nobody confirmed lets go of its address after that."""
LIVES = (
    ("A browser's session", SESSION),
    ("A browser's session of the staff", STAFF_SESSION),
    ("A session of the staff that nobody uses", STAFF_IDLE),
    ("An access token", TOKEN),
    ("A code that gives roles, disables an account or removes an app", FRESH),
    ("A sign-up that nobody confirms", UNCONFIRMED),
)


def source_of(address: str) -> str:
    """What counts as one source: an IPv4 address, or the /64 that a household or phone has of IPv6 (RFC 6177). Empty
    for what is no address of the public internet: whoever stands behind a proxy of ours cannot be told apart, and
    counting them as one would keep everybody out."""
    try:
        found = ip_address(address)
    except ValueError:
        return ""
    if not found.is_global:
        return ""
    return str(found) if found.version == 4 else str(ip_network((found, 64), strict=False))


def _wait(left: timedelta) -> str:
    """Rounded up: trying again at the time said works."""
    minutes = max(1, math.ceil(left / _MINUTE))
    if minutes < 60:
        return f"{minutes} {'minute' if minutes == 1 else 'minutes'}"
    hours = math.ceil(minutes / 60)
    return f"{hours} {'hour' if hours == 1 else 'hours'}"
