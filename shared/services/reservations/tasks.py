"""What a reservation asks of its trainee: to pay, and to prepare."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from shared.domain.core.calendar import end_of_day, local_date, reached
from shared.domain.programs.program import Program
from shared.domain.reservations import preparation
from shared.domain.reservations.reservation import Reservation, ReservationStatus, balance_overdue
from shared.ports import Stored
from shared.services.core.task import Task, TraineeTask

STATUS = ReservationStatus


def _pay(loaded: Stored, programs: Mapping[str, Program], now: datetime) -> Task | None:
    one = Reservation.model_validate(loaded.state)
    here = f"/reservations/{one.id}"
    owed = one.total_cents - one.paid_cents
    if one.status is STATUS.HELD:
        name, zone = _of(programs[one.program_id])
        title = "Pay for the seat that is held for you"
        return Task("pay", title, "Go to the payment", here, name, one.held_until, zone, one.charge_cents)
    if one.status is STATUS.RESERVED and owed > 0 and one.balance_due_at is not None:
        name, zone = _of(programs[one.program_id])
        late = balance_overdue(one, now)
        code, title = ("balance_late", "Pay the balance: it is late") if late else ("balance", "Pay the balance")
        return Task(code, title, "Open my rotation", here, name, one.balance_due_at, zone, owed)
    return None


def _prepare(loaded: Stored, programs: Mapping[str, Program], now: datetime) -> Task | None:
    """H19, H20: the open item that is due first, from the day on which reminders begin; before that nothing presses."""
    one = Reservation.model_validate(loaded.state)
    if one.status not in (STATUS.RESERVED, STATUS.CLEARED) or one.reserved_at is None:
        return None
    if one.prep_from is not None and not reached(one.prep_from, now):
        return None
    name, zone = _of(programs[one.program_id])
    listed = preparation.tasks(one.start, local_date(one.reserved_at, zone), one.prep_done, zone, now)
    still = next((task for task in listed if task.done_at is None), None)
    if still is None:
        return None
    list_of_it = f"/reservations/{one.id}#preparation"
    return Task(
        "prepare", "Prepare your rotation", "Open the list", list_of_it, name, end_of_day(still.due_on, zone), zone
    )


def _of(program: Program) -> tuple[str, str]:
    return program.name, program.place.zone


TASKS = (TraineeTask("RESERVATION", _pay), TraineeTask("RESERVATION", _prepare))
