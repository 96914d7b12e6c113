"""The hub of a reserved seat, coming back from Stripe, and the calendar.

The webhook is the truth about payments: the pages that Stripe returns to only read what is stored.
"""

from __future__ import annotations

from aws_lambda_powertools.event_handler import Response

from functions.reservations.models.reservation import HostMailRequest, ReservationView
from functions.reservations.room import HUB, STAFF, acting, room, see_hub
from shared.runtime.http import ANYONE, roles

CALENDAR = "text/calendar"


@see_hub(HUB, page="reservation.html", title="Your rotation at {place.program}")
def show_reservation(reservation_id: str) -> ReservationView:
    """The seat, its receipt, its weeks and its money."""
    hub = room.wiring.reservation_queries.hub(acting("RESERVATION", reservation_id, *STAFF), reservation_id)
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
