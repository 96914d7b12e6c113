"""A query taken apart: words that score, filters by facet that do not, and what each question about starts needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from itertools import pairwise
from typing import Any

import tantivy
from tantivy import Occur, Query

from shared.adapters.search.availability import Availability, Segments, any_of
from shared.adapters.search.listed import edges
from shared.adapters.search.near import Near
from shared.domain import specialties
from shared.domain.errors import NotFound
from shared.domain.search import OpenTo, ReaderQuery, SearchQuery, start_window

PLAIN = ("state", "city", "experience_type", "review_mode")


@dataclass(frozen=True)
class Asked:
    """`words` scores and must match, `filters` (by facet) must match and score nothing; `near` is how far the places are from the ZIP
    code, None without one."""

    query: SearchQuery
    words: Query
    available: Availability
    today: date
    near: Near | None

    @property
    def segments(self) -> Segments:
        return self.available.segments

    @cached_property
    def days(self) -> tuple[date, ...]:
        """The Mondays asked for: the month's, or all."""
        return start_window(self.today, self.query.month)

    @property
    def window(self) -> tuple[date, ...]:
        """All Mondays until the horizon, whatever month was asked for."""
        return start_window(self.today)

    @cached_property
    def filters(self) -> Mapping[str, Query]:
        query, schema = self.query, self.segments.schema
        found = {name: any_of(schema, name, [str(value) for value in getattr(query, name)]) for name in PLAIN if getattr(query, name)}
        if query.specialty or query.subspecialty:
            found["specialty"] = any_of(schema, "specialty", _slugs(query))
        if query.credit_friendly:
            found["credit_friendly"] = Query.term_query(schema, "credit_friendly", "true")
        if query.price_min_cents is not None or query.price_max_cents is not None:
            found["price"] = Query.range_query(schema, "price", tantivy.FieldType.Unsigned, query.price_min_cents, query.price_max_cents)
        if self.near and query.within_miles:
            found["distance"] = self.near.between(schema, 0, self.near.upto(query.within_miles))
        if query.weeks:
            found["weeks"] = Query.term_query(schema, "weeks", str(query.weeks))
        if query.month:
            found["month"] = self.available.having(self.days, query.weeks)
        if isinstance(query, ReaderQuery) and query.only:
            found["only"] = any_of(schema, "id", query.only)
        if self.for_reader:
            found["eligible"] = Query.boolean_query([(Occur.Should, self._under(rule)) for rule in self.rules])
        return found

    def all(self, *more: Query, but: str = "") -> Query:
        """Everything asked, without the filter called `but`."""
        filters = (*(query for name, query in self.filters.items() if name != but), *more)
        scoreless = ((Occur.Must, Query.const_score_query(query, 0.0)) for query in filters)
        return Query.boolean_query([(Occur.Must, self.words), *scoreless])

    def instead(self, **changes: Any) -> Query:
        """Everything asked, with these fields of the query changed."""
        return replace(self, query=self.query.model_copy(update=changes)).all()

    def count(self, query: Query) -> int:
        return self.segments.count(query)

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

    @cached_property
    def price_edges(self) -> list[int]:
        return edges(self.query)

    @property
    def price_ranges(self) -> list[dict[str, Any]]:
        at = self.price_edges
        between = [{"from": low, "to": high} for low, high in pairwise(at)]
        return [{"to": at[0]}, *between, {"from": at[-1]}]

    def opened(self, rule: OpenTo) -> list[str]:
        """The kinds asked for that a rule opens."""
        asked = self.query.experience_type
        return [str(kind) for kind in rule.experience_types if not asked or kind in asked]

    def under(self, rule: OpenTo) -> tuple[date, ...]:
        """The starts asked for to which a rule applies."""
        return tuple(day for day in self.days if (rule.first is None or day >= rule.first) and (rule.last is None or day <= rule.last))

    def _under(self, rule: OpenTo) -> Query:
        """Programs of a kind that this rule opens; where it holds for some starts only, with one of those."""
        kinds = self.opened(rule)
        of_a_kind = any_of(self.segments.schema, "experience_type", kinds) if kinds else Query.empty_query()
        if rule.first is None and rule.last is None:
            return of_a_kind
        days = self.under(rule)
        having = self.available.having(days, self.query.weeks) if days else Query.empty_query()
        return Query.boolean_query([(Occur.Must, of_a_kind), (Occur.Must, having)])


def _slugs(query: SearchQuery) -> list[str]:
    """A chosen branch narrows its specialty; branches of others are alternatives."""
    narrowed = {_parent(slug) for slug in query.subspecialty}
    return [*(slug for slug in query.specialty if slug not in narrowed), *query.subspecialty]


def _parent(slug: str) -> str | None:
    try:
        return specialties.get(slug).parent
    except NotFound:
        return None
