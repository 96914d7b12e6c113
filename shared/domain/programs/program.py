"""A program: what a host offers, as trainees and reviewers see it. People's contacts are not part of it (they are
erasable items)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from shared.domain.programs.guidelines import Guidelines


class ExperienceType(StrEnum):
    HANDS_ON = "hands_on"
    OBSERVERSHIP = "observership"


class HostKind(StrEnum):
    """T02: physician, institution or hospital; the United States only."""

    PHYSICIAN = "physician"
    INSTITUTION = "institution"
    HOSPITAL = "hospital"


class ReviewMode(StrEnum):
    """T18-T20: the operator decides alone, or routes to the host first."""

    OPERATOR = "operator"
    HOST = "host"


class ProgramStatus(StrEnum):
    LEAD = "LEAD"
    SUBMITTED = "SUBMITTED"
    BUILDING = "BUILDING"
    LIVE = "LIVE"
    PAUSED = "PAUSED"
    RETIRED = "RETIRED"


class Vacation(BaseModel):
    """Closed days, both ends included; every ISO week that they touch has no seats (H06)."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    first: date
    last: date


class Place(BaseModel):
    """A site in the United States (T02); `zone` is an IANA name, latitude and longitude in degrees."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    city: str
    state: str = Field(pattern=r"^[A-Z]{2}$")
    zip: str = Field(pattern=r"^[0-9]{5}$")
    zone: str
    latitude: float
    longitude: float


class Program(BaseModel):
    """`price_4w_cents` is the four-week fee (T21); `price_table` overrides other lengths, weeks -> cents; `capacity`
    seats per week."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    id: str = Field(pattern=r"^[a-z0-9-]{3,80}$")
    name: str
    host_id: str
    host_kind: HostKind
    setting: str
    summary: str
    specialty: str
    experience_types: tuple[ExperienceType, ...] = Field(min_length=1)
    place: Place
    price_4w_cents: int
    price_table: dict[int, int] = Field(default_factory=dict)
    weeks_min: int = 4
    weeks_max: int = 4
    capacity: int = Field(ge=1, le=50)
    vacations: tuple[Vacation, ...] = ()
    guidelines: Guidelines = Guidelines()
    required_documents: tuple[str, ...] = ("cv",)
    review_mode: ReviewMode = ReviewMode.OPERATOR
    credit_friendly: bool = False
    letter_possible: bool = False
    stipend_week_cents: int = Field(ge=0)
    status: ProgramStatus = ProgramStatus.LIVE
    coordinator_id: str = ""


def program_from(state: Mapping[str, Any]) -> Program:
    """The stored state also holds its version and dates, which are not part of the offer."""
    return Program.model_validate({name: state[name] for name in Program.model_fields if name in state})
