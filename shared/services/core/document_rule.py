"""How a context says which documents it has: one rule each, in `DOCUMENTS` of its `documents.py` (merged in
`shared/services/contexts.py`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from shared.events.base import EventData
from shared.events.envelope import Envelope


@dataclass(frozen=True)
class DocumentOrder:
    """A document to be made: `template` and `data` as of the port `DocumentMaker`; it is kept in `folder` under its
    SHA-256, with `kind` as its metadata. `about` names it in the call that records it."""

    template: str
    data: Mapping[str, Any]
    folder: str
    kind: str
    about: tuple[str, int]


@dataclass(frozen=True)
class DocumentRule:
    """`event` asks for a document. `compose` is a method of `service`: the order, None when nothing is wanted any more.
    `made(service, order, key, sha256, event)` records where it lies; made again with the same bytes, it changes
    nothing."""

    event: type[EventData]
    service: type[Any]
    compose: Callable[[Any, Envelope], DocumentOrder | None]
    made: Callable[[Any, DocumentOrder, str, str, Envelope], None]
