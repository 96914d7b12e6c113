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

    def do_GET(self) -> None:
        headers: list[tuple[str, str]] = [("Content-Type", "application/json")]
        seen = {k.lower(): ", ".join(self.headers.get_all(k, [])) for k in self.headers}
        content = json.dumps({"path": self.path, "headers": seen}).encode()
        if self.path.endswith("/cookies"):
            headers += [("Set-Cookie", "a=1; Path=/"), ("Set-Cookie", "b=2; Path=/")]
        self.send_response(200)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


@pytest.fixture(scope="module")
def gateway() -> Iterator[Gateway]:
    upstream = ThreadingHTTPServer(("127.0.0.1", 0), Upstream)
    upstream.daemon_threads = True
    threading.Thread(target=upstream.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    gateway = Gateway(free_port(), upstream.server_port, "0a0a0a0a", lambda method, target, body: Page(b""))
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
    browser: http.client.HTTPConnection, path: str, headers: dict[str, str] | None = None
) -> tuple[http.client.HTTPResponse, bytes]:
    browser.request("GET", path, None, headers or {})
    response = browser.getresponse()
    return response, response.read()


def test_it_adds_what_api_gateway_adds_and_believes_no_client_about_it(
    browser: http.client.HTTPConnection, gateway: Gateway
) -> None:
    forged = {
        "X-Forwarded-For": "203.0.113.7",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Host": "evil.example",
        "Cookie": "a=b; c=d",
    }
    _, body = call(browser, "/programs/a%20b%2Fc?q=%C3%A9&q=2", headers=forged)
    assert json.loads(body)["path"] == f"{PREFIX}/programs/a%20b%2Fc?q=%C3%A9&q=2", "the path is untouched"
    headers = json.loads(body)["headers"]
    assert headers["x-forwarded-for"] == "203.0.113.7, 127.0.0.1"
    assert headers["x-forwarded-proto"] == "http"
    assert headers["x-forwarded-host"] == f"127.0.0.1:{gateway.port}"
    assert headers["x-forwarded-port"] == str(gateway.port)
    assert headers["cookie"] == "a=b; c=d"


def test_hop_by_hop_headers_stay_on_their_hop(browser: http.client.HTTPConnection) -> None:
    _, body = call(browser, "/", {"Connection": "keep-alive, X-Secret", "X-Secret": "1", "TE": "trailers"})
    assert not {"x-secret", "te", "connection"} & json.loads(body)["headers"].keys()


def test_several_cookies_stay_several(browser: http.client.HTTPConnection) -> None:
    response, _ = call(browser, "/cookies")
    assert response.headers.get_all("Set-Cookie") == ["a=1; Path=/", "b=2; Path=/"]
