"""Every event by its name on the bus, whichever module of this package it is written in."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache

import shared.events
from shared.events.base import REGISTRY, EventData


@cache
def _load() -> None:
    for module in pkgutil.iter_modules(shared.events.__path__):
        importlib.import_module(f"shared.events.{module.name}")


def events() -> Mapping[str, type[EventData]]:
    """The whole catalog, by name."""
    _load()
    return dict(sorted(REGISTRY.items()))


def is_emailed(type: str) -> bool:
    """Whether people are told about events of this type by email; not for a type that there is no more."""
    _load()
    return type in REGISTRY and REGISTRY[type].EMAILED
