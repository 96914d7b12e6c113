"""Typed events. An event's fields are the fields of its aggregate's state that it sets; what is not named stays as it
was, and a part that is named (a claim, a question) replaces the one before as a whole."""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict

from shared.domain.core.aggregate import AggregateType

REGISTRY: dict[str, type[EventData]] = {}


class EventData(BaseModel):
    """`TYPE` is the name on the bus with its version; a breaking change is a new version beside the old one. `EMAILED`:
    people are told by email, so it goes to `notifications`, and some context has an `EmailRule` for it."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    TYPE: ClassVar[str]
    SUBJECT: ClassVar[AggregateType]
    EMAILED: ClassVar[bool] = False

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        if "TYPE" in cls.__dict__:
            REGISTRY[cls.TYPE] = cls
