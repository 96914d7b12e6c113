"""What a reservation waits for, and what happens when the time is up."""

from __future__ import annotations

from datetime import timedelta

from shared.domain.core.due_readers import SWEEP, of_coach
from shared.domain.reservations.due_kinds import HOLD, PREPARATION, ROTATION
from shared.domain.reservations.reservation import Reservation, ReservationStatus
from shared.ports import Stored
from shared.services.core.due_rule import DueRule, Stage
from shared.services.reservations.holds import Ended, Holds
from shared.services.reservations.preparation import Preparation

IN_FLIGHT = timedelta(minutes=5)
"""A payment that a bank has in hand is told by a webhook; Stripe is asked again only in case that one was lost."""


def _held(loaded: Stored) -> bool:
    return Reservation.model_validate(loaded.state).status is ReservationStatus.HELD


DUE_RULES = (
    DueRule(
        PREPARATION,
        ("RESERVATION",),
        ("system",),
        "the trainee is reminded of what is still open (H20)",
        SWEEP,
        Preparation,
        Preparation.remind,
    ),
    DueRule(
        HOLD,
        ("RESERVATION",),
        ("system", "trainee"),
        "an unpaid seat is given back",
        SWEEP,
        Holds,
        Holds.end_in_time,
        _held,
        Stage.SEATS,
        asks_partner=True,
        later=((Ended.IN_FLIGHT, IN_FLIGHT),),
    ),
    DueRule(ROTATION, ("RESERVATION",), ("coach",), "the rotation starts; a coach's list (T30)", of_coach("<account>")),
)
