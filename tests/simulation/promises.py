"""What must be true: at every moment (`seats_hold`), and once everything that comes by itself has come (`come_to_rest`,
`all_hold`)."""

from __future__ import annotations

from collections import Counter

from shared.domain.applications.application import in_line
from shared.domain.applications.application_machine import ApplicationStatus
from shared.domain.core.aggregate import chain_breaks, fold
from shared.domain.core.calendar import weeks_covered
from shared.domain.core.errors import RotaError
from shared.domain.money.money import Account, balance, book_of
from shared.domain.reservations.reservation import SEATED, Reservation, ReservationStatus, overlap, still_offered
from shared.domain.seats.waitlist import WaitlistStatus
from shared.services.applications.state_changes import open_claim
from tests.simulation.world import World

ROUNDS = 12
FINAL = (ReservationStatus.RESERVED, ReservationStatus.REFUNDED)


def come_to_rest(world: World) -> None:
    """No more faults; whatever repeats by itself does: Stripe, the stream, the queues, the minute's sweep. Nobody else
    does anything."""
    world.hub.quiet()
    world.bus.fail(0)
    world.store.conflict(0)
    for number in range(ROUNDS):
        for event in list(world.stripe.undelivered):
            assert world.deliver(event) == 200
        while world.published < len(world.store.stream):
            world.publish()
        world.route()
        for name, queue in world.queues.items():
            for message in list(queue.waiting):
                _work(world, name, queue.waiting.index(message))
        world.sweep(minutes=40)
        if number > 1 and _quiet(world):
            return
    raise AssertionError(
        f"it never came to rest: {[(name, queue.waiting) for name, queue in world.queues.items()]}, {_due(world)}"
    )


def _work(world: World, name: str, index: int) -> None:
    try:
        world.work(name, index)
    except RotaError:
        return  # it waits in its queue for the next round; that it ends is checked by the rounds


def _quiet(world: World) -> bool:
    waiting = any(queue.waiting for queue in world.queues.values()) or world.stripe.undelivered
    return not waiting and world.published == len(world.store.stream) and not _due(world)


def _due(world: World) -> list[str]:
    """A seat that the waitlist offers may wait for its trainee."""
    held = [item.subject_id for item in world.store.rows_of("hold") if world.reservation(item.subject_id).paying]
    return [f"hold {id}" for id in held] + [f"refund {item.subject_id}" for item in world.store.rows_of("refund")]


def seats_hold(world: World) -> None:
    """No seat is sold twice: counters equal the seated reservations and never pass the capacity; no trainee is in two
    places."""
    seated = [reserved for reserved in world.all_reservations() if reserved.status in SEATED]
    holders = Counter((reserved.program_id, week) for reserved in seated for week in reserved.week_list)
    for (program_id, year), seats in world.store.seats.items():
        for key, cell in seats.weeks.items():
            week = f"{year}-{key}"
            assert cell.taken == holders[program_id, week] <= cell.capacity, (
                program_id,
                week,
                cell,
                holders[program_id, week],
            )
    assert world.store.trainee_weeks == {
        (reserved.trainee_id, week): reserved.id for reserved in seated for week in reserved.week_list
    }
    marks = Counter((place.program_id, week) for place in world.places() for week in place.marks)
    for (program_id, year), seats in world.store.seats.items():
        for key, cell in seats.weeks.items():
            assert cell.waiting == marks[program_id, f"{year}-{key}"], (program_id, key, cell)


def all_hold(world: World) -> None:
    """At rest: every promise."""
    seats_hold(world)
    _histories_replay(world)
    _every_payment_is_answered(world)
    _no_event_is_lost(world)
    _mails_went_out(world)
    _nobody_is_left_between(world)
    nobody_waits_in_vain(world)


def _histories_replay(world: World) -> None:
    for key, rows in world.store.rows.items():
        assert chain_breaks(rows) == []
        assert fold(rows) == dict(world.store.states[key].state), key


def _every_payment_is_answered(world: World) -> None:
    """Each payment bought the seat of its reservation, or went back once and in full; the ledger says the same."""
    refunded: dict[str, list[int]] = {}
    for refund in world.stripe.refunds.values():
        refunded.setdefault(refund.payment_intent_id, []).append(refund.cents)
    paid = [session for session in world.stripe.sessions.values() if session.payment_status == "paid"]
    for session in paid:
        reserved = world.reservation(session.reservation_id)
        bought = (
            reserved.status is ReservationStatus.RESERVED and reserved.payment_intent_id == session.payment_intent_id
        )
        given_back = refunded.get(session.payment_intent_id, [])
        assert given_back == ([] if bought else [session.amount_cents]), (session, reserved.status, given_back)
        assert reserved.status in FINAL
    assert refunded.keys() <= {session.payment_intent_id for session in paid}
    for reserved in world.all_reservations():
        _book_is_right(world, reserved)


