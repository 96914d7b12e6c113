"""The catalogue room itself: its settings, and who reads."""

from __future__ import annotations

from shared.runtime.http import Room
from shared.runtime.settings import Http, Search


class Settings(Http, Search):
    """Where sessions and the index are."""


room = Room("catalogue", Settings)


def reader() -> str | None:
    """Only a trainee has facts that a program can be held against."""
    session = room.session
    return session.account_id if session and "trainee" in session.roles else None
