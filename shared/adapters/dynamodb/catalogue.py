"""`Catalogue`: programs as readers see them, from the state of their aggregates."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from shared.domain.programs.program import Program, program_from

if TYPE_CHECKING:
    from shared.adapters.dynamodb.store import DynamoStore

LIVE = "LIVE"


class DynamoCatalogue:
    def __init__(self, store: DynamoStore) -> None:
        self._store = store

    def program(self, program_id: str) -> Program:
        """Of any status. Raises `NotFound`."""
        return program_from(self._store.load("PROGRAM", program_id).state)

    def programs(self, ids: Iterable[str]) -> dict[str, Program]:
        """Whatever is known, by id; one `BatchGetItem` per 100."""
        found = self._store.load_many(("PROGRAM", id) for id in ids)
        return {loaded.id: program_from(loaded.state) for loaded in found.values()}

    def live_ids(self) -> list[str]:
        return self._store.program_ids(LIVE)
