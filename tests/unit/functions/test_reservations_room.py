"""The reservations room over HTTP: JSON and pages of every state, refusals, and whose is whose."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from lxml.html import fromstring

from functions.reservations.handler import room
from shared.domain.applications.values import Offer
from shared.domain.reservations import terms
from shared.domain.reservations.reservation import ReservationStatus
from tests.builders import PROGRAM, START, TRAINEE, WEEKS
from tests.rooms import PUBLIC_URL, Answer, World
from tests.unit.pages.page_markup import problems
from tests.unit.services.reservations.reservation_scene import NAME, SWEEP, WEBHOOK, Scene

OFFER = "/reservations/for/application-1"


class Desk:
    """A world whose reservations room works on a scene's services; the store of both is one."""

    def __init__(self, **application: Any) -> None:
        self.scene = Scene(seats=2)
        self.world = World(room, **self.scene.parts())
        scene, world = self.scene, self.world
        world.settings.form_origins = "https://checkout.stripe.com"
        scene.apply(**application)
        for id, roles in (
            (TRAINEE, ("trainee",)),
            ("trainee-9", ("trainee",)),
            ("coordinator-1", ("coordinator",)),
            ("finance-1", ("finance",)),
        ):
            world.person(id, roles)
        self.page = world.browser(TRAINEE)
        self.api = world.api(TRAINEE)

    def held(self) -> str:
        return str(self.api.post(f"{OFFER}/checkout", {"choice": "deposit"}).json["reservation_id"])

    def reserved(self) -> str:
        id = self.held()
        self.scene.settlement.settle(self.scene.payments.pay(self.scene.payments.session_of(id).id), WEBHOOK)
        return id


@pytest.fixture
def desk() -> Desk:
    return Desk()


def good_page(answer: Answer, status: int = 200) -> str:
    assert answer.status == status, answer.body[-800:]
    assert answer.headers["Content-Type"].startswith("text/html")
    assert problems(answer.body) == []
    return " ".join(answer.body.split())


# --- the offer --------------------------------------------------------------------------------------------------------
def test_T24_unsigned_offer_shows_the_terms_the_clock_and_no_way_to_pay() -> None:
    desk = Desk(terms=None)
    html = good_page(desk.page.get(OFFER))
    assert "Mon 30 Nov 2026, 09:00 Chicago" in html
    assert "17:00 for you in Cairo" in html
    assert "You need to sign the terms and pay by then" in html
    assert all(section.heading in html for section in terms.get().sections)
    assert 'name="typed_name"' in html
    assert "/checkout" not in html
    assert desk.api.get(OFFER).json["stage"] == "sign"


def test_T24_signing_in_a_form_leads_back_to_the_offer_and_a_wrong_name_comes_back_typed() -> None:
    desk = Desk(terms=None)
    html = good_page(desk.page.post(f"{OFFER}/terms", {"terms_version": terms.CURRENT, "typed_name": "Nobody"}), 422)
    assert f"Type it as it stands there: {NAME}" in html
    assert 'value="Nobody"' in html
    signed = desk.page.post(f"{OFFER}/terms", {"terms_version": terms.CURRENT, "typed_name": NAME})
    assert (signed.status, signed.location) == (303, f"{OFFER}#pay")
    text = desk.scene.store.texts[f"{TRAINEE}/terms-application-1-{terms.CURRENT}"]
    assert text["address"] == "192.0.2.1"


def test_T25_T26_signed_offer_offers_deposit_and_full_fee_with_the_exact_balance_day(desk: Desk) -> None:
    html = good_page(desk.page.get(OFFER))
    for said in (
        "$699.00 deposit now",
        "$1,450.00 by the end of Fri 15 January 2027",
        "$2,149.00 in full now",
        "From Sat 16 January 2027",
    ):
        assert said in html
    assert "$0.00 of $699.00 comes back; $699.00 if your visa is denied" in html
    assert "2 seats are free in all of your weeks" in html
    found = desk.api.get(OFFER).json
    assert [(c["choice"], c["now_cents"], c["later_cents"], c["later_on"]) for c in found["choices"]] == [
        ("deposit", 69900, 145000, "2027-01-15"),
        ("full", 214900, 0, None),
    ]
    assert sum(line["cents"] for line in found["quote"]["lines"]) == found["quote"]["total_cents"]


def test_T22_T23_checkout_says_what_the_fee_covers_and_what_not(desk: Desk) -> None:
    html = good_page(desk.page.get(OFFER))
    assert "document processing" in html
    assert "transportation and airfare" in html


