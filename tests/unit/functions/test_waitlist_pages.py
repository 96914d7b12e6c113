"""The waitlist on the reserve page and the hub: how to join, the place in line, the seat that is held, and what became
of it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.builders import PROGRAM, START, WEEKS
from tests.unit.functions.test_reservations_room import OFFER, Desk, good_page
from tests.unit.services.reservations.reservation_scene import by

HOLDERS = ("trainee-7", "trainee-8")


class Full(Desk):
    """Both seats are held by others; our trainee reads in Cairo."""

    def __init__(self, **application: object) -> None:
        super().__init__(**application)
        self.world.wiring.waitlist = self.scene.waitlist
        for trainee in HOLDERS:
            self.scene.apply(f"of-{trainee}", trainee)
        self.links = [self.scene.checkout(id=f"of-{trainee}", trainee=trainee) for trainee in HOLDERS]

    def lapse(self) -> None:
        """One of the two seats comes back and is offered."""
        self.scene.reserve.cancel(by("trainee", HOLDERS[0]), self.links[0].reserved.id)
        self.scene.run_sweep()

    def mine(self) -> str:
        return str(self.scene.application().live_reservation_id)


@pytest.fixture
def desk() -> Full:
    return Full()


def test_waitlist_full_weeks_show_how_to_wait_and_joining_leads_back_to_the_place_in_line(desk: Full) -> None:
    html = good_page(desk.page.get(OFFER))
    assert f'action="{OFFER}/waitlist"' in html
    assert "Approved: every seat is taken" in html
    assert '<details class="card"><summary>Clinical terms' in html, "what to do is not at the end of a long text"
    assert "/checkout" not in html
    joined = desk.page.post(f"{OFFER}/waitlist")
    assert (joined.status, joined.location) == (303, OFFER)
    html = good_page(desk.page.get(OFFER))
    assert "Your place in line: 1 of 1" in html
    assert "when Mon 1 March 2027 begins at the site" in html
    assert "/checkout" not in html
    found = desk.api.get(OFFER).json
    assert (found["stage"], found["waitlist"]["status"], found["waitlist"]["place"]) == ("waiting", "WAITING", 1)


def test_waitlist_is_not_offered_while_a_seat_is_free_and_a_forged_post_is_refused() -> None:
    desk = Desk()
    desk.world.wiring.waitlist = desk.scene.waitlist
    assert "/waitlist" not in good_page(desk.page.get(OFFER))
    html = good_page(desk.page.post(f"{OFFER}/waitlist"), 409)
    assert "There is a seat in every one of your weeks." in html
    assert "Reserve it now" in html


def test_waitlist_walking_up_while_others_wait_is_refused_with_what_to_do(desk: Full) -> None:
    desk.scene.apply("of-other", "trainee-9")
    desk.scene.waitlist.join(by("trainee", "trainee-9"), "of-other")
    desk.scene.reserve.cancel(by("trainee", HOLDERS[0]), desk.links[0].reserved.id)
    refused = desk.api.post(f"{OFFER}/checkout", {"choice": "deposit"})
    assert (refused.status, refused.json["type"], refused.json["weeks"]) == (
        409,
        "/problems/waitlist-first",
        list(WEEKS),
    )
    html = good_page(desk.page.post(f"{OFFER}/checkout", {"choice": "deposit"}), 409)
    assert "others were waiting for it" in html
    assert "Join the waitlist" in html


def test_waitlist_held_seat_shows_until_when_in_both_zones_how_to_pay_and_how_to_give_it_back(desk: Full) -> None:
    desk.page.post(f"{OFFER}/waitlist")
    desk.lapse()
    html = good_page(desk.page.get(OFFER))
    assert "Wed 25 Nov 2026, 09:00 Chicago" in html
    assert "17:00 for you in Cairo" in html
    assert f'action="{OFFER}/checkout"' in html
    assert f'action="/reservations/{desk.mine()}/cancel"' in html
    hub = good_page(desk.page.get(f"/reservations/{desk.mine()}"))
    assert "otherwise the seat goes to the next in line" in hub
    found = desk.api.get(OFFER).json
    assert (found["stage"], found["offered"]["paying"], found["can_wait"]) == ("pay", False, False)


def test_T24_waitlist_held_seat_of_who_has_not_signed_shows_the_terms_first() -> None:
    desk = Full(terms=None)
    desk.page.post(f"{OFFER}/waitlist")
    desk.lapse()
    html = good_page(desk.page.get(OFFER))
    assert "You need to sign the terms and pay by then." in html
    assert 'name="typed_name"' in html


def test_waitlist_held_seat_is_paid_from_its_page_and_the_payment_page_says_so(desk: Full) -> None:
    desk.page.post(f"{OFFER}/waitlist")
    desk.lapse()
    begun = desk.page.post(f"{OFFER}/checkout", {"choice": "full"})
    assert begun.location.startswith("https://pay.example/")
    html = good_page(desk.page.get(f"/reservations/{desk.mine()}"))
    assert "Continue to payment: $2,149.00" in html
    assert "the next in line gets it" in html
    desk.scene.clock.move(timedelta(minutes=35))
    assert "This payment page has ended" in good_page(desk.page.get(f"/reservations/{desk.mine()}"))


def test_waitlist_seat_whose_48_hours_are_over_says_so_and_afterwards_what_became_of_it(desk: Full) -> None:
    desk.page.post(f"{OFFER}/waitlist")
    desk.lapse()
    desk.scene.clock.move(timedelta(hours=48))
    assert "it goes to the next in line within two minutes" in good_page(desk.page.get(OFFER))
    desk.scene.run_sweep()
    html = good_page(desk.page.get(OFFER))
    assert "was not paid in time, so it is not held any more" in html
    assert desk.api.get(OFFER).json["waitlist"]["code"] == "expired"


def test_waitlist_leaving_leads_back_to_the_offer_with_the_time_that_was_left(desk: Full) -> None:
    desk.page.post(f"{OFFER}/waitlist")
    desk.scene.run_sweep(minutes=20)
    left = desk.page.post(f"{OFFER}/waitlist/leave")
    assert (left.status, left.location) == (303, OFFER)
    assert "You left the waitlist." in good_page(desk.page.get(OFFER))
    assert desk.scene.application().offer.expires_at == START + timedelta(days=7, minutes=20)


@pytest.mark.parametrize("who", ["coordinator-1", "trainee-9"])
def test_waitlist_is_the_trainees_own(desk: Full, who: str) -> None:
    for path in (f"{OFFER}/waitlist", f"{OFFER}/waitlist/leave"):
        assert desk.world.api(who).post(path).status == (403 if who == "coordinator-1" else 404)
    assert ("WAITLIST", PROGRAM) not in desk.scene.store.states
