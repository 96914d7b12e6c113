"""What a password has to be: long, not among those that everybody tries first, nothing of its owner, and the same
however a keyboard composed its letters. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from shared.domain.core.errors import Invalid

SHORTEST_PASSWORD, LONGEST_PASSWORD = 12, 128
STRONG = 3
"""Of 0 to 4: at least 10^8 guesses (zxcvbn, USENIX Security 2016), more than ten tries in a quarter of an hour make in
a lifetime."""
LOOKED_AT = 72
"""So many characters are looked at for what is common: whatever follows makes no password weaker, and costs time."""
HOUSE = ("rota", "rotation", "clinical")


def as_typed(password: str) -> str:
    """The same password on every keyboard: one composes an accent, another sends letter and accent (NFC, Unicode
    UAX #15; NIST SP 800-63B 5.1.1.2 asks for it before hashing)."""
    return unicodedata.normalize("NFC", password)


def new_password(text: str, *about: str) -> str:
    """As it is kept. Long is what counts (NIST SP 800-63B 5.1.1); the user pool asks for the same. `about` is what is
    known of its owner: address, name. Raises `Invalid` (field `password`)."""
    password = as_typed(text)
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise Invalid(
            "The password is too short or too long.",
            f"Use {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters; three or four unrelated words are good.",
            field="password",
        )
    if easily_guessed(password, about):
        raise Invalid(
            "This password is among the first that somebody would try.",
            "Leave out your name and address, well-known passwords and rows of keys; three or four unrelated words "
            "are good.",
            field="password",
        )
    return password


def easily_guessed(password: str, about: Iterable[str] = ()) -> bool:
    """By the lists that zxcvbn ships (passwords that leaked most, words, names, keyboards, dates), and by what is known
    of its owner."""
    from zxcvbn import zxcvbn  # 60 ms that only whoever chooses a password should pay

    parts = (part for text in about for part in (text, text.partition("@")[0], *re.split(r"[\W_]+", text)))
    known = {part for part in parts if len(part) > 2}
    return int(zxcvbn(password[:LOOKED_AT], user_inputs=[*sorted(known), *HOUSE])["score"]) < STRONG
