"""Programs by distance: each place of a version is a term, so a radius is a set of terms, and nearest first is place by place.

Programs share places (a ZIP code's middle), so there are far fewer places than programs. Distances are kept in thousandths of a mile:
whole numbers page and compare exactly.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import dataclass

import tantivy
from tantivy import Query

from shared.adapters.search.availability import any_of
from shared.adapters.search.schema import PLACE
from shared.domain.errors import Invalid
from shared.domain.places import Position, miles, position

THOUSANDTHS = 1_000
REMEMBERED = 64


@dataclass(frozen=True)
class Near:
    """All places as seen from somewhere, nearest first: `numbers`, and how far each is in thousandths of a mile."""

    numbers: tuple[int, ...]
    distances: tuple[int, ...]
    by_number: Mapping[int, int]

    def upto(self, radius_miles: int) -> int:
        """How many places lie within so many miles, the edge included."""
        return bisect_right(self.distances, radius_miles * THOUSANDTHS)

    def before(self, distance: int) -> int:
        """How many places are nearer than this."""
        return bisect_left(self.distances, distance)

    def between(self, schema: tantivy.Schema, first: int, last: int) -> Query:
        """Programs at the places from the `first`-nearest to before the `last`-nearest."""
        return any_of(schema, "place", [str(number) for number in self.numbers[first:last]])


class Places:
    """The places of one version, `PLACE` after `PLACE`; what is near some ZIP code is worked out when it is first asked for."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._positions: tuple[Position, ...] | None = None
        self._seen: dict[str, Near] = {}

    def near(self, zip_code: str) -> Near:
        """Raises `Invalid` (field `zip`) for a code that does not exist."""
        if zip_code not in self._seen:
            while len(self._seen) >= REMEMBERED:
                del self._seen[next(iter(self._seen))]
            self._seen[zip_code] = self._from(zip_code)
        return self._seen[zip_code]

    def _from(self, zip_code: str) -> Near:
        here = position(zip_code)
        if here is None:
            raise Invalid(f"There is no ZIP code {zip_code}.", "Give the five digits of a US ZIP code, such as 60614.", field="zip")
        if self._positions is None:
            self._positions = tuple(Position(*values) for values in PLACE.iter_unpack(self._content))
        found = sorted((round(miles(here, there) * THOUSANDTHS), number) for number, there in enumerate(self._positions))
        return Near(tuple(n for _, n in found), tuple(d for d, _ in found), {number: distance for distance, number in found})