def _book_is_right(world: World, reserved: Reservation) -> None:
    entries = world.store.journal(book_of(reserved.id))
    kept = reserved.paid_cents if reserved.status is ReservationStatus.RESERVED else 0
    assert balance(entries, Account.STRIPE) == kept == -balance(entries, Account.TRAINEE), reserved
    at_stripe = [session for session in world.stripe.sessions.values() if session.reservation_id == reserved.id]
    payments = sorted(entry.id for entry in entries if entry.what == "payment")
    assert payments == sorted(
        f"payment:{session.payment_intent_id}" for session in at_stripe if session.payment_status == "paid"
    )


def _no_event_is_lost(world: World) -> None:
    """Every row was announced and worked off by everybody who listens; every delivery of Stripe's is stored once."""
    announced = {event["id"] for event in world.bus.events}
    assert announced == {envelope.id for envelope in world.store.stream}
    rows = {row.id for history in world.store.rows.values() for row in history}
    assert rows | {f"STRIPE#{id}" for id in world.deliveries.stored} == announced
    for name, queue in world.queues.items():
        assert queue.done == {event["id"] for event in world.bus.events if event["type"] in queue.types}, name


def _mails_went_out(world: World) -> None:
    """The host hears of each rotation exactly once; when nobody can know whether it did, a coordinator is asked, and
    nothing is sent."""
    to_hosts = Counter(mail.message_id for mail in world.mailer.sent if mail.to.startswith("host-"))
    assert all(count == 1 for count in to_hosts.values()), to_hosts
    confirmed = [reserved for reserved in world.all_reservations() if reserved.status is ReservationStatus.RESERVED]
    uncertain = [reserved for reserved in confirmed if reserved.uncertain_mail]
    assert len(to_hosts) <= len(confirmed) <= len(to_hosts) + len(uncertain)
    assert {item.subject_id for item in world.store.rows_of("mail")} == {reserved.id for reserved in uncertain}
    to_trainees = {mail.message_id for mail in world.mailer.sent if not mail.to.startswith("host-")}
    assert len(to_trainees) == sum(event["type"] in world.queues["notifications"].types for event in _once(world))


def _once(world: World) -> list[dict[str, object]]:
    return list({str(event["id"]): dict(event) for event in world.bus.events}.values())


def _waits_for_its_trainee(world: World, reserved: Reservation) -> bool:
    """A seat that the waitlist offers, its time not over, and with the row that ends it."""
    due = {item.subject_id: item.due.at for item in world.store.rows_of("hold")}
    return (
        still_offered(reserved, world.clock.now())
        and not reserved.paying
        and due.get(reserved.id) == reserved.offer_until
    )


def nobody_waits_in_vain(world: World) -> None:
    """No seat is lost: whoever is first in line for a start lacks a seat in one of the weeks, or holds another one
    there."""
    for place in world.places():
        cells = [world.store.seats[place.program_id, int(week[:4])].weeks[week[5:]] for week in place.week_list]
        elsewhere = any((place.trainee_id, week) in world.store.trainee_weeks for week in place.week_list)
        assert elsewhere or any(cell.spare == 0 for cell in cells), place
        # Nobody is kept out of a week for somebody who cannot use it.
        assert {week for week, cell in zip(place.week_list, cells, strict=True) if cell.spare == 0} == set(
            place.marks
        ) or elsewhere, place


def _nobody_is_left_between(world: World) -> None:
    """No hold outlives its time, applications know their reservation, an open offer has its clock, and nobody waits in
    vain."""
    reservations = world.all_reservations()
    ended = (*FINAL, ReservationStatus.RELEASED)
    offered = {
        reserved.application_id: reserved for reserved in reservations if reserved.status is ReservationStatus.HELD
    }
    assert not [
        reserved
        for reserved in reservations
        if reserved.status not in ended and not _waits_for_its_trainee(world, reserved)
    ]
    mine = {
        reserved.application_id: reserved for reserved in reservations if reserved.status is ReservationStatus.RESERVED
    }
    offers = {item.subject_id for item in world.store.rows_of("offer")}
    for applied in world.all_applications():
        converted, waits = applied.status is ApplicationStatus.CONVERTED, applied.status is ApplicationStatus.APPROVED
        stands, held = in_line(applied), offered.get(applied.id)
        assert (converted, held is not None) == (
            applied.id in mine,
            applied.waitlist_status is WaitlistStatus.OFFERED,
        ), applied
        assert applied.live_reservation_id == (mine[applied.id].id if converted else held.id if held else None), applied
        assert (applied.id in offers) == (waits and not stands and not held), applied
        assert stands == (applied.id in {place.application_id for place in world.places()}), applied
        assert (world.store.claims.get(open_claim(applied).key) == applied.id) == waits, applied
        if waits and applied.start:
            weeks = weeks_covered(applied.start, applied.weeks)
            had = [reserved for reserved in mine.values() if reserved.trainee_id == applied.trainee_id]
            assert not any(overlap(reserved.week_list, weeks) for reserved in had), applied
