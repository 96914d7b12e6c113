"""The end of a process at a chosen call of its ports: what it did before stays, what it knew is gone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class Killed(Exception):
    """The process ended here."""


class Doomed:
    """A port whose process is killed at one call of all ports together, before it reaches the port or after its
    answer."""

    def __init__(self, port: Any, count: list[int], at: int, after: bool) -> None:
        self._port, self._count, self._at, self._after = port, count, at, after

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._port, name)
        return self._counted(found) if callable(found) else found

    def _counted(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*args: Any, **kwargs: Any) -> Any:
            self._count[0] += 1
            mine = self._count[0] == self._at
            if mine and not self._after:
                raise Killed
            answer = call(*args, **kwargs)
            if mine:
                raise Killed
            return answer

        return counted
