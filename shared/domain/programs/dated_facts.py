"""Facts about the world that may change: each carries its date and its source, and is shown with both (product.md,
finding 2).

Visa fit is advice made of such facts. It never blocks and is no part of eligibility (finding 1).
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from functools import cache
from importlib import resources

from pydantic import BaseModel, ConfigDict

from shared.domain.core.errors import NotFound
from shared.domain.programs.program import ExperienceType


class FactStatus(StrEnum):
    """`historic` is shown as history only."""

    CURRENT = "current"
    HISTORIC = "historic"


class Fact(BaseModel):
    """`as_of` is the day on which somebody read the source."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    id: str
    claim: str
    as_of: date
    source: str
    url: str
    status: FactStatus


VISA = {ExperienceType.HANDS_ON: "visa-b1-clerkship", ExperienceType.OBSERVERSHIP: "visa-b1-observe"}


def get(id: str) -> Fact:
    """Raises `NotFound`."""
    found = _facts().get(id)
    if found is None:
        raise NotFound(f"There is no fact {id!r}.", "Use an id of data/facts.json.")
    return found


def visa_advice(experience_types: Iterable[ExperienceType]) -> tuple[Fact, ...]:
    """What is known about visas for these kinds of rotation: advice, never a condition."""
    return tuple(get(VISA[kind]) for kind in experience_types)


@cache
def _facts() -> dict[str, Fact]:
    text = resources.files("shared.domain.programs").joinpath("data/facts.json").read_text("utf-8")
    return {entry["id"]: Fact.model_validate(entry) for entry in json.loads(text)}
