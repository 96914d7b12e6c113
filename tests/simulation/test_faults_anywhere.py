"""A process killed after any effect it has outside, or one call that fails or is not answered: what comes by itself
finishes it, once."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

import pytest

from shared.domain.core.errors import PaymentUnavailable, RotaError
from shared.domain.reservations.reservation import ReservationStatus
from tests.simulation.hub import FaultAt, Killed, silent
from tests.simulation.promises import all_hold, come_to_rest, seats_hold
from tests.simulation.world import World

ME, OTHER = "trainee-0-program-0", "trainee-1-program-0"


def scene() -> World:
    """One seat, two approved trainees, of whom the first also waits for the same weeks elsewhere."""
    world = World(seats=1, programs=2)
    for trainee in ("trainee-0", "trainee-1"):
        world.join(trainee)
        world.approve(trainee)
    world.approve("trainee-0", "program-1")
    return world


def follow(world: World) -> None:
    """One pass of everything that follows by itself, in the process that may be killed."""
    for event in list(world.stripe.undelivered):
        world.deliver(event)
    while world.published < len(world.store.stream):
        world.publish()
    world.route()
    for name, queue in world.queues.items():
        while queue.waiting:
            world.work(name)


def session_of(world: World, application_id: str) -> str:
    return next(
        id
        for id, session in world.stripe.sessions.items()
        if world.reservation(session.reservation_id).application_id == application_id
    )


# --- journeys: what a healthy process does from beginning to end ------------------------------------------------------
def pays_in_time(world: World) -> None:
    world.checkout(ME)
    world.stripe.pay(session_of(world, ME))
    for _ in range(3):
        follow(world)


def leaves_without_paying(world: World) -> None:
    world.checkout(ME)
    world.sweep(minutes=30)
    follow(world)


def cancels(world: World) -> None:
    world.cancel(world.checkout(ME).reserved.id)
    follow(world)


def pays_and_no_webhook_comes(world: World) -> None:
    world.checkout(ME)
    world.stripe.pay(session_of(world, ME))
    world.stripe.undelivered.clear()
    world.sweep(minutes=30)
    for _ in range(3):
        follow(world)


def pays_after_the_hold_and_the_seat_is_free(world: World) -> None:
    world.checkout(ME)
    world.sweep(minutes=30)
    world.stripe.pay_after_its_end(session_of(world, ME))
    for _ in range(3):
        follow(world)


def pays_after_the_hold_and_the_seat_is_gone(world: World) -> None:
    world.checkout(ME)
    world.sweep(minutes=30)
    world.checkout(OTHER)
    world.stripe.pay(session_of(world, OTHER))
    world.stripe.pay_after_its_end(session_of(world, ME))
    for _ in range(3):
        follow(world)


def pays_twice(world: World) -> None:
    world.checkout(ME)
    world.stripe.pay(session_of(world, ME))
    world.stripe.pay_again(session_of(world, ME))
    for _ in range(3):
        follow(world)


def pays_too_little(world: World) -> None:
    world.checkout(ME)
    world.stripe.pay_short(session_of(world, ME))
    for _ in range(3):
        follow(world)


def loses_the_session(world: World) -> None:
    """Stripe made it, and the answer never came: HELD without a session's id."""

    def lost(port: str, call: str) -> None:
        if call == "open_checkout":
            world.hub.after = after
            raise silent(port)
        after(port, call)

    after, world.hub.after = world.hub.after, lost
    with contextlib.suppress(PaymentUnavailable):
        world.checkout(ME)
    world.hub.after = after
    world.sweep(minutes=30)
    follow(world)


def offer_runs_out(world: World) -> None:
    world.sweep(days=8)
    follow(world)


def waits_and_takes_the_seat_that_came_back(world: World) -> None:
    held = world.checkout(OTHER)
    world.wait(ME)
    world.cancel(held.reserved.id)
    world.sweep()
    world.stripe.pay(session_of_offer(world))
    for _ in range(3):
        follow(world)


