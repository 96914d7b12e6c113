"""The offer and its terms, the checkout, and the line for a seat (T24-T27)."""

from __future__ import annotations

from functions.reservations.models.offer import BeginCheckout, CheckoutView, ReserveView, SignTerms
from functions.reservations.room import OFFER, acting, reserver, room
from shared.runtime.http import roles
from shared.services.reservations.reserve import Signature


@room.get(OFFER, access=reserver, page="reserve.html", title="Reserve your seat")
def show_offer(application_id: str) -> ReserveView:
    """The offer: its time, the clinical terms, the bill, and what can be done now."""
    call = acting("APPLICATION", application_id, "coordinator")
    return ReserveView.of(room.wiring.reservation_queries.offer(call, application_id), room.wiring.clock)


@room.post(
    f"{OFFER}/terms",
    access=roles("trainee"),
    form=SignTerms,
    again=show_offer,
    goes_to="/reservations/for/{application_id}#pay",
)
def sign_terms(application_id: str, body: SignTerms) -> None:
    """Sign the current clinical terms (T24)."""
    signature = Signature(body.typed_name, room.request.source_ip, room.request.headers.get("user-agent", "")[:300])
    room.wiring.reserve.sign(room.call("trainee"), application_id, body.terms_version, signature)


@room.post(f"{OFFER}/checkout", access=reserver, form=BeginCheckout, again=show_offer, goes_to="{checkout_url}")
def begin_checkout(application_id: str, body: BeginCheckout) -> CheckoutView:
    """Hold a seat for 30 minutes and open Stripe's payment page; repeated, it answers with the same ones (T27)."""
    call = acting("APPLICATION", application_id, "coordinator")
    return CheckoutView.of(room.wiring.reserve.checkout(call, application_id, body.choice))


@room.post(f"{OFFER}/waitlist", access=roles("trainee"), again=show_offer, goes_to="/reservations/for/{application_id}")
def join_waitlist(application_id: str) -> None:
    """Stand in line while no seat is free in all weeks; the time to reserve stands still meanwhile."""
    room.wiring.waitlist.join(room.call("trainee"), application_id)


@room.post(
    f"{OFFER}/waitlist/leave", access=roles("trainee"), again=show_offer, goes_to="/reservations/for/{application_id}"
)
def leave_waitlist(application_id: str) -> None:
    """Leave the line; a seat that is held goes to the next in it."""
    room.wiring.waitlist.leave(room.call("trainee"), application_id)
