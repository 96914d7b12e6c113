"""The reservations room: the offer and its terms, the checkout, coming back from Stripe, and the hub of a reserved
seat.

The webhook is the truth about payments: the pages that Stripe returns to only read what is stored.
"""

from __future__ import annotations

from functools import partial
from typing import Literal

from aws_lambda_powertools.event_handler import Response

from functions.reservations.care import CasesView, DirectoryView, HostMailRequest, SuggestRequest, TickRequest
from functions.reservations.models import BeginCheckout, CheckoutView, ReservationView, ReserveView, SignTerms
from shared.runtime.http import ANYONE, Room, roles
from shared.runtime.settings import Http, LedgerTable, Stripe
from shared.services.core.transitions import RequestContext
from shared.services.reservations.reserve import Signature

CALENDAR = "text/calendar"
STAFF = ("reviewer", "coordinator", "coach", "finance", "admin")


class Settings(Http, LedgerTable, Stripe):
    """The ledger for what was paid, Stripe for the checkout."""


room = Room("reservations", Settings)
OFFER = "/reservations/for/<application_id>"
HUB = "/reservations/<reservation_id>"
reserver = roles("trainee", "coordinator")
see_hub = partial(room.get, access=roles("trainee", *STAFF))


@room.get(OFFER, access=reserver, page="reserve.html", title="Reserve your seat")
def show_offer(application_id: str) -> ReserveView:
    """The offer: its time, the clinical terms, the bill, and what can be done now."""
    call = _call("APPLICATION", application_id, "coordinator")
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
    call = _call("APPLICATION", application_id, "coordinator")
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


@see_hub(HUB, page="reservation.html", title="Your rotation at {place.program}")
def show_reservation(reservation_id: str) -> ReservationView:
    """The seat, its receipt, its weeks and its money."""
    hub = room.wiring.reservation_queries.hub(_call("RESERVATION", reservation_id, *STAFF), reservation_id)
    corrects = (
        hub.staff
        and hub.reserved.mail_trouble is not None
        and room.session is not None
        and "coordinator" in room.session.roles
    )
    contact = room.wiring.email_reports.contact(hub.program.id) if corrects else None
    return ReservationView.of(hub, room.wiring.clock, contact.email if contact else None)


@room.post(
    f"{HUB}/cancel", access=roles("trainee"), again=show_reservation, goes_to="/reservations/for/{application_id}"
)
def cancel_hold(reservation_id: str) -> dict[str, str]:
    """Give a held seat back before it is paid."""
    return {"application_id": room.wiring.reserve.cancel(room.call("trainee"), reservation_id)}


@room.post(
    f"{HUB}/preparation",
    access=roles("trainee"),
    form=TickRequest,
    again=show_reservation,
    goes_to="/reservations/{reservation_id}#preparation",
)
def tick(reservation_id: str, body: TickRequest) -> None:
    """Tick an item of the preparation list off, or open it again (H19)."""
    room.wiring.preparation.tick(room.call("trainee"), reservation_id, body.kind, body.done == "yes")


@room.post(
    f"{HUB}/suggest",
    access=roles("coach"),
    form=SuggestRequest,
    again=show_reservation,
    goes_to="/reservations/{reservation_id}#preparation",
)
def suggest(reservation_id: str, body: SuggestRequest) -> None:
    """Suggest a partner of the directory to one's own trainee (T31)."""
    room.wiring.preparation.suggest(room.call("coach"), reservation_id, body.partner_id)


@room.post(
    f"{HUB}/host-mail",
    access=roles("coordinator"),
    form=HostMailRequest,
    again=show_reservation,
    goes_to="/reservations/{reservation_id}",
)
def settle_host_mail(reservation_id: str, body: HostMailRequest) -> None:
    """End the task of a host's mail that did not arrive: sent again to the corrected address, or told by phone
    (H13)."""
    call = room.call("coordinator")
    if body.answer == "again":
        room.wiring.email_reports.send_again(call, "RESERVATION", reservation_id, body.email)
    else:
        room.wiring.email_reports.told(call, "RESERVATION", reservation_id)


@room.get("/reservations/partners", access=roles("trainee", *STAFF), page="partners.html", title="Partners")
def directory() -> DirectoryView:
    """Partners for housing, transportation and insurance: suggestions, all of them (T31)."""
    return DirectoryView.all()


@room.get("/reservations/cases", access=roles("coach"), page="cases.html", title="My trainees")
def my_trainees() -> CasesView:
    """The caller's own trainees by start date, with what each still has to prepare."""
    return CasesView.of(room.wiring.caseload.of(room.call("coach")), room.wiring.clock)


@see_hub(f"{HUB}/paid", page="paid.html", title="Your payment")
def came_back_paid(reservation_id: str) -> ReservationView:
    """Where Stripe returns to after payment: says whether it has arrived here."""
    return show_reservation(reservation_id)


@see_hub(f"{HUB}/left", page="left.html", title="Your seat is still held")
def came_back_unpaid(reservation_id: str) -> ReservationView:
    """Where Stripe returns to when the payment page was left."""
    return show_reservation(reservation_id)


@room.post(
    f"{HUB}/calendar",
    access=roles("trainee"),
    again=show_reservation,
    goes_to="/reservations/{reservation_id}#calendar",
)
def open_calendar(reservation_id: str) -> None:
    """Make a secret calendar address for this rotation; one that is there stays."""
    room.wiring.calendar_feeds.open(room.call("trainee"), reservation_id)


@room.post(
    f"{HUB}/calendar/close",
    access=roles("trainee"),
    again=show_reservation,
    goes_to="/reservations/{reservation_id}#calendar",
)
def close_calendar(reservation_id: str) -> None:
    """Take the calendar address back: it ends to work at once."""
    room.wiring.calendar_feeds.close(room.call("trainee"), reservation_id)


@room.get("/reservations/feed/<secret>.ics", access=ANYONE, answers={200: (CALENDAR,)})
def calendar_feed(secret: str) -> Response[str]:
    """The rotation as iCalendar (RFC 5545) for who knows the secret address; it says nothing about a person."""
    headers = {"Cache-Control": "private, no-cache", "Content-Disposition": 'inline; filename="rotation.ics"'}
    return Response(
        200, f"{CALENDAR}; charset=utf-8", room.wiring.calendar_feeds.read(secret).decode(), headers=headers
    )


def _call(kind: Literal["APPLICATION", "RESERVATION"], id: str, *staff: str) -> RequestContext:
    """As the highest hat of `staff` that the person wears, else as a trainee; and whatever they wear, as a trainee on
    their own."""
    session = room.session
    worn = [role for role in staff if session and role in session.roles]
    own = bool(worn) and room.wiring.reserve.owns(room.call("trainee"), kind, id)
    return room.call("trainee" if own or not worn else worn[0])


handler = room.handler()
