"""Every number of the credit form that the requirements leave open, in one frozen, versioned record. A form keeps the
version that it was asked for under; an old one is never edited."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from shared.domain.core.errors import NotFound


class CreditPolicy(BaseModel):
    """Units are in the names: `_hours` clock hours, `_bh` business hours, `_days` calendar days, `_at` an hour of the
    day at the site. `reminders_left` are hours left of the 48."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    version: str
    answer_hours: int = 48
    reminders_left_hours: tuple[int, ...] = (24, 4)
    quiet_from_at: int = 22
    quiet_until_at: int = 7
    instead_at: int = 21
    """A reminder that would fall into the quiet hours goes out at this hour before them."""
    again_hours: int = 24
    send_bh: int = 24
    accept_bh: int = 24
    forward_bh: int = 24
    missing_reminder_days: int = 7
    missing_days: int = 14
    lapse_days: int = 31
    needed_hours: int = 24
    evaluation_days: int = 42
    evaluation_usual_days: int = 7
    save_seconds: int = 10
    open_forms: int = 3
    rounds: int = 10
    passes: int = 3
    lines: int = 20
    share_newest: int = 50
    share_from: int = 5
    link_days: int = 183
    """The school's link works this long after the rotation's end."""


_VERSIONS = {policy.version: policy for policy in (CreditPolicy(version="2026-12"),)}
CURRENT = _VERSIONS["2026-12"]


def by_version(version: str) -> CreditPolicy:
    """The policy that a form was asked for under. Raises `NotFound` for a version that never existed."""
    try:
        return _VERSIONS[version]
    except KeyError:
        raise NotFound(f"There is no credit policy {version!r}.", "Use a version that a form names.") from None
