"""The hub of a reserved seat, coming back from Stripe, and the calendar.

The webhook is the truth about payments: the pages that Stripe returns to only read what is stored.
"""

from __future__ import annotations

from aws_lambda_powertools.event_handler import Response

from functions.reservations.models.reservation import ReservationView
from functions.reservations.room import HUB, STAFF, acting, room, see_hub
from shared.domain.email.email_in_trouble import EmailSubject
from shared.runtime.http import ANYONE, roles
from shared.runtime.http.email_trouble import EmailTroubleRequest
from shared.services.reservations.host_email import EMAIL as HOST_EMAIL

CALENDAR = "text/calendar"


def _to_host(reservation_id: str) -> EmailSubject:
    return EmailSubject("RESERVATION", reservation_id, HOST_EMAIL)


@see_hub(HUB, page="reservation.html", title="Your rotation at {place.program}")
def show_reservation(reservation_id: str) -> ReservationView:
    """The seat, its receipt, its weeks and its money."""
    hub = room.wiring.reservation_queries.hub(acting("RESERVATION", reservation_id, *STAFF), reservation_id)
    trouble = room.wiring.emails_in_trouble.open(_to_host(reservation_id)) if hub.staff else None
    ends = room.session is not None and "coordinator" in room.session.roles
    return ReservationView.of(hub, room.wiring.clock, trouble, ends)


@room.post(
    f"{HUB}/cancel", access=roles("trainee"), again=show_reservation, goes_to="/reservations/for/{application_id}"
)
def cancel_hold(reservation_id: str) -> dict[str, str]:
    """Give a held seat back before it is paid."""
    return {"application_id": room.wiring.reserve.cancel(room.call("trainee"), reservation_id)}


@room.post(
    f"{HUB}/host-mail",
    access=roles("coordinator"),
    form=EmailTroubleRequest,
    again=show_reservation,
    goes_to="/reservations/{reservation_id}",
)
def end_email_trouble(reservation_id: str, body: EmailTroubleRequest) -> None:
    """End the task of an email that did not reach the host: sent again to the corrected address, or told by phone
    (H13)."""
    body.end(room.wiring.emails_in_trouble, room.call("coordinator"), _to_host(reservation_id))


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
    """Take the calendar address back: it stops working at once."""
    room.wiring.calendar_feeds.close(room.call("trainee"), reservation_id)


@room.get("/reservations/feed/<secret>.ics", access=ANYONE, answers={200: (CALENDAR,)})
def calendar_feed(secret: str) -> Response[str]:
    """The rotation as iCalendar (RFC 5545) for who knows the secret address; it says nothing about a person."""
    headers = {"Cache-Control": "private, no-cache", "Content-Disposition": 'inline; filename="rotation.ics"'}
    return Response(
        200, f"{CALENDAR}; charset=utf-8", room.wiring.calendar_feeds.read(secret).decode(), headers=headers
    )