def waits_and_lets_the_offer_lapse(world: World) -> None:
    """A payment page is opened and left, and then the 48 hours end: the seat goes to the next in line."""
    world.checkout(OTHER)
    world.wait(ME)
    world.sweep(minutes=30)
    world.wait(OTHER)
    world.checkout(ME)
    world.sweep(minutes=35)
    world.sweep(hours=48)
    follow(world)


def session_of_offer(world: World) -> str:
    link = world.checkout(ME)
    return world.stripe.session_of(link.reserved.id).id


def waits_and_leaves_with_the_seat(world: World) -> None:
    world.checkout(OTHER)
    world.wait(ME)
    world.sweep(minutes=30)
    world.wait(OTHER)
    world.stop_waiting(ME)
    world.sweep()
    follow(world)


JOURNEYS = (
    pays_in_time,
    leaves_without_paying,
    cancels,
    pays_and_no_webhook_comes,
    pays_after_the_hold_and_the_seat_is_free,
    pays_after_the_hold_and_the_seat_is_gone,
    pays_twice,
    pays_too_little,
    loses_the_session,
    offer_runs_out,
    waits_and_takes_the_seat_that_came_back,
    waits_and_lets_the_offer_lapse,
    waits_and_leaves_with_the_seat,
)


Act = Callable[[World], None]


# --- who comes back after a kill --------------------------------------------------------------------------------------
def nobody(world: World) -> None:
    """The person closed the browser."""


def the_person(world: World) -> None:
    """Presses the button again and, if that leads to a payment page, pays."""
    with contextlib.suppress(RotaError):
        link = world.checkout(ME)
        world.stripe.pay(world.stripe.session_of(link.reserved.id).id)


def the_person_who_knew_the_page(world: World) -> None:
    """Had the payment page open already, and pays there."""
    for session in list(world.stripe.sessions.values()):
        with contextlib.suppress(RotaError):
            world.stripe.pay(session.id)


@pytest.mark.parametrize("returns", [nobody, the_person, the_person_who_knew_the_page])
@pytest.mark.parametrize("journey", JOURNEYS)
def test_T27_H13_killed_after_any_effect_the_rest_is_done_once(journey: Act, returns: Act) -> None:
    tried = [at for at, _ in enumerate(effects_of(journey), 1) if strike(journey, "killed", at, returns)]
    print(f"{journey.__name__}, {returns.__name__}: {len(tried)} kills")
    assert tried


@pytest.mark.parametrize("fault", ["unreachable", "silent"])
@pytest.mark.parametrize("journey", JOURNEYS)
def test_T27_H13_any_call_that_fails_or_is_not_answered_is_made_good(journey: Act, fault: str) -> None:
    tried = [at for at, _ in enumerate(effects_of(journey), 1) if strike(journey, fault, at, nobody)]
    print(f"{journey.__name__}: {len(tried)} times {fault}")
    assert tried


def effects_of(journey: Act) -> list[str]:
    """What a healthy run does outside; it keeps every promise, too."""
    world = scene()
    watcher = FaultAt(world.hub, "none", 0)
    journey(world)
    done = list(watcher.effects)
    # What was given back can no longer be paid for, also when we never heard of its page.
    pages = [session for session in world.stripe.sessions.values() if session.status == "open"]
    assert all(world.reservation(session.reservation_id).status is ReservationStatus.HELD for session in pages)
    come_to_rest(world)
    all_hold(world)
    return done


def strike(journey: Act, fault: str, at: int, returns: Act) -> bool:
    """One world with one fault, then what comes by itself; whether the fault found its place."""
    world = scene()
    culprit = FaultAt(world.hub, fault, at)
    with contextlib.suppress(Killed, RotaError):
        journey(world)
    world.hub.quiet()
    seats_hold(world)
    returns(world)
    try:
        come_to_rest(world)
        all_hold(world)
    except AssertionError as broken:
        raise AssertionError(f"{fault} at effect {at} of {culprit.effects}: {broken}") from broken
    return culprit.struck
