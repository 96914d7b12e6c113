"""A query taken apart: what its words find, filters by facet, and what each question about starts needs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property, reduce
from operator import and_, or_
from typing import Any

from shared.adapters.search.availability import Availability, Contents
from shared.adapters.search.bits import below
from shared.adapters.search.near import Near
from shared.domain.programs import specialties
from shared.domain.search.query import OpenTo, ReaderQuery, SearchQuery, start_window

PLAIN = ("state", "experience_type", "review_mode")


@dataclass(frozen=True)
class Asked:
    """`words` are the programs that have all of them (all programs, without words), `filters` by facet those that pass
    it; `near` is how far programs are from the ZIP code, None without one. All sets are bits by price rank."""

    query: SearchQuery
    words: int
    available: Availability
    today: date
    near: Near | None

    @property
    def contents(self) -> Contents:
        return self.available.contents

    @cached_property
    def days(self) -> tuple[date, ...]:
        """The Mondays asked for: the month's, or all."""
        return start_window(self.today, self.query.month)

    @property
    def window(self) -> tuple[date, ...]:
        """All Mondays until the horizon, whatever month was asked for."""
        return start_window(self.today)

    @cached_property
    def filters(self) -> Mapping[str, int]:
        query = self.query
        found = {name: self.any_of(name, getattr(query, name)) for name in PLAIN if getattr(query, name)}
        if query.city:
            found["city"] = reduce(or_, map(self.contents.columns.in_city, query.city))
        if query.specialty or query.subspecialty:
            found["specialty"] = self.any_of("specialty", _slugs(query))
        if query.credit_friendly:
            found["credit_friendly"] = self.any_of("credit_friendly", ["true"])
        if query.price_min_cents is not None or query.price_max_cents is not None:
            found["price"] = self._priced(query.price_min_cents, query.price_max_cents)
        if self.near and query.within_miles:
            found["distance"] = self.near.within(query.within_miles)
        if query.weeks:
            found["weeks"] = self.any_of("weeks", [query.weeks])
        if query.month:
            found["month"] = self.available.having(self.days, query.weeks)
        if isinstance(query, ReaderQuery) and query.only:
            found["only"] = self._only(query.only)
        if self.for_reader:
            found["eligible"] = reduce(or_, map(self._under, self.rules))
        return found

    def any_of(self, name: str, values: Iterable[object]) -> int:
        """Programs that have any of these values of a facet."""
        sets = self.contents.columns.sets[name]
        return reduce(or_, (sets.get(str(value), 0) for value in values), 0)

    @cached_property
    def found(self) -> int:
        """The programs that everything asked finds."""
        return self.all()

    def all(self, but: str = "") -> int:
        """Everything asked, without the filter called `but`."""
        return reduce(and_, (programs for name, programs in self.filters.items() if name != but), self.words)

    def instead(self, **changes: Any) -> int:
        """Everything asked, with these fields of the query changed."""
        return replace(self, query=self.query.model_copy(update=changes)).all()

    @property
    def rules(self) -> tuple[OpenTo, ...]:
        """What is open to the reader; empty when we do not know enough of them."""
        return self.query.open_to if isinstance(self.query, ReaderQuery) else ()

    @property
    def for_reader(self) -> bool:
        return self.query.eligible and bool(self.rules)

    @property
    def dated(self) -> bool:
        """Whether the reader's eligibility is asked for, and changes with the start."""
        return self.for_reader and any(rule.first or rule.last for rule in self.rules)

    def opened(self, rule: OpenTo) -> list[str]:
        """The kinds asked for that a rule opens."""
        asked = self.query.experience_type
        return [str(kind) for kind in rule.experience_types if not asked or kind in asked]

    def under(self, rule: OpenTo) -> tuple[date, ...]:
        """The starts asked for to which a rule applies."""
        return tuple(
            day
            for day in self.days
            if (rule.first is None or day >= rule.first) and (rule.last is None or day <= rule.last)
        )

    def _under(self, rule: OpenTo) -> int:
        """Programs of a kind that this rule opens; where it holds for some starts only, with one of those."""
        of_a_kind = self.any_of("experience_type", self.opened(rule))
        if rule.first is None and rule.last is None:
            return of_a_kind
        return of_a_kind & self.available.having(self.under(rule), self.query.weeks)

    def _priced(self, low: int | None, high: int | None) -> int:
        """Programs from one price to the other; the cheapest are the lowest bits."""
        columns = self.contents.columns
        upto = below(columns.cheaper(high + 1)) if high is not None else columns.everything
        return upto & ~below(columns.cheaper(low)) if low is not None else upto

    def _only(self, ids: Sequence[str]) -> int:
        return reduce(or_, (1 << rank for rank in map(self.contents.rank, ids) if rank is not None), 0)


def _slugs(query: SearchQuery) -> list[str]:
    """A chosen branch narrows its specialty; branches of others are alternatives."""
    narrowed = {specialties.parent_of(slug) for slug in query.subspecialty}
    return [*(slug for slug in query.specialty if slug not in narrowed), *query.subspecialty]
