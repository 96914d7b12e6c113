"""The accounts room: its routes by topic, and the Lambda's entry point."""

from __future__ import annotations

from functions.accounts.room import Settings, room
from functions.accounts.routes import host_managers, profile, second_factor, security, sign_in, staff

__all__ = [
    "Settings",
    "handler",
    "host_managers",
    "profile",
    "room",
    "second_factor",
    "security",
    "sign_in",
    "staff",
]

handler = room.handler()
