"""The API client that demo and tests speak through: bearer tokens, a key for every change, refusals with their problem,
uploads."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from infra.local.demo.api_client import Client, Refused


class Site(ThreadingHTTPServer):
    """Answers by a table of (method, path) -> (status, headers, body) and keeps what it was asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers: dict[tuple[str, str], tuple[int, dict[str, str], Any]] = {}
        self.seen: list[tuple[str, str, dict[str, str], bytes]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def keys(self) -> list[str]:
        return [headers["idempotency-key"] for method, _, headers, _ in self.seen if method == "POST"]


class Handler(BaseHTTPRequestHandler):
    server: Site

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.seen.append((self.command, self.path, headers, body))
        status, more, answer = self.server.answers.get(
            (self.command, self.path.partition("?")[0]), (404, {}, {"title": "Nothing here"})
        )
        content = answer.encode() if isinstance(answer, str) else json.dumps(answer).encode()
        self.send_response(status)
        for name, value in {"Content-Length": str(len(content)), **more}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = answer

    def log_message(self, *_: Any) -> None:
        """Quiet."""


@pytest.fixture
def site() -> Iterator[Site]:
    made = Site()
    thread = threading.Thread(target=made.serve_forever, args=(0.02,))
    thread.start()
    yield made
    made.shutdown()
    thread.join()
    made.server_close()


def test_after_signing_in_every_call_is_that_persons(site: Site) -> None:
    site.answers[("POST", "/accounts/tokens")] = (200, {}, {"access_token": "token-1"})
    site.answers[("GET", "/accounts/me")] = (200, {}, {"account_id": "a"})
    client = Client(site.url)
    client.sign_in("amara@example.org", "violet harbour lantern")
    assert client.get("/accounts/me") == {"account_id": "a"}
    (_, _, before, body), (_, _, after, _) = site.seen
    assert "authorization" not in before
    assert json.loads(body) == {"email": "amara@example.org", "password": "violet harbour lantern"}
    assert (after["authorization"], after["accept"]) == ("Bearer token-1", "application/json")


def test_each_change_has_a_key_of_its_own_unless_one_is_given(site: Site) -> None:
    site.answers[("POST", "/applications")] = (200, {}, {})
    client = Client(site.url)
    for key in ("", "", "mine"):
        client.post("/applications", {"weeks": 4}, key)
    first, second, third = site.keys()
    assert first != second
    assert third == "mine"


def test_a_query_is_encoded(site: Site) -> None:
    site.answers[("GET", "/programs")] = (200, {}, {"hits": []})
    Client(site.url).get("/programs", text="cardiology & more")
    assert site.seen[0][1] == "/programs?text=cardiology+%26+more"


def test_a_refusal_carries_its_problem_and_says_what_to_do(site: Site) -> None:
    problem = {
        "type": "/problems/sold-out",
        "title": "The last seat is gone",
        "detail": "W09 is full.",
        "remedy": "Choose another start.",
    }
    site.answers[("POST", "/reserve")] = (409, {"Content-Type": "application/problem+json"}, problem)
    with pytest.raises(Refused) as refused:
        Client(site.url).post("/reserve")
    assert (refused.value.status, refused.value.slug, refused.value.problem) == (409, "sold-out", problem)
    assert str(refused.value) == "409 The last seat is gone: W09 is full. Choose another start."


def test_an_answer_that_is_no_problem_document_is_a_refusal_all_the_same(site: Site) -> None:
    site.answers[("GET", "/broken")] = (502, {}, "<html>Bad gateway</html>")
    with pytest.raises(Refused, match="Bad gateway") as refused:
        Client(site.url).get("/broken")
    assert refused.value.slug == ""


def upload_form(site: Site, bucket_status: int) -> None:
    site.answers[("POST", "/documents/uploads")] = (
        200,
        {},
        {"document_id": "d1", "url": f"{site.url}/bucket", "fields": {"key": "k"}},
    )
    site.answers[("POST", "/bucket")] = (bucket_status, {}, "<Error>EntityTooLarge</Error>")
    site.answers[("GET", "/documents/d1/received")] = (303, {"Location": "/documents"}, {})
    site.answers[("GET", "/documents/d1")] = (200, {}, {"id": "d1", "status": "STORED"})


@pytest.mark.parametrize("status", [201, 204, 303])
def test_an_upload_sends_the_fields_before_the_file_registers_it_and_returns_the_document(
    site: Site, status: int
) -> None:
    upload_form(site, status)
    client = Client(site.url)
    client._http.headers["Authorization"] = "Bearer token-1"
    assert client.upload("cv", "cv.pdf", b"%PDF-1.7", "application/pdf") == {"id": "d1", "status": "STORED"}
    asked = [(method, path) for method, path, _, _ in site.seen]
    assert asked == [
        ("POST", "/documents/uploads"),
        ("POST", "/bucket"),
        ("GET", "/documents/d1/received?kind=cv"),
        ("GET", "/documents/d1"),
    ]
    _, _, headers, body = site.seen[1]
    assert body.index(b'name="key"') < body.index(b'name="file"; filename="cv.pdf"')
    assert b"%PDF-1.7" in body
    assert "authorization" not in headers, "our token is not for the bucket"


def test_a_bucket_that_refuses_is_a_refusal_and_nothing_is_registered(site: Site) -> None:
    upload_form(site, 400)
    with pytest.raises(Refused, match="EntityTooLarge"):
        Client(site.url).upload("cv", "cv.pdf", b"x", "application/pdf")
    assert len(site.seen) == 2
