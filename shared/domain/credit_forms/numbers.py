"""The number of a form: `CF-`, twelve Crockford characters (60 bits, drawn at random) and a check character, so that a
number read over the phone is right or known to be wrong (https://www.crockford.com/base32.html)."""

from __future__ import annotations

from shared.domain.core.errors import Invalid

PREFIX = "CF-"
LENGTH = 12
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CHECKS = f"{ALPHABET}*~$=U"
BITS = 5 * LENGTH
_LOOKS_LIKE = str.maketrans("OIL", "011")


def form_number(drawn: int) -> str:
    """The number of `drawn`, 0 to 2**60 - 1. Raises `ValueError` beyond."""
    if not 0 <= drawn < 1 << BITS:
        raise ValueError(f"a form's number has {BITS} bits")
    letters = "".join(ALPHABET[(drawn >> shift) & 31] for shift in range(BITS - 5, -1, -5))
    return f"{PREFIX}{letters}{CHECKS[drawn % len(CHECKS)]}"


def read_number(typed: str) -> str:
    """The number as it is written, from what somebody typed: small letters, spaces, hyphens, O for 0 and I or L for 1
    are fine. Raises `Invalid` (field "number") for what is none."""
    letters = "".join(typed.upper().split()).removeprefix("CF").replace("-", "")
    body, check = letters[:LENGTH].translate(_LOOKS_LIKE), letters[LENGTH:]
    drawn = 0
    for letter in body:
        drawn = drawn * 32 + max(ALPHABET.find(letter), 0)
    known = len(body) == LENGTH and all(letter in ALPHABET for letter in body)
    if not known or check.translate(_LOOKS_LIKE) != CHECKS[drawn % len(CHECKS)]:
        raise Invalid(
            "This is not a form's number.", "Copy it from the form: CF- and thirteen characters.", field="number"
        )
    return form_number(drawn)
