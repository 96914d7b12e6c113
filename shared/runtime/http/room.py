"""A room: one Lambda's HTTP surface on Powertools' resolver. Routes declare who may call, which page shows the
resource, where forms lead.

room = Room("accounts", Settings)

@room.get("/accounts/profile", access=SIGNED_IN, page="profile.html", title="Your profile")
def show_profile() -> ProfileView:
    return room.wiring.accounts.profile(room.call("trainee"))

handler = room.handler()
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from inspect import signature
from typing import Any, TypeVar, get_type_hints
from urllib.parse import quote

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError, ServiceError
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError
from pydantic import BaseModel

from shared.domain.core.errors import NotFound, RotaError, SignInNeeded
from shared.ports import Session
from shared.runtime.bootstrap import Wiring
from shared.runtime.entry import Entry
from shared.runtime.http.access import Access, Caller, check_origin
from shared.runtime.http.answers import Answers
from shared.runtime.http.declared import Declared, parameters
from shared.runtime.http.paths import SIGN_IN, leading_to
from shared.runtime.http.refusals import invalid
from shared.runtime.http.request import Request
from shared.runtime.log import correlate, log, with_context
from shared.runtime.settings import Http
from shared.services.core.transitions import RequestContext

Function = TypeVar("Function", bound=Callable[..., Any])
Event = Mapping[str, Any]


class MethodNotAllowed(RotaError):
    slug, status, title = "method-not-allowed", 405, "This address takes other calls"


class InternalError(RotaError):
    slug, status, title = "internal-error", 500, "Something broke on our side"


class Room(Entry):
    """`prefix` names the folder under `functions/`; `settings` what the function reads from its environment."""

    def __init__(self, name: str, settings: type[Http]) -> None:
        super().__init__(name, settings)
        self.resolver = APIGatewayHttpResolver(enable_validation=True)
        self.declared: dict[tuple[str, str], Declared] = {}
        self._answers = Answers(self)
        self.request: Request
        self.caller: Caller
        self.cookies: list[str] = []
        self.secret = False
        self.resolver.use(middlewares=[self._around])
        self.resolver.exception_handler(RotaError)(self._refuse)
        self.resolver.exception_handler(RequestValidationError)(self._refuse_input)
        self.resolver.exception_handler(ServiceError)(self._refuse_service)
        self.resolver.not_found(self._not_found)

    # --- what handlers use --------------------------------------------------------------------------------------------
    @property
    def session(self) -> Session | None:
        return self.caller.session

    def call(self, acting_as: str) -> RequestContext:
        """The signed-in person as `acting_as` (trainee, reviewer ...). Raises `SignInNeeded`."""
        return RequestContext(self.caller.actor(acting_as), self.request.id)

    def key(self) -> str:
        """The call's idempotency key; without one each call is a new one."""
        return self.request.idempotency_key or self.wiring.ids.new()

    def set_cookie(self, value: str) -> None:
        self.cookies.append(value)

    def keep_secret(self) -> None:
        """No cache keeps this answer, although nobody is signed in."""
        self.secret = True

    # --- routes -------------------------------------------------------------------------------------------------------
    def get(
        self,
        rule: str,
        *,
        access: Access,
        page: str = "",
        title: str = "",
        answers: Mapping[int, tuple[str, ...]] | None = None,
    ) -> Callable[[Function], Function]:
        return self._route("GET", rule, Declared(lambda: None, access, page, title, answers=answers or {}))

    def post(
        self,
        rule: str,
        *,
        access: Access,
        goes_to: str = "",
        again: Callable[..., Any] | None = None,
        shows: Callable[..., Any] | None = None,
        page: str = "",
        title: str = "",
        form: type[BaseModel] | None = None,
        status: int = 200,
        answers: Mapping[int, tuple[str, ...]] | None = None,
    ) -> Callable[[Function], Function]:
        """The function does what is asked for and returns nothing, or the names that `goes_to` and `shows` need beside
        the path's arguments (`{"application_id": ...}`), or an answer of the post's own. `shows` is `again` unless
        named."""
        declared = Declared(
            lambda: None, access, page, title, goes_to, again, shows or again, form, answers or {}, status
        )
        return self._route("POST", rule, declared)

    def _route(self, method: str, rule: str, declared: Declared) -> Callable[[Function], Function]:
        def register(function: Function) -> Function:
            complete = replace(declared, function=function)
            self.declared[(method, rule)] = complete
            summary = (function.__doc__ or function.__name__).strip().splitlines()[0]
            self.resolver.route(
                rule,
                method,
                summary=summary,
                tags=[self.name],
                status_code=declared.status,
                operation_id=f"{self.name}_{function.__name__}",
                openapi_extensions={"x-rota-roles": declared.access.described()},
            )(self._posted(complete) if method == "POST" else function)
            return function

        return register

    def _posted(self, declared: Declared) -> Callable[..., Any]:
        """A post's function as programs call it: with the resource that it shows, unless it has an answer of its
        own."""
        types = get_type_hints(declared.function, include_extras=True)
        if declared.shows and not _is_answer(types["return"]):
            types["return"] = get_type_hints(declared.shows, include_extras=True)["return"]

        def posted(**arguments: Any) -> Any:
            return self.resource(declared, arguments)

        given = signature(declared.function)
        parameters = [one.replace(annotation=types[name]) for name, one in given.parameters.items()]
        posted.__signature__ = given.replace(parameters=parameters, return_annotation=types["return"])  # type: ignore[attr-defined]
        posted.__doc__ = declared.function.__doc__
        return posted

    def resource(self, declared: Declared, arguments: Mapping[str, Any]) -> Any:
        """What the route answers with, for programs and for a page."""
        given, outcome = declared.function(**arguments), self.wiring.outcome
        outcome.done = True
        if declared.shows is None or _is_answer(type(given)):
            return given
        names = {**arguments, **(given or {})}
        outcome.address = self.address_of(declared.shows, names)
        return declared.shows(**{name: names[name] for name in parameters(declared.shows) if name in names})

    def address_of(self, function: Callable[..., Any] | None, arguments: Mapping[str, Any]) -> str:
        """The address of a GET function's resource; empty for what has none."""
        rule = next((rule for (_, rule), one in self.declared.items() if one.function is function), "")
        for name, value in arguments.items():
            rule = rule.replace(f"<{name}>", quote(str(value), safe=""))
        return rule

    def told(self, error: RotaError) -> RotaError:
        """`error` as it is true after what this request has changed."""
        return self.wiring.outcome.told(error)

    def current(self) -> Declared | None:
        """The declaration of the route being answered; None when nothing matched."""
        route = self.resolver.context.get("_route")
        return self.declared.get((route.method, route.path)) if route else None

    # --- one call -----------------------------------------------------------------------------------------------------
    def handler(self) -> Callable[[Event, Any], dict[str, Any]]:
        """The Lambda entry point. In Lambda everything is wired now, during INIT; elsewhere at the first call."""
        return with_context(self.name, self.started(Wiring.warm).answer)

    def answer(self, event: Event, context: Any) -> dict[str, Any]:
        self.cookies, self.secret = [], False
        self.request = Request(event)
        correlate(self.name, self.request.id)
        self.wiring.outcome.begin(self.request.method == "POST")
        self.caller = Caller(event, self.request.headers, self.wiring.sessions)
        try:
            if self.caller.by_cookie:
                check_origin(self.request.method, self.request.headers, self.wiring.settings.public_url)
            self.request.read_query()
            self.request.read_body()
            response = self.resolver.resolve(self.request.event, context)
        except RotaError as error:
            # Refused before a route was found; the resolver's own handlers answer everything after that.
            response = self._answers.plain(self._answers.refused(error, None))
        finished = self._answers.finish(response)
        route = self.request.path.split("/")[1]
        log(
            self.name,
            "answered",
            request=self.request.id,
            method=self.request.method,
            prefix=route,
            status=finished["statusCode"],
        )
        return finished

    def _around(self, app: APIGatewayHttpResolver, following: Callable[[Any], Response[Any]]) -> Response[Any]:
        declared = self.current()
        if declared is None:
            return following(app)
        try:
            declared.access.check(self.session)
            if self.request.wants_page and (declared.page or declared.goes_to):
                return self._answers.to_browser(declared, app.context["_route_args"])
            return following(app)
        except (RotaError, ServiceError, NotFoundError):
            raise
        except Exception as error:  # noqa: BLE001 - the last line of defence: a reference for the person, the trace for the log
            return self._broken(error, declared)

    def _broken(self, error: Exception, declared: Declared | None) -> Response[Any]:
        log(self.name, "failed", request=self.request.id, error=error)
        hidden = InternalError("We have a record of it.", "Try again; if it stays, tell us the reference.")
        return self._answers.refused(hidden, declared, plain_page=True)

    def _refuse(self, error: RotaError) -> Response[Any]:
        return self._answers.refused(error, self.current())

    def _refuse_input(self, error: RequestValidationError) -> Response[Any]:
        declared = self.current()
        try:
            # The resolver validates before any middleware runs; who may not call is told so first.
            if declared:
                declared.access.check(self.session)
        except RotaError as refused:
            return self._answers.refused(refused, declared)
        return self._answers.refused(invalid(error.errors()), declared)

    def _refuse_service(self, error: ServiceError) -> Response[Any]:
        return self._refuse(NotFound(str(error.msg), "Check the address."))

    def _not_found(self, _: NotFoundError) -> Response[Any]:
        path = self.request.path
        allowed = sorted(
            {
                route.method
                for route in self.resolver._static_routes + self.resolver._dynamic_routes
                if route.rule.match(path)
            }
        )
        if allowed:
            allowed = sorted({*allowed, *(["HEAD"] if "GET" in allowed else [])})
            response = self._answers.refused(
                MethodNotAllowed(f"{self.request.method} is not possible here.", f"Use {', '.join(allowed)}."), None
            )
            response.headers["Allow"] = ", ".join(allowed)
            return response
        return self._answers.refused(
            NotFound("There is nothing at this address.", "Check it for a typing error, or start from the home page."),
            None,
            page="not-found.html",
        )

    def sign_in_address(self, error: RotaError) -> str:
        """Where a browser goes that must sign in first; empty for every other refusal."""
        if not isinstance(error, SignInNeeded) or self.request.method != "GET":
            return ""
        asked = f"{self.request.path}?{self.request.query_string}" if self.request.query_string else self.request.path
        return leading_to(SIGN_IN, asked)


def _is_answer(kind: Any) -> bool:
    """Whether a post's function returns an answer of its own."""
    return isinstance(kind, type) and issubclass(kind, BaseModel)
