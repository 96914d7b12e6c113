"""Programs by distance: how far each is from a ZIP code, and the sets within the radii that can be asked for.

Programs share places (a ZIP code's middle), so there are fewer places than programs. Distances are kept in thousandths
of a mile: whole numbers page and compare exactly.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field

from shared.adapters.search.bits import from_flags
from shared.adapters.search.schema import PLACE
from shared.domain.core.errors import Invalid
from shared.domain.programs.places import Position, miles, position

THOUSANDTHS = 1_000
REMEMBERED = 16


@dataclass(frozen=True)
class Near:
    """All programs as seen from somewhere: `distances` by price rank, in thousandths of a mile."""

    distances: Sequence[int]
    _rings: dict[int, int] = field(default_factory=dict)

    def within(self, radius_miles: int) -> int:
        """The programs within so many miles, the edge included."""
        if radius_miles not in self._rings:
            edge = radius_miles * THOUSANDTHS
            self._rings[radius_miles] = from_flags(bytes(distance <= edge for distance in self.distances))
        return self._rings[radius_miles]


class Places:
    """The places of one version, `PLACE` after `PLACE`, and the number of each program's; what is near some ZIP code is
    worked out when it is first asked for."""

    def __init__(self, content: bytes, of_programs: Sequence[int]) -> None:
        self._content, self._of_programs = content, of_programs
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
            raise Invalid(
                f"There is no ZIP code {zip_code}.",
                "Give the five digits of a US ZIP code, such as 60614.",
                field="zip",
            )
        if self._positions is None:
            self._positions = tuple(Position(*values) for values in PLACE.iter_unpack(self._content))
        found = [round(miles(here, there) * THOUSANDTHS) for there in self._positions]
        return Near(array("I", map(found.__getitem__, self._of_programs)))
