"""The preparation list, partners, and a coach's trainees (H19, T31)."""

from __future__ import annotations

from functions.reservations.models.preparation import CasesView, DirectoryView, SuggestRequest, TickRequest
from functions.reservations.room import HUB, STAFF, room
from functions.reservations.routes.reservation import show_reservation
from shared.runtime.http import roles


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


@room.get("/reservations/partners", access=roles("trainee", *STAFF), page="partners.html", title="Partners")
def directory() -> DirectoryView:
    """Partners for housing, transportation and insurance: suggestions, all of them (T31)."""
    return DirectoryView.all()


@room.get("/reservations/cases", access=roles("coach"), page="cases.html", title="My trainees")
def my_trainees() -> CasesView:
    """The caller's own trainees by start date, with what each still has to prepare."""
    return CasesView.of(room.wiring.caseload.of(room.call("coach")), room.wiring.clock)
