"""Reservations: the numbers that the requirements leave open."""

from __future__ import annotations

from shared.domain.core.policies.area import Area


class ReservationPolicy(Area):
    """A hold while it is paid, and preparing: reminded so many days before the start (H20)."""

    hold_minutes: int
    session_minutes: int
    prep_reminder_days: tuple[int, ...]


RESERVATION_2026_11 = ReservationPolicy(
    version="2026-11",
    hold_minutes=30,
    session_minutes=35,
    prep_reminder_days=(90, 60, 30, 14, 7),
)
