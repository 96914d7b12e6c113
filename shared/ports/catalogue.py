"""Programs as readers see them, and the search index over them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Protocol

from shared.domain.programs.program import Program
from shared.domain.search.query import Projection, SearchPage, SearchQuery


class SearchIndex(Protocol):
    def search(self, query: SearchQuery, today: date) -> SearchPage: ...


class SearchPublisher(Protocol):
    def publish(self, projections: Iterable[Projection]) -> str:
        """Builds a version, stores it under its content hash and swaps the pointer; returns the version. Notes the time
        before it takes the first projection. Raises `VersionConflict` when a version of later knowledge is current."""
        ...

    def overlay(self, program_id: str, week: str, free: bool) -> None:
        """A program's week went between "some" and "none" since the version."""
        ...

    def overlay_rows(self) -> int:
        """How long the overlay is: it is read with every search."""
        ...


class Catalogue(Protocol):
    """Programs as readers see them (the projection list that search builds from, and single look-ups)."""

    def program(self, program_id: str) -> Program: ...
    def programs(self, ids: Iterable[str]) -> dict[str, Program]: ...
    def live_ids(self) -> list[str]: ...
