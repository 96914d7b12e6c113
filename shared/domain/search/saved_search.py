"""A saved search: what somebody looks for, kept so that a mail tells them when a match opens.

The query is the person's own words, so it lies in an erasable item (`query_ref`) together with the secret of the link
that ends it; the state holds ids and dates alone. It ends by itself after a year: nobody is written to for ever.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from shared.domain.core.aggregate import text_hash
from shared.domain.core.calendar import monday_of, reached, weeks_covered
from shared.domain.core.instants import Instant
from shared.domain.search.query import WEEK, SearchQuery, month_of

LIFE = timedelta(days=365)
MOST = 10
"""Saved searches of one person: more mails than anybody reads."""
NEWS = timedelta(days=1)
"""An event older than this is no news: a replay writes to nobody."""
RETURNED = 2
"""A week with at most so many seats had none a moment ago: one came back, or two at once."""
NOT_KEPT = ("cursor", "limit", "sort")


class SavedSearchStatus(StrEnum):
    ACTIVE = "ACTIVE"
    ENDED = "ENDED"


class SavedSearch(BaseModel):
    """`told` are the programs that a mail named on `told_on` (a date in the operator's zone); `matches` those of the
    last mail with the first Monday that fitted then."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)
    id: str
    version: int = 0
    trainee_id: str
    status: SavedSearchStatus
    query_ref: str
    query_hash: str
    created_at: Instant
    ends_at: Instant
    told_on: date | None = None
    told: tuple[str, ...] = ()
    matches: dict[str, date] = {}
    ended_at: Instant | None = None

    def waits(self, now: datetime) -> bool:
        """Computed on read: whether somebody is still to be told."""
        return self.status is SavedSearchStatus.ACTIVE and not reached(self.ends_at, now)

    def news(self, matches: Mapping[str, date], today: date) -> dict[str, date]:
        """Of these matches those that no mail has named today."""
        known = self.told if self.told_on == today else ()
        return {id: start for id, start in matches.items() if id not in known}


def kept(query: SearchQuery) -> dict[str, object]:
    """What of a query is worth keeping, as JSON values: not which page, nor in which order."""
    return query.model_dump(mode="json", exclude_defaults=True, exclude=set(NOT_KEPT))


def query_hash(query: SearchQuery) -> str:
    """The same for the same question, so that saving it twice is saving it once."""
    return text_hash(json.dumps(kept(query), sort_keys=True))


def starts_touching(weeks: Iterable[str], length: int) -> tuple[date, ...]:
    """The Mondays whose rotation of `length` weeks covers any of these ISO weeks."""
    return tuple(sorted({monday_of(week) - n * WEEK for week in weeks for n in range(length)}))


def opened(
    weeks: Collection[str], free: Mapping[str, int], length: int, first: date, month: str | None
) -> tuple[date, ...]:
    """The starts, none before `first`, that seats which came back in `weeks` have opened: every week has a seat, and
    one of those had none a moment ago."""
    found = []
    for start in starts_touching(weeks, length):
        covered = weeks_covered(start, length)
        returned = [free.get(week, 0) for week in covered if week in weeks]
        if start >= first and all(free.get(week, 0) for week in covered) and min(returned) <= RETURNED:
            found.append(start)
    return tuple(start for start in found if month in (None, month_of(start)))
