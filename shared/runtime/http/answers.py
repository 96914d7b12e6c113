"""Resources and refusals as HTTP answers: JSON for programs, pages for browsers, the same model behind both."""

from __future__ import annotations

import json
from collections.abc import Mapping
from email.utils import format_datetime
from html import unescape
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from aws_lambda_powertools.event_handler import Response
from pydantic import BaseModel

from shared.domain.core.errors import Invalid, RotaError, SavedNotShown, TooManyTries, Unconfirmed, WrongCredentials
from shared.domain.core.instants import parse
from shared.runtime.http.declared import Declared, parameters
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
    def to_browser(self, declared: Declared, arguments: Mapping[str, Any]) -> Response[Any]:
        """The route's page; or, after a post, 303 to where its form leads, which reads nothing."""
        if not declared.goes_to:
            resource = self._room.resource(declared, arguments)
            return resource if isinstance(resource, Response) else self._page(declared, resource, declared.status)
        given = declared.function(**arguments)
        self._room.wiring.outcome.done = True
        path = {name: quote(value, safe="") for name, value in arguments.items() if isinstance(value, str)}
        location = declared.goes_to.format_map({**path, **dict(given or {})})
        return Response(303, HTML, "", headers={"Location": location})

    def _page(self, declared: Declared, resource: BaseModel, status: int, **context: Any) -> Response[Any]:
        title = declared.title.format_map(vars(resource)) if "{" in declared.title else declared.title
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
        error = room.told(error)
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
        if declared and declared.again and not plain_page and by_form and not isinstance(error, SavedNotShown):
            return self._again(error, declared, headers)
        return self._error_page(error, headers, page, declared)

    def _again(self, error: RotaError, declared: Declared, headers: dict[str, str]) -> Response[Any]:
        """The page that the form came from, with the errors beside their fields and everything that was typed."""
        assert declared.again is not None
        shown = next(one for one in self._room.declared.values() if one.function is declared.again)
        arguments = {
            name: value
            for name, value in self._room.resolver.context["_route_args"].items()
            if name in parameters(declared.again)
        }
        try:
            resource = declared.again(**arguments)
        except RotaError as refused:
            # What became of the post matters more than what became of its page.
            second = error if isinstance(error, Unconfirmed) else self._room.told(refused)
            return self._error_page(second, _headers(second), declared=declared)
        inputs = self._room.request.inputs
        told = {"errors": field_errors(error, declared.form, self._form_page(declared)), "inputs": inputs}
        page = self._page(shown, resource, error.status, **told)
        # The page may have lost the form meanwhile: somebody else decided, or the time ran out.
        lost = [one for one in words(inputs, declared.form) if one[1] not in unescape(str(page.body))]
        if lost:
            page = self._page(shown, resource, error.status, typed=lost, **told)
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
        if address := str(error.facts.get("address", "")):
            links = [("Open the page", address)]
        # Another site's form has no cookie of ours, so nobody has looked at its origin: it is not ours to show, or to
        # send for somebody.
        ours = request.method == "POST" and request.headers.get("origin") == self._room.wiring.settings.public_url
        saved = isinstance(error, SavedNotShown)
        again = ours and declared is not None and not saved and (error.status == 401 or error.status >= 500)
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
        return self._room.address_of(declared.again, self._room.resolver.context["_route_args"]) if declared else ""

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
        """Security headers, cookies, caching; a HEAD call loses its body. What is answered to somebody who
        shows who they are is never stored."""
        room = self._room
        headers = answer["headers"]
        known = room.caller.by_token or room.caller.session_id or room.caller.browser
        unstored = known or room.cookies or room.secret
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
