"""What every area's record is."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Area(BaseModel):
    """Frozen and versioned. Units are in the names: `_cents` US cents, `_days` calendar days, `_hours` clock hours,
    `_bh` business hours."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    version: str
