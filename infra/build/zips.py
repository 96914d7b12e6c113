"""`shared/domain/programs/data/zips.bin`: the middle of every ZIP code (from the offline `zipcodes` package), for
`places.py`."""

from __future__ import annotations

import sys
from pathlib import Path

import zipcodes

from shared.domain.programs.places import ROW, SCALE

FILE = Path(__file__).resolve().parents[2] / "shared" / "domain" / "programs" / "data" / "zips.bin"


def content() -> bytes:
    """Active codes that have a place: no military mail."""
    rows = sorted(
        (int(row["zip_code"]), round(float(row["lat"]) * SCALE), round(float(row["long"]) * SCALE))
        for row in zipcodes.list_all()
        if row["active"] and row["lat"] and float(row["lat"])
    )
    return b"".join(ROW.pack(*row) for row in rows)


def main() -> int:
    FILE.write_bytes(content())
    return 0


if __name__ == "__main__":
    sys.exit(main())
