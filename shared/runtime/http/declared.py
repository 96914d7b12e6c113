"""What a route says about itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from shared.runtime.http.access import Access


@dataclass(frozen=True)
class Declared:
    """`goes_to` is a format string over the path's arguments and the post's own answer: where a good form post leads
    (303). `again` is the room's GET function whose page a refused form comes back on; it gets the same path arguments.
    `shows` is what a program gets after a post that has no answer of its own: a GET function of the room, called with
    the path's arguments and the names that the post gave. `status` is that of a good answer. `answers` is for the API
    document: status -> content types, where a route makes its response itself or refuses in a way that others of its
    kind do not."""

    function: Callable[..., Any]
    access: Access
    page: str = ""
    title: str = ""
    goes_to: str = ""
    again: Callable[..., Any] | None = None
    shows: Callable[..., Any] | None = None
    form: type[BaseModel] | None = None
    answers: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    status: int = 200


def parameters(function: Callable[..., Any]) -> tuple[str, ...]:
    """The names of a route function's parameters."""
    code = function.__code__
    return tuple(code.co_varnames[: code.co_argcount])
