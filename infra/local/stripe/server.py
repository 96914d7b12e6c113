"""HTTP around the simulator: `/v1/` for the API, `/pay/` for payers, `/_sim/` for controls; threads, on 127.0.0.1
only."""

from __future__ import annotations

import json
import socket
import sys
import traceback
from collections.abc import Iterable
from typing import Any

from werkzeug.exceptions import HTTPException
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

from infra.local.stripe.api import Api, Call
from infra.local.stripe.controls import BadControl, Controls
from infra.local.stripe.paypage import PageAnswer, PayPage
from infra.local.stripe.simulator import Simulator

Json = dict[str, Any]

MAX_BODY_BYTES = 1_000_000


class QuietHandler(WSGIRequestHandler):
    """No line per request, and no waiting for small packets to fill up."""

    disable_nagle_algorithm = True

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Requests are counted under /_sim/requests, not logged."""


class Application:
    """The WSGI application."""

    def __init__(self, simulator: Simulator) -> None:
        self._api = Api(simulator)
        self._pay = PayPage(simulator)
        self._controls = Controls(simulator)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        request = Request(environ)
        request.max_content_length = request.max_form_memory_size = MAX_BODY_BYTES
        try:
            response = self._dispatch(request)
        except HTTPException as error:  # e.g. a body that is too large
            kind = "invalid_request_error"
            response = _json(error.code or 400, {"error": {"type": kind, "message": error.description or error.name}})
        except Exception as error:  # noqa: BLE001  (the last place that can answer; the trace goes to stderr for whoever develops)
            traceback.print_exc(file=sys.stderr)
            response = _json(
                500,
                {"error": {"type": "api_error", "message": f"The simulator failed: {type(error).__name__}: {error}"}},
            )
        return response(environ, start_response)

    def _dispatch(self, request: Request) -> Response:
        path = request.path
        if path.startswith("/v1/"):
            return self._api_call(request)
        if path.startswith("/_sim/"):
            return self._control(request)
        parts = path.strip("/").split("/")
        if parts[0] == "pay" and len(parts) in (2, 3):
            return self._pay_page(request, parts[1], parts[2] if len(parts) == 3 else "")
        if path == "/":
            return _page(request, self._pay.index())
        if parts[0] == "receipts" and len(parts) == 2:
            return _page(request, self._pay.receipt(parts[1]))
        return _page(request, self._pay.show(""))

    def _api_call(self, request: Request) -> Response:
        pairs = [*request.args.items(multi=True), *request.form.items(multi=True)]
        headers = {name.lower(): value for name, value in request.headers.items()}
        answer = self._api.handle(Call(request.method, request.path, headers, pairs))
        if answer.lost == "close":
            _hang_up(request)
        return _json(answer.status, answer.body, answer.headers)

    def _pay_page(self, request: Request, session_id: str, step: str) -> Response:
        form = dict(request.form.items()) if request.method == "POST" else None
        if step == "challenge":
            answer = (
                self._pay.show_challenge(session_id)
                if form is None
                else self._pay.challenge(session_id, form.get("action", ""))
            )
        elif step:
            answer = self._pay.show("")
        else:
            answer = self._pay.show(session_id) if form is None else self._pay.submit(session_id, form)
        return _page(request, answer)

    def _control(self, request: Request) -> Response:
        name = request.path.removeprefix("/_sim/")
        try:
            given = json.loads(request.get_data() or b"{}") if request.method == "POST" else {}
            if not isinstance(given, dict):
                raise BadControl("the body is a JSON object")
            return _json(200, self._controls.run(request.method, name, given))
        except json.JSONDecodeError as error:
            return _json(400, {"error": f"the body is not JSON: {error}"})
        except BadControl as error:
            return _json(error.status, {"error": str(error)})


def _json(status: int, body: Json, headers: dict[str, str] | None = None) -> Response:
    return Response(
        json.dumps(body, indent=2),
        status,
        {"Cache-Control": "no-cache, no-store", **(headers or {})},
        "application/json",
    )


def _page(request: Request, answer: PageAnswer) -> Response:
    """HTML for browsers; a script that accepts only JSON gets the facts, with 200 instead of a redirect."""
    if request.accept_mimetypes.best_match(["text/html", "application/json"], "text/html") == "application/json":
        return _json(200 if answer.status == 303 else answer.status, answer.facts)
    return Response(answer.html, answer.status, answer.headers, "text/html; charset=utf-8")


def _hang_up(request: Request) -> None:
    """Break the connection under the answer: the client sees it reset, the server only a client that went away."""
    connection: socket.socket = request.environ["werkzeug.socket"]
    connection.shutdown(socket.SHUT_RDWR)


def make(simulator: Simulator, port: int) -> BaseWSGIServer:
    """A threaded server on 127.0.0.1; port 0 takes a free one. Call `serve_forever`, and `shutdown` from another
    thread."""
    return make_server("127.0.0.1", port, Application(simulator), threaded=True, request_handler=QuietHandler)
