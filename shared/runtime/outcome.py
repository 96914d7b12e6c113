"""What a request has changed so far, so that an answer about a failure is true: nothing, something, or we do not know.

The ports that can change something are watched as services are given them (`Wiring.make`). No adapter and no page says
by itself that nothing was changed; `Outcome.told` does, and only where it is so.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from shared.domain.core.errors import RotaError, SavedNotShown, Unconfirmed

WRITES: Mapping[str, Collection[str]] = {
    "store": ("commit",),
    "people": ("save_person", "save_facts", "save_contact", "forget_person", "erase"),
    "identity": ("register", "move", "remove"),
    "sessions": ("open", "issue", "prove", "close", "end", "forget"),
    "links": ("make", "use"),
    "wishes": ("put", "forget"),
    "payment_gateway": ("open_checkout", "expire", "refund"),
    "file_store": ("keep", "delete", "delete_all"),
}
"""Port -> its calls that change something which the caller could notice."""
UNSPECIFIC = ("busy", "unconfirmed", "outcome-unknown", "internal-error")
"""Problem types that say nothing about what was asked for; others (`payment-unavailable`) say in their own words how
things stand."""
UNTOUCHED = "Nothing was changed."


class Outcome:
    """`written`: a change was made; `unknown`: one was sent and its answer was lost; `done`: the post's service
    finished, and only showing the result is left. `address` is where the result can be seen, empty where nobody
    knows."""

    def __init__(self) -> None:
        self.begin(False)

    def begin(self, changes: bool) -> None:
        """A new request; `changes` says whether it is one that may change anything (a POST)."""
        self.changes, self.written, self.unknown, self.done, self.address = changes, False, False, False, ""

    def watched(self, name: str, port: Any) -> Any:
        """`port`, with its changes noted here; as it is where it has none."""
        return Watched(self, name, port) if name in WRITES else port

    def told(self, error: RotaError) -> RotaError:
        """The refusal that is true of this request: one of ours that interrupts a post after, or while, something was
        changed is `SavedNotShown` or `Unconfirmed`; one that comes before says that nothing was changed."""
        if not self.changes:
            return error
        if self.done and self.written and not self.unknown:
            return SavedNotShown(
                "Your change was saved, but we cannot show it at the moment.",
                "Do not send it again; open the page in a minute.",
                **({"address": self.address} if self.address else {}),
            )
        if error.slug not in UNSPECIFIC:
            return error
        if self.written:
            return Unconfirmed(
                "We were interrupted while saving this: all of it may be saved, or a part.",
                "Send it again in a minute: that is safe, because nothing is done twice.",
            )
        if self.unknown or self.done:
            return error
        return type(error)(error.detail, f"{UNTOUCHED} {error.remedy}", **error.facts)


class Watched:
    """The port of this name: what changes something is noted, everything else is the port itself."""

    def __init__(self, outcome: Outcome, name: str, port: Any) -> None:
        self._outcome, self._name, self._port = outcome, name, port

    def __getattr__(self, call: str) -> Any:
        found = getattr(self._port, call)
        return self._noted(found) if call in WRITES[self._name] else found

    def _noted(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def noted(*given: Any, **named: Any) -> Any:
            try:
                answer = call(*given, **named)
            except RotaError as refused:
                # A rule's refusal left everything as it was, and so did a store that is merely busy (`Store.commit`).
                refusing = refused.status < 500 or (self._name == "store" and refused.slug == "busy")
                self._outcome.unknown |= not refusing
                raise
            except Exception:
                self._outcome.unknown = True
                raise
            self._outcome.written = True
            return answer

        return noted
