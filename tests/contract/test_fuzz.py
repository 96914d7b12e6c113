"""Whatever is sent to whichever route by whomever: no 5xx, and no answer that the API document does not describe.

The committed document is the source of the requests (schemathesis: its boundary cases, and random ones on top); real
ids and values are mixed in, so that the rooms are reached and not only their doors.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from itertools import cycle, islice
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from infra.build import openapi
from shared.domain.reservations import terms
from tests.builders import HOST, PROGRAM
from tests.contract.front import wsgi
from tests.contract.house import CODE, EVERYBODY, PERSONS, House
from tests.rooms import FORM, PASSWORD

TIMES = int(os.environ.get("ROTA_FUZZ", "1"))
EXAMPLES, BOUNDARIES = 12 * TIMES, 30 * TIMES
"""Per operation: random requests, and boundary cases at most. `make fuzz` tries ten times as many from a fresh seed."""
LARGEST_REFUSAL = 100_000
"""Characters. A refused form comes back with what was typed, and never grows with it."""
CHECKS = [
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


def described() -> dict[str, Any]:
    """The committed document without its security: who calls is ours to say."""
    document: dict[str, Any] = json.loads(openapi.TARGET.read_text())
    for _, _, operation in openapi.operations(document):
        operation.pop("security", None)
    del document["components"]["securitySchemes"]
    return document


DOCUMENT = described()
SCHEMA = schemathesis.openapi.from_dict(DOCUMENT)
OPERATIONS = {found.ok().label: found.ok() for found in SCHEMA.get_all_operations()}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    return House(Path(tmp_path_factory.mktemp("house")))


def real(house: House, name: str) -> list[Any]:
    """Values that mean something to the rooms, for a path parameter, a query field or a member of a body."""
    known: dict[str, list[Any]] = {
        "application_id": [*house.applications.values()],
        "reservation_id": [*house.reservations.values()],
        "document_id": ["document-1", "document-2", house.arriving],
        "program_id": [PROGRAM],
        "program": [PROGRAM],
        "token": ["link-2", *house.links_for.values()],
        "account_id": ["guarded-1", "invited-1", "admin-1", house.invited_host],
        "handle": [house.handle],
        "host_id": [HOST],
        "roles": [["reviewer"], ["finance", "coach"], ["king"]],
        "current": [PASSWORD],
        "name": ["rota.css", "accounts", "Trainee-1 Person"],
        "typed_name": ["Trainee-1 Person"],
        "kind": ["cv", "photo"],
        "terms_version": [terms.CURRENT],
        "start": ["2027-03-01", "2027-12-06", "2027-12-07"],
        "pay_on": ["2026-11-24"],
        "weeks": [4, 5],
        "email": ["trainee-1@example.org", "new-1@example.org"],
        "password": [PASSWORD],
        "zone": ["UTC", "America/Denver"],
        "code": ["other", CODE],
        "next": ["/documents", "//elsewhere.example"],
        "view": ["mine"],
    }
    return known.get(name, [])


def made_real(house: House, case: Any, choose: Any) -> None:
    """`choose` says for a field with known values which of them it gets, or None to leave it."""
    for part in (case.path_parameters, case.query, case.body):
        for name in sorted(part) if isinstance(part, dict) else ():
            known = real(house, name)
            if known and (value := choose(known)) is not None:
                part[name] = value


def sent(house: House, case: Any, who: str, browser: bool = False, fault: str = "") -> int:
    """The status. A browser asks for pages and posts forms. With a fault, 503 is the right answer, and still a
    described one."""
    FAULTS[fault](house.reset())
    headers, more = house.headers(who, browser), {}
    if browser and isinstance(case.body, dict):
        fields = {name if not isinstance(value, list) else f"{name}[]": value for name, value in case.body.items()}
        headers, more = {**headers, **FORM}, {"data": urlencode(fields, doseq=True, errors="replace")}
    response = case.call(app=wsgi(house), headers=headers, **more)
    assert response.status_code < 500 or (fault and response.status_code == 503), response.text
    assert response.status_code < 400 or len(response.text) < LARGEST_REFUSAL, f"{len(response.text)} characters"
    case.validate_response(response, checks=CHECKS)
    return int(response.status_code)


FAULTS: dict[str, Callable[[House], None]] = {
    "": lambda house: None,
    "the store is busy": lambda house: house.store.fail_before(9),
    "an answer of the store is lost": lambda house: house.store.fail_after_commit(1),
    "every commit loses a race": lambda house: house.store.conflict(99),
    "Stripe does not answer": lambda house: house.payments.unavailable_before(9),
    "Stripe's answer is lost": lambda house: house.payments.unavailable_after(9),
    "Stripe refuses": lambda house: house.payments.refuse(9),
    "sign-in is down": lambda house: house.identity.unavailable(9),
}


def knocking(label: str) -> tuple[str, ...]:
    """Everybody; and three times those who may, or nearly every request would end at the door."""
    method, _, path = label.partition(" ")
    wanted = set(DOCUMENT["paths"][path][method.lower()]["x-rota-roles"])
    may = [who for who, (_, role) in PERSONS.items() if wanted & {role, "anyone", "signed in"}]
    return (*may * 3, *EVERYBODY)


@pytest.mark.parametrize("label", OPERATIONS)
def test_no_boundary_case_is_answered_by_an_error_of_ours_or_in_an_undescribed_way(house: House, label: str) -> None:
    operation, people = OPERATIONS[label], cycle(knocking(label))
    cases = SCHEMA.iter_coverage_cases(
        operation, generation_modes=list(GenerationMode), generation_config=SCHEMA.config.generation
    )
    for turn, case in enumerate(islice(cases, BOUNDARIES)):
        if case.method.upper() == operation.method.upper():  # other methods have a test of their own
            made_real(house, case, lambda known, turn=turn: known[turn % len(known)] if turn % 3 else None)
            sent(house, case, next(people), browser=turn % 4 == 3)


@pytest.mark.parametrize("label", OPERATIONS)
def test_no_random_request_is_answered_by_an_error_of_ours_or_in_an_undescribed_way(house: House, label: str) -> None:
    operation, people = OPERATIONS[label], knocking(label)
    cases = st.one_of(*(operation.as_strategy(generation_mode=mode) for mode in GenerationMode))

    @settings(
        max_examples=EXAMPLES,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.reuse, Phase.generate, Phase.shrink),
    )
    @given(
        case=cases,
        who=st.sampled_from(people),
        browser=st.booleans(),
        fault=st.sampled_from(sorted(FAULTS)),
        data=st.data(),
    )
    def play(case: Any, who: str, browser: bool, fault: str, data: st.DataObject) -> None:
        made_real(house, case, lambda known: data.draw(st.sampled_from([*known, None])))
        sent(house, case, who, browser, fault)

    play()
