"""The second factor of a sign-in: time-based one-time passwords (RFC 6238), recovery codes, and how many wrong ones are
looked at. Pure.

All instants here are wall time: the person's telephone knows no other.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from hmac import compare_digest
from typing import TYPE_CHECKING, Literal

from shared.domain.core.limits import WRONG_CODES

if TYPE_CHECKING:
    from pyotp import TOTP

STAFF_ROLES = frozenset({"reviewer", "coordinator", "coach", "finance", "admin"})
ALWAYS = frozenset({"finance", "admin"})
"""Money, and who may give the roles: no setting spares these the code."""
Demand = Literal["staff", "finance"]

STEP = timedelta(seconds=30)
WINDOW = (0, -1, 1)
"""The present step and its neighbours: clocks differ, and people type (RFC 6238 5.2)."""
RECOVERY_CODES = 10
_RECOVERY = re.compile(r"[a-z2-7]{16}\Z")


def needed(roles: Iterable[str], demand: Demand = "staff") -> bool:
    """Whether somebody with these roles signs in with a code. `demand` "finance" asks only those who always have to."""
    return bool(set(roles) & (ALWAYS if demand == "finance" else STAFF_ROLES))


def step_of(moment: datetime) -> int:
    """The number of the 30 seconds that `moment` lies in, from 1970."""
    return int(moment.timestamp()) // int(STEP.total_seconds())


def plain_code(text: str) -> str:
    """As typed, without the spaces and hyphens that apps and our own pages group by, and with its digits as an app
    shows them: keyboards have their own (Arabic, full-width)."""
    return "".join(_plain(letter) for letter in unicodedata.normalize("NFKC", text) if _counts(letter)).lower()


def _plain(letter: str) -> str:
    digit = unicodedata.decimal(letter, None)
    return letter if digit is None else str(digit)


def _counts(letter: str) -> bool:
    """Neither a space nor a hyphen of any kind, nor a mark that only says which way to write."""
    return not letter.isspace() and unicodedata.category(letter) not in ("Pd", "Cf")


def accepted_step(secret: str, code: str, moment: datetime, last: int) -> int | None:
    """The step whose code this is, None when it is none of them. A step counts once: `last` and what lies before are
    not looked at."""
    if not re.fullmatch(r"[0-9]{6}", code):
        return None
    totp, now = _totp(secret), step_of(moment)
    steps = [now + offset for offset in WINDOW if now + offset > last]
    return next((step for step in steps if compare_digest(code, totp.generate_otp(step))), None)


def _totp(secret: str) -> TOTP:
    import pyotp  # 60 ms that only a sign-in with a code should pay: every function knows who the staff are

    return pyotp.TOTP(secret)


def locked_until(failures: int, failed_at: datetime | None, moment: datetime) -> datetime | None:
    """Until when no code is looked at, None when the next may be tried. From the fifth failure in a row on, each costs
    15 minutes (`WRONG_CODES`)."""
    if failures < WRONG_CODES.most or failed_at is None:
        return None
    until = failed_at + WRONG_CODES.within
    return until if moment < until else None


def uri(secret: str, account: str) -> str:
    """What the picture holds: https://github.com/google/google-authenticator/wiki/Key-Uri-Format."""
    return _totp(secret).provisioning_uri(name=account, issuer_name="Rota")


def grouped(code: str) -> str:
    """A recovery code or a secret in groups of four, to be read and typed."""
    return " ".join(code[start : start + 4] for start in range(0, len(code), 4))


def recovery_hash(account_id: str, code: str) -> str:
    """80 random bits need no slow hash; the account keeps equal codes of two people apart."""
    return hashlib.sha256(f"{account_id}:{code}".encode()).hexdigest()


def recovery_index(account_id: str, code: str, hashes: Sequence[str], used: Collection[int]) -> int | None:
    """Which unused recovery code this is, None when it is none."""
    if not _RECOVERY.match(code):
        return None
    mine = recovery_hash(account_id, code)
    return next((index for index, held in enumerate(hashes) if index not in used and compare_digest(mine, held)), None)
