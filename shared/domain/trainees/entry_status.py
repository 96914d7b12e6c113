"""How trainees enter the United States (product.md 3c): a choice, where old profiles and guidelines hold free text.
Pure.

Free text is read strictly: a way that nobody has would get somebody past a host's guideline, while one that is not read
costs a question. What a host asks for and what a trainee has are compared by these words alone, so "B1" and "b-1 visa"
are B-1.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType


class EntryStatus(StrEnum):
    """`OTHER` is none of the others."""

    B1 = "B-1"
    B1_B2 = "B-1/B-2"
    B2 = "B-2"
    ESTA = "ESTA"
    F1 = "F-1"
    H1B = "H-1B"
    J1 = "J-1"
    TN = "TN"
    GREEN_CARD = "Green card"
    US_CITIZEN = "US citizen"
    CANADIAN = "Canadian citizen"
    OTHER = "Other"


VISAS = tuple(way for way in EntryStatus if way is not EntryStatus.OTHER)
"""What a host may ask for."""
_US = r"(?:u\.?s\.?(?:a\.?)?|united states)"
_SIGNS: Mapping[EntryStatus, str] = MappingProxyType(
    {
        EntryStatus.B1_B2: r"\bb[- ]?1 ?(?:[/&+,-]|and|or)? ?b[- ]?2\b|\bb[- ]?1 ?[/&-] ?2\b",
        EntryStatus.B1: r"\bb[- ]?1\b",
        EntryStatus.B2: r"\bb[- ]?2\b",
        EntryStatus.ESTA: r"\besta\b|\bvwp\b|\bvisa waiver\b",
        EntryStatus.F1: r"\bf[- ]?1\b",
        EntryStatus.H1B: r"\bh[- ]?1[- ]?b\b",
        EntryStatus.J1: r"\bj[- ]?1\b",
        EntryStatus.TN: r"\btn\b",
        EntryStatus.GREEN_CARD: rf"\bgreen ?card\b|\blawful permanent resident\b|\b{_US} permanent resident\b",
        EntryStatus.US_CITIZEN: rf"\b(?:{_US}|american) citizen(?:ship)?\b",
        EntryStatus.CANADIAN: r"\bcanadian citizen(?:ship)?\b|\bcitizen of canada\b",
        EntryStatus.OTHER: r"^other$",
    }
)


_BESIDE = frozenset(
    ("i", "am", "a", "an", "have", "hold", "on", "with", "visa", "visas", "holder", "status", "program", "and", "or")
)
"""What may stand beside a way and changes nothing. Any other word might: "not", "expired", "spouse of", "resident of
the UK"."""


def nearest(text: str) -> EntryStatus | None:
    """The way that somebody's own words name and nothing else; None when they name none, several that are not one, or
    say more."""
    plain = " ".join(re.sub("[\u2010-\u2015\u2212]", "-", unicodedata.normalize("NFKC", text)).casefold().split())
    named = {way for way, sign in _SIGNS.items() if re.search(sign, plain)}
    if named >= {EntryStatus.B1, EntryStatus.B2} or EntryStatus.B1_B2 in named:
        named = named - {EntryStatus.B1, EntryStatus.B2} | {EntryStatus.B1_B2}
    if len(named) != 1:
        return None
    for sign in _SIGNS.values():
        plain = re.sub(sign, " ", plain)
    return named.pop() if set(re.findall(r"\w+", plain)) <= _BESIDE else None


def named(value: object) -> object:
    """For a request's field: programs may send their own words for a way, "B1"; what names none of them stays and is
    refused there."""
    return (nearest(value) or value.strip() or None) if isinstance(value, str) else value


def is_accepted(way: str, accepted: Iterable[str]) -> bool:
    """Whether who enters by `way` fulfils "one of `accepted`". A combined B-1/B-2 visa is both. "Other" fulfils
    nothing."""
    if way == EntryStatus.OTHER:
        return False
    mine = {way, EntryStatus.B1, EntryStatus.B2} if way == EntryStatus.B1_B2 else {way}
    return not mine.isdisjoint(accepted)
