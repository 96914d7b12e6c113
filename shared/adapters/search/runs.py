"""Weeks as the bits of a number, bit 0 being some Monday: which starts are open, and on which days they are."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from shared.domain.search import WEEK


def runs(bits: int, weeks: int) -> int:
    """The bits from which so many in a row are set: from free weeks to the starts of a rotation this long."""
    have = 1
    while have < weeks:
        step = min(have, weeks - have)
        bits &= bits >> step
        have += step
    return bits


def first_bit(bits: int) -> int:
    """The place of the lowest bit, -1 for 0."""
    return (bits & -bits).bit_length() - 1


def days_of(bits: int, base: date) -> Iterator[date]:
    """The Mondays of these bits, in order; `base` is that of bit 0."""
    while bits:
        yield base + first_bit(bits) * WEEK
        bits &= bits - 1
