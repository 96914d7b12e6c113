"""Addresses of ours that a request names: where a sign-in or an upload leads afterwards."""

from __future__ import annotations

from urllib.parse import quote

SIGN_IN = "/accounts/sign-in"
LONGEST = 2000
"""What the sign-in form takes; and API Gateway passes on no more than 10,240 bytes of headers in all."""


def local_path(wanted: str, otherwise: str) -> str:
    """`wanted` when it is a path of ours, else `otherwise`: no other site may be the end of our redirects (CWE-601)."""
    safe = (
        len(wanted) <= LONGEST
        and wanted.startswith("/")
        and not wanted.startswith("//")
        and wanted.isascii()
        and wanted.isprintable()
    )
    return wanted if safe and "\\" not in wanted and " " not in wanted else otherwise


def leading_to(address: str, wanted: str, home: str = "") -> str:
    """`address`, of a page for people without a session, with `wanted` as its field `next`: without it where it is
    `home`, which needs no saying, or too long for a header."""
    onward = quote(wanted, safe="/")
    if not wanted or wanted == home or len(onward) > LONGEST:
        return address
    return f"{address}{'&' if '?' in address else '?'}next={onward}"
