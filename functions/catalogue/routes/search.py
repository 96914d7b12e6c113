"""Find a program. Anybody may; who is signed in also sees what is open to them."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from functions.catalogue.models.search import ResultsView
from functions.catalogue.results import resource
from functions.catalogue.room import reader, room
from shared.domain.search.query import SearchQuery
from shared.runtime.http import ANYONE


@room.get("/programs", access=ANYONE, page="search.html", title="Find a clinical rotation")
def search(query: Annotated[SearchQuery, Query()]) -> ResultsView:
    """Programs by specialty, state, kind, month with a seat, price and text (H09, T10)."""
    room.request.expect_query(SearchQuery.model_fields)
    return resource(query, room.wiring.browsing.search(query, reader(), restart=room.request.wants_page))