@pytest.mark.parametrize(
    ("changes", "stage", "said"),
    [
        ({"status": "SUBMITTED"}, "not_approved", "There is nothing to reserve yet."),
        ({"status": "WITHDRAWN"}, "ended", "This application has ended."),
        ({"offer": Offer(expires_at=START)}, "over", "The time to reserve has run out."),
        ({"holds_used": 3}, "no_holds_left", "The seat was held 3 times without payment."),
        ({"status": "DRAFT", "submitted": None, "start": None}, "not_approved", "You need to do nothing"),
    ],
)
def test_offer_that_cannot_be_reserved_says_why_and_what_to_do(changes: dict[str, Any], stage: str, said: str) -> None:
    desk = Desk(**changes)
    assert said in good_page(desk.page.get(OFFER))
    assert desk.api.get(OFFER).json["stage"] == stage


def test_offer_without_a_free_seat_says_so(desk: Desk) -> None:
    desk.scene.store.open_seats(PROGRAM, {WEEKS[2]: 0})
    assert "No seat is free in all of these weeks" in good_page(desk.page.get(OFFER))


# --- checkout ---------------------------------------------------------------------------------------------------------
def test_checkout_sends_a_browser_to_stripe_and_a_program_gets_the_address(desk: Desk) -> None:
    gone = desk.page.post(f"{OFFER}/checkout", {"choice": "deposit", "idempotency_key": "k-2"})
    assert (gone.status, gone.location) == (303, "https://pay.example/cs_1")
    assert "https://checkout.stripe.com" in gone.headers["Content-Security-Policy"]
    again = desk.api.post(f"{OFFER}/checkout", {"choice": "deposit"}).json
    assert (again["checkout_url"], again["held_until"]) == (gone.location, "2026-11-23T15:30:00Z")


def test_T27_sold_out_comes_back_on_the_offer_page_with_what_to_do(desk: Desk) -> None:
    desk.scene.store.open_seats(PROGRAM, dict.fromkeys(WEEKS, 0))
    html = good_page(desk.page.post(f"{OFFER}/checkout", {"choice": "deposit"}), 409)
    assert "The last seat was taken a moment ago." in html
    refused = desk.api.post(f"{OFFER}/checkout", {"choice": "deposit"})
    assert (refused.status, refused.json["type"], refused.json["weeks"]) == (409, "/problems/sold-out", list(WEEKS))


def test_silent_stripe_answers_503_and_shows_the_held_seat(desk: Desk) -> None:
    desk.scene.payments.unavailable_before()
    html = good_page(desk.page.post(f"{OFFER}/checkout", {"choice": "deposit"}), 503)
    assert "Your seat is held all the same." in html
    assert "Continue to payment: $699.00" in html


@pytest.mark.parametrize("body", [{}, {"choice": "half"}, {"choice": "deposit", "price": 1}])
def test_checkout_with_unknown_or_missing_fields_is_refused(desk: Desk, body: dict[str, Any]) -> None:
    commits = desk.scene.store.commits
    refused = desk.api.post(f"{OFFER}/checkout", body)
    assert (refused.status, refused.json["type"]) == (422, "/problems/invalid-input")
    assert desk.scene.store.commits == commits


def test_held_offer_shows_the_hold_and_both_ways_out(desk: Desk) -> None:
    id = desk.held()
    for path in (OFFER, f"/reservations/{id}", f"/reservations/{id}/left"):
        html = good_page(desk.page.get(path))
        assert "You need to pay $699.00 by then" in html
        assert f'action="/reservations/{id}/cancel"' in html
    desk.scene.clock.move(timedelta(minutes=30))
    over = good_page(desk.page.get(OFFER))
    assert "we ask Stripe whether you have paid" in over
    assert "/checkout" not in over


def test_cancelled_hold_leads_back_to_the_offer(desk: Desk) -> None:
    id = desk.held()
    gone = desk.page.post(f"/reservations/{id}/cancel")
    assert (gone.status, gone.location) == (303, OFFER)
    assert "You cancelled the checkout" in good_page(desk.page.get(f"/reservations/{id}"))
    assert "This checkout is over" in good_page(desk.page.get(f"/reservations/{id}/left"))
    assert "The seat had been given back" in good_page(desk.page.get(f"/reservations/{id}/paid"))


def test_cancelling_a_paid_seat_comes_back_with_the_reason(desk: Desk) -> None:
    html = good_page(desk.page.post(f"/reservations/{desk.reserved()}/cancel"), 409)
    assert "it can no longer be cancelled as a checkout" in html


