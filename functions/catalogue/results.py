"""A search's answer as a resource: options with their words, and the addresses that change one thing of the query."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlencode

from functions.catalogue.models import HitView, Link, Option, Options, ResultsView
from shared.domain import specialties
from shared.domain.errors import NotFound
from shared.domain.search import FacetCount, SearchQuery, Sort
from shared.domain.states import state_name
from shared.runtime.pages.filters import label, month, price
from shared.services.browsing import Results

ORDERS = {Sort.RELEVANCE: "Best match", Sort.PRICE: "Lowest fee", Sort.NEXT_START: "Soonest start"}
LISTS = ("specialty", "state", "experience_type")


def resource(query: SearchQuery, found: Results) -> ResultsView:
    facets, allowed = found.page.facets, [verdict.experience_type for verdict in found.verdicts if verdict.allowed]
    return ResultsView(
        text=query.text,
        price_min_cents=query.price_min_cents,
        price_max_cents=query.price_max_cents,
        sort=query.sort,
        total=found.page.total,
        hits=tuple(HitView.of(hit) for hit in found.hits),
        options=Options(
            specialty=_options(facets.specialty, query.specialty, specialty_name),
            state=_options(facets.state, query.state, state_name),
            experience_type=_options(facets.experience_type, query.experience_type, label),
            month=_options(facets.month, [query.month] if query.month else [], month),
        ),
        chosen=chosen(query),
        sorts=tuple(
            Link(field="sort", value=order, label=words, href=address(query, sort=order), chosen=order == query.sort)
            for order, words in ORDERS.items()
        ),
        verdicts=found.verdicts,
        only_open=address(query, experience_type=allowed) if allowed and set(allowed) != set(query.experience_type) else "",
        address=address(query),
        next=address(query, cursor=found.page.next_cursor) if found.page.next_cursor else "",
        first=address(query) if query.cursor else "",
        next_cursor=found.page.next_cursor,
        index_version=found.page.index_version,
    )


def address(query: SearchQuery, **changes: Any) -> str:
    """The search with some fields changed, from its first page unless `cursor` says otherwise."""
    values = query.model_dump(mode="json", exclude_defaults=True, exclude={"cursor"}) | changes
    pairs = {name: value for name, value in values.items() if value and value != SearchQuery.model_fields[name].default}
    return f"/programs?{urlencode(pairs, doseq=True)}" if pairs else "/programs"


def chosen(query: SearchQuery) -> tuple[Link, ...]:
    """Each filter in force with the address that takes it away."""
    found = []
    for name, words in (("specialty", specialty_name), ("state", state_name), ("experience_type", label)):
        values = [str(value) for value in getattr(query, name)]
        found += [
            Link(field=name, value=value, label=words(value), href=address(query, **{name: [other for other in values if other != value]}))
            for value in values
        ]
    if query.month:
        found.append(Link(field="month", value=query.month, label=f"Starts in {month(query.month)}", href=address(query, month=None)))
    for name, words_of, cents in (("price_min_cents", "From", query.price_min_cents), ("price_max_cents", "Up to", query.price_max_cents)):
        if cents is not None:
            found.append(Link(field=name, value=str(cents), label=f"{words_of} {price(cents)}", href=address(query, **{name: None})))
    return tuple(found)


def specialty_name(slug: str) -> str:
    try:
        return specialties.get(slug).name
    except NotFound:
        return slug.replace("-", " ").title()


def _options(counts: Iterable[FacetCount], picked: Iterable[str], words: Callable[[str], str]) -> tuple[Option, ...]:
    values = {str(value) for value in picked}
    return tuple(Option(value=entry.value, label=words(entry.value), count=entry.count, chosen=entry.value in values) for entry in counts)
