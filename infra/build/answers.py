"""What an operation may answer besides its resource: the browser's page, where it is sent on to, and every way in which
it is refused.

A refusal is one shared response per status (RFC 9457), whose description lists the problem types that come with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from shared.domain.core.errors import RotaError
from shared.runtime.http.answers import HTML, JSON, PROBLEM
from shared.runtime.http.declared import Declared
from shared.runtime.http.refusals import TYPE_BASE

Node = dict[str, Any]
PAGE: Node = {"text/html": {"schema": {"type": "string", "description": "A page for browsers."}}}
LOCATION: Node = {"Location": {"description": "Where to go on.", "required": True, "schema": {"type": "string"}}}

REFUSALS: dict[int, tuple[str, str]] = {
    400: ("Unreadable", "The body or the query cannot be read."),
    401: ("SignInNeeded", "Nobody is signed in, or the credentials are not good."),
    403: ("NotForYou", "Another role's operation, or a cookie call from another site."),
    404: ("NotFound", "There is no such thing, or it is somebody else's."),
    409: ("NotPossible", "What was asked for is not possible as things stand."),
    410: ("Expired", "The time for this has run out."),
    413: ("TooLarge", "The body is larger than 1 MB."),
    422: ("InvalidInput", "Fields that need a change; `fields` or `field` names them."),
    429: ("TooManyTries", "Tried too often; `retry_after` says when the next try is looked at."),
    500: ("Broken", "Something broke on our side; quote the reference."),
    503: ("Busy", "It could not be finished, or not be shown: the type says what is known. Trying again is safe."),
}
"""Status -> name among the shared responses, and what it means."""
HEADERS: dict[int, Node] = {
    401: {"WWW-Authenticate": {"required": True, "schema": {"type": "string"}}},
    429: {"Retry-After": {"description": "An HTTP date.", "required": True, "schema": {"type": "string"}}},
    503: {"Retry-After": {"description": "Seconds.", "required": True, "schema": {"type": "string"}}},
}


def responses() -> Node:
    """The shared responses, by name."""
    return {name: _refusal(status, words) for status, (name, words) in REFUSALS.items()}


def answered(operation: Node, method: str, declared: Declared) -> Node:
    """The `responses` of an operation, from what Powertools said of its resource and what the route declares."""
    given = {status: part for status, part in operation["responses"].items() if status.startswith("2")}
    if declared.page:
        given = {status: {**part, "content": {**part.get("content", {}), **PAGE}} for status, part in given.items()}
    if made := {status: kinds for status, kinds in declared.answers.items() if status not in REFUSALS}:
        given = {str(status): _made(status, kinds) for status, kinds in made.items()}
    if declared.goes_to or (method == "get" and declared.access.signed_in):
        given.setdefault("303", {"description": "A browser goes on, or signs in first.", "headers": LOCATION})
    return given | refused(sorted({*_refusals(operation, method, declared), *(set(declared.answers) & set(REFUSALS))}))


def refused(statuses: list[int]) -> Node:
    return {str(status): {"$ref": f"#/components/responses/{REFUSALS[status][0]}"} for status in statuses}


def _refusals(operation: Node, method: str, declared: Declared) -> Iterator[int]:
    """A bearer token that is no good is refused everywhere, and so is a body that nobody asked for when it is too
    large."""
    yield from (400, 401, 413, 500, 503)
    changes, names = method != "get", {parameter["in"] for parameter in operation.get("parameters", [])}
    if declared.access.roles or changes:
        yield 403
    if declared.access.signed_in or "path" in names:
        yield 404
    if names & {"path", "query"} or changes:
        yield 422
    if changes:
        yield 409
    if changes and "path" in names:
        yield 410


def _made(status: int, kinds: tuple[str, ...]) -> Node:
    if status == 303:
        return {"description": "Elsewhere", "headers": LOCATION}
    schema: Node = {"type": "object"} if kinds == (JSON,) else {"type": "string"}
    return {"description": "As it is", "content": {kind: {"schema": schema} for kind in kinds}}


def _refusal(status: int, words: str) -> Node:
    types = sorted({f"{TYPE_BASE}{kind.slug}" for kind in _kinds(RotaError) if kind.status == status})
    content: Node = {
        PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}},
        HTML.partition(";")[0]: PAGE["text/html"],
    }
    made: Node = {"description": f"{words} {', '.join(types)}", "content": content}
    return made | ({"headers": HEADERS[status]} if status in HEADERS else {})


def _kinds(base: type[RotaError]) -> Iterator[type[RotaError]]:
    """Every refusal that is defined in what serves people; which others a process has loaded must not change the
    document."""
    for kind in base.__subclasses__():
        if kind.__module__.startswith(("shared.domain.", "shared.runtime.http.")):
            yield kind
        yield from _kinds(kind)
