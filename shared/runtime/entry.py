"""What every function begins with: its settings and its wiring, made when first needed, and in Lambda already during
INIT.

class Sweep(Entry):
    def answer(self, event, context): ...

handler = Sweep("deadlines", Settings).started(lambda wiring: wiring.sweeping).answer
"""

from __future__ import annotations

import gc
import os
from collections.abc import Callable
from typing import Any, Self

from shared.runtime.bootstrap import Wiring, in_lambda
from shared.runtime.settings import Settings


class Entry:
    """`name` is the folder under `functions/`; `settings` what the function reads from its environment."""

    def __init__(self, name: str, settings: type[Settings]) -> None:
        self.name, self.settings = name, settings
        self._wiring: Wiring | None = None

    @property
    def wiring(self) -> Wiring:
        if self._wiring is None:
            self._wiring = Wiring(self.settings.read(os.environ), self.name)
        return self._wiring

    def wire(self, wiring: Wiring) -> None:
        """Tests and tools give their own."""
        self._wiring = wiring

    def started(self, warm: Callable[[Wiring], Any]) -> Self:
        """In Lambda makes what every call needs (the CPU is full during INIT, and the result is snapshotted), and sets
        what is there then apart from the garbage collector: libraries and classes stay as long as the process, and
        looking through them again costs every fourth request ten milliseconds
        (https://docs.python.org/3/library/gc.html#gc.freeze)."""
        if in_lambda(os.environ):
            warm(self.wiring)
            gc.freeze()
        return self
