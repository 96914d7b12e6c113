"""Many approved trainees before few seats: the reserve service with its real adapters, and threads that all begin at
once."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from infra.local.checks.consistency import ConsistencyReport, all_items, consistency_of
from shared.adapters.dynamodb.catalogue import DynamoCatalogue
from shared.adapters.dynamodb.people import DynamoPeople
from shared.adapters.dynamodb.store import DynamoStore
from shared.adapters.dynamodb.transaction import Tables
from shared.adapters.ids import Ulids
from shared.domain.applications.application import Application
from shared.domain.core.errors import Busy, OverlappingRotation, RotaError, SoldOut
from shared.domain.reservations.reservation import SEATED, Choice, Reservation
from shared.domain.seats.seats import SeatYear, WeekSeats
from shared.ports import Checkout, CheckoutRequest, Due, Person, Transition, UnitOfWork, system
from shared.services.applications.state_changes import open_claim
from shared.services.core.transitions import RequestContext
from shared.services.reservations.reserve import PayLink
from tests.builders import PROGRAM, actor, application, draft, fresh, program, step
from tests.fakes import FakePayments, FrozenClock
from tests.fakes.clock import START
from tests.fakes.wiring import FakeWiring

PER_WORK = 20
SWEEP = RequestContext(system("deadlines"), "sweep")
COORDINATOR = RequestContext(actor("coordinator", "coordinator-1"), "request")


class SharedPayments(FakePayments):
    """Stripe in memory for many threads at once."""

    def __init__(self) -> None:
        super().__init__()
        self._turn = threading.RLock()

    def open_checkout(self, request: CheckoutRequest) -> Checkout:
        with self._turn:
            return super().open_checkout(request)

    def checkout(self, session_id: str) -> Checkout:
        with self._turn:
            return super().checkout(session_id)

    def expire(self, session_id: str) -> Checkout:
        with self._turn:
            return super().expire(session_id)

    def refund(self, payment_intent_id: str, amount_cents: int, key: str) -> str:
        with self._turn:
            return super().refund(payment_intent_id, amount_cents, key)

    def pay(self, session_id: str) -> Checkout:
        with self._turn:
            return super().pay(session_id)


@dataclass
class Outcome:
    """What one person was told, over all of their attempts."""

    link: PayLink | None = None
    refusals: list[RotaError] = field(default_factory=list)

    @property
    def last(self) -> str:
        return "held" if self.link else type(self.refusals[-1]).__name__


class Stage:
    """`programs`: id -> (seats a week, ISO weeks). Services as `bootstrap` wires them, on the tables behind
    `dynamodb`."""

    def __init__(self, dynamodb: Any, programs: Mapping[str, tuple[int, Iterable[str]]]) -> None:
        self.dynamodb, self.clock, self.ids, self.payments = dynamodb, FrozenClock(), Ulids(), SharedPayments()
        self.store = DynamoStore(dynamodb, Tables("core", "ledger"), self.ids)
        self.people, self.catalogue = DynamoPeople(dynamodb, "core"), DynamoCatalogue(self.store)
        wiring = FakeWiring(
            store=self.store,
            people=self.people,
            catalogue=self.catalogue,
            clock=self.clock,
            ids=self.ids,
            payment_gateway=self.payments,
        )
        self.submission, self.settlement, self.holds = wiring.submission, wiring.settlement, wiring.holds
        self.reserve, self.waitlist, self.sweep = wiring.reserve, wiring.waitlist, wiring.sweep
        for id, (seats, weeks) in programs.items():
            self._open(id, seats, weeks)

    def _open(self, program_id: str, seats: int, weeks: Iterable[str]) -> None:
        years: dict[int, dict[str, WeekSeats]] = {}
        for week in weeks:
            years.setdefault(int(week[:4]), {})[week[5:]] = WeekSeats(capacity=seats)
        live = step("PROGRAM", program_id, program(id=program_id, capacity=seats).model_dump(mode="json"))
        create = tuple(SeatYear(program_id=program_id, year=year, weeks=weeks) for year, weeks in years.items())
        self.store.commit(UnitOfWork(transitions=(live,), create=create))

    def approve(self, *wanted: dict[str, Any]) -> None:
        """Applications as approval leaves them (id, trainee_id and what else is named), many in one transaction to save
        time."""
        made = [application(**({"case_id": values["id"]} | values)) for values in wanted]
        for start in range(0, len(made), PER_WORK):
            some = made[start : start + PER_WORK]
            self.store.commit(
                UnitOfWork(
                    transitions=tuple(_approved(one) for one in some), keys=tuple(open_claim(one) for one in some)
                )
            )
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(self._known, {one.trainee_id for one in made}))

    def _known(self, trainee_id: str) -> None:
        self.people.save_person(Person(trainee_id, "Amara Okafor", f"{trainee_id}@example.org"))

    # --- what was stored ----------------------------------------------------------------------------------------------
    def consistency(self) -> ConsistencyReport:
        return consistency_of(list(all_items(self.dynamodb, "core")), list(all_items(self.dynamodb, "ledger")))

    def seated(self) -> list[Reservation]:
        """Every reservation that has its seat, read from the table itself."""
        keys = [(item["pk"]["S"].split("#", 1), item["sk"]["S"]) for item in all_items(self.dynamodb, "core")]
        ids = [id for (kind, id), sort in keys if kind == "RESERVATION" and sort == "STATE"]
        found = [Reservation.model_validate(self.store.load("RESERVATION", id).state) for id in ids]
        return [reserved for reserved in found if reserved.status in SEATED]

    def taken(self, program_id: str = PROGRAM) -> dict[str, int]:
        years = self.store.seat_years([(program_id, year) for year in (2027, 2028)])
        return {f"{item.year}-{week}": cell.taken for item in years for week, cell in item.weeks.items()}


def trainee(id: str) -> RequestContext:
    return RequestContext(actor("trainee", id), "request")


def attempt(stage: Stage, call: RequestContext, application_id: str, outcome: Outcome) -> Outcome:
    """One checkout; what may come of it in a race is a seat, or one of the refusals that a race has."""
    try:
        outcome.link = stage.reserve.checkout(call, application_id, Choice.DEPOSIT)
    except (SoldOut, OverlappingRotation, Busy) as refused:
        outcome.refusals.append(refused)
    return outcome


def insist(stage: Stage, call: RequestContext, application_id: str, settled: threading.Event) -> Outcome:
    """Tries until held, or told "sold out" by an attempt that began after the last seat had been given back; a 503 is
    tried again."""
    outcome = Outcome()
    while True:
        final = settled.is_set()
        attempt(stage, call, application_id, outcome)
        if outcome.link or (final and not isinstance(outcome.refusals[-1], Busy)):
            return outcome
        settled.wait()


def at_once(jobs: Sequence[Callable[[], Outcome | None]]) -> tuple[list[Outcome], float]:
    """Every job in a thread of its own, let go together: the outcomes, and the seconds it took."""
    gate = threading.Barrier(len(jobs) + 1)
    outcomes: list[Outcome] = []
    crashes: list[BaseException] = []

    def run(job: Callable[[], Outcome | None]) -> None:
        gate.wait()
        try:
            found = job()
        except BaseException as crash:  # noqa: BLE001 - shown by the test; a thread would swallow it
            crashes.append(crash)
            return
        if found is not None:
            outcomes.append(found)

    threads = [threading.Thread(target=run, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    gate.wait()
    began = time.monotonic()
    for thread in threads:
        thread.join()
    assert not crashes, crashes[:3]
    return outcomes, time.monotonic() - began


def require_told_by_a_failed_week(refused: SoldOut, weeks: Iterable[str]) -> None:
    """It is true only when DynamoDB said that a week's own condition failed, never because of a conflict."""
    assert refused.facts["weeks"], "no week is named"
    assert set(refused.facts["weeks"]) <= set(weeks)
    reasons = refused.__cause__.response["CancellationReasons"]  # type: ignore[union-attr]
    failed = [reason for reason in reasons if reason["Code"] == "ConditionalCheckFailed"]
    assert failed
    assert all("weeks" in reason["Item"] for reason in failed), "something other than a seat's condition failed"


def told(outcomes: Iterable[Outcome]) -> Counter[str]:
    """How often each refusal was given, over all attempts."""
    return Counter(type(refused).__name__ for outcome in outcomes for refused in outcome.refusals)


def _approved(made: Application) -> Transition:
    data = made.model_dump(mode="json", exclude={"version"})
    assert made.offer
    due = (Due("offer", made.offer.expires_at, "trainee"),)
    return Transition(
        fresh("APPLICATION", made.id), draft(data, "ApplicationApproved.v1", START, case_id=made.case_id), due
    )
