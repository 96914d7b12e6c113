"""Runs in an artifact, by `python -I -S`: imports a room's handler as Lambda does at INIT, then everything that its
settings let it use.

Given by JSON on standard input: `path` (artifact, layer, boto3), `environment`, `room`, `libraries` (that only this
room carries), and `settings` (every setting that some room has).
"""

import ast
import importlib
import inspect
import json
import os
import sys
import textwrap
from collections.abc import Callable
from dataclasses import fields
from functools import cached_property
from typing import Any


def main() -> None:
    given = json.load(sys.stdin)
    standard = [item for item in sys.path if "site-packages" not in item]
    sys.path[:] = [*given["path"], *standard]
    os.environ.clear()
    os.environ.update(given["environment"])
    handler: Any = importlib.import_module(f"functions.{given['room']}.handler")
    assert callable(handler.handler)
    for name in given["libraries"]:
        importlib.import_module(name)
    if getattr(handler, "room", None) is not None:
        importlib.import_module("shared.runtime.pages.environment")
    wire(handler.Settings.read(os.environ), given["room"], set(given["settings"]))


def wire(settings: Any, room: str, known: set[str]) -> None:
    """Makes each adapter and service for which the room has the settings: their imports are put off until they are
    needed."""
    from shared.runtime.bootstrap import Wiring

    wiring = Wiring(settings, room)
    for name, wanted in needs(Wiring, known).items():
        if all(hasattr(settings, setting) for setting in wanted):
            getattr(wiring, name)
    if hasattr(settings, "mail_from"):
        for rules in wiring.email_rules.values():
            for rule in rules:
                wiring.make(rule.service)
    if hasattr(settings, "stripe_secret_arn"):
        importlib.import_module("shared.adapters.stripe_gateway")


def needs(wiring: type, known: set[str]) -> dict[str, set[str]]:
    """Part of the wiring -> the settings that it and the parts it is made of ask for."""
    found = {name: made for kind in reversed(wiring.__mro__) for name, made in vars(kind).items()}
    parts = {
        name: made.func if isinstance(made, cached_property) else made.fget
        for name, made in found.items()
        if isinstance(made, cached_property | property)
    }
    named = {name: _attributes(function) for name, function in parts.items()}
    services = {name: made for name, made in found.items() if hasattr(made, "kind")}
    named |= {name: {field.name for field in fields(made.kind)} for name, made in services.items()}

    def closure(name: str, seen: frozenset[str] = frozenset()) -> set[str]:
        further = named[name] & named.keys() - seen - {name}
        return (named[name] & known).union(*(closure(part, seen | {name}) for part in further))

    return {name: closure(name) for name in named}


def _attributes(function: Callable[[Any], Any]) -> set[str]:
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    return {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}


if __name__ == "__main__":
    main()
