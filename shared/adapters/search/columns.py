"""The files of a version that filters and counts are answered from: a set of programs for each value of a facet and for
each week with a seat, and numbers by program. A program is known by its price rank, which is its bit in every set.

Numbers are as the machine has them (32 bits, little end first on every machine that Lambda or a laptop offers).
"""

from __future__ import annotations

import json
from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from shared.adapters.search.bits import from_flags

NAMES = "names.json"
SETS = "sets.bin"
NUMBERS = "numbers.bin"
COLUMNS = ("price", "city", "place", "address")
KIND = "I"

Sets = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True)
class Columns:
    """`sets` are facet -> value -> programs, beside the facets "free" (by week, counted from the version's first) and
    "usual" (by usual length). `prices` (cents), `cities` (numbers of `city_names`, which are in order), `places`
    (numbers of the version's places) and `addresses` (tantivy's documents, counted through all its parts) are by price
    rank; `ranks` is the way back from an address."""

    size: int
    sets: Sets
    city_names: Sequence[str]
    prices: Sequence[int]
    cities: Sequence[int]
    places: Sequence[int]
    addresses: Sequence[int]
    ranks: Sequence[int]

    @property
    def everything(self) -> int:
        return (1 << self.size) - 1

    @cached_property
    def by_city(self) -> Mapping[int, int]:
        """How many programs each city has."""
        return Counter(self.cities)

    @cached_property
    def _in_cities(self) -> Mapping[int, Sequence[int]]:
        found: dict[int, list[int]] = {}
        for rank, city in enumerate(self.cities):
            found.setdefault(city, []).append(rank)
        return found

    def in_city(self, name: str) -> int:
        """The programs in a city. There are too many cities for a set of each."""
        number = bisect_left(self.city_names, name)
        found = bytearray(self.size)
        if number < len(self.city_names) and self.city_names[number] == name:
            for rank in self._in_cities[number]:
                found[rank] = 1
        return from_flags(found)

    def cheaper(self, cents: int) -> int:
        """How many programs cost less; as many bits from the lowest are they."""
        return bisect_left(self.prices, cents)


def write(
    directory: Path,
    found: Mapping[str, Mapping[str, bytearray]],
    city_names: Sequence[str],
    columns: Sequence[Sequence[int]],
) -> None:
    """`found` are sets as bytes, bit 0 first; `columns` the numbers of `COLUMNS`."""
    names = {"cities": city_names, "sets": {facet: list(values) for facet, values in found.items()}}
    (directory / NAMES).write_text(json.dumps(names, ensure_ascii=False, separators=(",", ":")), "utf-8")
    (directory / SETS).write_bytes(b"".join(content for values in found.values() for content in values.values()))
    (directory / NUMBERS).write_bytes(b"".join(array(KIND, column).tobytes() for column in columns))


def read(directory: Path, size: int) -> Columns:
    """The columns of `size` programs. Raises OSError, ValueError, KeyError or TypeError for files that are not what was
    written."""
    names = json.loads((directory / NAMES).read_text("utf-8"))
    numbers = array(KIND)
    numbers.frombytes((directory / NUMBERS).read_bytes())
    if len(numbers) != size * len(COLUMNS):
        raise ValueError(f"{len(numbers)} numbers for {size} programs")
    prices, cities, places, addresses = (numbers[first * size : (first + 1) * size] for first in range(len(COLUMNS)))
    ranks = array(KIND, bytes(numbers.itemsize * size))
    for rank, address in enumerate(addresses):
        ranks[address] = rank
    sets = _sets(names["sets"], (directory / SETS).read_bytes(), set_bytes(size))
    return Columns(size, sets, names["cities"], prices, cities, places, addresses, ranks)


def set_bytes(size: int) -> int:
    return (size + 7) // 8


def _sets(names: Mapping[str, Sequence[str]], content: bytes, width: int) -> Sets:
    if len(content) != width * sum(map(len, names.values())):
        raise ValueError(f"{len(content)} bytes of sets")
    found: dict[str, dict[str, int]] = {}
    place = 0
    for facet, values in names.items():
        found[facet] = {}
        for value in values:
            found[facet][value] = int.from_bytes(content[place : place + width], "little")
            place += width
    return found
