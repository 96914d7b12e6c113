"""Addresses that let in whoever knows them (a host's link, a calendar, a CV, the end of a saved search): made, found
and compared here.

The secret lies in an erasable text; erasing the person ends the address. Single-use links of accounts are another
matter (`Links`): of those only the hash is kept.
"""

from __future__ import annotations

import secrets

from shared.ports import Store

RANDOM_BYTES = 32
"""256 bits, written as 43 characters. Older saved searches have 24 bytes, which go on working: a secret is compared as
it is kept."""


def new_secret() -> str:
    """Another one each time, of characters that need no escaping in an address (RFC 4648 section 5)."""
    return secrets.token_urlsafe(RANDOM_BYTES)


def secret_at(store: Store, ref: str | None) -> str:
    """What is kept at `ref`; empty where there is no address, and once its person was erased."""
    kept = store.text(ref) if ref else None
    return str((kept or {}).get("secret", ""))


def secret_matches(known: str, given: str) -> bool:
    """Compared in constant time, so that nobody finds a secret letter by letter. An empty `known` lets nobody in."""
    return secrets.compare_digest(known.encode(), given.encode()) and known != ""
