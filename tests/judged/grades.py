"""The rule by which programs are graded for a query, 0 to 3, from their attributes alone (README.md has it in
words)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

from shared.domain.programs import specialties
from shared.domain.programs.program import ExperienceType, HostKind, Program

FILE = Path(__file__).with_name("queries.yaml")
SAME, WIDER, NEAR, OTHER = 3, 2, 1, 0


class Judged(BaseModel):
    """One query and the wish behind it. `zip` may be the beginning of one; a city needs its state."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    kind: str
    text: str
    specialty: str | None = None
    city: str | None = None
    state: str | None = Field(default=None, pattern=r"^[A-Z]{2}$")
    zip: str | None = Field(default=None, pattern=r"^\d{3,5}$")
    type: ExperienceType | None = None
    host: HostKind | None = None
    name: str | None = None

    @model_validator(mode="after")
    def _is_a_wish(self) -> Self:
        if self.city and not self.state:
            raise ValueError(f"“{self.text}” names a city without its state")
        if not self.model_dump(exclude={"kind", "text"}, exclude_none=True):
            raise ValueError(f"“{self.text}” wishes for nothing")
        return self


def load() -> tuple[Judged, ...]:
    """The committed queries, in the order of the file. Raises `ValueError` for one that is no wish, `NotFound` for no
    specialty."""
    found = tuple(Judged.model_validate(entry) for entry in yaml.safe_load(FILE.read_text("utf-8")))
    for judged in found:
        if judged.specialty:
            specialties.get(judged.specialty)
    return found


def grade(judged: Judged, program: Program) -> int:
    """The weakest part of the wish: 3 as asked, 2 a little wider, 1 near, 0 not what was meant."""
    return min(_parts(judged, program))


def _parts(judged: Judged, program: Program) -> Iterator[int]:
    if judged.specialty:
        yield _specialty(judged.specialty, program.specialty)
    if judged.city or judged.state or judged.zip:
        yield _place(judged, program)
    if judged.type:
        yield SAME if judged.type in program.experience_types else OTHER
    if judged.host:
        yield SAME if judged.host is program.host_kind else OTHER
    if judged.name:
        yield SAME if judged.name.casefold() in program.name.casefold() else OTHER


def _specialty(meant: str, offered: str) -> int:
    if meant == offered:
        return SAME
    wish, offer = specialties.get(meant), specialties.get(offered)
    if offer.parent == meant or _kind_of(offer.name, wish):
        return WIDER
    return NEAR if wish.parent == offered else OTHER


def _kind_of(name: str, wish: specialties.Specialty) -> bool:
    """“Pediatric Cardiology” ends with a word for cardiology, so it is a kind of it; “Vascular Neurology” is none of
    vascular surgery."""
    return any(f" {specialties.normalise(name)}".endswith(f" {term}") for term in specialties.terms(wish))


def _place(judged: Judged, program: Program) -> int:
    place = program.place
    if judged.zip:
        if place.zip.startswith(judged.zip):
            return SAME
        if place.zip[:3] == judged.zip[:3]:
            return WIDER
        return NEAR if judged.state == place.state else OTHER
    if judged.state != place.state:
        return OTHER
    return SAME if judged.city in (None, place.city) else NEAR
