"""The reservations room: its routes by topic, and the Lambda's entry point."""

from __future__ import annotations

from functions.reservations.room import Settings, room
from functions.reservations.routes import offer, preparation, reservation

__all__ = ["Settings", "handler", "offer", "preparation", "reservation", "room"]

handler = room.handler()
