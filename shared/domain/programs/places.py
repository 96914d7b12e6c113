"""Where ZIP codes are, and how far it is from one place to another.

The middles of all ZIP codes lie in `data/zips.bin`, twelve bytes each in ascending order: the code and its degrees
times ten thousand, little-endian. `python -m infra.build.zips` makes the file from the `zipcodes` package, which takes
0.3 s to import: too long for a search. What people call a city besides its name lies in `data/cities.json`, by state
and city.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib import resources
from math import asin, cos, radians, sin, sqrt
from typing import NamedTuple

ROW = struct.Struct("<Iii")
SCALE = 10_000
EARTH_MILES = 3958.7613
"""The mean radius of the Earth (IUGG): a sphere is right to 0.5 % (https://en.wikipedia.org/wiki/Haversine_formula)."""


class Position(NamedTuple):
    """Degrees north and east."""

    latitude: float
    longitude: float


@lru_cache(maxsize=256)
def position(zip_code: str) -> Position | None:
    """The middle of a five-digit ZIP code; None for a code that does not exist or has no place."""
    rows, wanted = _rows(), int(zip_code)
    low, high = 0, len(rows) // ROW.size
    while low < high:
        middle = (low + high) // 2
        if ROW.unpack_from(rows, middle * ROW.size)[0] < wanted:
            low = middle + 1
        else:
            high = middle
    if low == len(rows) // ROW.size:
        return None
    code, north, east = ROW.unpack_from(rows, low * ROW.size)
    return Position(north / SCALE, east / SCALE) if code == wanted else None


def miles(one: Position, other: Position) -> float:
    """As the crow flies, statute miles (haversine)."""
    north, south = radians(one.latitude), radians(other.latitude)
    half_up, half_across = (south - north) / 2, radians(other.longitude - one.longitude) / 2
    chord = sin(half_up) ** 2 + cos(north) * cos(south) * sin(half_across) ** 2
    return 2 * EARTH_MILES * asin(min(1.0, sqrt(chord)))


def called(city: str, state: str) -> tuple[str, ...]:
    """What else people call this city: "NYC", "Philly"; () for most. The parts of a city are called by its name too."""
    return _called().get((state, city.casefold()), ())


@cache
def _called() -> Mapping[tuple[str, str], tuple[str, ...]]:
    states = json.loads(resources.files("shared.domain.programs").joinpath("data/cities.json").read_text("utf-8"))
    return {
        (state, city.casefold()): tuple(names) for state, cities in states.items() for city, names in cities.items()
    }


@cache
def _rows() -> bytes:
    return resources.files("shared.domain.programs").joinpath("data/zips.bin").read_bytes()
