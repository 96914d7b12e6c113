"""`Stripe-Signature` checked with the standard library alone (https://docs.stripe.com/webhooks#verify-manually).

The webhook must start fast, and the SDK costs 200 ms to import; `tests/contract/test_stripe_signature.py` holds both to
the same answers.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence

from shared.domain.core.errors import Unauthentic

TOLERANCE_SECONDS = 300


def verify(raw: bytes, header: str, secrets: Sequence[str], now: float) -> None:
    """Returns when `header` signs exactly these bytes with one of `secrets` (several while a secret is rolled) no more
    than 300 s before `now` (wall time, Unix seconds). Raises `Unauthentic`, which does not say how close the attempt
    was."""
    timestamp, signatures = _parts(header)
    signed = f"{timestamp}.".encode() + raw
    expected = [
        hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest().encode() for secret in secrets if secret.strip()
    ]
    # Every pair is compared: how long this takes tells nothing about which secret or signature matched.
    matches = [hmac.compare_digest(ours, theirs) for ours in expected for theirs in signatures]
    if not any(matches):
        raise Unauthentic("The signature does not match this delivery.", "Check the endpoint's signing secret.")
    if timestamp < now - TOLERANCE_SECONDS:
        raise Unauthentic(
            "The delivery was signed more than five minutes ago.", "Send it again, and check this machine's clock."
        )


def _parts(header: str) -> tuple[int, list[bytes]]:
    """The first `t` and every `v1` of `t=...,v1=...,v1=...`; schemes other than v1 do not count."""
    pairs = [item.split("=", 2) for item in header.split(",")]
    try:
        timestamp = int(next(pair[1] for pair in pairs if pair[0] == "t"))
        return timestamp, [pair[1].encode() for pair in pairs if pair[0] == "v1"]
    except (IndexError, StopIteration, ValueError):
        raise Unauthentic(
            "The signature header is missing or unreadable.", "Send the Stripe-Signature header unchanged."
        ) from None
