"""State machines as data: arrows of (state, event, actors, target, guard, effects). Services fire them, pages list
them, docs draw them.

A guard is plain text: the functions beside each machine decide it. An effect names what the service does in the same
transaction or in reaction to the event row.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from shared.domain.core.errors import NotAllowedNow, WrongRole

NEW = "NEW"
"""The state of a thing that does not exist yet."""


class Actor(StrEnum):
    """Who may cause an event. SYSTEM is a timer, a confirmed fact of a partner (a payment), or the operator at a
    terminal; ACCOUNT is whoever acts on their own account, in whatever role; SCHOOL is who opens the link that a school
    was sent."""

    TRAINEE = "trainee"
    HOST = "host"
    REVIEWER = "reviewer"
    COORDINATOR = "coordinator"
    COACH = "coach"
    ACCOUNT = "account"
    ADMIN = "admin"
    SCHOOL = "school"
    SYSTEM = "system"


@dataclass(frozen=True)
class Arrow:
    """`source` --event(actors)[guard]--> `target` / effects."""

    source: str
    event: str
    actors: frozenset[Actor]
    target: str
    guard: str = ""
    effects: tuple[str, ...] = ()


class Machine:
    """A named set of arrows. At most one arrow leaves a state for one event and one actor, and `says` has a sentence
    for every state, which a refusal begins with; anything else is a ValueError at import."""

    def __init__(self, name: str, arrows: Iterable[Arrow], says: Mapping[str, str]) -> None:
        self.name = name
        self.arrows = tuple(arrows)
        self.says = {NEW: f"There is no {name} yet.", **says}
        self._by_step: dict[tuple[str, str], list[Arrow]] = {}
        for arrow in self.arrows:
            beside = self._by_step.setdefault((arrow.source, arrow.event), [])
            if any(arrow.actors & other.actors for other in beside):
                raise ValueError(f"{name}: two arrows for {arrow.event} from {arrow.source} by one actor")
            beside.append(arrow)
        if set(self.states) != set(self.says):
            raise ValueError(f"{name}: sentences and states differ: {sorted(set(self.states) ^ set(self.says))}")

    @property
    def states(self) -> tuple[str, ...]:
        """In order of first mention, `NEW` first."""
        return tuple(dict.fromkeys(state for arrow in self.arrows for state in (arrow.source, arrow.target)))

    @property
    def events(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(arrow.event for arrow in self.arrows))

    @property
    def final_states(self) -> tuple[str, ...]:
        sources = {arrow.source for arrow in self.arrows}
        return tuple(state for state in self.states if state not in sources)

    def fire(self, state: str, event: str, actor: Actor) -> Arrow:
        """The arrow taken. Raises `NotAllowedNow` (no such arrow from here) or `WrongRole` (somebody else's arrow)."""
        candidates = self._by_step.get((state, event), [])
        if not candidates:
            raise NotAllowedNow(
                f"{self.says[state]} “{_words(event).capitalize()}” is not possible now.",
                "Reload the page to see what is possible now.",
                state=str(state),
                event=str(event),
            )
        for arrow in candidates:
            if actor in arrow.actors:
                return arrow
        who = " or ".join(sorted({_words(allowed) for arrow in candidates for allowed in arrow.actors}))
        raise WrongRole(
            f"“{_words(event)}” on the {self.name} is for the {who}.",
            "Sign in with that role, or ask your coordinator.",
            state=str(state),
            event=str(event),
            actor=str(actor),
        )

    def to_mermaid(self) -> str:
        """A Mermaid state diagram of all arrows, in their order."""
        lines = ["stateDiagram-v2"]
        for arrow in self.arrows:
            source = "[*]" if arrow.source == NEW else arrow.source
            actors = ", ".join(sorted(arrow.actors))
            lines.append(f"    {source} --> {arrow.target}: {arrow.event} ({actors})")
        lines.extend(f"    {state} --> [*]" for state in self.final_states)
        return "\n".join(lines)


def _words(code: str) -> str:
    return str(code).lower().replace("_", " ")
