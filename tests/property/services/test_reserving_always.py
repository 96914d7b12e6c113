"""Any order of people, webhooks, sweeps, faults and lost answers: no seat twice, no payment unanswered, books and seats
agree."""

from __future__ import annotations

import contextlib
import threading
from datetime import timedelta

from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from hypothesis.strategies import data, integers, sampled_from

from shared.domain.applications.values import Offer
from shared.domain.core.errors import Busy, Invalid, RotaError, SoldOut
from shared.domain.reservations.reservation import Choice, ReservationStatus
from tests.builders import START
from tests.unit.services.reservations.reservation_scene import WEBHOOK, Scene, by

PEOPLE = 4
FINAL = (ReservationStatus.RESERVED, ReservationStatus.REFUNDED)


class Reserving(RuleBasedStateMachine):
    """Four approved trainees and few seats; what Stripe holds at the end must be answered by a seat or a refund."""

    @initialize(seats=integers(1, 2))
    def open(self, seats: int) -> None:
        self.scene = Scene(seats=seats)
        for number in range(PEOPLE):
            self.scene.apply(
                f"application-{number}",
                f"trainee-{number}",
                offer=Offer(expires_at=START + timedelta(days=1, hours=number)),
            )

    @rule(who=integers(0, PEOPLE - 1), choice=sampled_from(Choice))
    def checkout(self, who: int, choice: Choice) -> None:
        with contextlib.suppress(RotaError):
            self.scene.checkout(choice, f"application-{who}", f"trainee-{who}")

    @rule(who=integers(0, PEOPLE - 1))
    def cancel(self, who: int) -> None:
        live = self.scene.application(f"application-{who}").live_reservation_id
        if live:
            with contextlib.suppress(RotaError):
                self.scene.reserve.cancel(by("trainee", f"trainee-{who}"), live)

    @rule(who=integers(0, PEOPLE - 1), stay=sampled_from([True, True, False]))
    def wait(self, who: int, stay: bool) -> None:
        """Joins the line, or leaves it."""
        change = self.scene.waitlist.join if stay else self.scene.waitlist.leave
        with contextlib.suppress(RotaError):
            change(by("trainee", f"trainee-{who}"), f"application-{who}")

    @precondition(lambda self: self.scene.payments.sessions)
    @rule(draw=data())
    def pay(self, draw: object) -> None:
        session = draw.draw(sampled_from(sorted(self.scene.payments.sessions)))  # type: ignore[attr-defined]
        with contextlib.suppress(Invalid):
            self.scene.payments.pay(session)

    @precondition(lambda self: self.scene.payments.sessions)
    @rule(draw=data())
    def webhook(self, draw: object) -> None:
        session = draw.draw(sampled_from(sorted(self.scene.payments.sessions)))  # type: ignore[attr-defined]
        with contextlib.suppress(RotaError):
            self.scene.webhook(self.scene.payments.sessions[session])

    @rule(minutes=sampled_from([0, 1, 10, 29, 30, 35, 60 * 12]))
    def time_passes(self, minutes: int) -> None:
        self.scene.run_sweep(minutes=minutes)

    @rule(fault=sampled_from(["before", "after", "refuse", "busy", "lost", "conflict"]))
    def fault(self, fault: str) -> None:
        store, payments = self.scene.store, self.scene.payments
        strike = {
            "before": payments.unavailable_before,
            "after": payments.unavailable_after,
            "refuse": payments.refuse,
            "busy": store.fail_before,
            "lost": store.fail_after_commit,
            "conflict": store.conflict,
        }
        strike[fault](1)

    @invariant()
    def books_and_seats_agree(self) -> None:
        self.scene.check()

    def teardown(self) -> None:
        """Faults end, redeliveries and sweeps go on: everything comes to rest."""
        if not hasattr(self, "scene"):
            return
        scene = self.scene
        for fault in (
            scene.payments.unavailable_before,
            scene.payments.unavailable_after,
            scene.payments.refuse,
            scene.store.fail_before,
            scene.store.fail_after_commit,
            scene.store.conflict,
        ):
            fault(0)
        for _ in range(3):
            for session in list(scene.payments.sessions.values()):
                scene.settlement.settle(session, WEBHOOK)
            scene.run_sweep(minutes=40)
        for _ in range(PEOPLE):
            scene.run_sweep(hours=49)  # what the waitlist offered is not taken, and goes on to the next
        scene.check()
        refunded = {refund.payment_intent_id: refund.cents for refund in scene.payments.refunds.values()}
        for session in scene.payments.sessions.values():
            if session.payment_status == "paid":
                status = scene.reservation(session.reservation_id).status
                assert status in FINAL
                assert refunded.get(session.payment_intent_id) == (
                    session.amount_cents if status is ReservationStatus.REFUNDED else None
                )
        assert scene.due("hold") == scene.due("refund") == []


TestReserving = Reserving.TestCase
TestReserving.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)


def test_T27_two_hundred_at_once_for_seven_seats_give_seven_holds_and_the_rest_sold_out() -> None:
    scene = Scene(seats=7)
    for number in range(200):
        scene.apply(f"application-{number}", f"trainee-{number}")
    outcomes: list[str] = []
    start = threading.Barrier(20)

    def rush(first: int) -> None:
        start.wait()
        for number in range(first, first + 10):
            try:
                role = "coordinator" if number % 5 == 0 else "trainee"
                scene.reserve.checkout(
                    by(role, "coordinator-1" if role == "coordinator" else f"trainee-{number}"),
                    f"application-{number}",
                    Choice.DEPOSIT,
                )
                outcomes.append("held")
            except SoldOut:
                outcomes.append("sold out")
            except Busy:
                outcomes.append("busy")

    threads = [threading.Thread(target=rush, args=(10 * number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (outcomes.count("held"), outcomes.count("sold out")) == (7, 193)
    scene.check()
