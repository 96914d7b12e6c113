"""What a route says about itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from shared.runtime.http.access import Access


@dataclass(frozen=True)
class Declared:
    """`goes_to` is a format string over the answer's fields: where a good form post leads (303). `again` is the room's
    GET function whose page a refused form comes back on; it gets the same path arguments. `answers` is for the API
    document: status -> content types, where a route makes its response itself or refuses in a way that others of its
    kind do not."""

    function: Callable[..., Any]
    access: Access
    page: str = ""
    title: str = ""
    goes_to: str = ""
    again: Callable[..., Any] | None = None
    form: type[BaseModel] | None = None
    answers: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
