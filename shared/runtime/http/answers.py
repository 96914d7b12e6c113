"""Resources and refusals as HTTP answers: JSON for programs, pages for browsers, the same model behind both."""

from __future__ import annotations

import json
from email.utils import format_datetime
from html import unescape
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.event_handler import Response

from shared.domain.core.errors import Invalid, RotaError, TooManyTries, WrongCredentials
from shared.domain.core.instants import parse
from shared.runtime.http.declared import Declared
from shared.runtime.http.paths import SIGN_IN, leading_to
from shared.runtime.http.refusals import field_errors, problem
from shared.runtime.http.request import KEY_FIELD
from shared.runtime.http.typed import hidden, secret, words
from shared.runtime.pages import PageContext, ProblemView, csp, render

if TYPE_CHECKING:
    from shared.runtime.http.room import Room

JSON, HTML, PROBLEM = "application/json", "text/html; charset=utf-8", "application/problem+json"


class Answers:
    """Everything about form, nothing about content."""

    def __init__(self, room: Room) -> None:
        self._room = room

    # --- a resource ---------------------------------------------------------------------------------------------------
    def represent(self, response: Response[Any], declared: Declared) -> Response[Any]:
        """`response.body` is the serialised resource. A browser gets the route's page, or 303 to where its form
        leads."""
        if not self._room.request.wants_page or not response.is_json():
            return response
        if declared.goes_to and response.status_code < 300:
            return Response(303, HTML, "", headers={"Location": declared.goes_to.format_map(response.body or {})})
        if declared.page:
            return self._page(declared, response.body, response.status_code)
        return response

    def _page(self, declared: Declared, resource: Any, status: int, **context: Any) -> Response[Any]:
        title = declared.title.format_map(resource) if "{" in declared.title else declared.title
        html = render(declared.page, self._room.name, resource, self.context(title=title, **context))
        return Response(status, HTML, html)

    def context(self, **more: Any) -> PageContext:
        room = self._room
        session = room.caller.known
        return PageContext(
            path=room.request.path,
            query=room.request.query_string,
            now=room.wiring.clock.now(),
            signed_in=session.name if session else None,
            roles=session.roles if session else (),
            viewer_zone=session.zone if session else "UTC",
            idempotency_key=room.wiring.ids.new(),
            public_url=room.wiring.settings.public_url,
            **more,
        )

    # --- a refusal ----------------------------------------------------------------------------------------------------
    def refused(
        self, error: RotaError, declared: Declared | None, plain_page: bool = False, page: str = "error.html"
    ) -> Response[Any]:
        """A problem document; for a browser the form again with what was typed, the sign-in page, or `page`, which says
        what to do."""
        room = self._room
        headers = _headers(error)
        if not room.request.wants_page:
            return Response(
                error.status, PROBLEM, json.dumps(problem(error, room.request.id), default=str), headers=headers
            )
        sign_in = room.sign_in_address(error)
        if sign_in:
            return Response(303, HTML, "", headers={"Location": sign_in})
        # A wrong password is a 401 as well, but its way on is the form itself.
        by_form = error.status not in {401, 403, 404} or isinstance(error, WrongCredentials)
        if declared and declared.again and not plain_page and by_form:
            return self._again(error, declared, headers)
        return self._error_page(error, headers, page, declared)

    def _again(self, error: RotaError, declared: Declared, headers: dict[str, str]) -> Response[Any]:
        """The page that the form came from, with the errors beside their fields and everything that was typed."""
        assert declared.again is not None
        shown = next(one for one in self._room.declared.values() if one.function is declared.again)
        arguments = {
            name: value
            for name, value in self._room.resolver.context["_route_args"].items()
            if name in _arguments(declared.again)
        }
        try:
            resource = declared.again(**arguments)
        except RotaError as second:
            return self._error_page(second, _headers(second), declared=declared)
        body, inputs = resource.model_dump(mode="json"), self._room.request.inputs
        told = {"errors": field_errors(error, declared.form), "inputs": inputs}
        page = self._page(shown, body, error.status, **told)
        # The page may have lost the form meanwhile: somebody else decided, or the time ran out.
        lost = [one for one in words(inputs, declared.form) if one[1] not in unescape(str(page.body))]
        if lost:
            page = self._page(shown, body, error.status, typed=lost, **told)
        page.headers.update(headers)
        return page

    def _error_page(
        self, error: RotaError, headers: dict[str, str], page: str = "error.html", declared: Declared | None = None
    ) -> Response[Any]:
        request = self._room.request
        # Whoever follows a link or types an address has seen no form.
        asked = isinstance(error, Invalid) and request.method == "GET"
        title = "Something in the address needs a change" if asked else error.title
        links = [("Open the page without it", request.path)] if asked else []
        # Another site's form has no cookie of ours, so nobody has looked at its origin: it is not ours to show, or to
        # send for somebody.
        ours = request.method == "POST" and request.headers.get("origin") == self._room.wiring.settings.public_url
        again = ours and declared is not None and (error.status == 401 or error.status >= 500)
        form_page = self._form_page(declared) if again else ""
        sign_in = leading_to(SIGN_IN, form_page) if again and error.status == 401 else ""
        if again and secret(declared.form if declared else None):
            # A password is kept nowhere, so there is nothing to send: its form is filled in once more.
            again, links = (
                False,
                [("Sign in", sign_in)] if sign_in else [("Open the form again", form_page)] if form_page else [],
            )
        resend = hidden(request.inputs, (KEY_FIELD, request.idempotency_key)) if again else None
        view = ProblemView(title, error.detail, error.remedy, error.status, request.id, links, resend, sign_in)
        typed = words(request.inputs, declared.form if declared else None) if ours else []
        html = render(page, None, {}, self.context(title=title, problem=view, typed=typed))
        return Response(error.status, HTML, html, headers=headers)

    def _form_page(self, declared: Declared | None) -> str:
        """The address of the page that a route's forms are on; empty where it has none."""
        rule = next(
            (rule for (_, rule), one in self._room.declared.items() if declared and one.function is declared.again), ""
        )
        for name, value in self._room.resolver.context["_route_args"].items():
            rule = rule.replace(f"<{name}>", str(value))
        return rule

    # --- what every answer carries ------------------------------------------------------------------------------------
    def plain(self, response: Response[Any]) -> dict[str, Any]:
        """A response that was made outside the resolver, as API Gateway takes it."""
        headers = {**response.headers, "Content-Type": response.content_type or JSON}
        return {
            "statusCode": response.status_code,
            "headers": headers,
            "body": response.body,
            "isBase64Encoded": False,
            "cookies": [],
        }

    def finish(self, answer: dict[str, Any]) -> dict[str, Any]:
        """Security headers, cookies, caching; a HEAD call loses its body. Signed-in answers are never stored."""
        room = self._room
        headers = answer["headers"]
        unstored = room.caller.by_cookie or room.caller.session_id or room.cookies or room.secret
        headers.setdefault("Cache-Control", "private, no-store" if unstored else "no-cache")
        headers["Vary"] = "Accept, Cookie, Authorization"
        headers["X-Content-Type-Options"] = "nosniff"
        headers["Referrer-Policy"] = "same-origin"
        headers["Strict-Transport-Security"] = "max-age=63072000; includeSubDomains"
        headers["Content-Security-Policy"] = csp(
            [origin for origin in room.wiring.settings.form_origins.split(" ") if origin]
        )
        answer["cookies"] = [*answer.get("cookies", []), *room.cookies]
        if room.request.is_head:
            answer["body"] = ""
        return answer


def _headers(error: RotaError) -> dict[str, str]:
    """What a refusal says to programs beside its body (RFC 9110 10.2.3 and 11.6.1)."""
    headers = {"Retry-After": "5"} if error.status == 503 else {}
    if isinstance(error, TooManyTries):
        headers["Retry-After"] = format_datetime(parse(error.facts["retry_after"]), usegmt=True)
    if error.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return headers


def _arguments(function: Any) -> set[str]:
    code = function.__code__
    return set(code.co_varnames[: code.co_argcount])
