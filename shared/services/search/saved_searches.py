"""Saved searches as their owner sees them: save, list, end; and end by the link of a mail, without signing in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.domain.core.due_readers import ALERTS
from shared.domain.core.errors import Duplicate, NotAllowedNow, NotFound
from shared.domain.search.due_kinds import ALERT, SAVED_SEARCH
from shared.domain.search.query import SearchQuery
from shared.domain.search.saved_search import LIFE, MOST, SavedSearch, SavedSearchStatus, kept, query_hash
from shared.events.saved_search import SearchEnded, SearchSaved
from shared.ports import BusinessClock, Due, Ids, PersonalRecord, Store, Stored, UniqueKey, UnitOfWork
from shared.services.core.due_rule import NOTHING
from shared.services.core.secret_links import new_secret, secret_matches
from shared.services.core.transitions import RequestContext, find, retry_on_conflict, state_after, transition, unsaved

LISTED = 200
ENDED = SavedSearchStatus.ENDED


@dataclass(frozen=True)
class Kept:
    """A saved search and its query; `secret` ends it without signing in."""

    saved: SavedSearch
    query: SearchQuery
    secret: str


@dataclass(frozen=True, kw_only=True)
class SavedSearches:
    store: Store
    clock: BusinessClock
    ids: Ids

    def save(self, call: RequestContext, query: SearchQuery) -> Kept:
        """Saved before, it is the one of then. Raises `NotAllowedNow` for an eleventh."""
        try:
            return retry_on_conflict(lambda: self._save(call, query))
        except Duplicate:  # the other click of the two was faster
            return retry_on_conflict(lambda: self._save(call, query))

    def _save(self, call: RequestContext, query: SearchQuery) -> Kept:
        trainee, now = call.actor.id, self.clock.now()
        claim = _claim(trainee, query_hash(query), self.ids.new())
        there = self.store.claimed_by(claim.key)
        if there is not None:
            before = self._kept(there)
            if before.saved.waits(now):
                return before
            end(self.store, self.clock, self.store.load("SEARCH", there), call)
        if len(self.own(call)) >= MOST:
            raise NotAllowedNow(
                f"You have {MOST} saved searches.", "End one that you need no longer, then save this one."
            )
        id = claim.owner
        ref = f"{trainee}/search-{id}"
        event = SearchSaved(
            status=SavedSearchStatus.ACTIVE,
            id=id,
            trainee_id=trainee,
            query_ref=ref,
            query_hash=query_hash(query),
            created_at=now,
            ends_at=now + LIFE,
        )
        secret = new_secret()
        text = PersonalRecord(ref, {"query": kept(query), "secret": secret})
        one = transition(unsaved("SEARCH", id), event, call, now, due=_due(event.ends_at))
        self.store.commit(UnitOfWork(transitions=(one,), keys=(claim,), records=(text,)))
        return Kept(SavedSearch.model_validate(state_after(one)), _query(text.body["query"]), secret)

    def own(self, call: RequestContext) -> list[Kept]:
        """Those that still wait, newest first."""
        now = self.clock.now()
        found = (kept_of(self.store, loaded) for loaded in self.store.owned("SEARCH", call.actor.id, LISTED))
        return [one for one in found if one and one.saved.waits(now)]

    def end(self, call: RequestContext, id: str) -> None:
        """Ended before: nothing happens. Raises `NotFound`, the same for somebody else's."""

        def decide() -> None:
            loaded = find(self.store, "SEARCH", id)
            if loaded is None or saved_search_of(loaded).trainee_id != call.actor.id:
                raise _unknown()
            end(self.store, self.clock, loaded, call)

        retry_on_conflict(decide)

    def of_link(self, id: str, secret: str) -> Kept:
        """What a mail's link is about, also when it has ended. Raises `NotFound`, the same for every wrong address."""
        loaded = find(self.store, "SEARCH", id)
        found = kept_of(self.store, loaded) if loaded else None
        if found is None or not secret_matches(found.secret, secret):
            raise _unknown()
        return found

    def end_by_link(self, call: RequestContext, id: str, secret: str) -> None:
        """Who has the link has the mail. Again: nothing happens. Raises `NotFound`."""

        def decide() -> None:
            self.of_link(id, secret)
            end(self.store, self.clock, self.store.load("SEARCH", id), call)

        retry_on_conflict(decide)

    def end_in_time(self, id: str, call: RequestContext) -> str:
        """The sweep's: ends it once its year is over."""

        def decide() -> str:
            loaded = self.store.load("SEARCH", id)
            if SavedSearch.model_validate(loaded.state).waits(self.clock.now()):
                return NOTHING
            end(self.store, self.clock, loaded, call)
            return "ended"

        return retry_on_conflict(decide)

    def _kept(self, id: str) -> Kept:
        found = kept_of(self.store, self.store.load("SEARCH", id))
        if found is None:
            raise _unknown()
        return found


def end(store: Store, clock: BusinessClock, loaded: Stored, call: RequestContext) -> None:
    """Ended before: nothing happens. The due row goes in the same transaction, so nobody looks at it again."""
    saved = saved_search_of(loaded)
    if saved.status is ENDED:
        return
    now = clock.now()
    claim = _claim(saved.trainee_id, saved.query_hash, saved.id)
    releases = (claim,) if store.claimed_by(claim.key) == saved.id else ()
    ended = transition(loaded, SearchEnded(status=ENDED, ended_at=now), call, now, done=(SAVED_SEARCH, ALERT))
    store.commit(UnitOfWork(transitions=(ended,), released_keys=releases))


def saved_search_of(loaded: Stored) -> SavedSearch:
    return SavedSearch.model_validate(loaded.state)


def kept_of(store: Store, loaded: Stored) -> Kept | None:
    """None once its owner was erased, or for a query of fields that are no more."""
    saved = saved_search_of(loaded)
    text = store.text(saved.query_ref)
    return Kept(saved, _query(text["query"]), str(text["secret"])) if text else None


def _query(values: Any) -> SearchQuery:
    return SearchQuery.model_validate(
        {name: value for name, value in values.items() if name in SearchQuery.model_fields}
    )


def _due(ends_at: datetime) -> tuple[Due, ...]:
    return Due(SAVED_SEARCH, ends_at, "system"), Due(ALERT, ends_at, "system", ALERTS)


def _claim(trainee: str, query: str, owner: str) -> UniqueKey:
    return UniqueKey(f"search:{trainee}:{query}", owner)


def _unknown() -> NotFound:
    return NotFound("There is no such saved search.", "Open your saved searches and look there.")
