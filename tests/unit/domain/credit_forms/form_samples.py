"""A form of the design's own example: Leila Haddad's school in Cairo, a hospital in Chicago, 1 to 28 March 2027."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from shared.domain.core.instants import parse
from shared.domain.credit_forms.clocks import answer_due
from shared.domain.credit_forms.form import CreditForm, Line, Round, RoundKind
from shared.domain.credit_forms.policy import CURRENT

CHICAGO = "America/Chicago"


def at(text: str) -> datetime:
    """`02-04T16:00` of 2027, UTC."""
    return parse(f"2027-{text}{':00' if text.count(':') == 1 else ''}Z")


def a_round(sent: datetime, **changes: Any) -> Round:
    values: dict[str, Any] = {
        "n": 1,
        "kind": RoundKind.FIRST,
        "sent_at": sent,
        "due_at": answer_due(sent, CURRENT),
        "contact_id": "contact-1",
        "contact_hash": "0" * 64,
        "link_ref": "trainee-1/link",
    }
    return Round(**(values | changes))


def a_form(**changes: Any) -> CreditForm:
    values: dict[str, Any] = {
        "id": "form-1",
        "version": 1,
        "number": "CF-0000000000000",
        "status": "REQUESTED",
        "case_id": "case-1",
        "reservation_id": "reservation-1",
        "application_id": "application-1",
        "trainee_id": "trainee-1",
        "program_id": "program-1",
        "host_id": "host-1",
        "zone": CHICAGO,
        "start": date(2027, 3, 1),
        "end": date(2027, 3, 28),
        "weeks": 4,
        "experience_type": "hands_on",
        "policy_version": CURRENT.version,
        "slot": 1,
        "created_at": at("01-29T22:30"),
        "needed_by": date(2027, 2, 18),
        "school_zone": "Africa/Cairo",
        "needed_at": at("02-18T21:59:59"),
        "signer_rule": "any",
        "request_ref": "trainee-1/request",
        "request_hash": "0" * 64,
    }
    return CreditForm.model_validate(values | changes)


def lines(*codes: str, must: bool = False, **numbers: int) -> tuple[Line, ...]:
    return tuple(Line(code=code, number=numbers.get(code), must=must) for code in (*codes, *numbers))


FULL: dict[str, Any] = {
    "setting": "ward",
    "hours_week": "45",
    "structured_hours": 10,
    "teaching_hours": 5,
    "patient_time": "most",
    "supervision": "on_site",
    "students": 2,
    "supervisor": "Tomasz Brandt",
    "degree": "MD",
    "title": "Attending",
    "specialty": "internal-medicine",
    "license_state": "il",
    "license_number": "036-123456",
    "license_until": "2028-07-31",
    "not_relative": True,
    "evaluator": "Tomasz Brandt",
    "evaluator_email": "brandt@hospital.example",
    "evaluation_by": "2027-04-04",
    "liability": "covered",
    "agreement": "in_place",
}
SIGNED: dict[str, Any] = {
    "certified": True,
    "name": "Magdalena Kowal",
    "capacity": "education_office",
    "email": "kowal@hospital.example",
}
