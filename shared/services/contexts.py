"""The contexts of the services, and what each of them offers to the parts that stand above all of them.

A new capability adds its emails by writing `shared/services/<context>/emails.py` with `EMAILS`, and one entry here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from shared.services.email.rule import EmailRule

CONTEXTS: tuple[str, ...] = (
    "email",
    "programs",
    "accounts",
    "search",
    "applications",
    "money",
    "reservations",
    "waitlist",
)
"""Each may have `due_rules.py`, `emails.py` and `tasks.py`; what they export is merged here."""


def exported(module: str, name: str) -> Iterator[Any]:
    """`name` of `shared/services/<context>/<module>.py`, from each context that has this module, in order."""
    for context in CONTEXTS:
        path = f"shared.services.{context}.{module}"
        if find_spec(path):
            yield getattr(import_module(path), name)


def emails() -> Mapping[str, tuple[EmailRule, ...]]:
    """The emails of every context, by the type of the event that brings them."""
    found: dict[str, tuple[EmailRule, ...]] = {}
    for rules in exported("emails", "EMAILS"):
        for rule in rules:
            found[rule.event.TYPE] = (*found.get(rule.event.TYPE, ()), rule)
    return found
