"""HTTP for every room: one resource in two representations, refusals that explain themselves, roles declared on each
route."""

from shared.runtime.http.access import ANYONE, SIGNED_IN, Access, roles
from shared.runtime.http.room import Room

__all__ = ["ANYONE", "SIGNED_IN", "Access", "Room", "roles"]
