"""Two processes at the same thing: the second runs to its end before each call of the first, so also between two of its
reads."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from functools import partial
from itertools import product

import pytest

from shared.domain.core.errors import (
    Busy,
    Expired,
    Invalid,
    NotAllowedNow,
    OverlappingRotation,
    RotaError,
    SoldOut,
    VersionConflict,
    WaitlistFirst,
)
from shared.domain.reservations.reservation import ReservationStatus
from shared.ports import system
from shared.services.core.transitions import RequestContext
from tests.simulation.promises import all_hold, come_to_rest, seats_hold
from tests.simulation.world import World

ME = "trainee-0-program-0"
Act = Callable[[World], None]
PERSONS_HEAR = (NotAllowedNow, Expired, SoldOut, WaitlistFirst, OverlappingRotation, Busy, Invalid)
"""Refusals that a person may get. A worker may only fail with what brings its work back; it never meets the refusal of
a rule."""


# --- where the two meet -----------------------------------------------------------------------------------------------
def scene() -> World:
    world = World(seats=1)
    for trainee in ("trainee-0", "trainee-1"):
        world.join(trainee)
        world.approve(trainee)
    return world


def nothing_yet() -> World:
    return scene()


def held() -> World:
    world = scene()
    world.checkout(ME)
    return world


def held_to_the_end() -> World:
    world = held()
    world.pass_time(minutes=30)
    return world


def paid_to_the_end() -> World:
    world = held()
    world.stripe.pay("cs_1")
    world.pass_time(minutes=30)
    return world


def paid_too_little() -> World:
    world = held()
    world.stripe.pay_short("cs_1")
    return world


def paid_after_the_end() -> World:
    world = held_to_the_end()
    sweeps(world)
    world.stripe.pay_after_its_end("cs_1")
    return world


def paid_after_the_end_and_the_seat_is_gone() -> World:
    world = paid_after_the_end()
    world.checkout("trainee-1-program-0")
    return world


def waits() -> World:
    """The other has the seat, and we stand in line."""
    world = scene()
    world.checkout("trainee-1-program-0")
    world.wait(ME)
    return world


def waits_and_the_seat_came_back() -> World:
    world = waits()
    world.cancel(world.application("trainee-1-program-0").live_reservation_id or "")
    return world


def offered() -> World:
    world = waits_and_the_seat_came_back()
    sweeps(world)
    return world


def offered_to_the_end() -> World:
    world = offered()
    world.pass_time(hours=48)
    return world


def offered_and_paying_to_the_end() -> World:
    """The payment's time is over, the offer's is not."""
    world = offered()
    world.checkout(ME)
    world.pass_time(minutes=35)
    return world


def offered_and_paid_to_the_end() -> World:
    world = offered()
    world.checkout(ME)
    world.stripe.pay(list(world.stripe.sessions)[-1])
    world.pass_time(hours=49)
    return world


# --- who meets there --------------------------------------------------------------------------------------------------
def settles(world: World) -> None:
    """The worker, brought by a webhook."""
    call = RequestContext(system("payments"))
    for session in list(world.stripe.sessions):
        background(partial(lambda id: world.settlement.settle(world.watched_stripe.checkout(id), call), session))


def sweeps(world: World) -> None:
    def run() -> None:
        for _, error in world.wiring.sweep.run(RequestContext(system("deadlines"))).failures:
            raise error

    background(run)


def cancels(world: World) -> None:
    live = world.application(ME).live_reservation_id
    if live:
        person(lambda: world.cancel(live))


def reserves(world: World) -> None:
    person(lambda: world.checkout(ME))


def the_other_reserves(world: World) -> None:
    person(lambda: world.checkout("trainee-1-program-0"))


def withdraws(world: World) -> None:
    person(lambda: world.withdraw(ME))


def stands_in_line(world: World) -> None:
    person(lambda: world.wait(ME))


def leaves_the_line(world: World) -> None:
    person(lambda: world.stop_waiting(ME))


def the_other_stands_in_line(world: World) -> None:
    person(lambda: world.wait("trainee-1-program-0"))


def background(job: Callable[[], object]) -> None:
    try:
        job()
    except (Busy, VersionConflict):
        return  # it comes again


def person(job: Callable[[], object]) -> None:
    with contextlib.suppress(*PERSONS_HEAR):
        job()


class Between:
    """Runs `other` once, before the nth call of whoever acts; counts the calls."""

    def __init__(self, world: World, other: Act, at: int) -> None:
        self._world, self._other, self._at, self.calls = world, other, at, 0
        world.hub.before = self._before

    def _before(self, port: str, call: str) -> None:
        self.calls += 1
        if self.calls == self._at:
            self._world.hub.quiet()
            self._other(self._world)


SCENES = (
    nothing_yet,
    held,
    held_to_the_end,
    paid_to_the_end,
    paid_too_little,
    paid_after_the_end,
    paid_after_the_end_and_the_seat_is_gone,
)
FIRST = (settles, sweeps, cancels, reserves)
SECOND = (*FIRST, the_other_reserves, withdraws)
WAITING_SCENES = (
    held,
    waits,
    waits_and_the_seat_came_back,
    offered,
    offered_to_the_end,
    offered_and_paying_to_the_end,
    offered_and_paid_to_the_end,
)
WAITING_FIRST = (settles, sweeps, reserves, stands_in_line, leaves_the_line)
WAITING_SECOND = (*WAITING_FIRST, cancels, the_other_reserves, the_other_stands_in_line, withdraws)


@pytest.mark.parametrize("begin", SCENES)
def test_T27_H11_what_happens_between_two_calls_of_another_process_breaks_no_promise(
    begin: Callable[[], World],
) -> None:
    print(f"{begin.__name__}: {every_story(begin, FIRST, SECOND)} stories")


@pytest.mark.parametrize("begin", WAITING_SCENES)
def test_T27_waitlist_what_happens_between_two_calls_of_another_process_breaks_no_promise(
    begin: Callable[[], World],
) -> None:
    print(f"{begin.__name__}: {every_story(begin, WAITING_FIRST, WAITING_SECOND)} stories")


def no_page_without_its_seat(world: World) -> None:
    """What can be paid for is held for it."""
    for session in world.stripe.sessions.values():
        reserved = world.reservation(session.reservation_id)
        assert session.status != "open" or (reserved.status is ReservationStatus.HELD and reserved.paying), (
            session,
            reserved,
        )


def every_story(begin: Callable[[], World], firsts: tuple[Act, ...], seconds: tuple[Act, ...]) -> int:
    """Each second one before each call of each first one; how many there were."""
    stories = 0
    for first, second in product(firsts, seconds):
        at = 1
        while True:
            world = begin()
            between = Between(world, second, at)
            try:
                first(world)
                seats_hold(world)
                no_page_without_its_seat(world)
                if between.calls < at:
                    break
                stories += 1
                come_to_rest(world)
                all_hold(world)
            except (AssertionError, RotaError) as broken:
                raise AssertionError(
                    f"{begin.__name__}: {second.__name__} before call {at} of {first.__name__}: {broken}"
                ) from broken
            at += 1
    return stories
