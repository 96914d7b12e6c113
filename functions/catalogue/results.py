"""A search's answer as a resource: options with their words, and the addresses that change one thing of the query."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from functions.catalogue.models.search import HitView, Link, Option, Options, ResultsView
from shared.domain.programs import specialties
from shared.domain.programs.states import state_name
from shared.domain.search.query import FacetCount, Facets, SearchQuery, Sort, city_name
from shared.domain.search.query import address as search_address
from shared.runtime.pages.filters import label, month, plural, price
from shared.services.search.browsing import Results

ORDERS = {
    Sort.RELEVANCE: "Best match",
    Sort.PRICE: "Lowest fee",
    Sort.NEXT_START: "Soonest start",
    Sort.DISTANCE: "Nearest",
}
Words = Callable[[str], str]


def resource(query: SearchQuery, found: Results) -> ResultsView:
    page, known = found.page, bool(found.verdicts)
    links = chosen(query)
    return ResultsView(
        text=query.text,
        left_out=page.left_out,
        restarted=found.restarted,
        zip=query.zip or "",
        weeks=query.weeks,
        price_min_cents=query.price_min_cents,
        price_max_cents=query.price_max_cents,
        sort=query.sort,
        total=page.total,
        hits=tuple(HitView.of(hit, query.weeks) for hit in found.hits),
        options=options(page.facets, query),
        chosen=links,
        instead=() if page.total else _instead(query, page.facets, links),
        sorts=tuple(
            Link(field="sort", value=order, label=words, href=address(query, sort=order), chosen=order == query.sort)
            for order, words in ORDERS.items()
            if order is not Sort.DISTANCE or query.zip
        ),
        eligible=query.eligible,
        known=known,
        verdicts=found.verdicts,
        only_open=address(query, eligible=True) if known and not query.eligible else "",
        address=address(query),
        next=address(query, cursor=page.next_cursor) if page.next_cursor else "",
        first=address(query) if query.cursor else "",
        next_cursor=page.next_cursor,
        index_version=page.index_version,
    )


def address(query: SearchQuery, **changes: Any) -> str:
    """The search with some fields changed, from its first page unless `cursor` says otherwise."""
    return search_address(query.model_copy(update={"cursor": None, **changes}))


# --- the values of each filter ----------------------------------------------------------------------------------------
def options(facets: Facets, query: SearchQuery) -> Options:
    made = {name: _options(getattr(facets, name), _chosen(query, name), words) for name, words in WORDS.items()}
    return Options(**made)


def _options(counts: Iterable[FacetCount], picked: Iterable[str], words: Words) -> tuple[Option, ...]:
    values = set(picked)
    return tuple(
        Option(
            value=one.value,
            label=words(one.value),
            count=one.count,
            chosen=one.value in values,
            parent=specialties.parent_of(one.value) or "",
        )
        for one in counts
    )


def _chosen(query: SearchQuery, name: str) -> tuple[str, ...]:
    value = getattr(query, name)
    if value is None or value is False:
        return ()
    return tuple(str(one) for one in value) if isinstance(value, tuple) else ("true" if value is True else str(value),)


# --- links ------------------------------------------------------------------------------------------------------------
def chosen(query: SearchQuery) -> tuple[Link, ...]:
    """Each filter in force with the address that takes it away. A ZIP code and its radius go together."""
    found = []
    for name in CHIPS:
        held = getattr(query, name)
        for value in _chosen(query, name):
            rest = tuple(other for other in held if str(other) != value) if isinstance(held, tuple) else _default(name)
            found.append(Link(field=name, value=value, label=CHIPS[name](value), href=address(query, **{name: rest})))
    if query.zip:
        near = f"Within {query.within_miles} miles of {query.zip}" if query.within_miles else f"Near {query.zip}"
        found.append(Link(field="zip", value=query.zip, label=near, href=_anywhere(query)))
    return tuple(found)


def _anywhere(query: SearchQuery) -> str:
    sort = Sort.RELEVANCE if query.sort is Sort.DISTANCE else query.sort
    return address(query, zip=None, within_miles=None, sort=sort)


def _instead(query: SearchQuery, facets: Facets, links: Iterable[Link]) -> tuple[Link, ...]:
    """Where taking all of one filter away finds something: its other values have counts."""
    found = []
    for name in dict.fromkeys(link.field for link in links):
        facet = "within_miles" if name == "zip" else name
        asked, counts = _chosen(query, facet), getattr(facets, facet)
        if any(one.count for one in counts if one.value not in asked):
            href = _anywhere(query) if name == "zip" else address(query, **{name: _default(name)})
            words = " or ".join(link.label for link in links if link.field == name)
            found.append(Link(field=name, value="", label=f"Search without “{words}”", href=href))
    return tuple(found)


def _default(name: str) -> Any:
    return SearchQuery.model_fields[name].default


# --- words ------------------------------------------------------------------------------------------------------------
def _weeks(value: str) -> str:
    return plural(int(value), "week")


def _price(value: str) -> str:
    return price(int(value))


def _miles(value: str) -> str:
    return f"{value} miles"


WORDS: dict[str, Words] = {
    "specialty": specialties.name_of,
    "subspecialty": specialties.name_of,
    "state": state_name,
    "city": city_name,
    "within_miles": _miles,
    "experience_type": label,
    "month": month,
    "weeks": _weeks,
    "price_min_cents": _price,
    "price_max_cents": _price,
    "credit_friendly": lambda _: "School credit possible",
    "review_mode": label,
    "eligible": lambda _: "Only what I am eligible for",
}
CHIPS: dict[str, Words] = {
    "experience_type": label,
    "month": lambda value: f"Starts in {month(value)}",
    "weeks": _weeks,
    "specialty": specialties.name_of,
    "subspecialty": specialties.name_of,
    "state": state_name,
    "city": city_name,
    "price_min_cents": lambda value: f"From {_price(value)}",
    "price_max_cents": lambda value: f"Up to {_price(value)}",
    "credit_friendly": WORDS["credit_friendly"],
    "review_mode": label,
    "eligible": lambda _: "Open to me",
}
