"""The header's entries by role. One list, so that a person with several roles sees each place once, in this order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NavItem:
    label: str
    href: str


ANYONE = "anyone"
STAFF = frozenset({"reviewer", "coordinator", "coach", "finance", "admin"})

# (who sees it, entry); the words are those of the pages they lead to.
PLACES: tuple[tuple[frozenset[str], NavItem], ...] = (
    (STAFF, NavItem("Queue", "/workspace")),
    (frozenset({"admin"}), NavItem("People", "/accounts/staff")),
    (frozenset({ANYONE, "trainee"}) | STAFF, NavItem("Find a rotation", "/programs")),
    (frozenset({"trainee"}), NavItem("My rotations", "/workspace")),
    (frozenset({"coach"}), NavItem("My trainees", "/reservations/cases")),
    (frozenset({"trainee"}), NavItem("Documents", "/documents")),
    (frozenset({"host"}), NavItem("Today", "/workspace")),
    (frozenset({ANYONE, "trainee", "host"}), NavItem("How it works", "/how-it-works")),
)


def nav_for(roles: Sequence[str]) -> tuple[NavItem, ...]:
    """The entries for these roles; nobody signed in is `()`. An address is listed once, under its first label."""
    mine = set(roles) or {ANYONE}
    seen: dict[str, NavItem] = {}
    for audience, item in PLACES:
        if audience & mine:
            seen.setdefault(item.href, item)
    return tuple(seen.values())
