"""Requests that no page of ours sends, on every route: refused with a reason, without a change, and never by an error
of ours."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from shared.runtime.http.paths import LONGEST
from shared.runtime.http.request import MAX_BODY, MAX_DEPTH, MAX_KEY
from tests.contract.house import EVERYBODY, PERSONS, House
from tests.contract.test_roles import BODIES, LINES, ROUTES, Line, address, written
from tests.rooms import CONTEXT, FORM, PUBLIC_URL, Answer, http_event

JSON_TYPE = {"content-type": "application/json"}
POSTS = [line for line in LINES if line.route.startswith("POST ")]
GETS = [line for line in LINES if line.route.startswith("GET ")]
WITH_BODY = [line for line in POSTS if BODIES.get(line.route)]
DEEP = 100_000
LONG = "x" * 8000


def named(lines: list[Line]) -> Any:
    return pytest.mark.parametrize("line", lines, ids=[f"{line.route} {line.state}".strip() for line in lines])


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    return House(Path(tmp_path_factory.mktemp("house")))


def may(line: Line) -> str:
    """Somebody whom the route lets in, though its subject may be in another state: what is refused is then the request,
    not the person."""
    return let_in(line, ("owner", *EVERYBODY))


def let_in(line: Line, persons: Iterable[str]) -> str:
    return next(who for who in persons if line.expected[who] < 400 or line.expected[who] == 409)


def call(house: House, method: str, path: str, headers: dict[str, str], body: str | bytes | None = None) -> Answer:
    """Bytes go as API Gateway sends what is no text."""
    event = http_event(method, path, "" if isinstance(body, bytes) else body, headers)
    if isinstance(body, bytes):
        event |= {"body": base64.b64encode(body).decode(), "isBase64Encoded": True}
    found = house.answer(event, CONTEXT)
    return Answer(found["statusCode"], found["headers"], found.get("body") or "", found["cookies"])


def post(house: House, line: Line, body: str | bytes, **headers: str) -> Answer:
    house.reset()
    sent = {
        **JSON_TYPE,
        **house.headers(may(line)),
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    return call(house, "POST", address(house, line), sent, body)


def refused(answer: Answer, status: int) -> None:
    assert answer.status == status, answer.body[:300]
    assert answer.headers["Content-Type"] == "application/problem+json"
    problem = json.loads(answer.body)
    assert (problem["status"], bool(problem["detail"]), bool(problem["remedy"])) == (status, True, True)


# --- bodies -----------------------------------------------------------------------------------------------------------
UNREADABLE: dict[str, tuple[str | bytes, int]] = {
    "cut off": ('{"name": "A', 400),
    "no JSON": ("name=A", 400),
    "deeply nested lists": ("[" * DEEP + "]" * DEEP, 400),
    "deeply nested objects": ('{"a":' * DEEP + "1" + "}" * DEEP, 400),
    "not a number": ('{"weeks": NaN}', 400),
    "infinity": ('{"weeks": -Infinity}', 400),
    "a number of 5,000 digits": ('{"weeks": ' + "9" * 5000 + "}", 400),
    "bytes that are no text": (b'{"name": "\xff\xfe"}', 400),
    "more than 1 MB": ('{"a": "' + "x" * MAX_BODY + '"}', 413),
    "more than 1 MB, of letters that take two bytes": ('{"a": "' + "é" * (MAX_BODY // 2) + '"}', 413),
}
READABLE = {
    "an unknown field": '{"no_such_field": 1}',
    "a list": "[1, 2]",
    "a string": '"x"',
    "nothing": "null",
    "numbers too large for a float": '{"weeks": 1e999, "graduation_year": 1e999}',
    "half a letter as a name": '{"\\ud800": 1}',
    "an object in every field": json.dumps(
        {name: {"a": [None]} for name in ("name", "email", "password", "start", "weeks", "choice")}
    ),
}


@named(POSTS)
def test_an_unreadable_or_too_large_body_is_refused_on_every_route_and_changes_nothing(
    house: House, line: Line
) -> None:
    before = written(house.reset())
    for body, status in UNREADABLE.values():
        refused(post(house, line, body), status)
        assert written(house) == before


def test_a_body_may_be_as_deep_and_as_large_as_we_say_and_no_more(house: House) -> None:
    (line,) = (line for line in POSTS if line.route == "POST /accounts/tokens")
    for levels, status in ((MAX_DEPTH - 1, 422), (MAX_DEPTH, 400)):
        refused(post(house, line, '{"email": ' + "[" * levels + "]" * levels + "}"), status)
    for size, status in ((MAX_BODY, 422), (MAX_BODY + 1, 413)):
        body = '{"a": "' + "x" * (size - 9) + '"}'
        assert len(body) == size
        refused(post(house, line, body), status)
        refused(post(house, line, body.encode()), status)


@named([line for line in POSTS if ROUTES[line.route].form])
def test_a_body_that_does_not_fit_is_refused_and_changes_nothing(house: House, line: Line) -> None:
    before = written(house.reset())
    for body in READABLE.values():
        refused(post(house, line, body), 422)
        assert written(house) == before


TEXTS = ("\ud800", "a\x00b", "a\r\nb: c", "\u202eevil", "<script>", "{0.__class__}", "x" * 100_000)
"""Half a letter, a NUL, a second header, right to left, markup, a format string, far too much."""


@named(WITH_BODY)
def test_a_strange_text_in_any_field_is_taken_or_refused_but_breaks_nothing(house: House, line: Line) -> None:
    """Neither the call nor the pages that show what was taken."""
    good = BODIES[line.route]
    for text in TEXTS:
        for name in (*good, "next"):
            answer = post(house, line, json.dumps(good | {name: text}))
            assert answer.status < 500, f"{name}={text[:20]!r}: {answer.body[:300]}"
            for path in ("/workspace", "/accounts/profile") if answer.status < 400 else ():
                assert call(house, "GET", path, house.headers(may(line), browser=True)).status < 500


@named(WITH_BODY)
def test_a_body_of_another_type_is_refused(house: House, line: Line) -> None:
    for kind in ("text/plain", "application/xml", "multipart/form-data; boundary=x", "", "application/json-seq"):
        refused(post(house, line, json.dumps(BODIES[line.route]), content_type=kind), 400)


@named(POSTS)
def test_broken_base64_and_a_form_of_501_fields_are_refused(house: House, line: Line) -> None:
    house.reset()
    headers, path = house.headers(may(line)), address(house, line)
    event = http_event("POST", path, "%%%", JSON_TYPE | headers) | {"isBase64Encoded": True}
    assert house.answer(event, CONTEXT)["statusCode"] == 400
    refused(call(house, "POST", path, {**FORM, **headers}, "&".join(f"f{n}=1" for n in range(501))), 400)


@named(WITH_BODY)
def test_fields_by_the_hundred_thousand_are_refused_small(house: House, line: Line) -> None:
    crowd = [{f"k{n}": n for n in range(60_000)}, {"name": list(range(100_000))}, {"a" * 900_000: 1}]
    for body in crowd:
        answer = post(house, line, json.dumps(body))
        assert (answer.status in {400, 422}, len(answer.body) < 10_000) == (True, True), answer.body[:300]


@named(POSTS)
def test_an_idempotency_key_that_is_longer_than_the_document_says_is_refused(house: House, line: Line) -> None:
    body = json.dumps(BODIES.get(line.route, {}))
    refused(post(house, line, body, idempotency_key="k" * (MAX_KEY + 1)), 422)
    assert post(house, line, body, idempotency_key="k" * MAX_KEY).status == line.expected[may(line)]


# --- other sites, no credentials --------------------------------------------------------------------------------------
@named(POSTS)
def test_a_cookie_call_from_another_origin_is_403_and_changes_nothing(house: House, line: Line) -> None:
    who = let_in(line, PERSONS)
    before = written(house.reset())
    for origin in (
        "https://evil.example",
        "null",
        f"{PUBLIC_URL}.evil.example",
        PUBLIC_URL.replace("https", "http"),
        "",
    ):
        for accept in ("application/json", "text/html"):
            headers = {**house.headers(who, browser=True), **JSON_TYPE, "origin": origin, "accept": accept}
            answer = call(house, "POST", address(house, line), headers, json.dumps(BODIES.get(line.route, {})))
            assert answer.status == 403, answer.body[:300]
    assert written(house) == before


@named(LINES)
def test_credentials_that_are_none_are_401_on_every_route(house: House, line: Line) -> None:
    for value in ("Bearer", "Bearer ", "Basic eDp5", "Bearer a b", f"Bearer {LONG}", "é", "Bearer access:nobody", ","):
        headers, body = {"authorization": value, **JSON_TYPE}, json.dumps(BODIES.get(line.route, {}))
        answer = call(house.reset(), line.route.split()[0], address(house, line), headers, body)
        refused(answer, 401)
        assert answer.headers["WWW-Authenticate"] == "Bearer"


@named(GETS)
def test_a_cookie_that_is_none_is_nobody(house: House, line: Line) -> None:
    for cookie in ("", "=", "=;;;", "=\x00", f"={LONG}", "=a; b"):
        answer = call(house.reset(), "GET", address(house, line), {"cookie": f"__Host-session{cookie}"})
        assert answer.status == line.expected["nobody"]


# --- methods ----------------------------------------------------------------------------------------------------------
@named(LINES)
def test_other_methods_are_405_with_what_is_allowed(house: House, line: Line) -> None:
    house.reset()
    path = address(house, line).partition("?")[0]
    methods = {route.split()[0] for route in ROUTES if re.fullmatch(re.sub(r"<\w+>", "[^/]+", route.split()[1]), path)}
    allowed = methods | ({"HEAD"} if "GET" in methods else set())
    for method in {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"} - allowed:
        for body in (None, "{}"):
            answer = call(house, method, path, house.headers(may(line)) | JSON_TYPE, body)
            assert answer.status == 405, method
            assert {part.strip() for part in answer.headers["Allow"].split(",")} == allowed
            if method != "HEAD":
                refused(answer, 405)


@named(GETS)
def test_HEAD_is_GET_without_a_body(house: House, line: Line) -> None:
    for browser in (False, True):
        headers = house.headers(may(line), browser)
        get, head = (call(house.reset(), method, address(house, line), headers) for method in ("GET", "HEAD"))
        assert (head.status, head.body, head.headers["Content-Type"]) == (get.status, "", get.headers["Content-Type"])


# --- addresses --------------------------------------------------------------------------------------------------------
ADDRESSES = (
    "/assets/../handler.py",
    "/assets/..%2f..%2fhandler.py",
    "/assets/....//handler.py",
    "/assets/%2e%2e/x",
    "/assets/rota.css/",
    "/assets/rota.css%00.js",
    "//evil.example/x",
    "/../../etc/passwd",
    "/.env",
    "/docs/../accounts/me",
    "/docs/<script>",
    "/programs/%",
    "/accounts/confirm/../me",
    "/programs/../accounts/me",
    "/programs/a\x00b",
    "/programs/a\nb",
    f"/programs/{LONG}",
    f"/{LONG}",
    "/" + "a/" * 4000,
    "/programs/\ufffd",
    "/accounts/confirm/" + "é" * 2000,
    "/reservations/for/",
    "/applications//submit",
    "/accounts/me/",
    "/ACCOUNTS/me",
    "/accounts/me;x=1",
)
QUERIES = (
    "&".join(f"f{n}=1" for n in range(501)),
    "limit=1&limit=2",
    "view=mine&view=free",
    "%ff=%fe",
    "%00=%00",
    "%zz",
    "=",
    "&&&",
    "start=0001-01-01",
    "start=9999-12-27&weeks=52",
    "pay_on=9999-12-31",
    "start=2027-03-01&pay_on=0001-01-01",
    f"text={LONG}",
    "text=%00%ff%ed%a0%80",
    f"limit={'9' * 5000}",
    "month=2099-12",
    "month=2000-01",
    f"cursor={'A' * 1000}",
    "cursor=%ff",
    "kind=../../x",
    "next=//evil.example",
    f"next=/{LONG}",
    "no_such_field=1",
    "price_min_cents=1e3",
    "price_min_cents=-1",
    "&".join(["state=TX"] * 300),
    "text=%22%5C(%5B%7B*~%3A%5E",
    "program=%00",
    "saved=maybe",
)


@pytest.mark.parametrize("path", ADDRESSES, ids=[repr(path)[:40] for path in ADDRESSES])
def test_an_address_that_is_nothing_is_404_for_programs_and_browsers(house: House, path: str) -> None:
    house.reset()
    for who in ("nobody", "owner"):
        refused(call(house, "GET", path, house.headers(who)), 404)
        page = call(house, "GET", path, house.headers(who, browser=True))
        assert (page.status, "<script>" in page.body) == (404, False)


@named(GETS)
def test_no_query_breaks_a_route_or_leads_astray(house: House, line: Line) -> None:
    house.reset()
    for query in QUERIES:
        path = address(house, line)
        for browser in (False, True):
            asked = f"{path}{'&' if '?' in path else '?'}{query}"
            answer = call(house, "GET", asked, house.headers(may(line), browser))
            assert answer.status < 500, f"{asked[:100]}: {answer.body[:300]}"
            location = answer.headers.get("Location", "")
            assert (len(location) <= LONGEST + 100, "evil.example" in location) == (True, False)


def test_a_sign_in_leads_back_only_to_addresses_that_its_form_takes(house: House) -> None:
    """Headers of more than 10,240 bytes in all would be API Gateway's own error (its quotas for HTTP APIs)."""
    for path in ("/applications/" + "a" * 9000, "/applications?x=" + "é" * 3000, f"/applications?x={LONG}"):
        page = call(house.reset(), "GET", path, house.headers("nobody", browser=True))
        assert (page.status, page.location) == (303, "/accounts/sign-in")
    kept = "/applications?x=" + "a" * 1900
    assert "a" * 1900 in call(house.reset(), "GET", kept, house.headers("nobody", browser=True)).location
