"""A store whose indexes are behind, as global secondary indexes are on AWS: what a commit changed shows in a list `lag`
later, while items read by their keys are as they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from shared.domain.core.aggregate import AggregateType, EventRow
from shared.ports import DueItem, IndexEntry, Stored, UnitOfWork
from tests.fakes.clock import FrozenClock
from tests.fakes.store import FakeStore, Key


@dataclass(frozen=True)
class Indexed:
    """What the indexes hold at a moment."""

    at: datetime
    aggregates: frozenset[Key]
    waiting: dict[tuple[AggregateType, str, str], DueItem]
    claims: dict[str, str]
    claim_listings: dict[str, IndexEntry]
    trainee_weeks: dict[tuple[str, str], str]
    week_programs: dict[tuple[str, str], str]
    listings: dict[str, IndexEntry]


class LaggingStore(FakeStore):
    """`lag` may be changed at any time; without one it is the store that it extends. What a test puts there besides
    commits (`states`, `open_seats`) shows with the next commit."""

    def __init__(self, clock: FrozenClock, lag: timedelta = timedelta(0)) -> None:
        super().__init__()
        self.lag, self._clock = lag, clock
        self._indexed: list[Indexed] = []

    def _apply(self, work: UnitOfWork, rows: Sequence[EventRow]) -> None:
        if not self._indexed:
            self._keep(self._clock.now() - timedelta(days=1))  # what was there before is long in the indexes
        super()._apply(work, rows)
        self._keep(self._clock.now())

    def _keep(self, at: datetime) -> None:
        seen = Indexed(
            at,
            frozenset(self.states),
            dict(self.waiting),
            dict(self.claims),
            dict(self.claim_listings),
            dict(self.trainee_weeks),
            dict(self.week_programs),
            dict(self.listings),
        )
        until = self._clock.now() - timedelta(hours=1)
        self._indexed = [one for one in self._indexed if one.at > until or one is self._seen(until)] + [seen]

    def _seen(self, until: datetime) -> Indexed | None:
        return next((one for one in reversed(self._indexed) if one.at <= until), None)

    def _behind(self, names: Sequence[str], read: Any) -> Any:
        """`read` with the indexes of `lag` ago."""
        with self._lock:
            seen = self._seen(self._clock.now() - self.lag) if self.lag else None
            if seen is None:
                return read()
            present = {name: getattr(self, name) for name in names}
            try:
                vars(self).update({name: getattr(seen, name) for name in names})
                return read()
            finally:
                vars(self).update(present)

    # --- what is read from an index -----------------------------------------------------------------------------------
    def owned(self, kind: AggregateType, owner_id: str, limit: int = 50) -> list[Stored]:
        found = super().owned(kind, owner_id, len(self.states))
        seen = self._seen(self._clock.now() - self.lag) if self.lag else None
        return [one for one in found if seen is None or (one.kind, one.id) in seen.aggregates][:limit]

    def due(self, reader: str, **limits: Any) -> list[DueItem]:
        found: list[DueItem] = self._behind(("waiting",), lambda: super(LaggingStore, self).due(reader, **limits))
        return found

    def claimants(self, name: str, first: str, last: str) -> list[str]:
        found: list[str] = self._behind(
            ("claims", "claim_listings"), lambda: super(LaggingStore, self).claimants(name, first, last)
        )
        return found

    def seated(self, program_id: str, first: str, last: str) -> list[str]:
        found: list[str] = self._behind(
            ("trainee_weeks", "week_programs"), lambda: super(LaggingStore, self).seated(program_id, first, last)
        )
        return found

    def listed(self, name: str, since: str, limit: int = 100) -> Any:
        return self._behind(("listings",), lambda: super(LaggingStore, self).listed(name, since, limit))
