"""The gateway against a small upstream: what it adds, what it hides, what it must not break."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from infra.local.stack.child_process import free_port
from infra.local.stack.gateway import Gateway, Page

PREFIX = "/_aws/execute-api/0a0a0a0a/$default"


class Upstream(BaseHTTPRequestHandler):
    """Stands for MiniStack's API endpoint: answers with what it received."""

    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""

    def __getattr__(self, name: str) -> object:
        if name.startswith("do_"):
            return self.answer
        raise AttributeError(name)

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers: list[tuple[str, str]] = [("Content-Type", "application/json")]
        status, content = (
            200,
            json.dumps(
                {
                    "method": self.command,
                    "path": self.path,
                    "headers": {k.lower(): ", ".join(self.headers.get_all(k, [])) for k in self.headers},
                    "size": len(body),
                }
            ).encode(),
        )
        if self.path.endswith("/crash"):
            status, content = 502, b'{"errorMessage": "password=1", "errorType": "Runtime.HandlerError"}'
        elif self.path.endswith("/missing-function"):
            status, content = 502, b'{"message": "Lambda function not found"}'
        elif self.path.endswith("/cookies"):
            headers += [("Set-Cookie", "a=1; Path=/"), ("Set-Cookie", "b=2; Path=/")]
        elif self.path.endswith("/nothing"):
            status, content = 204, b""
        elif self.path.endswith("/hang-up"):
            self.close_connection = True
            return
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)


def local_pages(method: str, target: str, body: bytes) -> Page:
    return Page(f"{method} {target} {body.decode()}".encode(), content_type="text/plain")


@pytest.fixture(scope="module")
def gateway() -> Iterator[Gateway]:
    upstream = ThreadingHTTPServer(("127.0.0.1", 0), Upstream)
    upstream.daemon_threads = True
    threading.Thread(target=upstream.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    gateway = Gateway(free_port(), upstream.server_port, "0a0a0a0a", local_pages)
    gateway.start()
    yield gateway
    gateway.stop()
    upstream.shutdown()
    upstream.server_close()


@pytest.fixture
def browser(gateway: Gateway) -> Iterator[http.client.HTTPConnection]:
    """One kept-alive connection, as a browser has it: a wrong length of one answer breaks the next one."""
    connection = http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=10)
    yield connection
    connection.close()


def call(
    browser: http.client.HTTPConnection,
    method: str,
    path: str,
    body: bytes | None = None,
    headers: dict[str, str] | None = None,
) -> tuple[http.client.HTTPResponse, bytes]:
    browser.request(method, path, body, headers or {})
    response = browser.getresponse()
    return response, response.read()


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PURGE"])
def test_every_method_reaches_the_api_under_its_stage_with_the_path_untouched(
    browser: http.client.HTTPConnection, method: str
) -> None:
    _, body = call(browser, method, "/programs/a%20b%2Fc?q=%C3%A9&q=2")
    seen = json.loads(body)
    assert (seen["method"], seen["path"]) == (method, f"{PREFIX}/programs/a%20b%2Fc?q=%C3%A9&q=2")


def test_it_adds_what_api_gateway_adds_and_believes_no_client_about_it(
    browser: http.client.HTTPConnection, gateway: Gateway
) -> None:
    forged = {
        "X-Forwarded-For": "203.0.113.7",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Host": "evil.example",
        "Cookie": "a=b; c=d",
    }
    _, body = call(browser, "GET", "/", headers=forged)
    headers = json.loads(body)["headers"]
    assert headers["x-forwarded-for"] == "203.0.113.7, 127.0.0.1"
    assert headers["x-forwarded-proto"] == "http"
    assert headers["x-forwarded-host"] == f"127.0.0.1:{gateway.port}"
    assert headers["x-forwarded-port"] == str(gateway.port)
    assert headers["cookie"] == "a=b; c=d"


def test_hop_by_hop_headers_stay_on_their_hop(browser: http.client.HTTPConnection) -> None:
    _, body = call(
        browser, "GET", "/", headers={"Connection": "keep-alive, X-Secret", "X-Secret": "1", "TE": "trailers"}
    )
    assert not {"x-secret", "te", "connection"} & json.loads(body)["headers"].keys()


def test_large_bodies_pass_whole_and_the_connection_lives_on(browser: http.client.HTTPConnection) -> None:
    _, body = call(browser, "POST", "/upload", b"x" * 5_000_000)
    assert json.loads(body)["size"] == 5_000_000
    response, _ = call(browser, "GET", "/again")
    assert response.status == 200


def test_head_and_empty_answers_have_no_body(browser: http.client.HTTPConnection) -> None:
    head, body = call(browser, "HEAD", "/")
    assert (head.status, body) == (200, b"")
    empty, _ = call(browser, "GET", "/nothing")
    assert empty.status == 204
    assert call(browser, "GET", "/again")[0].status == 200


def test_several_cookies_stay_several(browser: http.client.HTTPConnection) -> None:
    response, _ = call(browser, "GET", "/cookies")
    assert response.headers.get_all("Set-Cookie") == ["a=1; Path=/", "b=2; Path=/"]


def test_a_crashed_function_answers_500_without_its_exception(browser: http.client.HTTPConnection) -> None:
    response, body = call(browser, "GET", "/crash")
    assert (response.status, json.loads(body)) == (500, {"message": "Internal Server Error"})


def test_what_is_wrong_with_the_stack_itself_is_said_as_502(browser: http.client.HTTPConnection) -> None:
    response, body = call(browser, "GET", "/missing-function")
    assert (response.status, json.loads(body)) == (502, {"message": "Lambda function not found"})
    response, body = call(browser, "GET", "/hang-up")
    assert response.status == 502
    assert b"did not answer" in body


def test_a_body_of_unknown_length_is_refused_as_411(browser: http.client.HTTPConnection) -> None:
    # Only the head: the answer comes, and the connection closes, before a body would have been read.
    browser.putrequest("POST", "/")
    browser.putheader("Transfer-Encoding", "chunked")
    browser.endheaders()
    assert browser.getresponse().status == 411


def test_localhost_is_sent_to_the_one_public_name(browser: http.client.HTTPConnection, gateway: Gateway) -> None:
    response, _ = call(browser, "GET", "/programs?q=1", headers={"Host": f"localhost:{gateway.port}"})
    assert (response.status, response.headers["Location"]) == (308, f"http://127.0.0.1:{gateway.port}/programs?q=1")


def test_local_pages_are_answered_here_and_nothing_that_only_looks_like_them(
    browser: http.client.HTTPConnection,
) -> None:
    assert call(browser, "POST", "/_local/clock", b"by=1h")[1] == b"POST /_local/clock by=1h"
    assert json.loads(call(browser, "GET", "/_localized")[1])["path"] == f"{PREFIX}/_localized"