# --- the hub ----------------------------------------------------------------------------------------------------------
def test_reserved_hub_shows_the_receipt_the_weeks_and_the_money(desk: Desk) -> None:
    id = desk.reserved()
    html = good_page(desk.page.get(f"/reservations/{id}"))
    for said in (
        "Why this seat is yours",
        "9 of 2027",
        "1 of 2, one is yours",
        "$699.00 of $2,149.00 paid",
        "Fri 15 January 2027",
    ):
        assert said in html
    found = desk.api.get(f"/reservations/{id}").json
    assert (found["status"], found["paid_cents"], found["owed_cents"]) == ("RESERVED", 69900, 145000)
    rows = desk.scene.store.history("RESERVATION", id)
    assert [row["hash"] for row in found["receipt"]] == [row.hash for row in rows]
    assert found["money"] == [{"at": "2026-11-23T15:00:00Z", "what": "payment", "cents": 69900}]
    assert "Your seat is reserved." in good_page(desk.page.get(f"/reservations/{id}/paid"))
    assert "This seat is paid for and yours." in good_page(desk.page.get(f"/reservations/{id}/left"))
    assert f"/reservations/{id}" in good_page(desk.page.get(OFFER))


def test_paid_page_before_the_webhook_says_that_nothing_needs_doing(desk: Desk) -> None:
    id = desk.held()
    html = good_page(desk.page.get(f"/reservations/{id}/paid"))
    assert "You need to do nothing. This usually takes a few seconds" in html


def test_T28_overdue_balance_shows_at_the_second_after_its_day(desk: Desk) -> None:
    id = desk.reserved()
    due = desk.scene.reservation(id).balance_due_at
    assert due is not None
    desk.scene.clock.set(due)
    assert desk.api.get(f"/reservations/{id}").json["balance_overdue"] is False
    desk.scene.clock.move(timedelta(seconds=1))
    assert desk.api.get(f"/reservations/{id}").json["balance_overdue"] is True
    assert "The late fee of $100.00 is added once" in good_page(desk.page.get(f"/reservations/{id}"))


@pytest.mark.parametrize("status", [ReservationStatus.REFUND_DUE, ReservationStatus.REFUNDED])
def test_refund_is_said_to_the_cent(desk: Desk, status: ReservationStatus) -> None:
    id = desk.held()
    session = desk.scene.payments.pay(desk.scene.payments.session_of(id).id)
    if status is ReservationStatus.REFUND_DUE:
        desk.scene.payments.unavailable_before()
    short = type(session)(**{**session.__dict__, "amount_cents": 69899})
    desk.scene.settlement.settle(short, WEBHOOK)
    assert desk.scene.reservation(id).status is status
    assert "$698.99" in good_page(desk.page.get(f"/reservations/{id}"))


def test_full_payment_leaves_nothing_to_do(desk: Desk) -> None:
    id = str(desk.api.post(f"{OFFER}/checkout", {"choice": "full"}).json["reservation_id"])
    desk.scene.settlement.settle(desk.scene.payments.pay(desk.scene.payments.session_of(id).id), WEBHOOK)
    assert "You need to do nothing: everything is paid." in good_page(desk.page.get(f"/reservations/{id}"))


# --- the coach --------------------------------------------------------------------------------------------------------
def test_T30_coach_is_named_on_the_rotations_pages_once_matched(desk: Desk) -> None:
    id = desk.reserved()
    assert "your coach is being matched" in good_page(desk.page.get(f"/reservations/{id}"))
    desk.scene.coach()
    desk.scene.coaching.match(id, WEBHOOK)
    for path in (f"/reservations/{id}", f"/reservations/{id}/paid"):
        html = good_page(desk.page.get(path))
        assert "Maya Lindenholm" in html
        assert "mailto:coach-1@example.org" in html
    assert "Maya Lindenholm" in good_page(desk.page.get(OFFER)), "the offer that became a reservation"
    assert desk.api.get(f"/reservations/{id}").json["coach"] == {
        "name": "Maya Lindenholm",
        "email": "coach-1@example.org",
    }
    desk.scene.people.erase("coach-1")
    assert desk.api.get(f"/reservations/{id}").json["coach"] is None


def test_T30_held_seat_has_no_coach_yet(desk: Desk) -> None:
    assert "Your coach" not in good_page(desk.page.get(f"/reservations/{desk.held()}"))


