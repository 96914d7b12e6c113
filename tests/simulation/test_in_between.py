"""Two processes at the same thing: the second runs to its end before each call of the first, so also between two of its reads."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from itertools import product

import pytest

from shared.domain.errors import Busy, Expired, Invalid, NotAllowedNow, OverlappingRotation, RotaError, SoldOut, VersionConflict
from shared.ports import system
from shared.services.steps import Call
from tests.simulation.promises import all_hold, come_to_rest, seats_hold
from tests.simulation.world import World

ME = "trainee-0-program-0"
Act = Callable[[World], None]
PERSONS_HEAR = (NotAllowedNow, Expired, SoldOut, OverlappingRotation, Busy, Invalid)
"""Refusals that a person may get. A worker may only fail with what brings its work back; it never meets the refusal of a rule."""


# --- where the two meet ---------------------------------------------------------------------------------------------------------------
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


# --- who meets there ------------------------------------------------------------------------------------------------------------------
def settles(world: World) -> None:
    """The worker, brought by a webhook."""
    for session in list(world.stripe.sessions):
        background(lambda: world.settling.settle(world.watched_stripe.checkout(session), Call(system("payments"))))  # noqa: B023 - at once


def sweeps(world: World) -> None:
    def run() -> None:
        for _, error in world.sweeping.run(Call(system("deadlines"))).failures:
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


SCENES = (nothing_yet, held, held_to_the_end, paid_to_the_end, paid_too_little, paid_after_the_end, paid_after_the_end_and_the_seat_is_gone)
FIRST = (settles, sweeps, cancels, reserves)
SECOND = (*FIRST, the_other_reserves, withdraws)


@pytest.mark.parametrize("begin", SCENES)
def test_T27_H11_what_happens_between_two_calls_of_another_process_breaks_no_promise(begin: Callable[[], World]) -> None:
    stories = 0
    for first, second in product(FIRST, SECOND):
        at = 1
        while True:
            world = begin()
            between = Between(world, second, at)
            try:
                first(world)
                seats_hold(world)
                if between.calls < at:
                    break
                stories += 1
                come_to_rest(world)
                all_hold(world)
            except (AssertionError, RotaError) as broken:
                raise AssertionError(f"{begin.__name__}: {second.__name__} before call {at} of {first.__name__}: {broken}") from broken
            at += 1
    print(f"{begin.__name__}: {stories} stories")
