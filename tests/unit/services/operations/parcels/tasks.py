"""What a parcel asks of people."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from shared.domain.core.due_readers import COORDINATORS
from shared.domain.programs.program import Program
from shared.ports import Stored
from shared.services.core.task import QueueTask, Subject, Task, TraineeTask


def _lost(loaded: Stored, _: datetime) -> Subject | None:
    return Subject("A parcel to look for", f"/parcels/{loaded.id}") if loaded.state["late"] else None


def _expected(loaded: Stored, _: Mapping[str, Program], __: datetime) -> Task:
    return Task("parcel", "Expect a parcel", "Open it", f"/parcels/{loaded.id}")


TASKS = (
    TraineeTask("PARCEL", _expected),
    QueueTask("parcel_lost", COORDINATORS, ("coordinator",), _lost, "A coordinator"),
)
