"""Small valid objects for the domain tests; every argument overrides one field."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from shared.domain.applications.application import Application
from shared.domain.core.policy import CURRENT
from shared.domain.programs.program import Program
from shared.domain.reservations.reservation import Reservation
from shared.domain.trainees.trainee import TraineeFacts

START = date(2027, 3, 1)
NOW = datetime(2026, 11, 21, 18, 0, tzinfo=UTC)
TODAY = date(2026, 11, 21)
CHICAGO = {
    "city": "Chicago",
    "state": "IL",
    "zip": "60614",
    "zone": "America/Chicago",
    "latitude": 41.9,
    "longitude": -87.6,
}


def a_program(**fields: Any) -> Program:
    return Program.model_validate(
        {
            "id": "lakeside-cardiology",
            "name": "Lakeside Cardiology",
            "host_id": "host-1",
            "host_kind": "physician",
            "setting": "Clinic",
            "summary": "Outpatient cardiology.",
            "specialty": "cardiovascular-disease",
            "experience_types": ("hands_on", "observership"),
            "place": CHICAGO,
            "price_4w_cents": 214900,
            "capacity": 2,
            "stipend_week_cents": 20000,
            **fields,
        }
    )


def facts(**fields: Any) -> TraineeFacts:
    return TraineeFacts.model_validate({"trainee_status": "student", **fields})


def an_application(**fields: Any) -> Application:
    return Application.model_validate(
        {
            "id": "app-1",
            "version": 1,
            "status": "DRAFT",
            "case_id": "case-1",
            "trainee_id": "trainee-1",
            "program_id": "lakeside-cardiology",
            "experience_type": "hands_on",
            "start": START,
            "cv": {"document_id": "doc-1", "sha256": "0" * 64},
            "policy_version": CURRENT.version,
            "created_at": NOW,
            **fields,
        }
    )


def a_reservation(**fields: Any) -> Reservation:
    return Reservation.model_validate(
        {
            "id": "res-1",
            "version": 1,
            "status": "HELD",
            "case_id": "case-1",
            "application_id": "app-1",
            "trainee_id": "trainee-1",
            "program_id": "lakeside-cardiology",
            "start": START,
            "weeks": 4,
            "week_list": ("2027-W09", "2027-W10", "2027-W11", "2027-W12"),
            "choice": "deposit",
            "charge_cents": 69900,
            "total_cents": 214900,
            "balance_cents": 145000,
            "balance_due_at": "2027-01-16T05:59:59Z",
            "policy_version": CURRENT.version,
            "held_until": "2026-11-21T18:30:00Z",
            "session_expires_at": "2026-11-21T18:35:00Z",
            **fields,
        }
    )
