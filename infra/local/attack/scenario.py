"""What an attack is: a function that tries something over HTTP and raises `Fallen` when it works.

    @attack("links", "a reset link is used twice")
    def used_twice(field: Field) -> str: ...

The text that it returns says how it was held.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from infra.local.attack.visitor import Reply, Visitor
from infra.local.demo.journey import Journey

Group = Literal["accounts", "links", "tokens", "uploads", "abuse"]
GROUPS: tuple[Group, ...] = ("accounts", "links", "tokens", "uploads", "abuse")


class Fallen(Exception):
    """The attack worked; the text says what the attacker got."""


@dataclass(frozen=True)
class Field:
    """The running stack, seen by somebody who means harm."""

    journey: Journey

    def visitor(self) -> Visitor:
        """A browser that nobody has used yet."""
        return Visitor(self.journey.url)


Attack = Callable[[Field], str]
ATTACKS: list[tuple[Group, str, Attack]] = []


def attack(group: Group, name: str) -> Callable[[Attack], Attack]:
    """Registers an attack under what an attacker would call it."""

    def keep(tried: Attack) -> Attack:
        ATTACKS.append((group, name, tried))
        return tried

    return keep


def refused(reply: Reply, *statuses: int) -> str:
    """How it was held. Raises `Fallen` unless the answer is one of `statuses` (any from 400 to 499 when none is
    named)."""
    held = reply.status in statuses if statuses else 400 <= reply.status < 500
    if not held:
        raise Fallen(f"{reply.method} {reply.path} answered {reply.status}: {reply.text[:200]}")
    return f"{reply.status}"


def never(got: object, what: str) -> None:
    """Raises `Fallen` where the attacker got it."""
    if got:
        raise Fallen(what)
