"""`Catalogue`: programs as readers see them, from the state of their aggregates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from shared.domain.programs.program import Program

if TYPE_CHECKING:
    from shared.adapters.dynamodb.store import DynamoStore

LIVE = "LIVE"


class DynamoCatalogue:
    def __init__(self, store: DynamoStore) -> None:
        self._store = store

    def program(self, program_id: str) -> Program:
        """Of any status. Raises `NotFound`."""
        return program_of(self._store.load("PROGRAM", program_id).state)

    def programs(self, ids: Iterable[str]) -> dict[str, Program]:
        """Whatever is known, by id; one `BatchGetItem` per 100."""
        found = self._store.load_many(("PROGRAM", id) for id in ids)
        return {loaded.id: program_of(loaded.state) for loaded in found.values()}

    def live_ids(self) -> list[str]:
        return self._store.program_ids(LIVE)


def program_of(state: Mapping[str, Any]) -> Program:
    """The state also holds its version and dates, which are not part of the offer."""
    return Program.model_validate({name: state[name] for name in Program.model_fields if name in state})
