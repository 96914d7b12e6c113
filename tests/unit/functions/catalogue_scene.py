"""The catalogue room on fakes and a real search index in a folder: programs with open seats, a trainee, calls as API
Gateway makes them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from functions.catalogue.handler import room
from shared.adapters.search.builder import build
from shared.adapters.search.index import TantivyIndex
from shared.adapters.search.sealing import Sealer
from shared.domain.core.calendar import mondays, week_of
from shared.domain.programs.program import Program
from shared.domain.search.query import Overlay, Projection, SearchPage, SearchQuery
from shared.domain.seats.seats import free_by_week
from shared.domain.trainees.trainee import TraineeFacts
from shared.ports import Person
from shared.runtime.http.access import COOKIE
from tests.builders import TRAINEE, program, stored, stored_account
from tests.fakes.wiring import FakeWiring

FIRST, LAST = date(2026, 11, 23), date(2028, 12, 31)
OPEN = [week_of(monday) for monday in mondays(FIRST, LAST)]


class LocalIndex:
    """`SearchIndex` on one version in a folder."""

    def __init__(self, index: TantivyIndex) -> None:
        self.index, self.overlay = index, Overlay()
        self._seal = Sealer("a test's key")

    def search(self, query: SearchQuery, today: date) -> SearchPage:
        return self.index.search(query, self.overlay, today, self._seal)


class Scene(FakeWiring):
    """`add` programs, then `index` them, then `get` pages or JSON. `reader` signs a trainee in."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder, self.cookie = folder, ""
        self.search_index = None
        room.wire(self)

    def add(self, id: str, weeks: Iterable[str] = OPEN, **changes: Any) -> Program:
        made = program(id=id, **changes)
        stored(self.store, "PROGRAM", id, made.model_dump(mode="json"))
        self.store.open_seats(id, dict.fromkeys(weeks, made.capacity))
        return made

    def index(self) -> LocalIndex:
        years = list(self.store.seats.values())
        projections = [
            Projection(program=found, weeks=free_by_week(year for year in years if year.program_id == id))
            for id, found in self.catalogue.programs(self.store.program_ids("LIVE")).items()
        ]
        build(projections, self.folder)
        self.search_index = LocalIndex(TantivyIndex.open(self.folder))
        return self.search_index

    def index_again(self) -> LocalIndex:
        """After more programs were added."""
        self.folder = self.folder.with_name(f"{self.folder.name}-again")
        return self.index()

    def sell_out(self, program_id: str, week: str) -> None:
        """Everything of one week is taken, and the index does not know it yet."""
        self.store.open_seats(program_id, {week: 0})

    def reader(self, facts: TraineeFacts | None, roles: tuple[str, ...] = ("trainee",)) -> None:
        stored_account(self.store, roles=roles)
        self.people.save_person(Person(TRAINEE, "Amira Hassan", "amira@example.org", "Africa/Cairo"))
        if facts:
            self.people.save_facts(TRAINEE, facts)
        self.cookie = self.sessions.open(TRAINEE)

    # --- calls --------------------------------------------------------------------------------------------------------
    def answer(self, address: str, accept: str) -> tuple[int, str]:
        parts = urlsplit(address)
        headers = {"accept": accept} | ({"cookie": f"{COOKIE}={self.cookie}"} if self.cookie else {})
        event = {
            "version": "2.0",
            "rawPath": parts.path,
            "rawQueryString": parts.query,
            "headers": headers,
            "requestContext": {"http": {"method": "GET", "path": parts.path}, "requestId": "r1", "stage": "$default"},
        }
        answer = room.answer(event, None)
        return answer["statusCode"], answer["body"]

    def get(self, address: str, status: int = 200) -> Any:
        """The JSON resource."""
        found, body = self.answer(address, "application/json")
        assert found == status, body
        return json.loads(body)

    def page(self, address: str, status: int = 200) -> str:
        found, body = self.answer(address, "text/html")
        assert found == status, body
        return body
