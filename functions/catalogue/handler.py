"""The catalogue room: its routes by topic, and the Lambda's entry point."""

from __future__ import annotations

from functions.catalogue.room import Settings, room
from functions.catalogue.routes import program, saved_searches, search

__all__ = ["Settings", "handler", "program", "room", "saved_searches", "search"]

handler = room.handler()
