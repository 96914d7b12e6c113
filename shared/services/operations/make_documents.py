"""Documents from events, each made from what is stored: killed anywhere and begun again, it makes the same bytes under
the same key, and records them once."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from shared.events.envelope import Envelope
from shared.ports import DocumentMaker, FileStore
from shared.services.core.document_rule import DocumentRule

PDF = "application/pdf"


@dataclass(frozen=True, kw_only=True)
class MakeDocuments:
    """`document_rules` are the documents by event type; `make_service` makes the service of a rule."""

    document_maker: DocumentMaker
    file_store: FileStore
    document_rules: Mapping[str, tuple[DocumentRule, ...]]
    make_service: Callable[[type[Any]], Any]

    def make(self, event: Envelope) -> list[str]:
        """The keys of what was made. Raises `KeyError` for an event that asks for no document, `Busy`."""
        made = []
        for rule in self.document_rules[event.type]:
            service = self.make_service(rule.service)
            order = rule.compose(service, event)
            if order is None:
                continue
            content = self.document_maker.make(order.template, order.data)
            sha256 = hashlib.sha256(content).hexdigest()
            key = f"{order.folder}/{sha256}"
            self.file_store.keep(key, content, order.kind, PDF)
            rule.made(service, order, key, sha256, event)
            made.append(key)
        return made
