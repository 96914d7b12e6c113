"""Sets as the bits of a number: programs by price rank, or weeks from some Monday on.

Python's whole numbers are fast at this: a filter is one `&`, a count one `bit_count()`, and neither looks at a program
by itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import compress

from shared.domain.search.query import WEEK

_DIGITS = bytes.maketrans(b"\x00\x01", b"01")
_FLAGS = bytes.maketrans(b"01", b"\x00\x01")


def members(bits: int) -> Iterator[int]:
    """The places of the bits that are set, lowest first: for the first few of a set."""
    while bits:
        low = bits & -bits
        yield low.bit_length() - 1
        bits ^= low


def flags(bits: int, size: int) -> bytes:
    """A byte for each of `size` bits, 1 where it is set: for a look at each, by its place."""
    return bin(bits | 1 << size)[:2:-1].encode().translate(_FLAGS)


def from_flags(found: bytes | bytearray) -> int:
    return int(found.translate(_DIGITS)[::-1] or b"0", 2)


def chosen(values: Sequence[int], bits: int) -> Iterator[int]:
    """The values at the places of the bits that are set."""
    return compress(values, flags(bits, len(values)))


def below(place: int) -> int:
    """The bits before a place."""
    return (1 << place) - 1


# --- weeks ------------------------------------------------------------------------------------------------------------
def runs(bits: int, weeks: int) -> int:
    """The bits from which so many in a row are set: from free weeks to the starts of a rotation this long."""
    have = 1
    while have < weeks:
        step = min(have, weeks - have)
        bits &= bits >> step
        have += step
    return bits


def days_of(bits: int, base: date) -> Iterator[date]:
    """The Mondays of these bits, in order; `base` is that of bit 0."""
    return (base + place * WEEK for place in members(bits))
