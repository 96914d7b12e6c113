"""`make replay`: which span it takes, that every event goes out in chunks, and how it fails."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from infra.local.replay import CHUNK, announce, span
from shared.domain.core.aggregate import Actor
from shared.domain.core.errors import Busy, Invalid
from shared.events.envelope import Envelope, Subject
from tests.fakes import FakeBus

WALL = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
ROOT = Path(__file__).resolve().parents[3]


def event(number: int) -> Envelope:
    return Envelope(
        id=f"APPLICATION#{number}#1",
        type="ApplicationStarted.v1",
        occurred_at=WALL,
        actor=Actor(role="system", id="test"),
        subject=Subject(kind="APPLICATION", id=str(number)),
        seq=1,
        data={},
    )


@pytest.mark.parametrize("count", [0, 1, CHUNK, CHUNK + 1, 3 * CHUNK])
def test_every_event_goes_out_once_and_is_counted(count: int) -> None:
    bus = FakeBus()
    assert announce((event(number) for number in range(count)), bus) == count
    assert [one["subject"]["id"] for one in bus.events] == [str(number) for number in range(count)]


def test_a_bus_that_refuses_ends_the_replay_and_doing_it_again_brings_all() -> None:
    bus = FakeBus()
    bus.fail()
    with pytest.raises(Busy):
        announce(iter([event(1), event(2)]), bus)
    announce(iter([event(1), event(2)]), bus)
    assert {one["subject"]["id"] for one in bus.events} == {"1", "2"}


def test_a_span_is_what_was_asked_for() -> None:
    asked = span("2026-11-01T00:00:00Z", "2026-11-02T00:00:00Z", WALL, WALL)
    assert asked == (datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 2, tzinfo=UTC))


@pytest.mark.parametrize("ahead", [timedelta(0), timedelta(days=90), timedelta(days=-1)])
def test_without_a_span_the_last_48_hours_of_both_clocks_are_covered(ahead: timedelta) -> None:
    business = WALL + ahead
    since, until = span("", "", business, WALL)
    for clock in (business, WALL):
        assert since <= clock - timedelta(hours=48)
        assert until >= clock


@pytest.mark.parametrize(
    ("since", "until"),
    [("yesterday", ""), ("", "2026-13-01T00:00:00Z"), ("2026-11-02T00:00:00Z", "2026-11-01T00:00:00Z")],
)
def test_a_span_that_is_none_is_refused_with_how_to_write_it(since: str, until: str) -> None:
    with pytest.raises(Invalid) as refused:
        span(since, until, WALL, WALL)
    assert refused.value.remedy
