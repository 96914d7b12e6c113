"""How trainees enter the United States (product.md 3c): a choice, where old profiles and guidelines hold free text. Pure.

What a host asks for and what a trainee has are compared by these words alone, so "B1" and "b-1 visa" are B-1.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType


class Way(StrEnum):
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


VISAS = tuple(way for way in Way if way is not Way.OTHER)
"""What a host may ask for."""
_SIGNS: Mapping[Way, str] = MappingProxyType(
    {
        Way.B1_B2: r"\bb[- ]?1 ?[/&,+-]? ?(?:and |or )?(?:b[- ]?)?2\b",
        Way.B1: r"\bb[- ]?1\b",
        Way.B2: r"\bb[- ]?2\b",
        Way.ESTA: r"\besta\b|\bvwp\b|\bwaiver\b",
        Way.F1: r"\bf[- ]?1\b",
        Way.H1B: r"\bh[- ]?1[- ]?b\b",
        Way.J1: r"\bj[- ]?1\b",
        Way.TN: r"\btn\b",
        Way.GREEN_CARD: r"\bgreen ?card\b|\bresident\b",
        Way.US_CITIZEN: r"\b(?:u\.?s\.?(?:a\.?)?|american|united states) citizen",
        Way.CANADIAN: r"\bcanadian\b|\bcanada\b",
        Way.OTHER: r"^other$",
    }
)


def nearest(text: str) -> Way | None:
    """The way that somebody's own words name; None when they name none, or several that are not one."""
    plain = " ".join(re.sub("[\u2010-\u2015\u2212]", "-", unicodedata.normalize("NFKC", text)).casefold().split())
    named = {way for way, sign in _SIGNS.items() if re.search(sign, plain)}
    if named >= {Way.B1, Way.B2} or Way.B1_B2 in named:
        named = named - {Way.B1, Way.B2} | {Way.B1_B2}
    return named.pop() if len(named) == 1 else None


def is_accepted(way: str, accepted: Iterable[str]) -> bool:
    """Whether who enters by `way` fulfils "one of `accepted`". A combined B-1/B-2 visa is both. "Other" fulfils nothing."""
    if way == Way.OTHER:
        return False
    mine = {way, Way.B1, Way.B2} if way == Way.B1_B2 else {way}
    return not mine.isdisjoint(accepted)
