"""The reservations room itself: its settings, who may call its routes, and as whom somebody acts."""

from __future__ import annotations

from functools import partial
from typing import Literal

from shared.runtime.http import Room, roles
from shared.runtime.settings import Http, LedgerTable, Stripe
from shared.services.core.transitions import RequestContext

STAFF = ("reviewer", "coordinator", "coach", "finance", "admin")


class Settings(Http, LedgerTable, Stripe):
    """The ledger for what was paid, Stripe for the checkout."""


room = Room("reservations", Settings)
OFFER = "/reservations/for/<application_id>"
HUB = "/reservations/<reservation_id>"
reserver = roles("trainee", "coordinator")
see_hub = partial(room.get, access=roles("trainee", *STAFF))


def acting(kind: Literal["APPLICATION", "RESERVATION"], id: str, *staff: str) -> RequestContext:
    """As the highest hat of `staff` that the person wears, else as a trainee; and whatever they wear, as a trainee on
    their own."""
    session = room.session
    worn = [role for role in staff if session and role in session.roles]
    own = bool(worn) and room.wiring.reserve.owns(room.call("trainee"), kind, id)
    return room.call("trainee" if own or not worn else worn[0])
