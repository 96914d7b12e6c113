"""What an account needs to be one: an address that mail can reach, a name that fits a mail's header, a zone, roles; and
its names."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import timedelta
from zoneinfo import ZoneInfo

from shared.domain.core.aggregate import text_hash
from shared.domain.core.errors import Invalid

ROLES = ("trainee", "host", "reviewer", "coordinator", "coach", "finance", "admin")
CONFIRM = "confirm"
CONFIRM_LIFE = timedelta(hours=48)
INVITE, RESET, MAIL, STOP, CODE, FACTOR = "invite", "reset", "mail", "stop", "code", "factor"
"""What a link is for, besides `confirm`: `mail:<which change>` and `stop:<which change>` belong to one change of the
address, `factor:<which secret>` to one secret; the last two lead through a sign-in and are never mailed."""
INVITE_LIFE, RESET_LIFE, MAIL_LIFE, TICKET_LIFE = (
    timedelta(days=7),
    timedelta(hours=1),
    timedelta(hours=24),
    timedelta(minutes=10),
)
RESEND_AFTER = timedelta(seconds=60)
LONGEST_ADDRESS = 254  # RFC 5321 4.5.3.1.3: a path of 256 with its brackets
LONGEST_NAME = 100
# One mailbox, nothing that could add a header, a second recipient or a comment (RFC 5322 3.4.1 without quoted local
# parts).
_ADDRESS = re.compile(r"[a-z0-9.!#$%&'*+/=?^_`{|}~\-]+@[a-z0-9](?:[a-z0-9.\-]*[a-z0-9])?\.[a-z]{2,63}\Z")
_LINK = re.compile(r"://|\bwww\.|@", re.IGNORECASE)


def email_address(text: str) -> str:
    """The address in lower case without spaces around it. Raises `Invalid` (field `email`)."""
    found = text.strip().lower()
    if len(found) > LONGEST_ADDRESS or ".." in found or not _ADDRESS.match(found):
        raise Invalid("This is not a mail address.", "Write it as name@university.example.", field="email")
    return found


def email_key(email: str) -> str:
    """The claim that gives an address to one account. The address itself is not part of it."""
    return f"mail:{text_hash(email_address(email))}"


def person_name(text: str) -> str:
    """The name on one line, and nothing that a mail program would make a link of. Raises `Invalid` (field `name`)."""
    found = " ".join(text.split())
    if _LINK.search(found):
        raise Invalid("A name has no address of a page in it.", "Write your name as your passport does.", field="name")
    if not found or len(found) > LONGEST_NAME or not found.isprintable():
        raise Invalid("A name has 1 to 100 letters.", "Write your name as your passport does.", field="name")
    return found


def zone_name(text: str) -> str:
    """An IANA zone. Raises `Invalid` (field `zone`)."""
    try:
        return ZoneInfo(text).key
    except (KeyError, ValueError, OSError):
        raise Invalid(
            f"{text[:60]!r} is not a time zone.", "Write it as Africa/Cairo or America/Chicago.", field="zone"
        ) from None


def known_roles(roles: Iterable[str]) -> tuple[str, ...]:
    """The roles, each once, in the order given. Raises `Invalid` (field `roles`) for none, for one that does not exist,
    and for a host's manager with another role: who applies or decides does not act for a host as well."""
    found = tuple(dict.fromkeys(roles))
    unknown = [role for role in found if role not in ROLES]
    if unknown or not found:
        raise Invalid(
            f"There is no role {', '.join(unknown) or 'given'}.", f"Choose from {', '.join(ROLES)}.", field="roles"
        )
    if "host" in found and len(found) > 1:
        raise Invalid(
            "Who acts for a host has no other role.", "Choose the host role alone, or leave it out.", field="roles"
        )
    return found
