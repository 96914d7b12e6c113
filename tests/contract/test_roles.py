"""Who may do what, on every route: each role as a program and as a browser, on a record of its own and on somebody
else's.

A route that has no line here fails; so does a line whose route is gone. The lines are held to the rules behind them,
too: a wrong role is 403, somebody else's record 404 and in the same words as none at all, and signed out is 401, or the
sign-in page for a browser that reads.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from infra.build import openapi
from shared.domain.reservations import terms
from tests.builders import HOST, PROGRAM
from tests.contract.house import CODE, ELSEWHERE, EVERYBODY, PERSONS, House
from tests.rooms import PASSWORD, Answer

ROUTES = {f"{method} {rule}": found for room in openapi.rooms() for (method, rule), found in room.declared.items()}

# Columns: nobody, then the owner of the record and another trainee, the reviewer who claimed it and another one, and
# the other roles.
MATRIX = Path(__file__).with_name("roles.txt").read_text(encoding="utf-8")
BODIES: dict[str, dict[str, Any]] = {
    "POST /workspace/programs/<program_id>/guidelines": {"version": 1, "step2_ck_required": True},
    "POST /workspace/programs/<program_id>/guidelines/preview": {"step2_ck_required": True},
    "POST /accounts/sign-up": {"name": "New Person", "email": "new@example.org"},
    "POST /accounts/confirm/<token>": {"password": PASSWORD},
    "POST /accounts/forgot": {"email": "trainee-1@example.org"},
    "POST /accounts/reset/<token>": {"password": "another long password"},
    "POST /accounts/password": {"current": PASSWORD, "password": "another long password"},
    "POST /accounts/mail": {"email": "elsewhere@example.org", "password": PASSWORD},
    "POST /accounts/code/<token>": {"code": CODE},
    "POST /accounts/factor/<token>": {"code": CODE},
    "POST /accounts/security/factor": {"password": PASSWORD},
    "POST /accounts/security/factor/remove": {"code": CODE},
    "POST /accounts/proof": {"code": CODE},
    "POST /accounts/staff": {"name": "Nora Feldspar", "email": "nora@staff.example", "roles": ["reviewer"]},
    "POST /accounts/staff/<account_id>/roles": {"roles": ["finance", "coach"]},
    "POST /accounts/hosts/<host_id>": {"name": "Magdalena Kowal", "email": "magdalena@lantern.example"},
    "POST /accounts/resend": {"email": "new-1@example.org"},
    "POST /accounts/sign-in": {"email": "trainee-1@example.org", "password": PASSWORD},
    "POST /accounts/tokens": {"email": "trainee-1@example.org", "password": PASSWORD},
    "POST /accounts/profile": {"name": "Another Name", "zone": "America/Denver"},
    "POST /documents/uploads": {"kind": "cv"},
    "POST /applications": {"program_id": PROGRAM, "experience_type": "hands_on", "start": "2027-12-06"},
    "POST /applications/<application_id>/approve": {"step1_verified": True},
    "POST /applications/<application_id>/reject": {"code": "other", "reason": "The host closed the clinic."},
    "POST /applications/<application_id>/documents/<document_id>/check": {"verdict": "accepted"},
    "POST /applications/<application_id>/ask": {"question": "Where did you train?"},
    "POST /applications/<application_id>/recommend": {"answer": "yes"},
    "POST /applications/<application_id>/recommend/<secret>": {"answer": "yes"},
    "POST /applications/<application_id>/take-back": {"reason": "The host is away."},
    "POST /applications/<application_id>/ask-again": {"why": "A colleague reads the mails now."},
    "POST /applications/<application_id>/reply": {"answer": "On the cardiac ward."},
    "POST /reservations/for/<application_id>/terms": {"terms_version": terms.CURRENT, "typed_name": "Trainee-1 Person"},
    "POST /reservations/for/<application_id>/checkout": {"choice": "deposit"},
    "POST /reservations/<reservation_id>/preparation": {"kind": "visa", "done": "yes"},
    "POST /reservations/<reservation_id>/suggest": {"partner_id": "lakeside-rooms"},
    "POST /reservations/<reservation_id>/host-mail": {"answer": "told"},
    "POST /applications/<application_id>/host-mail": {"answer": "told"},
}
QUERIES = {"GET /documents/<document_id>/received": "?kind=cv", "GET /applications/start": f"?program={PROGRAM}"}
DRAFT, IN_REVIEW, NEEDS_INFO, HOST_REVIEW, APPROVED = "DRAFT", "IN_REVIEW", "NEEDS_INFO", "HOST_REVIEW", "APPROVED"
SIGNED, HELD = "SIGNED", "HELD"
STATES = {
    "POST /applications/<application_id>/save": DRAFT,
    "POST /applications/<application_id>/submit": DRAFT,
    "POST /applications/<application_id>/approve": IN_REVIEW,
    "POST /applications/<application_id>/reject": IN_REVIEW,
    "POST /applications/<application_id>/documents/<document_id>/check": IN_REVIEW,
    "POST /applications/<application_id>/ask": IN_REVIEW,
    "POST /applications/<application_id>/reply": NEEDS_INFO,
    "POST /applications/<application_id>/route": IN_REVIEW,
    "GET /applications/<application_id>/recommend": HOST_REVIEW,
    "POST /applications/<application_id>/recommend": HOST_REVIEW,
    "GET /applications/<application_id>/recommend/<secret>": HOST_REVIEW,
    "POST /applications/<application_id>/recommend/<secret>": HOST_REVIEW,
    "POST /applications/<application_id>/take-back": HOST_REVIEW,
    "POST /applications/<application_id>/host-mail": HOST_REVIEW,
    "POST /applications/<application_id>/ask-again": HOST_REVIEW,
    "GET /reservations/for/<application_id>": APPROVED,
    "POST /reservations/for/<application_id>/terms": APPROVED,
    "POST /reservations/for/<application_id>/checkout": SIGNED,
    "POST /reservations/for/<application_id>/waitlist": "SOLD_OUT",
    "POST /reservations/for/<application_id>/waitlist/leave": "WAITING",
    "POST /reservations/<reservation_id>/cancel": HELD,
    "GET /reservations/<reservation_id>/left": HELD,
}
"""Of the record that a route is tried on; SUBMITTED or RESERVED where nothing is said."""


class Line(NamedTuple):
    route: str
    state: str
    expected: dict[str, int]


def lines() -> list[Line]:
    """A route may have several lines, `GET /x @DRAFT` naming another state of the record."""
    found = []
    for text in MATRIX.strip().splitlines()[1:]:
        words = text.split()
        state = words.pop(2)[1:] if words[2].startswith("@") else STATES.get(f"{words[0]} {words[1]}", "")
        statuses = [words[3]] * len(EVERYBODY) if words[2] == "everybody" else words[2:]
        found.append(Line(f"{words[0]} {words[1]}", state, dict(zip(EVERYBODY, map(int, statuses), strict=True))))
    return found


def address(house: House, line: Line) -> str:
    rule = line.route.split()[1]
    known = {
        "<application_id>": house.applications[line.state or "SUBMITTED"],
        "<reservation_id>": house.reservations.get(line.state or "RESERVED", ""),
        "<document_id>": house.arriving if rule.endswith("/received") else "document-1",
        "<host_id>": HOST,
        "<account_id>": house.invited_host
        if "/hosts/" in rule
        else "invited-1"
        if rule.endswith("/invite-again")
        else "guarded-1",
        "<handle>": house.handle,
        "<program_id>": PROGRAM,
        "<token>": house.links_for.get(rule.split("/")[-2], ""),
        "<search_id>": house.search.saved.id,
        "<secret>": {"programs": house.search.secret, "reservations": house.calendar, "documents": house.cv}.get(
            rule.split("/")[1], house.host_secret
        ),
        "<name>": "rota.css" if rule.startswith("/assets") else "site",
    }
    for name, value in known.items():
        rule = rule.replace(name, value)
    return rule + QUERIES.get(line.route, "")


def knock(
    house: House, line: Line, who: str, browser: bool = False, path: str = "", hats: tuple[str, ...] = ()
) -> Answer:
    """`hats`: the roles that this person has instead of their own one."""
    client, path = house.reset().client(who, browser), path or address(house, line)
    if hats:
        house.wear(who, hats)
    body = {
        f"{name}[]" if browser and isinstance(value, list) else name: value
        for name, value in BODIES.get(line.route, {}).items()
    }
    return client.get(path) if line.route.startswith("GET ") else client.post(path, body)


def written(house: House) -> tuple[Any, ...]:
    """Everything that a refused call must leave as it is."""
    store = house.store
    return (
        store.commits,
        dict(store.texts),
        dict(house.people.people),
        dict(house.people.all_facts),
        dict(house.payments.sessions),
    )


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    return House(Path(tmp_path_factory.mktemp("house")))


LINES = lines()
EACH = pytest.mark.parametrize("line", LINES, ids=[f"{line.route} {line.state}".strip() for line in LINES])


def test_every_route_has_a_line_and_every_line_a_route() -> None:
    assert {line.route for line in LINES} == set(ROUTES)


@EACH
def test_each_role_gets_what_the_matrix_says_and_a_refusal_changes_nothing(house: House, line: Line) -> None:
    before = written(house.reset())
    found = {}
    for who in EVERYBODY:
        answer = knock(house, line, who)
        found[who] = answer.status
        if answer.status >= 400:
            assert answer.headers["Content-Type"] == "application/problem+json"
            assert (answer.json["status"], bool(answer.json["detail"]), bool(answer.json["remedy"])) == (
                answer.status,
                True,
                True,
            )
            assert written(house) == before
    assert found == line.expected


@EACH
def test_a_browser_gets_the_same_as_a_page_or_is_sent_on(house: House, line: Line) -> None:
    declared = ROUTES[line.route]
    for who, status in line.expected.items():
        answer = knock(house, line, who, browser=True)
        to_sign_in = status == 401 and line.route.startswith("GET ")
        if line.route == "POST /accounts/security/factor" and status == 409:
            status = 200  # what a program may not, its owner may in a browser
        sent_on = status < 300 and declared.goes_to
        assert answer.status == (303 if to_sign_in or sent_on else status), f"{who}: {answer.body[:300]}"
        if to_sign_in:
            assert answer.location.startswith("/accounts/sign-in?next=/")
        if status >= 400 and not to_sign_in:
            assert answer.headers["Content-Type"].startswith("text/html")
            assert "<h1" in answer.body


@EACH
def test_a_wrong_role_is_403_and_signed_out_401_by_the_declaration_itself(house: House, line: Line) -> None:
    access = ROUTES[line.route].access
    assert (line.expected["nobody"] == 401) == access.signed_in
    for who, (_, role) in PERSONS.items():
        assert (line.expected[who] == 403) == bool(access.roles and role not in access.roles), who


@EACH
def test_somebody_elses_record_is_404_and_reads_as_if_there_were_none(house: House, line: Line) -> None:
    declared = ROUTES[line.route]
    if "_id>" not in line.route or "<program_id>" in line.route or "trainee" not in declared.access.roles:
        assert line.expected["stranger"] != 404
        return
    there = address(house, line)
    mine = next(
        one
        for one in re.split(r"[/?]", there)
        if one not in re.split(r"[/?]", line.route.split()[1]) and "=" not in one
    )
    absent = there.replace(mine, "no-such-thing")
    theirs, none = knock(house, line, "stranger"), knock(house, line, "stranger", path=absent)
    assert (theirs.status, none.status) == (404, 404)
    assert theirs.json | {"instance": ""} == json.loads(none.body.replace("no-such-thing", mine)) | {"instance": ""}


HATS = ("trainee", "reviewer", "coordinator")
ALL_HATS = (*HATS, "coach", "finance", "admin", "host")
OF_A_TRAINEE = ("<application_id>", "<reservation_id>", "<document_id>")
RECORDS = [line for line in LINES if any(name in line.route for name in OF_A_TRAINEE)]
EACH_RECORD = pytest.mark.parametrize("line", RECORDS, ids=[f"{line.route} {line.state}".strip() for line in RECORDS])


@EACH_RECORD
def test_on_a_record_of_ones_own_other_hats_change_nothing(house: House, line: Line) -> None:
    plain = knock(house, line, "owner")
    for hats in (ALL_HATS, ALL_HATS[1:]):
        before = written(house.reset().wear("owner", hats))
        answer = knock(house, line, "owner", hats=hats)
        if "trainee" in hats:
            assert answer.status == line.expected["owner"]
        else:
            assert answer.status in (line.expected["owner"], 403)
        if answer.status >= 400:
            assert written(house) == before
        elif line.route.startswith("GET "):
            assert (answer.body, answer.headers.get("Location")) == (plain.body, plain.headers.get("Location"))


@EACH
def test_several_hats_may_on_others_records_what_one_of_them_may(house: House, line: Line) -> None:
    columns = ("stranger", "reviewer", "coordinator")
    may = [status for status in (line.expected[column] for column in columns) if status != 403] or [403]
    assert knock(house, line, "stranger", hats=HATS).status == min(may)


FOR_A_HOST = [line for line in LINES if "host" in ROUTES[line.route].access.roles and "_id>" in line.route]


@pytest.mark.parametrize("line", FOR_A_HOST, ids=[line.route for line in FOR_A_HOST])
def test_what_another_host_was_asked_is_404_and_reads_as_if_there_were_none(house: House, line: Line) -> None:
    there = address(house, line)
    mine = next(one for one in there.split("/") if one not in line.route.split()[1].split("/"))
    before, other = written(house.reset()), house.headers(ELSEWHERE)
    found = []
    for path in (there, there.replace(mine, "no-such-thing")):
        client = house.reset().client("host")
        client.headers = other
        answer = client.get(path) if line.route.startswith("GET ") else client.post(path, BODIES[line.route])
        assert answer.status == 404
        found.append(json.loads(answer.body.replace("no-such-thing", mine)) | {"instance": ""})
    assert found[0] == found[1]
    assert written(house) == before
