"""The contexts, and what they export: a capability adds its timers, emails, tasks and documents in its own folder, and
its name here.

`shared/services/<context>/due_rules.py` exports `DUE_RULES`, `emails.py` `EMAILS`, `tasks.py` `TASKS`, `documents.py`
`DOCUMENTS`; none has to be there. A module is imported when somebody asks for its kind of thing, so that no function
pays for the others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from shared.services.core.document_rule import DocumentRule
from shared.services.core.due_rule import DueRule
from shared.services.core.task import QueueTask, TraineeTask
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
    "credit_forms",
)
FOLDER = "shared.services"


def exported(module: str, name: str) -> Iterator[Any]:
    """What each context that has this module exports under this name, one after the other."""
    for context in CONTEXTS:
        path = context if "." in context else f"{FOLDER}.{context}"
        if find_spec(f"{path}.{module}"):
            yield from getattr(import_module(f"{path}.{module}"), name)


def due_rules() -> Mapping[str, DueRule]:
    """By kind, in the order of the contexts. Raises `ValueError` for a kind that two contexts claim."""
    return _by((rule.kind, rule) for rule in exported("due_rules", "DUE_RULES"))


def trainee_tasks() -> tuple[TraineeTask, ...]:
    return tuple(task for task in exported("tasks", "TASKS") if isinstance(task, TraineeTask))


def queue_tasks() -> Mapping[str, QueueTask]:
    """By kind of due row. Raises `ValueError` for a kind that two contexts show."""
    return _by((task.kind, task) for task in exported("tasks", "TASKS") if isinstance(task, QueueTask))


def emails() -> Mapping[str, tuple[EmailRule, ...]]:
    """By the type of the event that brings them."""
    found: dict[str, tuple[EmailRule, ...]] = {}
    for rule in exported("emails", "EMAILS"):
        found[rule.event.TYPE] = (*found.get(rule.event.TYPE, ()), rule)
    return found


def documents() -> Mapping[str, tuple[DocumentRule, ...]]:
    """By the type of the event that asks for them."""
    found: dict[str, tuple[DocumentRule, ...]] = {}
    for rule in exported("documents", "DOCUMENTS"):
        found[rule.event.TYPE] = (*found.get(rule.event.TYPE, ()), rule)
    return found


def _by(pairs: Iterator[tuple[str, Any]]) -> Mapping[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise ValueError(f"two contexts claim {name}")
        found[name] = value
    return found
