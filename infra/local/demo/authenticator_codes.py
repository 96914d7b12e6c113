"""Codes of the demo accounts' authenticator apps, each given out once: a code counts once, and one person signs in
often in a test."""

from __future__ import annotations

import time

import pyotp

from shared.adapters.clock import wall_now
from shared.domain.accounts.second_factor import step_of

_last: dict[str, int] = {}


def fresh_code(secret: str) -> str:
    """A code that counts now and was not given out by this process; waits for the next 30 seconds where all three are
    used up."""
    while True:
        now = step_of(wall_now())
        step = max(_last.get(secret, 0) + 1, now - 1)
        if step <= now + 1:
            _last[secret] = step
            return str(pyotp.TOTP(secret).generate_otp(step))
        time.sleep(0.5)
