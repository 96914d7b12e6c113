"""A countdown that a test sets and a fake spends: "the next n calls go wrong"."""

from __future__ import annotations


class Fault:
    def __init__(self) -> None:
        self._left = 0

    def set(self, calls: int) -> None:
        """The next `calls` calls go wrong."""
        self._left = calls

    def strikes(self) -> bool:
        """Whether this call goes wrong; spends one."""
        if self._left == 0:
            return False
        self._left -= 1
        return True
