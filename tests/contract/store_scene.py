"""The two stores that the contract tests run on, and a program with seats."""

from __future__ import annotations

from collections.abc import Iterator

import boto3
import pytest
from moto import mock_aws

from infra.local.stack.tables import create_tables
from shared.adapters.dynamodb.store import DynamoStore
from shared.adapters.dynamodb.transaction import Tables
from shared.adapters.ids import Ulids
from shared.domain.seats.seats import SeatYear, WeekSeats
from shared.ports import SeatMove, Store, UnitOfWork
from tests.builders import PROGRAM, TRAINEE, program, step
from tests.fakes import FakeStore

OTHER = "trainee-2"
TURN_OF_YEAR = ("2026-W52", "2026-W53", "2027-W01", "2027-W02")


@pytest.fixture(params=["fake", "dynamodb"])
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    if request.param == "fake":
        yield FakeStore()
        return
    with mock_aws():
        client = boto3.client(
            "dynamodb", region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test"
        )
        create_tables(client)
        yield DynamoStore(client, Tables("core", "ledger"), Ulids(), pause=lambda seconds: None)


def years(capacity: int, *weeks: str) -> tuple[SeatYear, ...]:
    grouped: dict[int, dict[str, WeekSeats]] = {}
    for week in weeks:
        grouped.setdefault(int(week[:4]), {})[week[5:]] = WeekSeats(capacity=capacity)
    return tuple(SeatYear(program_id=PROGRAM, year=year, weeks=cells) for year, cells in grouped.items())


def open_seats(store: Store, capacity: int, *weeks: str) -> None:
    store.commit(
        UnitOfWork(
            transitions=(step("PROGRAM", PROGRAM, program().model_dump(mode="json")),), create=years(capacity, *weeks)
        )
    )


def hold(number: int, take: tuple[str, ...], trainee: str = TRAINEE) -> UnitOfWork:
    """A new reservation that takes seats."""
    id = f"reservation-{number}"
    data = {"id": id, "status": "HELD", "trainee_id": trainee, "created_at": "2026-11-23T15:00:00Z"}
    return UnitOfWork(transitions=(step("RESERVATION", id, data),), seats=(SeatMove(PROGRAM, trainee, id, take=take),))


def taken(store: Store) -> dict[str, int]:
    found = store.seat_years([(PROGRAM, 2026), (PROGRAM, 2027)])
    return {f"{year.year}-{week}": cell.taken for year in found for week, cell in year.weeks.items()}
