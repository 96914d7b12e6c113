"""One line of text as people type and paste it, in any script: the rule for names, and for everything that is written
like one (the school's contact, a signature)."""

from __future__ import annotations

import unicodedata

JOINERS = "\u200c\u200d"
"""They join and part the letters of Persian, Urdu and many Indian scripts: there they are spelling (Unicode 23.2)."""
_UNWRITABLE = frozenset({"Cc", "Cs", "Co", "Cn"})


def one_line(text: str) -> str | None:
    """The text on one line, in composed letters (NFC), without what nobody sees: marks of direction and the like are
    dropped, joiners stay between letters. None for what cannot be written: controls, halves of letters, unassigned
    ones."""
    found = unicodedata.normalize("NFC", " ".join(text.split()))
    if any(unicodedata.category(letter) in _UNWRITABLE for letter in found):
        return None
    seen = "".join(letter for at, letter in enumerate(found) if _is_seen(found, at))
    return " ".join(seen.split())


def has_letter(text: str) -> bool:
    return any(unicodedata.category(letter).startswith("L") for letter in text)


def _is_seen(text: str, at: int) -> bool:
    if unicodedata.category(text[at]) != "Cf":
        return True
    return text[at] in JOINERS and 0 < at < len(text) - 1 and _joins(text[at - 1]) and _joins(text[at + 1])


def _joins(letter: str) -> bool:
    return unicodedata.category(letter)[0] in "LM"