# --- the calendar -----------------------------------------------------------------------------------------------------
def test_calendar_address_is_made_read_without_an_account_and_taken_back(desk: Desk) -> None:
    id = desk.reserved()
    hub = f"/reservations/{id}"
    assert "Make a calendar address" in good_page(desk.page.get(hub))
    made = desk.page.post(f"{hub}/calendar")
    assert (made.status, made.location) == (303, f"{hub}#calendar")
    path = desk.api.get(hub).json["calendar_path"]
    (address,) = fromstring(good_page(desk.page.get(hub))).xpath("//input[@id='f-calendar_address'][@readonly]")
    assert address.get("value") == PUBLIC_URL + path
    for reader in (desk.world.api(), desk.world.browser()):
        feed = reader.get(path)
        assert (feed.status, feed.headers["Content-Type"]) == (200, "text/calendar; charset=utf-8")
        assert feed.body.startswith("BEGIN:VCALENDAR\r\n")
        assert feed.headers["Cache-Control"] == "private, no-cache"
    assert desk.page.post(f"{hub}/calendar/close").status == 303
    assert desk.world.api().get(path).status == 404
    assert desk.api.get(hub).json["calendar_path"] is None


def test_calendar_address_is_the_trainees_own_and_nobody_elses_to_see_or_make(desk: Desk) -> None:
    id = desk.reserved()
    desk.api.post(f"/reservations/{id}/calendar")
    staff = desk.world.api("coordinator-1")
    assert staff.get(f"/reservations/{id}").json["calendar_path"] is None
    assert 'id="calendar"' not in good_page(desk.world.browser("coordinator-1").get(f"/reservations/{id}"))
    for path in (f"/reservations/{id}/calendar", f"/reservations/{id}/calendar/close"):
        assert staff.post(path).status == 403
        assert desk.world.api("trainee-9").post(path).status == 404
    assert desk.api.get(f"/reservations/{id}").json["calendar_path"]


def test_calendar_before_payment_is_refused_with_what_to_do(desk: Desk) -> None:
    refused = desk.api.post(f"/reservations/{desk.held()}/calendar")
    assert (refused.status, refused.json["remedy"]) == (409, "Pay first; then make the calendar here.")


@pytest.mark.parametrize("secret", ["", "x", "none.x", ".", "a.b.c", "ü.ü", "x" * 2000])
def test_wrong_calendar_address_is_404(desk: Desk, secret: str) -> None:
    assert desk.world.api().get(f"/reservations/feed/{secret}.ics").status == 404


# --- whose is whose ---------------------------------------------------------------------------------------------------
def test_somebody_elses_offer_and_seat_are_404_everywhere(desk: Desk) -> None:
    id = desk.held()
    stranger = desk.world.api("trainee-9")
    commits = desk.scene.store.commits
    for path in (OFFER, f"/reservations/{id}", f"/reservations/{id}/paid", f"/reservations/{id}/left"):
        assert stranger.get(path).status == 404
    assert stranger.post(f"{OFFER}/checkout", {"choice": "deposit"}).status == 404
    assert stranger.post(f"{OFFER}/terms", {"terms_version": terms.CURRENT, "typed_name": NAME}).status == 404
    assert stranger.post(f"/reservations/{id}/cancel").status == 404
    assert desk.scene.store.commits == commits


def test_staff_read_a_reservation_and_only_a_coordinator_holds_for_a_trainee(desk: Desk) -> None:
    assert desk.world.api("finance-1").post(f"{OFFER}/checkout", {"choice": "deposit"}).status == 403
    held = desk.world.api("coordinator-1").post(f"{OFFER}/checkout", {"choice": "deposit"})
    assert held.status == 200
    assert (
        desk.world.api("finance-1").get(f"/reservations/{held.json['reservation_id']}").json["place"]["program_id"]
        == PROGRAM
    )
    assert desk.world.api("coordinator-1").post(f"/reservations/{held.json['reservation_id']}/cancel").status == 403


def test_nobody_signed_in_goes_to_sign_in_and_a_foreign_origin_is_refused(desk: Desk) -> None:
    away = desk.world.browser().get(OFFER)
    assert (away.status, away.location) == (303, f"/accounts/sign-in?next={OFFER}")
    assert desk.world.api().post(f"{OFFER}/checkout", {"choice": "deposit"}).status == 401
    assert desk.page.post(f"{OFFER}/checkout", {"choice": "deposit"}, origin="https://evil.example").status == 403


def test_unknown_reservation_is_404(desk: Desk) -> None:
    assert desk.api.get("/reservations/none").status == 404
    good_page(desk.page.get("/reservations/none"), 404)


def test_released_hold_after_the_sweep_says_that_nothing_was_charged(desk: Desk) -> None:
    id = desk.held()
    desk.scene.clock.move(timedelta(minutes=30))
    desk.scene.sweep.run(SWEEP)
    html = good_page(desk.page.get(f"/reservations/{id}"))
    assert "It was not paid in time" in html
    assert "Nothing was charged." in html
