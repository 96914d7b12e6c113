"""Signing, holding a seat, going to pay, cancelling: what a trainee may do, and every refusal that changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from shared.domain.core.errors import (
    Busy,
    Expired,
    Invalid,
    NotAllowedNow,
    NotFound,
    OverlappingRotation,
    PaymentUnavailable,
    RotaError,
    SoldOut,
    TermsNotSigned,
    WrongRole,
)
from shared.domain.core.instants import parse
from shared.domain.programs.program import ProgramStatus
from shared.domain.reservations import terms
from shared.domain.reservations.reservation import Choice, ReservationStatus
from shared.services.reservations.queries import Stage
from tests.builders import START, TRAINEE, WEEKS, submitted
from tests.builders import signed as signed_terms
from tests.unit.services.reservations.reservation_scene import NAME, SIGNATURE, Scene, Signature, by

TRAINEE_CALL = by("trainee")


@pytest.fixture
def scene() -> Scene:
    made = Scene()
    made.apply()
    return made


def unsigned() -> Scene:
    fresh = Scene()
    fresh.apply(terms=None)
    return fresh


def refused(scene: Scene, kind: type[RotaError], act: Callable[[], object]) -> RotaError:
    """The refusal of `act`, which changed nothing and says what to do."""
    commits = scene.store.commits
    with pytest.raises(kind) as caught:
        act()
    assert type(caught.value) is kind
    assert scene.store.commits == commits
    assert caught.value.detail
    assert caught.value.remedy
    scene.check()
    return caught.value


# --- terms ------------------------------------------------------------------------------------------------------------
def test_T24_signing_keeps_version_and_time_in_the_row_and_the_name_in_an_erasable_item() -> None:
    scene = unsigned()
    signed = scene.reserve.sign(TRAINEE_CALL, "application-1", terms.CURRENT, SIGNATURE)
    assert (signed.terms.version, signed.terms.signed_at) == (terms.CURRENT, START)
    assert signed.terms.signature_ref is not None
    text = scene.store.text(signed.terms.signature_ref)
    assert text is not None
    assert (text["typed_name"], text["address"], text["terms_sha256"]) == (NAME, "192.0.2.1", terms.get().sha256)
    assert NAME not in str(scene.store.history("APPLICATION", "application-1"))


def test_T24_signing_twice_changes_nothing_more() -> None:
    scene = unsigned()
    first = scene.reserve.sign(TRAINEE_CALL, "application-1", terms.CURRENT, SIGNATURE)
    commits = scene.store.commits
    assert scene.reserve.sign(TRAINEE_CALL, "application-1", terms.CURRENT, SIGNATURE) == first
    assert scene.store.commits == commits


def test_T24_name_is_compared_without_case_and_spaces() -> None:
    scene = unsigned()
    typed = Signature("  amara   OKAFOR ", "192.0.2.1", "")
    assert scene.reserve.sign(TRAINEE_CALL, "application-1", terms.CURRENT, typed).terms.version == terms.CURRENT


def test_T24_a_phones_apostrophe_signs_a_name_with_a_straight_one() -> None:
    scene = unsigned()
    scene.people.save_person(replace(scene.people.person(TRAINEE), name="Nora O'Brien"))
    typed = Signature("Nora O\u2019Brien", "192.0.2.1", "")
    assert scene.reserve.sign(TRAINEE_CALL, "application-1", terms.CURRENT, typed).terms.version == terms.CURRENT


def test_T24_another_name_or_an_old_version_is_refused_at_its_field() -> None:
    scene = unsigned()
    other = Signature("Somebody Else", "192.0.2.1", "")
    foreign = refused(scene, Invalid, lambda: scene.reserve.sign(TRAINEE_CALL, "application-1", terms.CURRENT, other))
    assert foreign.facts["field"] == "typed_name"
    old = refused(scene, Invalid, lambda: scene.reserve.sign(TRAINEE_CALL, "application-1", "2019-01", SIGNATURE))
    assert old.facts["field"] == "terms_version"


def test_T24_checkout_without_the_current_signature_is_refused() -> None:
    scene = unsigned()
    refused(scene, TermsNotSigned, scene.checkout)
    outdated = Scene()
    outdated.apply(terms=signed_terms("2019-01"))
    refused(outdated, TermsNotSigned, outdated.checkout)


# --- holding ----------------------------------------------------------------------------------------------------------
def test_T25_deposit_holds_the_seat_and_asks_for_699_dollars(scene: Scene) -> None:
    link = scene.checkout()
    held, request = link.reserved, next(iter(scene.payments.requests.values()))
    assert (held.status, held.charge_cents, held.balance_cents, held.week_list) == (
        ReservationStatus.HELD,
        69900,
        145000,
        WEEKS,
    )
    assert held.balance_due_at == parse("2027-01-16T05:59:59Z")
    assert (held.held_until - START, held.session_expires_at - START) == (timedelta(minutes=30), timedelta(minutes=35))
    assert (request.amount_cents, request.expires_at) == (69900, held.session_expires_at)
    assert scene.taken() == {1}
    assert scene.reservation(held.id).checkout_session_id == scene.payments.session_of(held.id).id
    assert (scene.due("hold"), scene.due("offer")) == ([held.id], [])
    scene.check()


def test_payment_page_names_the_days_so_that_nobody_can_swap_day_and_month(scene: Scene) -> None:
    scene.checkout()
    (request,) = scene.payments.requests.values()
    assert request.description == "Deposit: Inpatient Cardiology, Mon 1 March 2027 to Sun 28 March 2027"


def test_T26_full_fee_leaves_nothing_due(scene: Scene) -> None:
    held = scene.checkout(Choice.FULL).reserved
    assert (held.charge_cents, held.balance_cents, held.balance_due_at, held.late_fee_from) == (214900, 0, None, None)


def test_T26_inside_45_days_only_the_full_fee_is_possible() -> None:
    scene = Scene()
    scene.apply(start=date(2027, 1, 4))
    scene.store.open_seats(scene.program.id, {f"2027-W{week:02d}": 1 for week in range(1, 5)})
    assert refused(scene, Invalid, scene.checkout).facts["field"] == "choice"
    assert scene.checkout(Choice.FULL).reserved.charge_cents == 214900


def test_T25_price_is_the_one_shown_at_submission_although_the_program_became_dearer() -> None:
    scene = Scene(price_4w_cents=400000)
    scene.apply(submitted=submitted(total_cents=214900))
    assert scene.checkout(Choice.FULL).reserved.charge_cents == 214900


def test_T27_repeated_checkout_is_the_same_hold_and_the_same_payment_page(scene: Scene) -> None:
    first, commits = scene.checkout(), scene.store.commits
    assert scene.checkout().url == first.url
    assert (scene.store.commits, len(scene.payments.sessions), scene.application().holds_used) == (commits, 1, 1)


def test_T27_last_seat_goes_to_the_first_and_the_second_is_told_sold_out(scene: Scene) -> None:
    scene.apply("application-2", "trainee-2")
    scene.checkout()
    sold = refused(scene, SoldOut, lambda: scene.checkout(id="application-2", trainee="trainee-2"))
    assert sold.facts["weeks"] == list(WEEKS)
    assert len(scene.payments.sessions) == 1


def test_T27_one_full_week_among_four_refuses_all_of_them(scene: Scene) -> None:
    scene.apply("application-2", "trainee-2", start=date(2027, 3, 22))
    scene.store.open_seats(scene.program.id, {"2027-W13": 1, "2027-W14": 1, "2027-W15": 1})
    scene.checkout()
    assert refused(scene, SoldOut, lambda: scene.checkout(id="application-2", trainee="trainee-2")).facts["weeks"] == [
        "2027-W12"
    ]


def test_second_overlapping_rotation_of_one_trainee_is_refused() -> None:
    scene = Scene(seats=5)
    scene.apply()
    scene.apply("application-2", start=date(2027, 3, 22))
    scene.store.open_seats(scene.program.id, {"2027-W13": 5, "2027-W14": 5, "2027-W15": 5})
    scene.checkout()
    assert refused(scene, OverlappingRotation, lambda: scene.checkout(id="application-2")).facts["weeks"] == [
        "2027-W12"
    ]


@pytest.mark.parametrize("status", [ProgramStatus.PAUSED, ProgramStatus.RETIRED, ProgramStatus.BUILDING])
def test_H10_program_that_is_not_live_takes_no_reservation(status: ProgramStatus) -> None:
    scene = Scene(status=status)
    scene.apply()
    assert refused(scene, NotAllowedNow, scene.checkout).facts["program_status"] == status


def test_H17_start_in_the_past_or_beyond_two_years_is_refused() -> None:
    for start in (date(2026, 11, 16), date(2028, 11, 27)):
        scene = Scene()
        scene.apply(start=start)
        assert refused(scene, Invalid, lambda scene=scene: scene.checkout(Choice.FULL)).facts["field"] == "start"  # type: ignore[misc]


def test_offer_can_be_used_until_the_second_before_it_is_over(scene: Scene) -> None:
    scene.clock.move(timedelta(days=7, seconds=-1))
    assert scene.checkout().reserved.status is ReservationStatus.HELD


def test_offer_is_over_at_its_boundary_second(scene: Scene) -> None:
    scene.clock.move(timedelta(days=7))
    refused(scene, Expired, scene.checkout)


def test_application_that_is_not_approved_is_refused() -> None:
    scene = Scene()
    scene.apply(status="SUBMITTED")
    refused(scene, NotAllowedNow, scene.checkout)


def test_somebody_elses_application_and_reservation_are_not_found(scene: Scene) -> None:
    held = scene.checkout().reserved
    stranger = by("trainee", "trainee-9")
    refused(scene, NotFound, lambda: scene.reserve.checkout(stranger, "application-1", Choice.DEPOSIT))
    refused(scene, NotFound, lambda: scene.reserve.sign(stranger, "application-1", terms.CURRENT, SIGNATURE))
    refused(scene, NotFound, lambda: scene.reserve.cancel(stranger, held.id))
    refused(scene, NotFound, lambda: scene.reservation_queries.hub(stranger, held.id))
    refused(scene, NotFound, lambda: scene.reservation_queries.offer(stranger, "application-1"))


def test_T27_coordinator_holds_for_the_trainee_through_the_same_gate(scene: Scene) -> None:
    link = scene.reserve.checkout(by("coordinator", "coordinator-1"), "application-1", Choice.DEPOSIT)
    assert link.reserved.trainee_id == TRAINEE
    assert scene.checkout().url == link.url
    scene.check()


def test_T27_a_coordinator_holds_no_seat_for_themselves(scene: Scene) -> None:
    refused(
        scene, WrongRole, lambda: scene.reserve.checkout(by("coordinator", TRAINEE), "application-1", Choice.DEPOSIT)
    )


def test_fourth_hold_of_an_offer_is_refused(scene: Scene) -> None:
    for number in range(3):
        held = scene.checkout().reserved
        assert scene.reservation_queries.offer(TRAINEE_CALL, "application-1").holds_left == 2 - number
        scene.reserve.cancel(TRAINEE_CALL, held.id)
    assert refused(scene, NotAllowedNow, scene.checkout).facts["holds_used"] == 3
    assert scene.reservation_queries.offer(TRAINEE_CALL, "application-1").stage is Stage.NO_HOLDS_LEFT
    by_staff = scene.reserve.checkout(by("coordinator", "coordinator-1"), "application-1", Choice.DEPOSIT)
    assert by_staff.reserved.status is ReservationStatus.HELD


def test_other_choice_during_a_live_hold_is_refused_with_the_hold_named(scene: Scene) -> None:
    held = scene.checkout().reserved
    assert refused(scene, NotAllowedNow, lambda: scene.checkout(Choice.FULL)).facts["reservation_id"] == held.id


# --- Stripe does not answer -------------------------------------------------------------------------------------------
def test_silent_stripe_keeps_the_seat_held_and_the_next_try_opens_the_page(scene: Scene) -> None:
    scene.payments.unavailable_before()
    with pytest.raises(PaymentUnavailable) as caught:
        scene.checkout()
    assert caught.value.facts["reservation_id"] == scene.application().live_reservation_id
    assert scene.taken() == {1}
    assert scene.checkout().reserved.id == caught.value.facts["reservation_id"]
    scene.check()


def test_answer_lost_after_the_session_was_made_finds_the_same_session(scene: Scene) -> None:
    scene.payments.unavailable_after()
    with pytest.raises(PaymentUnavailable):
        scene.checkout()
    scene.checkout()
    assert len(scene.payments.sessions) == 1


def test_session_that_stripe_refuses_for_good_gives_the_seat_back_at_once(scene: Scene) -> None:
    scene.payments.refuse()
    with pytest.raises(PaymentUnavailable):
        scene.checkout()
    assert scene.taken() == {0}
    assert scene.application().live_reservation_id is None
    assert scene.reservations()[0].release_code == "not_opened"
    scene.check()


@pytest.mark.parametrize("commit", [1, 2])
def test_commit_whose_answer_was_lost_is_found_by_the_next_call(scene: Scene, commit: int) -> None:
    if commit == 2:
        scene.payments.unavailable_before()
        with pytest.raises(PaymentUnavailable):
            scene.checkout()
    scene.store.fail_after_commit()
    with pytest.raises(Busy):
        scene.checkout()
    assert scene.checkout().reserved.status is ReservationStatus.HELD
    assert (len(scene.reservations()), scene.taken(), len(scene.payments.sessions)) == (1, {1}, 1)
    scene.check()


def test_lost_races_are_decided_again(scene: Scene) -> None:
    scene.store.conflict(3)
    assert scene.checkout().reserved.status is ReservationStatus.HELD


# --- cancelling before payment ----------------------------------------------------------------------------------------
def test_cancelled_hold_gives_every_week_back_and_the_offer_waits_again(scene: Scene) -> None:
    held = scene.checkout().reserved
    assert scene.reserve.cancel(TRAINEE_CALL, held.id) == held.application_id
    cancelled = scene.reserve.reservation(TRAINEE_CALL, held.id)
    assert (cancelled.status, cancelled.release_code, scene.taken()) == (ReservationStatus.RELEASED, "cancelled", {0})
    assert scene.payments.sessions[str(cancelled.checkout_session_id)].status == "expired"
    assert (scene.due("hold"), scene.due("offer")) == ([], ["application-1"])
    assert scene.reserve.cancel(TRAINEE_CALL, held.id) == held.application_id
    assert scene.reserve.reservation(TRAINEE_CALL, held.id) == cancelled
    scene.check()


def test_cancelling_after_payment_settles_it_and_says_so(scene: Scene) -> None:
    link = scene.checkout()
    scene.pay(link)
    with pytest.raises(NotAllowedNow, match="arrived a moment before"):
        scene.reserve.cancel(TRAINEE_CALL, link.reserved.id)
    assert scene.reservation(link.reserved.id).status is ReservationStatus.RESERVED
    refused(scene, NotAllowedNow, lambda: scene.reserve.cancel(TRAINEE_CALL, link.reserved.id))


def test_cancelling_while_stripe_is_silent_keeps_the_hold(scene: Scene) -> None:
    held = scene.checkout().reserved
    scene.payments.unavailable_before()
    refused(scene, PaymentUnavailable, lambda: scene.reserve.cancel(TRAINEE_CALL, held.id))
    assert scene.reservation(held.id).status is ReservationStatus.HELD


def test_hold_that_ran_out_is_not_continued(scene: Scene) -> None:
    scene.checkout()
    scene.clock.move(timedelta(minutes=30, seconds=-1))
    scene.checkout()
    scene.clock.move(timedelta(seconds=1))
    refused(scene, Expired, scene.checkout)
