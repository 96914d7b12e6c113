"""Every call that leaves the process passes here: it may be the last one of this process, lose its answer, or find the
world changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from shared.adapters.dynamodb.store import unconfirmed
from shared.domain.core.errors import Busy, OutcomeUnknown, PaymentUnavailable


class Killed(BaseException):
    """The process ended here. No `except Exception` may see it, as none sees a kill."""


EFFECTS = {
    "commit",
    "open_checkout",
    "expire",
    "refund",
    "send",
    "claim",
    "sent",
    "unclaim",
    "publish",
    "store",
    "delete",
    "make",
}
"""Calls that change something outside. A kill next to a read is a kill next to the effect before it."""


class Hub:
    """`before` and `after` are asked around each call with the port's and the call's name; they raise, or do something
    else first."""

    def __init__(self) -> None:
        self.before: Callable[[str, str], None] = nothing
        self.after: Callable[[str, str], None] = nothing

    def quiet(self) -> None:
        self.before = self.after = nothing

    def watched(self, name: str, port: Any) -> Any:
        return Watched(self, name, port)


def nothing(port: str, call: str) -> None:
    """No fault."""


class Watched:
    def __init__(self, hub: Hub, name: str, port: Any) -> None:
        self._hub, self._name, self._port = hub, name, port

    def __getattr__(self, call: str) -> Any:
        found = getattr(self._port, call)
        if not callable(found):
            return found

        def passed(*args: Any, **kwargs: Any) -> Any:
            self._hub.before(self._name, call)
            answer = found(*args, **kwargs)
            self._hub.after(self._name, call)
            return answer

        return passed


class FaultAt:
    """One fault at the nth effect: "unreachable" before it, "silent" or "killed" after it; `effects` lists those that
    happened."""

    def __init__(self, hub: Hub, fault: str, at: int) -> None:
        self._hub, self._fault, self._at, self.effects, self.struck = hub, fault, at, list[str](), False
        hub.before, hub.after = self._before, self._after

    def _before(self, port: str, call: str) -> None:
        if call in EFFECTS and self._fault == "unreachable" and len(self.effects) + 1 == self._at and not self.struck:
            self.struck = True
            raise unreachable(port)

    def _after(self, port: str, call: str) -> None:
        if call not in EFFECTS:
            return
        self.effects.append(f"{port}.{call}")
        if len(self.effects) != self._at or self.struck:
            return
        self.struck = True
        if self._fault == "silent":
            raise silent(port)
        if self._fault == "killed":
            self._hub.quiet()
            raise Killed


def unreachable(port: str) -> Exception:
    """Nothing happened, as this port says it."""
    kind = PaymentUnavailable if port == "payments" else Busy
    return kind(f"{port} cannot be reached.", "Try again.")


def silent(port: str) -> Exception:
    """It happened and the answer was lost, as this port says it."""
    if port == "store":
        return unconfirmed()
    return OutcomeUnknown(f"{port} did not answer.", "It may have happened.") if port == "mailer" else unreachable(port)
