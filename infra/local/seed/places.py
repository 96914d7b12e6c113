"""ZIP codes as places (T02: the United States only): city, state, IANA zone and coordinates from the offline `zipcodes`
package."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from shared.domain.core.errors import Invalid
from shared.domain.programs.program import Place

# The fifty states and the capital; territories and armed forces' addresses are not offered.
_STATES_TEXT = """
AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK
OR PA RI SC SD TN TX UT VT VA WA WV WI WY
"""
STATES = frozenset(_STATES_TEXT.split())


def place(zip_code: str) -> Place:
    """The place of an ordinary ZIP code in one of the states or the capital; raises `Invalid` (field `zip`) for any
    other text."""
    row = _standard().get(zip_code)
    if row is None:
        raise Invalid(
            f"“{zip_code}” is not an ordinary ZIP code of a US state.",
            "Use five digits of a street address.",
            field="zip",
        )
    return Place(
        city=row["city"],
        state=row["state"],
        zip=zip_code,
        zone=row["timezone"],
        latitude=float(row["lat"]),
        longitude=float(row["long"]),
    )


def zip_codes() -> tuple[str, ...]:
    """Every ZIP code that `place` knows, in ascending order (about 30,000)."""
    return tuple(sorted(_standard()))


@cache
def _standard() -> Mapping[str, Mapping[str, Any]]:
    """Boxes, single companies and military addresses are left out: a rotation needs a street, and the latter have no
    zone."""
    import zipcodes  # takes 0.3 s to import, so only who needs it pays

    return {
        row["zip_code"]: row
        for row in zipcodes.list_all()
        if row["zip_code_type"] == "STANDARD" and row["active"] and row["timezone"] and row["state"] in STATES
    }
