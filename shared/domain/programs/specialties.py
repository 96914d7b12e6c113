"""The vocabulary of specialties (T05): 92 board specialties and subspecialties, and how people call them.

The entries live in `data/specialties.json` beside this file, in the order in which lists show them: the specialties
first, then the subspecialties grouped by parent. It is read once, when it is first asked for. Board names are those of
the member boards of the American Board of Medical Specialties; where several boards issue one certificate, the parent's
board is named.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from importlib import resources

from pydantic import BaseModel, ConfigDict, Field

from shared.domain.core.errors import NotFound


class Specialty(BaseModel):
    """`parent` is the slug of the specialty that this one is a branch of; `aliases` are other words people search
    by."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    slug: str = Field(pattern=r"^[a-z]+(-[a-z]+)*$")
    name: str
    parent: str | None
    board: str
    aliases: tuple[str, ...]


def all() -> tuple[Specialty, ...]:
    """Every specialty, in display order."""
    return tuple(_by_slug().values())


def get(slug: str) -> Specialty:
    """The specialty with exactly this slug; raises `NotFound` for any other text."""
    found = _by_slug().get(slug)
    if found is None:
        raise NotFound(
            f"There is no specialty called “{slug}”.", "Choose one from the list of specialties.", specialty=slug
        )
    return found


def name_of(slug: str) -> str:
    """Its name; a slug outside the vocabulary is named by its own words."""
    found = _by_slug().get(slug)
    return found.name if found else slug.replace("-", " ").title()


def parent_of(slug: str) -> str | None:
    """The slug of the specialty that this one is a branch of; None for one that is none, and outside the vocabulary."""
    found = _by_slug().get(slug)
    return found.parent if found else None


def find(text: str) -> Specialty | None:
    """The specialty whose slug, name or alias this text is, whatever its case, accents and punctuation: "ENT",
    "Ob/Gyn"; else None."""
    slug = _by_term().get(normalise(text))
    return None if slug is None else _by_slug()[slug]


def normalise(text: str) -> str:
    """Lower case, no accents, "&" as "and", single spaces between words: the form in which terms are compared."""
    bare = unicodedata.normalize("NFKD", text.replace("&", " and ")).casefold()
    bare = "".join(c for c in bare if not unicodedata.combining(c)).replace("'", "").replace("’", "")
    return " ".join(re.findall(r"\w+", bare))


def terms(specialty: Specialty) -> frozenset[str]:
    """Every normalised way to name this specialty."""
    return frozenset(normalise(t) for t in (specialty.slug, specialty.name, *specialty.aliases))


@cache
def _by_slug() -> Mapping[str, Specialty]:
    text = resources.files("shared.domain.programs").joinpath("data/specialties.json").read_text("utf-8")
    return {entry["slug"]: Specialty.model_validate(entry) for entry in json.loads(text)}


@cache
def _by_term() -> Mapping[str, str]:
    return {term: entry.slug for entry in _by_slug().values() for term in terms(entry)}
