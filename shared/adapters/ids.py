"""Ids in ULID layout (https://github.com/ulid/spec): 26 lowercase Crockford characters, the first 10 of them wall
milliseconds."""

from __future__ import annotations

import hashlib
import os
import time

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
LENGTH = 26


def encode(value: int) -> str:
    """128 bits as 26 characters, most significant first."""
    return "".join(ALPHABET[(value >> shift) & 31] for shift in range(5 * (LENGTH - 1), -1, -5))


class Ulids:
    def new(self) -> str:
        """A fresh id; ids of different milliseconds sort by time."""
        return encode(time.time_ns() // 1_000_000 << 80 | int.from_bytes(os.urandom(10), "big"))

    def derived(self, *parts: str) -> str:
        """The same id for the same parts. Each part carries its length, so that ("ab", "c") and ("a", "bc") differ."""
        digest = hashlib.sha256()
        for part in parts:
            raw = part.encode()
            digest.update(f"{len(raw)}:".encode() + raw)
        return encode(int.from_bytes(digest.digest()[:16], "big"))
