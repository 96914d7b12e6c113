"""The applications room (T14-T20, H11, H12): its routes by topic, and the Lambda's entry point."""

from __future__ import annotations

from functions.application_intake.room import Settings, room
from functions.application_intake.routes import application, conversation, review

__all__ = ["Settings", "application", "conversation", "handler", "review", "room"]

handler = room.handler()
