"""An approved trainee in front of a program with seats, and every service of reserving on ports in memory."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

from shared.domain.applications.application import Application
from shared.domain.core.aggregate import chain_breaks, fold
from shared.domain.money.money import Account, balance, book_of
from shared.domain.reservations.reservation import SEATED, Choice, Reservation
from shared.ports import Checkout, Due, Person, Transition, UnitOfWork, system
from shared.services.applications.state_changes import open_claim
from shared.services.core.transitions import RequestContext
from shared.services.money.settlement import Settled
from shared.services.operations.sweep import Swept
from shared.services.reservations.reserve import PayLink, Signature
from shared.services.seats.line import line_of
from tests.builders import PROGRAM, TRAINEE, WEEKS, actor, application, draft, fresh, stored_account, stored_program
from tests.fakes.wiring import FakeWiring

NAME = "Amara Okafor"
SIGNATURE = Signature(NAME, "192.0.2.1", "Firefox")


def by(role: str, id: str = "") -> RequestContext:
    return RequestContext(actor(role, id or TRAINEE), "request-1")


SWEEP = RequestContext(system("deadlines"), "sweep-1")
WEBHOOK = RequestContext(system("payments"), "delivery-1", "evt_1")


class Scene(FakeWiring):
    """`seats` a week; the trainee's application is approved and signed unless said otherwise."""

    def __init__(self, seats: int = 1, weeks: tuple[str, ...] = WEEKS, **program: Any) -> None:
        super().__init__()
        self.program = stored_program(self.store, **program)
        self.store.open_seats(PROGRAM, dict.fromkeys(weeks, seats))

    # --- people and applications --------------------------------------------------------------------------------------
    def apply(self, id: str = "application-1", trainee: str = TRAINEE, **changes: Any) -> Application:
        """An application as approval leaves it: its name claimed, its offer due."""
        values = {"id": id, "trainee_id": trainee, "case_id": id} | changes
        made = application(**values)
        self.people.save_person(Person(trainee, NAME, f"{trainee}@example.org", "Africa/Cairo"))
        data = made.model_dump(mode="json", exclude={"version"})
        due = (Due("offer", made.offer.expires_at, "trainee"),) if made.offer else ()
        first = Transition(
            fresh("APPLICATION", id), draft(data, "ApplicationApproved.v1", self.clock.now(), case_id=id), due
        )
        self.store.commit(UnitOfWork(transitions=(first,), keys=(open_claim(made),)))
        return self.application(id)

    def coach(self, id: str = "coach-1", name: str = "Maya Lindenholm", status: str = "ACTIVE") -> str:
        """An account with the role; the id."""
        stored_account(self.store, id, ("coach",), status)
        self.people.save_person(Person(id, name, f"{id}@example.org", "America/Chicago"))
        return id

    def application(self, id: str = "application-1") -> Application:
        return Application.model_validate(self.store.load("APPLICATION", id).state)

    def reservation(self, id: str) -> Reservation:
        return Reservation.model_validate(self.store.load("RESERVATION", id).state)

    # --- what people do -----------------------------------------------------------------------------------------------
    def checkout(self, choice: Choice = Choice.DEPOSIT, id: str = "application-1", trainee: str = TRAINEE) -> PayLink:
        return self.reserve.checkout(by("trainee", trainee), id, choice)

    def pay(self, link: PayLink) -> Checkout:
        return self.payments.pay(self.payments.session_of(link.reserved.id).id)

    def webhook(self, session: Checkout) -> Settled:
        """As the worker does: the session is what Stripe has now."""
        return self.settlement.settle(self.payments.checkout(session.id), WEBHOOK)

    def run_sweep(self, **later: float) -> Swept:
        self.clock.move(timedelta(**later))
        return self.sweep.run(SWEEP)

    # --- what must hold always ----------------------------------------------------------------------------------------
    def reservations(self) -> list[Reservation]:
        return [
            Reservation.model_validate(state.state)
            for (kind, _), state in self.store.states.items()
            if kind == "RESERVATION"
        ]

    def taken(self) -> set[int]:
        return {self.store.taken(PROGRAM, week) for week in WEEKS}

    def check(self) -> None:
        """Seats equal the sums of seated reservations, history replays, chains hold, the ledger says what the states
        say."""
        seated = [reserved for reserved in self.reservations() if reserved.status in SEATED]
        for (program, year), seats in self.store.seats.items():
            for key, cell in seats.weeks.items():
                holders = [r for r in seated if r.program_id == program and f"{year}-{key}" in r.week_list]
                assert cell.taken == len(holders) <= cell.capacity, (year, key)
        assert self.store.trainee_weeks == {(r.trainee_id, week): r.id for r in seated for week in r.week_list}
        places = [
            place
            for (kind, _), found in self.store.states.items()
            if kind == "WAITLIST"
            for place in line_of(found).line
        ]
        marks = Counter((place.program_id, week) for place in places for week in place.marks)
        for (program, year), seats in self.store.seats.items():
            assert all(cell.waiting == marks[program, f"{year}-{key}"] for key, cell in seats.weeks.items())
        for key, rows in self.store.rows.items():
            assert chain_breaks(rows) == []
            assert fold(rows) == dict(self.store.states[key].state)
        for reserved in self.reservations():
            held = -balance(self.store.journal(book_of(reserved.id)), Account.TRAINEE)
            owed_back = reserved.status == "REFUNDED"
            assert held == (0 if owed_back else reserved.paid_cents), reserved.status
        refunded = sum(refund.cents for refund in self.payments.refunds.values())
        refunds = [entry for entry in self.store.entries.values() if entry.what == "refund"]
        booked = balance(refunds, Account.TRAINEE)
        assert booked <= refunded

    def due(self, kind: str) -> list[str]:
        return [item.subject_id for item in self.store.rows_of(kind)]
