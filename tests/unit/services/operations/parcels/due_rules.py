"""What a parcel waits for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from pydantic import BaseModel

from shared.domain.core.due_readers import COORDINATORS
from shared.ports import BusinessClock, Due, Store, UnitOfWork
from shared.services.core.due_rule import DueRule
from shared.services.core.transitions import RequestContext, transition

DAY = timedelta(days=1)


class ParcelLate(BaseModel):
    """Not an `EventData`: the catalog of events lists those of the product alone."""

    TYPE: ClassVar[str] = "ParcelLate.v1"
    SUBJECT: ClassVar[str] = "PARCEL"
    late: bool


@dataclass(frozen=True)
class Parcels:
    store: Store
    clock: BusinessClock

    def run_late(self, id: str, call: RequestContext) -> str:
        loaded, now = self.store.load("PARCEL", id), self.clock.now()
        due = Due("parcel_lost", now + DAY, "coordinator", COORDINATORS)
        late = transition(loaded, ParcelLate(late=True), call, now, due=(due,), done=("parcel",))
        self.store.commit(UnitOfWork(transitions=(late,)))
        return "late"


DUE_RULES = (
    DueRule("parcel", ("PARCEL",), ("system",), "a parcel is late", service=Parcels, act=Parcels.run_late),
    DueRule("parcel_lost", ("PARCEL",), ("coordinator",), "a parcel is looked for", COORDINATORS),
)
