"""The seat gate against the bare transaction: the same `TransactWriteItems`, once through the service's commit and once
straight through the client, in turns, on MiniStack's DynamoDB."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from infra.bench.measure import Ratio, in_turns, seconds
from infra.local.stack.child_process import free_port
from infra.local.stack.ministack import Aws, launch, wait_until_ready
from infra.local.stack.tables import create_tables
from shared.adapters.dynamodb.store import DynamoStore
from shared.adapters.dynamodb.transaction import Tables, actions
from shared.adapters.ids import Ulids
from shared.domain.applications.application import Application
from shared.domain.applications.application_machine import ApplicationStatus
from shared.domain.applications.values import Offer, SignedTerms
from shared.domain.core.aggregate import Actor, NewEvent
from shared.domain.core.calendar import weeks_covered
from shared.domain.core.policy import CURRENT
from shared.domain.programs.program import ExperienceType
from shared.domain.reservations import terms
from shared.domain.reservations.reservation import Choice, ReservationStatus, hold_window
from shared.domain.seats.seats import SeatYear, WeekSeats
from shared.events.reservation import SeatHeld
from shared.ports import Stored, Transition, UnitOfWork
from shared.services.core.transitions import RequestContext, unsaved
from shared.services.seats import seat_gate

BOUND = 0.7
ROUNDS, HOLDS = 12, 20
"""Holds are measured so many at a time: one alone is as short as a hiccup of the machine."""
PROGRAM, FIRST_DAY, WEEKS = "cardiology-chicago", date(2027, 3, 1), 4
NOW = datetime(2026, 11, 23, 15, tzinfo=UTC)
TABLES = Tables("core", "ledger")
PER_WORK = 20


@dataclass
class Gate:
    """Approved applications in front of a program with seats for all of them; each is held once, by one of the two
    ways."""

    client: Any

    def __post_init__(self) -> None:
        self.ids = Ulids()
        self.store = DynamoStore(self.client, TABLES, self.ids)

    def open(self, seats: int) -> None:
        weeks = {f"W{week:02d}": WeekSeats(capacity=seats) for week in range(1, 53)}
        self.store.commit(
            UnitOfWork(transitions=(), create=(SeatYear(program_id=PROGRAM, year=FIRST_DAY.year, weeks=weeks),))
        )

    def approve(self, number: int) -> list[Stored]:
        """So many applications, stored and read back."""
        ids = [f"application-{index:05d}" for index in range(number)]
        for start in range(0, number, PER_WORK):
            self.store.commit(UnitOfWork(transitions=tuple(_approved(id) for id in ids[start : start + PER_WORK])))
        found = self.store.load_many([("APPLICATION", id) for id in ids])
        return [found["APPLICATION", id] for id in ids]

    def through_the_service(self, waiting: Iterator[Stored]) -> float:
        """Seconds for `HOLDS` holds: the work is built, turned into a request, sent."""
        batch = [(loaded, _held(loaded)) for loaded in islice(waiting, HOLDS)]
        return seconds(lambda: [self.store.commit(_work(loaded, held)) for loaded, held in batch])

    def bare(self, waiting: Iterator[Stored]) -> float:
        """Seconds for `HOLDS` of the same requests, made beforehand."""
        works = [_work(loaded, _held(loaded)) for loaded in islice(waiting, HOLDS)]
        requests = [[action.request for action in actions(work, TABLES)[1]] for work in works]
        tokens = [self.ids.new() for _ in requests]
        send = self.client.transact_write_items
        return seconds(
            lambda: [
                send(TransactItems=items, ClientRequestToken=token)
                for items, token in zip(requests, tokens, strict=True)
            ]
        )

    def taken(self) -> set[int]:
        """How many seats are taken in the weeks that everybody holds."""
        (year,) = self.store.seat_years([(PROGRAM, FIRST_DAY.year)])
        return {year.weeks[week[5:]].taken for week in weeks_covered(FIRST_DAY, WEEKS)}


def measure() -> Ratio:
    """Holds per second, service over bare; each value is one batch. Raises RuntimeError when seats and holds do not
    agree in the end."""
    with tempfile.TemporaryDirectory(prefix="rota-bench-gate-") as folder:
        port = free_port()
        child = launch(port, Path(folder), free_port(), auth=False, persist=False)
        try:
            wait_until_ready(child, port)
            return _measure(Aws(f"http://127.0.0.1:{port}").client("dynamodb"))
        finally:
            child.stop()


def _measure(client: Any) -> Ratio:
    create_tables(client)
    gate, number = Gate(client), 2 * (ROUNDS + 1) * HOLDS
    gate.open(number)
    waiting = iter(gate.approve(number))
    turns = (lambda: gate.through_the_service(waiting), lambda: gate.bare(waiting))
    in_turns(turns, 1)  # connections and caches
    service, bare = in_turns(turns, ROUNDS)
    if gate.taken() != {number}:
        raise RuntimeError(f"{number} holds, but these numbers of seats are taken: {gate.taken()}")
    return Ratio("seat gate, holds per second", _rates(service), _rates(bare), BOUND, at_least=True)


def _rates(batches: Sequence[float]) -> list[float]:
    return [HOLDS / spent for spent in batches]


def _approved(id: str) -> Transition:
    """An application as approval leaves it, in one step instead of four."""
    made = Application(
        id=id,
        version=0,
        status=ApplicationStatus.APPROVED,
        case_id=id,
        trainee_id=f"trainee-{id}",
        program_id=PROGRAM,
        experience_type=ExperienceType.HANDS_ON,
        start=FIRST_DAY,
        weeks=WEEKS,
        policy_version=CURRENT.version,
        created_at=NOW,
        offer=Offer(expires_at=NOW + timedelta(days=7)),
        terms=SignedTerms(version=terms.CURRENT, signed_at=NOW, signature_ref=f"trainee-{id}/terms"),
    )
    data = made.model_dump(mode="json", exclude={"version"})
    return Transition(
        unsaved("APPLICATION", id),
        NewEvent(type="ApplicationApproved.v1", data=data, actor=_call(id).actor, occurred_at=NOW, case_id=id),
    )


def _held(loaded: Stored) -> SeatHeld:
    window, state = hold_window(NOW, CURRENT), loaded.state
    return SeatHeld(
        status=ReservationStatus.HELD,
        id=f"reservation-{loaded.id}",
        case_id=state["case_id"],
        application_id=loaded.id,
        trainee_id=state["trainee_id"],
        program_id=PROGRAM,
        start=FIRST_DAY,
        weeks=WEEKS,
        week_list=weeks_covered(FIRST_DAY, WEEKS),
        choice=Choice.DEPOSIT,
        charge_cents=69_900,
        total_cents=214_900,
        balance_cents=145_000,
        balance_due_at=NOW + timedelta(days=50),
        late_fee_from=date(2027, 1, 15),
        policy_version=CURRENT.version,
        created_at=NOW,
        held_until=window.held_until,
        session_expires_at=window.session_expires_at,
    )


def _work(loaded: Stored, held: SeatHeld) -> UnitOfWork:
    return seat_gate.hold(loaded, held, _call(loaded.state["trainee_id"]), NOW)


def _call(trainee_id: str) -> RequestContext:
    return RequestContext(Actor(role="trainee", id=trainee_id), "bench")
