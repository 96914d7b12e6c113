"""What happens to a saved search. The query itself is an erasable item."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from shared.domain.core.aggregate import AggregateType
from shared.domain.core.instants import Instant
from shared.domain.search.saved_search import SavedSearchStatus
from shared.events.base import EventData


class SavedSearchEvent(EventData):
    SUBJECT: ClassVar[AggregateType] = "SEARCH"
    status: SavedSearchStatus


class SearchSaved(SavedSearchEvent):
    """Somebody wants to be told when a match opens, until `ends_at`."""

    TYPE: ClassVar[str] = "SearchSaved.v1"
    id: str
    trainee_id: str
    query_ref: str
    query_hash: str
    created_at: Instant
    ends_at: Instant


class SearchMatched(SavedSearchEvent):
    """`matches` are the programs that opened and the first Monday that fits; each program at most once a day (`told` on
    `told_on`)."""

    TYPE: ClassVar[str] = "SearchMatched.v1"
    EMAILED: ClassVar[bool] = True
    matches: dict[str, date]
    told_on: date
    told: tuple[str, ...]


class SearchEnded(SavedSearchEvent):
    """Its owner ended it, on the page or by a mail's link."""

    TYPE: ClassVar[str] = "SearchEnded.v1"
    ended_at: Instant
