"""T30: which coach a trainee gets. Pure, and the same answer whoever asks and however often."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable


def coach_for(trainee_id: str, coaches: Iterable[str]) -> str | None:
    """One of `coaches` (account ids, in any order), None when there is none.

    Highest random weight (Thaler and Ravishankar 1998): trainees spread evenly without a counter that every payment
    would have to pass, a trainee who comes back meets the same coach, and one coach more or less moves only the
    trainees of that coach.
    """
    return max(
        coaches, key=lambda coach: (hashlib.sha256(f"{trainee_id}|{coach}".encode()).digest(), coach), default=None
    )
