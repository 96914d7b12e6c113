"""The waitlist: who came first gets the seat that came back, nobody who walks up does, and every clock to its
second."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from shared.domain.applications.application_machine import ApplicationStatus
from shared.domain.applications.due_kinds import OFFER
from shared.domain.applications.values import Ending, Offer
from shared.domain.core.errors import Expired, NotAllowedNow, NotFound, SoldOut, WaitlistFirst
from shared.domain.core.instants import iso
from shared.domain.reservations.reservation import Choice, ReservationStatus
from shared.domain.seats.waitlist import MOST_PLACES, Place, WaitlistStatus
from shared.events.application import ApplicationWithdrawn
from shared.ports import Due, SeatMove, UnitOfWork
from shared.services.core.transitions import transition as moved
from shared.services.seats.line import Standing
from tests import builders
from tests.builders import FIRST_DAY, PROGRAM, START, WEEKS, step, stored_account
from tests.unit.services.reservations.reservation_scene import SWEEP, by
from tests.unit.services.waitlist.waitlist_scene import FIRST, HOLDER, SECOND, WALKER, Line, W


@pytest.fixture
def line() -> Line:
    return Line()


# --- joining ----------------------------------------------------------------------------------------------------------
def test_waitlist_joining_gives_the_next_place_marks_the_full_weeks_and_stops_the_offers_clock(line: Line) -> None:
    assert (line.join(FIRST), line.join(SECOND)) == (Standing(1, 1), Standing(2, 2))
    assert (line.line(), line.marks()) == ([FIRST[0], SECOND[0]], dict.fromkeys(WEEKS, 2))
    assert (line.entry(FIRST), line.due("waitlist")) == (W.WAITING, [PROGRAM])
    assert set(line.due("offer")) == {WALKER[0]}
    line.check()


def test_waitlist_joining_twice_keeps_the_place(line: Line) -> None:
    line.join(FIRST)
    line.join(SECOND)
    commits = line.store.commits
    assert line.join(FIRST) == Standing(1, 2)
    assert line.store.commits == commits


def test_waitlist_only_weeks_without_a_seat_are_marked_and_the_others_stay_open_to_all() -> None:
    line = Line()
    line.apply("later", "trainee-5", start=FIRST_DAY + timedelta(weeks=2))
    line.apply("after", "trainee-6", start=FIRST_DAY + timedelta(weeks=4))
    line.join(("later", "trainee-5"))
    assert line.marks() == {"2027-W11": 1, "2027-W12": 1}
    line.take(("after", "trainee-6"))
    line.check()


def test_waitlist_nobody_waits_while_there_is_a_seat(line: Line) -> None:
    line.reserve.cancel(by("trainee", HOLDER[1]), line.hold.reserved.id)
    before = line.store.commits
    with pytest.raises(NotAllowedNow):
        line.join(FIRST)
    assert line.store.commits == before


def test_waitlist_seat_that_comes_back_while_somebody_joins_lets_them_reserve_instead(line: Line) -> None:
    """The line is joined only if the weeks are full in that very transaction."""
    commit = line.store.commit

    def released_first(work: UnitOfWork) -> object:
        line.store.commit = commit  # type: ignore[method-assign]
        line.reserve.cancel(by("trainee", HOLDER[1]), line.hold.reserved.id)
        return commit(work)

    line.store.commit = released_first  # type: ignore[method-assign, assignment]
    with pytest.raises(NotAllowedNow):
        line.join(FIRST)
    assert (line.marks(), line.entry(FIRST)) == ({}, None)
    line.take(FIRST)


@pytest.mark.parametrize("status", ["SUBMITTED", "IN_REVIEW", "WITHDRAWN", "EXPIRED"])
def test_waitlist_is_for_approved_applications_only(status: str) -> None:
    line = Line()
    line.apply("other", "trainee-9", status=status, offer=None)
    with pytest.raises(NotAllowedNow):
        line.join(("other", "trainee-9"))


def test_waitlist_is_not_joined_with_a_live_hold_for_somebody_else_or_after_the_offer(line: Line) -> None:
    with pytest.raises(NotAllowedNow):
        line.join(HOLDER)
    with pytest.raises(NotFound):
        line.join((FIRST[0], WALKER[1]))
    line.clock.move(timedelta(days=7))
    with pytest.raises(Expired):
        line.join(FIRST)


def test_waitlist_is_joined_in_the_last_second_of_the_offer(line: Line) -> None:
    line.clock.move(timedelta(days=7, seconds=-1))
    assert line.join(FIRST) == Standing(1, 1)


def test_waitlist_of_a_program_has_an_end(line: Line) -> None:
    full = Place(
        application_id="x", trainee_id="x", program_id=PROGRAM, start=FIRST_DAY, weeks=4, number=1, since=START
    )
    places = [full.model_copy(update={"application_id": f"x-{n}"}).model_dump(mode="json") for n in range(MOST_PLACES)]
    line.store.commit(
        UnitOfWork(
            transitions=(
                step("WAITLIST", PROGRAM, {"id": PROGRAM, "program_id": PROGRAM, "line": places, "weeks": []}),
            )
        )
    )
    with pytest.raises(NotAllowedNow):
        line.join(FIRST)


# --- a seat comes back ------------------------------------------------------------------------------------------------
def test_T27_seat_that_came_back_is_refused_to_who_walks_up_while_somebody_waits_and_held_for_the_first(
    line: Line,
) -> None:
    line.join(FIRST)
    line.reserve.cancel(by("trainee", HOLDER[1]), line.hold.reserved.id)
    with pytest.raises(WaitlistFirst) as refused:
        line.take(WALKER)
    assert refused.value.facts["weeks"] == list(WEEKS)
    line.run_sweep()
    offer = line.application(FIRST[0])
    held = line.reservation(offer.live_reservation_id or "")
    assert (held.status, held.paying, held.offer_until, held.held_until) == (
        ReservationStatus.HELD,
        False,
        START + timedelta(hours=48),
        START + timedelta(hours=48),
    )
    assert (offer.waitlist_status, offer.waitlist.until, line.line(), line.marks()) == (
        W.OFFERED,
        held.offer_until,
        [],
        {},
    )
    assert line.due("waitlist") == []
    with pytest.raises(SoldOut):
        line.take(WALKER)
    line.check()


def test_waitlist_seat_comes_back_by_a_lapsed_hold_and_is_offered_in_the_same_sweep(line: Line) -> None:
    line.join(FIRST)
    swept = line.run_sweep(minutes=30)
    assert swept.done == {"hold: released": 1, "waitlist: 1 offered": 1}


@pytest.mark.parametrize(("seconds", "entry"), [(-1, W.OFFERED), (0, W.LAPSED), (1, W.LAPSED)])
def test_waitlist_offer_lapses_at_48_hours_to_the_second_and_the_seat_goes_to_the_next(
    seconds: int, entry: WaitlistStatus
) -> None:
    line = Line().offered()
    line.run_sweep(hours=48, seconds=seconds)
    assert line.entry(FIRST) is entry
    assert line.entry(SECOND) is (W.OFFERED if entry is W.LAPSED else W.WAITING)
    line.check()


def test_waitlist_offer_never_reaches_into_the_first_day_at_the_site() -> None:
    """Site-local midnight of Mon 1 March 2027 in Chicago is 06:00 UTC."""
    line = Line()
    for who in (HOLDER, FIRST):
        line.apply(
            f"late-{who[0]}", who[1], start=date(2027, 3, 29), offer=Offer(expires_at=START + timedelta(days=300))
        )
    late = (f"late-{FIRST[0]}", FIRST[1])
    line.clock.move(date(2027, 3, 27) - START.date())
    taken = line.take((f"late-{HOLDER[0]}", HOLDER[1]), Choice.FULL)
    line.waitlist.join(by("trainee", late[1]), late[0])
    line.reserve.cancel(by("trainee", HOLDER[1]), taken.reserved.id)
    line.run_sweep()
    # 29 March 2027, 00:00 in Chicago (daylight saving time since 14 March).
    assert line.application(late[0]).waitlist.until == START.replace(year=2027, month=3, day=29, hour=5)


def test_waitlist_place_ends_when_the_start_has_come_to_the_second(line: Line) -> None:
    line.webhook(line.pay(line.hold))
    line.join(FIRST)
    midnight = START.replace(year=2027, month=3, day=1, hour=6)  # in Chicago
    line.clock.set(midnight - timedelta(seconds=1))
    line.run_sweep()
    assert line.entry(FIRST) is W.WAITING
    line.run_sweep(seconds=1)
    assert (line.entry(FIRST), line.application(FIRST[0]).waitlist.code, line.marks()) == (W.LAPSED, "too_late", {})


def test_T24_an_offer_that_stood_still_never_outlives_the_first_day_and_ends_at_its_second(line: Line) -> None:
    """The wait of three months is not added to an offer for a rotation that began: nobody reserves it after its first
    day."""
    line.webhook(line.pay(line.hold))
    line.join(FIRST)
    first_day = START.replace(year=2027, month=3, day=1, hour=6)
    line.clock.set(first_day)
    line.run_sweep()
    assert line.application(FIRST[0]).offer.expires_at == first_day + timedelta(days=1)
    assert line.store.waiting[("APPLICATION", FIRST[0], OFFER)].due.at == first_day + timedelta(days=1)
    line.run_sweep(days=1, seconds=-1)
    assert line.application(FIRST[0]).status is ApplicationStatus.APPROVED
    line.run_sweep(seconds=1)
    assert (line.application(FIRST[0]).status, line.application(FIRST[0]).ending.code) == (
        ApplicationStatus.EXPIRED,
        "offer",
    )


def test_waitlist_nobody_joins_from_the_first_second_of_the_first_day_on(line: Line) -> None:
    line.webhook(line.pay(line.hold))
    first_day = START.replace(year=2027, month=3, day=1, hour=6)
    for who in (FIRST, SECOND):
        builders.change(
            line.store, "APPLICATION", who[0], {"offer": {"expires_at": iso(first_day + timedelta(days=1))}}
        )
    line.clock.set(first_day - timedelta(seconds=1))
    assert line.join(FIRST).place == 1
    line.clock.set(first_day)
    before = dict(line.store.states)
    with pytest.raises(NotAllowedNow, match="first day of this rotation has come"):
        line.join(SECOND)
    assert line.store.states == before


def test_waitlist_the_applications_offer_stands_still_while_waiting_and_counts_on_afterwards(line: Line) -> None:
    line.webhook(line.pay(line.hold))
    line.clock.move(timedelta(days=6))
    line.join(FIRST)
    line.run_sweep(days=30)
    assert line.application(FIRST[0]).status is ApplicationStatus.APPROVED
    line.leave(FIRST)
    assert (line.entry(FIRST), line.application(FIRST[0]).offer.expires_at) == (W.LEFT, START + timedelta(days=37))
    line.run_sweep(days=1, seconds=-1)
    assert line.application(FIRST[0]).status is ApplicationStatus.APPROVED
    line.run_sweep(seconds=1)
    assert line.application(FIRST[0]).status is ApplicationStatus.EXPIRED
    line.check()


def test_waitlist_two_seats_that_come_back_at_once_go_to_the_first_two() -> None:
    line = Line(seats=2)
    other = line.take(WALKER)
    for who in (FIRST, SECOND):
        line.join(who)
    line.apply("third", "trainee-9")
    line.join(("third", "trainee-9"))
    line.reserve.cancel(by("trainee", HOLDER[1]), line.hold.reserved.id)
    line.reserve.cancel(by("trainee", WALKER[1]), other.reserved.id)
    line.run_sweep()
    assert [line.entry(who) for who in (FIRST, SECOND, ("third", "trainee-9"))] == [W.OFFERED, W.OFFERED, W.WAITING]
    line.check()


def test_waitlist_serves_who_holds_a_seat_elsewhere_later_and_the_next_now(line: Line) -> None:
    line.join(FIRST)
    line.join(SECOND)
    line.store.trainee_weeks[(FIRST[1], WEEKS[2])] = "elsewhere"
    line.run_sweep(minutes=30)
    assert [line.entry(FIRST), line.entry(SECOND)] == [W.WAITING, W.OFFERED]
    del line.store.trainee_weeks[(FIRST[1], WEEKS[2])]
    line.leave(SECOND)
    line.run_sweep()
    assert line.entry(FIRST) is W.OFFERED
    line.check()


def test_waitlist_seat_that_the_waiting_cannot_use_is_open_to_all_again(line: Line) -> None:
    """Their first weeks come back, their last are sold by now: nobody is kept from what they cannot have."""
    line.webhook(line.pay(line.hold))
    line.apply("later", "trainee-5", start=FIRST_DAY + timedelta(weeks=2))
    line.join(("later", "trainee-5"))
    line.apply("after", "trainee-6", start=FIRST_DAY + timedelta(weeks=4))
    line.webhook(line.pay(line.take(("after", "trainee-6"))))
    line.run_sweep()
    assert line.marks() == dict.fromkeys(("2027-W11", "2027-W12", "2027-W13", "2027-W14"), 1)
    seat = line.hold.reserved
    work = UnitOfWork(transitions=(), seats=(SeatMove(PROGRAM, seat.trainee_id, seat.id, give=WEEKS),))
    line.store.commit(work)
    with pytest.raises(WaitlistFirst):
        line.take(WALKER)
    line.run_sweep()
    assert line.marks() == dict.fromkeys(("2027-W13", "2027-W14"), 1)
    line.take(WALKER)


# --- an application that ended ----------------------------------------------------------------------------------------
def test_waitlist_withdrawn_application_leaves_the_line_and_lets_go_of_its_marks(line: Line) -> None:
    line.offered()
    line.run_sweep(minutes=1)
    assert line.line() == [SECOND[0]]
    line.store.commit(_withdrawn(line, SECOND))
    line.run_sweep(minutes=1)
    assert (line.line(), line.marks(), line.due("waitlist")) == ([], {}, [])
    line.check()


def _withdrawn(line: Line, who: tuple[str, str]) -> UnitOfWork:
    """As withdrawing does: it says nothing about the line."""
    loaded = line.store.load("APPLICATION", who[0])
    gone = ApplicationWithdrawn(status=ApplicationStatus.WITHDRAWN, ending=Ending(code="withdrawn"))
    return UnitOfWork(transitions=(moved(loaded, gone, SWEEP, line.clock.now()),))


def test_waitlist_program_that_is_paused_ends_every_place_and_offers_nobody_a_seat(line: Line) -> None:
    line.join(FIRST)
    line.join(SECOND)
    program = line.store.load("PROGRAM", PROGRAM)
    line.store.states[("PROGRAM", PROGRAM)] = type(program)(
        "PROGRAM", PROGRAM, {**program.state, "status": "PAUSED"}, program.version, program.head
    )
    line.run_sweep(minutes=30)
    assert [(line.entry(who), line.application(who[0]).waitlist.code) for who in (FIRST, SECOND)] == [
        (W.LAPSED, "closed")
    ] * 2
    assert (line.line(), line.marks(), line.taken()) == ([], {}, {0})
    assert set(line.due("offer")) >= {FIRST[0], SECOND[0]}


def test_waitlist_holds_no_seat_for_somebody_who_was_erased(line: Line) -> None:
    line.join(FIRST)
    stored_account(line.store, FIRST[1], status="ERASED")
    line.run_sweep(minutes=30)
    assert (line.entry(FIRST), line.application(FIRST[0]).waitlist.code, line.taken()) == (W.LAPSED, "erased", {0})


# --- leaving ----------------------------------------------------------------------------------------------------------
def test_waitlist_leaving_gives_the_place_up_and_coming_back_means_the_end_of_the_line(line: Line) -> None:
    line.join(FIRST)
    line.join(SECOND)
    line.leave(FIRST)
    line.leave(FIRST)
    assert (line.entry(FIRST), line.line()) == (W.LEFT, [SECOND[0]])
    assert line.join(FIRST) == Standing(2, 2)
    line.check()


def test_waitlist_leaving_with_an_offer_gives_the_seat_to_the_next(line: Line) -> None:
    line.offered()
    line.leave(FIRST)
    assert (line.entry(FIRST), line.application(FIRST[0]).waitlist.code) == (W.LEFT, "left")
    with pytest.raises(WaitlistFirst):
        line.take(WALKER)
    line.run_sweep()
    assert line.entry(SECOND) is W.OFFERED
    assert line.payments.sessions.keys() == {"cs_1"}  # of the first holder: nobody opened a payment page for an offer
    line.check()


def test_waitlist_is_left_by_its_own_trainee_only(line: Line) -> None:
    line.join(FIRST)
    with pytest.raises(NotFound):
        line.leave((FIRST[0], WALKER[1]))
    with pytest.raises(NotAllowedNow):
        line.leave(WALKER)
    assert line.entry(FIRST) is W.WAITING


# --- crashes, and many lines ------------------------------------------------------------------------------------------
def test_waitlist_killed_between_release_and_offer_the_next_sweep_offers_and_nobody_else_got_it(line: Line) -> None:
    line.join(FIRST)
    line.reserve.cancel(by("trainee", HOLDER[1]), line.hold.reserved.id)
    line.store.fail_after_commit()
    line.run_sweep()
    with pytest.raises((SoldOut, WaitlistFirst)):
        line.take(WALKER)
    line.run_sweep(minutes=1)
    assert line.entry(FIRST) is W.OFFERED
    assert line.due("hold") == [line.application(FIRST[0]).live_reservation_id]
    line.check()


def test_waitlist_lines_of_many_programs_are_all_looked_at() -> None:
    line = Line()
    due = (Due("waitlist", START, "system"),)
    for id in (f"program-{number}" for number in range(150)):
        line.store.commit(UnitOfWork(transitions=(step("WAITLIST", id, {"id": id, "program_id": id}, due=due),)))
    line.join(FIRST)
    assert line.run_sweep(minutes=30).done["waitlist: 1 offered"] == 1
