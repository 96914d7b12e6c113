"""The public address of the local stack: a reverse proxy in front of MiniStack's API, plus the local pages under
/_local/.

It adds what API Gateway adds (`x-forwarded-*`), and answers a crashed function as API Gateway does: 500 without the
exception's text.
"""

from __future__ import annotations

import http.client
import json
import re
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

LOCAL = "/_local"
CHUNK = 65_536
HOP_BY_HOP = {
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
}
OURS = {
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-port",
    "x-forwarded-proto",
    "host",
    "content-length",
    "expect",
}
IDLE_SECONDS = 20.0
UPSTREAM_SECONDS = 60.0
CRASHED = re.compile(rb'"errorType": ?"')


@dataclass(frozen=True)
class Page:
    """What a local page answers."""

    body: bytes
    status: int = 200
    content_type: str = "text/html; charset=utf-8"
    headers: dict[str, str] = field(default_factory=dict)


LocalPages = Callable[[str, str, bytes], Page]
"""(method, path with query, body) -> page, for everything under /_local/."""


class Upstream:
    """Connections to MiniStack that are kept and used again, so that a page does not pay a new one for each request."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._idle: deque[tuple[float, http.client.HTTPConnection]] = deque()
        self._lock = threading.Lock()

    def take(self) -> http.client.HTTPConnection:
        with self._lock:
            while self._idle:
                since, connection = self._idle.pop()
                if time.monotonic() - since < IDLE_SECONDS:
                    return connection
                connection.close()
        return http.client.HTTPConnection("127.0.0.1", self._port, timeout=UPSTREAM_SECONDS)

    def give_back(self, connection: http.client.HTTPConnection) -> None:
        with self._lock:
            self._idle.append((time.monotonic(), connection))

    def close(self) -> None:
        with self._lock:
            while self._idle:
                self._idle.pop()[1].close()


class Gateway:
    """Serves 127.0.0.1:`port` in threads of this process from `start` until `stop`."""

    def __init__(self, port: int, upstream_port: int, api_id: str, pages: LocalPages) -> None:
        self.port = port
        self.upstream = Upstream(upstream_port)
        self.prefix = f"/_aws/execute-api/{api_id}/$default"
        self.pages = pages
        self._server = _Server(("127.0.0.1", port), _Handler)
        self._server.gateway = self
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.1}, name="gateway", daemon=True
        )

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        self.upstream.close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    # Without this, stopping would wait for every kept-alive browser connection.
    block_on_close = False
    request_queue_size = 256
    gateway: Gateway

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that hangs up in the middle of an answer is no news."""
        if not isinstance(sys.exc_info()[1], ConnectionError | TimeoutError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Answers leave in one piece each: with small writes Nagle and delayed acknowledgements cost 40 ms per request.
    wbufsize = -1
    disable_nagle_algorithm = True
    timeout = 75
    server: _Server

    def log_message(self, format: str, *args: Any) -> None:
        """MiniStack logs every request already."""

    def __getattr__(self, name: str) -> Any:
        # http.server looks for do_<METHOD>; every method is proxied, also those nobody has heard of.
        if name.startswith("do_"):
            return self._answer
        raise AttributeError(name)

    def _answer(self) -> None:
        if self.path == LOCAL or self.path.startswith((f"{LOCAL}/", f"{LOCAL}?")):
            self._send_page(self.server.gateway.pages(self.command, self.path, self._whole_body()))
        elif self.headers.get("Host", "").startswith("localhost:") and self.command in ("GET", "HEAD"):
            # Links, cookies and the origin check all use one name for this address.
            self._send_page(
                Page(b"", 308, headers={"Location": f"http://127.0.0.1:{self.server.gateway.port}{self.path}"})
            )
        else:
            self._proxy()

    def _length(self) -> int:
        return int(self.headers.get("Content-Length") or 0)

    def _whole_body(self) -> bytes:
        return self.rfile.read(self._length())

    def _body(self) -> Iterable[bytes]:
        left = self._length()
        while left > 0:
            part = self.rfile.read(min(CHUNK, left))
            if not part:
                raise ConnectionResetError("the client left before it sent its whole body")
            left -= len(part)
            yield part

    def _proxy(self) -> None:
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            self.close_connection = True
            self._send_page(Page(b'{"message":"Length Required"}', 411, "application/json"))
            return
        upstream = self.server.gateway.upstream
        connection = upstream.take()
        try:
            connection.putrequest(self.command, self.server.gateway.prefix + self.path, skip_accept_encoding=True)
            for name, value in self._forwarded_headers():
                connection.putheader(name, value)
            connection.endheaders()
            for part in self._body():
                connection.send(part)
            response = connection.getresponse()
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            self._send_page(Page(_json(f"The local AWS did not answer: {error}"), 502, "application/json"))
            return
        try:
            self._relay(response)
        except OSError:
            connection.close()  # the browser left in the middle of the answer, whose rest is still on this connection
            raise
        if response.will_close:
            connection.close()
        else:
            upstream.give_back(connection)

    def _forwarded_headers(self) -> Iterable[tuple[str, str]]:
        listed = {name.strip().lower() for name in self.headers.get("Connection", "").split(",")}
        for name, value in self.headers.items():
            if name.lower() not in HOP_BY_HOP | OURS | listed:
                yield name, value
        before = self.headers.get("X-Forwarded-For")
        client = self.client_address[0]
        yield "X-Forwarded-For", f"{before}, {client}" if before else client
        yield "X-Forwarded-Host", self.headers.get("Host", "")
        yield "X-Forwarded-Port", str(self.server.gateway.port)
        yield "X-Forwarded-Proto", "http"
        if self._length() or self.command in ("POST", "PUT", "PATCH"):
            yield "Content-Length", str(self._length())

    def _relay(self, response: http.client.HTTPResponse) -> None:
        if response.status == 502 and (response.getheader("Content-Type") or "").startswith("application/json"):
            body = response.read()
            if CRASHED.search(body):
                self._send_page(Page(b'{"message":"Internal Server Error"}', 500, "application/json"))
            else:
                self._send_page(Page(body, 502, "application/json"))
            return
        self.send_response_only(response.status, response.reason)
        headers = [(name, value) for name, value in response.getheaders() if name.lower() not in HOP_BY_HOP]
        for name, value in headers:
            self.send_header(name, value)
        bodiless = self.command == "HEAD" or response.status in (204, 304) or response.status < 200
        if not bodiless and not any(name.lower() == "content-length" for name, _ in headers):
            self.send_header("Connection", "close")
            self.close_connection = True
        self.end_headers()
        while part := response.read(CHUNK):
            self.wfile.write(part)

    def _send_page(self, page: Page) -> None:
        if page.status >= 500:
            # Whatever is left of the request's body must not be read as the next request.
            self.close_connection = True
        self.send_response_only(page.status)
        for name, value in (
            {"Content-Type": page.content_type, "Content-Length": str(len(page.body))} | page.headers
        ).items():
            self.send_header(name, value)
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(page.body)


def _json(message: str) -> bytes:
    return json.dumps({"message": message}).encode()
