"""Reserving with the real adapters: transactions of DynamoDB, the SDK against the simulator and its faults; one
business clock."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from infra.local.stack.tables import create_tables
from infra.local.stripe.inprocess import Running, running
from shared.adapters.clock import MovableClock
from shared.adapters.dynamodb.catalogue import DynamoCatalogue
from shared.adapters.dynamodb.people import DynamoPeople
from shared.adapters.dynamodb.store import DynamoStore
from shared.adapters.dynamodb.transaction import Tables
from shared.adapters.ids import Ulids
from shared.adapters.stripe_gateway import StripeGateway
from shared.domain.applications.application import Application
from shared.domain.applications.application_machine import ApplicationStatus
from shared.domain.applications.values import Offer
from shared.domain.core.aggregate import chain_breaks, fold
from shared.domain.core.calendar import next_monday, weeks_covered
from shared.domain.core.errors import NotAllowedNow, PaymentUnavailable, SoldOut
from shared.domain.money.money import Account, balance, book_of
from shared.domain.reservations.reservation import Choice, Reservation, ReservationStatus
from shared.domain.seats.seats import SeatYear, WeekSeats
from shared.ports import Due, Person, Transition, UnitOfWork
from shared.services.applications.state_changes import open_claim
from shared.services.money.settlement import Settled, Settlement
from shared.services.operations.sweep import Sweep
from shared.services.reservations.reserve import PayLink, Reserve
from tests.builders import PROGRAM, application, draft, fresh, program, step
from tests.fakes.wiring import FakeWiring
from tests.unit.services.reservations.reservation_scene import SWEEP, WEBHOOK, by


@dataclass
class House:
    """One seat a week; two approved trainees."""

    store: DynamoStore
    sim: Running
    clock: MovableClock
    reserve: Reserve
    settlement: Settlement
    sweep: Sweep
    weeks: tuple[str, ...]

    def checkout(self, number: int = 1) -> PayLink:
        return self.reserve.checkout(by("trainee", f"trainee-{number}"), f"application-{number}", Choice.DEPOSIT)

    def webhook(self, link: PayLink) -> Settled:
        reserved = self.reservation(link)
        assert reserved.checkout_session_id is not None
        return self.settlement.settle(self.settlement.payment_gateway.checkout(reserved.checkout_session_id), WEBHOOK)

    def reservation(self, link: PayLink) -> Reservation:
        return Reservation.model_validate(self.store.load("RESERVATION", link.reserved.id).state)

    def application(self, number: int = 1) -> Application:
        return Application.model_validate(self.store.load("APPLICATION", f"application-{number}").state)

    def taken(self) -> set[int]:
        found = self.store.seat_years([(PROGRAM, int(week[:4])) for week in self.weeks])
        return {cell.taken for year in found for cell in year.weeks.values()}

    def later(self, **by: float) -> None:
        self.sim.move_clock(self._shift() + timedelta(**by).total_seconds())

    def run_sweep(self, **by: float) -> dict[str, int]:
        self.later(**by)
        swept = self.sweep.run(SWEEP)
        assert swept.failures == []
        return dict(swept.done)

    def _shift(self) -> float:
        return float(self.sim.clock_file.read_text()) if self.sim.clock_file.exists() else 0.0


def open_house(client: Any, sim: Running) -> House:
    create_tables(client)
    store, clock, ids = (
        DynamoStore(client, Tables("core", "ledger"), Ulids(), pause=lambda _: None),
        MovableClock(sim.clock_file),
        Ulids(),
    )
    people, catalogue, gateway = (
        DynamoPeople(client, "core"),
        DynamoCatalogue(store),
        StripeGateway("sk_test_rota", sim.url),
    )
    now = clock.now()
    start = next_monday(now.date() + timedelta(days=90))
    weeks = weeks_covered(start, 4)
    cells: dict[int, dict[str, WeekSeats]] = {}
    for week in weeks:
        cells.setdefault(int(week[:4]), {})[week[5:]] = WeekSeats(capacity=1)
    years = tuple(SeatYear(program_id=PROGRAM, year=year, weeks=found) for year, found in cells.items())
    store.commit(UnitOfWork(transitions=(step("PROGRAM", PROGRAM, program().model_dump(mode="json")),), create=years))
    for number in (1, 2):
        id, trainee = f"application-{number}", f"trainee-{number}"
        people.save_person(Person(trainee, "Amara Okafor", f"{trainee}@example.org"))
        made = application(
            id=id,
            trainee_id=trainee,
            case_id=id,
            start=start,
            offer=Offer(expires_at=now + timedelta(days=7)),
            created_at=now,
        )
        data = made.model_dump(mode="json", exclude={"version"})
        first = Transition(
            fresh("APPLICATION", id),
            draft(data, at=now, case_id=id),
            (Due("offer", now + timedelta(days=7), "trainee"),),
        )
        store.commit(UnitOfWork(transitions=(first,), keys=(open_claim(made),)))
    wiring = FakeWiring(store=store, people=people, catalogue=catalogue, clock=clock, ids=ids, payment_gateway=gateway)
    return House(store, sim, clock, wiring.reserve, wiring.settlement, wiring.sweep, weeks)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with running(tmp_path / "stripe") as sim, mock_aws():
        client = boto3.client(
            "dynamodb", region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test"
        )
        yield open_house(client, sim)


def test_H11_T27_paid_at_the_pay_page_the_seat_is_reserved_and_everything_replays(house: House) -> None:
    link = house.checkout()
    assert house.checkout().url == link.url
    with pytest.raises(SoldOut):
        house.checkout(2)
    assert house.sim.control.pay(link.url).outcome == "paid"
    assert [house.webhook(link), house.webhook(link)] == [Settled.CONFIRMED, Settled.ALREADY]
    assert (house.reservation(link).status, house.application().status) == (
        ReservationStatus.RESERVED,
        ApplicationStatus.CONVERTED,
    )
    assert balance(house.store.journal(book_of(link.reserved.id)), Account.STRIPE) == 69900
    for kind, id in (("RESERVATION", link.reserved.id), ("APPLICATION", "application-1")):
        rows = house.store.history(kind, id)  # type: ignore[arg-type]
        assert chain_breaks(rows) == []
        assert fold(rows) == dict(house.store.load(kind, id).state)  # type: ignore[arg-type]


def test_hold_that_runs_out_ends_the_session_and_the_next_one_gets_the_seat(house: House) -> None:
    link = house.checkout()
    house.later(minutes=29)
    with pytest.raises(SoldOut):
        house.checkout(2)
    assert house.run_sweep(minutes=1, seconds=1) == {"hold: released": 1}
    assert house.sim.control.pay(link.url).outcome == "expired"
    assert house.checkout(2).reserved.status is ReservationStatus.HELD
    assert house.taken() == {1}


def test_payment_whose_webhook_never_came_is_found_when_the_hold_falls_due(house: House) -> None:
    link = house.checkout()
    house.sim.control.pay(link.url)
    assert house.run_sweep(minutes=31) == {"hold: paid": 1}
    assert house.reservation(link).status is ReservationStatus.RESERVED


def test_session_made_although_its_answer_was_lost_is_found_and_ended(house: House) -> None:
    house.sim.control.lose(count=3, method="POST", path_prefix="/v1/checkout/sessions")
    with pytest.raises(PaymentUnavailable):
        house.checkout()
    house.sim.control.normal()
    assert house.run_sweep(minutes=31) == {"hold: released": 1}
    assert house.taken() == {0}
    (session,) = house.settlement.payment_gateway._stripe.v1.checkout.sessions.list({"limit": 10}).data  # type: ignore[attr-defined]
    assert session.status == "expired"


def test_session_that_was_never_made_is_refused_so_late_and_the_seat_goes_back(house: House) -> None:
    house.sim.control.fail(count=3, method="POST", path_prefix="/v1/checkout/sessions")
    with pytest.raises(PaymentUnavailable):
        house.checkout()
    assert house.run_sweep(minutes=31) == {"hold: released": 1}
    assert len(house.settlement.payment_gateway._stripe.v1.checkout.sessions.list({"limit": 10}).data) == 0  # type: ignore[attr-defined]


def test_cancelled_checkout_cannot_be_paid_any_more(house: House) -> None:
    link = house.checkout()
    house.reserve.cancel(by("trainee", "trainee-1"), link.reserved.id)
    assert house.sim.control.pay(link.url).outcome == "expired"
    assert house.taken() == {0}


def test_cancelling_after_paying_keeps_the_seat_and_says_so(house: House) -> None:
    link = house.checkout()
    house.sim.control.pay(link.url)
    with pytest.raises(NotAllowedNow):
        house.reserve.cancel(by("trainee", "trainee-1"), link.reserved.id)
    assert house.reservation(link).status is ReservationStatus.RESERVED


def test_short_payment_goes_back_through_stripe_once_although_the_first_answer_is_lost(house: House) -> None:
    link = house.checkout()
    house.sim.control.pay(link.url)
    session = house.settlement.payment_gateway.checkout(str(house.reservation(link).checkout_session_id))
    house.sim.control.lose(count=3, method="POST", path_prefix="/v1/refunds")
    assert house.settlement.settle(replace(session, amount_cents=69800), WEBHOOK) is Settled.REFUND_DUE
    house.sim.control.normal()
    assert house.run_sweep() == {"refund: refunded": 1}
    refunds = house.settlement.payment_gateway._stripe.v1.refunds.list({"limit": 10}).data  # type: ignore[attr-defined]
    assert [refund.amount for refund in refunds] == [69800]
    assert (house.reservation(link).status, house.taken()) == (ReservationStatus.REFUNDED, {0})
    assert balance(house.store.journal(book_of(link.reserved.id)), Account.STRIPE) == 0
