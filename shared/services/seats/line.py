"""A program's line as stored, and where somebody stands in it."""

from __future__ import annotations

from dataclasses import dataclass

from shared.domain.applications.application import (
    Application,
)
from shared.domain.core.errors import NotFound
from shared.domain.seats.waitlist import (
    Line,
)
from shared.ports import Store, Stored
from shared.services.core.transitions import unsaved


@dataclass(frozen=True)
class Standing:
    """Where somebody stands: `place` of `waiting` people who wait for the same start, counted from 1; 0 when not in
    line."""

    place: int
    waiting: int


def read_line(store: Store, program_id: str) -> Stored:
    """The line of a program, also before anybody stood in it."""
    try:
        return store.load("WAITLIST", program_id)
    except NotFound:
        return unsaved("WAITLIST", program_id)


def standing_of(store: Store, application: Application) -> Standing:
    place, waiting = line_of(read_line(store, application.program_id)).position(application.id)
    return Standing(place, waiting)


def line_of(loaded: Stored) -> Line:
    """An empty line where there was none yet."""
    return Line.model_validate(loaded.state) if loaded.version else Line(id=loaded.id, program_id=loaded.id)
