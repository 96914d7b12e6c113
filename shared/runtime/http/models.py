"""What every model of a room begins with: requests take nothing unknown, answers do not change."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Request(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Answer(BaseModel):
    model_config = ConfigDict(frozen=True)


class LateAnswer(Answer):
    """Compiled when its route is first called: a room's first answer does not wait for the models of its other
    pages."""

    model_config = ConfigDict(defer_build=True)
