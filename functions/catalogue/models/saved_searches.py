"""Saved searches as resources: the list, and what a mail's link ends. A search is given as its address says it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from pydantic import ConfigDict, Field, ValidationError

from functions.catalogue.results import chosen
from shared.domain.core.errors import Invalid
from shared.domain.core.instants import Instant
from shared.domain.search.query import SearchQuery, address
from shared.runtime.http.models import LateAnswer, Request

if TYPE_CHECKING:
    from shared.services.search.saved_searches import Kept


class SaveRequest(Request):
    """`search` is the address of its results, from `/programs` on or only what follows the question mark."""

    model_config = ConfigDict(defer_build=True)
    search: str = Field(default="", max_length=4000, title="Search")

    def query(self) -> SearchQuery:
        """Raises `Invalid` (field `search`) for what is no search of ours."""
        values: dict[str, object] = {}
        try:
            for name, value in parse_qsl(
                self.search.rpartition("?")[2] if "?" in self.search else _bare(self.search), max_num_fields=200
            ):
                values[name] = [*values.get(name, []), value] if name in LISTS else value  # type: ignore[misc]
            return SearchQuery.model_validate(values)
        except (ValidationError, ValueError) as error:
            raise Invalid(
                "This is not a search that can be saved.", "Open the search and save it from there.", field="search"
            ) from error


def _bare(text: str) -> str:
    return "" if text.startswith("/") else text


LISTS = ("specialty", "subspecialty", "state", "city", "experience_type", "review_mode")


class SavedView(LateAnswer):
    """`words` say what is looked for; empty is every rotation. `matches` programs were named by the last mail,
    on the day `told_on`."""

    id: str
    words: tuple[str, ...]
    href: str
    created_at: Instant
    ends_at: Instant
    told_on: date | None
    matches: int
    active: bool

    @classmethod
    def of(cls, kept: Kept) -> SavedView:
        saved, query = kept.saved, kept.query
        words = tuple(link.label for link in chosen(query))
        return cls(
            id=saved.id,
            words=(f"“{query.text}”", *words) if query.text else words,
            href=address(query),
            created_at=saved.created_at,
            ends_at=saved.ends_at,
            told_on=saved.told_on,
            matches=len(saved.matches),
            active=saved.status.value == "ACTIVE",
        )


class SavedList(LateAnswer):
    """The caller's saved searches that still wait, newest first; at most `most`."""

    searches: tuple[SavedView, ...]
    most: int

    @classmethod
    def of(cls, found: list[Kept]) -> SavedList:
        from shared.domain.search.saved_search import MOST  # a search does not wait for it

        return cls(searches=tuple(SavedView.of(kept) for kept in found), most=MOST)
