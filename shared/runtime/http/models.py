"""What every model of a room begins with: requests take nothing unknown, answers do not change."""

from __future__ import annotations

from datetime import date
from typing import Any

from pydantic import BaseModel, ConfigDict, field_validator

YEARS = range(1900, 2200)
"""Of any day that people write to us: calendars of both sides know them, and so do days some years before and after."""


class Request(BaseModel):
    model_config = ConfigDict(extra="forbid")

    @field_validator("*")
    @classmethod
    def _near(cls, value: Any) -> Any:
        if isinstance(value, date) and value.year not in YEARS:
            raise ValueError(f"Write a year from {YEARS[0]} to {YEARS[-1]}.")
        return value


class Answer(BaseModel):
    model_config = ConfigDict(frozen=True)


class LateAnswer(Answer):
    """Compiled when its route is first called: a room's first answer does not wait for the models of its other
    pages."""

    model_config = ConfigDict(defer_build=True)
