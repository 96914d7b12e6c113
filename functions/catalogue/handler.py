"""Find a program, look at it, and see what it would cost. Anybody may; who is signed in also sees what is open to
them."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from functions.catalogue.models import ProgramView, QuoteView, ResultsView, SheetView, WhatIf, cancellation
from functions.catalogue.results import resource
from functions.catalogue.saved import SavedList, SavedView, SaveRequest
from shared.domain.core.aggregate import Actor
from shared.domain.search.query import SearchQuery
from shared.runtime.http import ANYONE, Room, roles
from shared.runtime.settings import Http, Search
from shared.services.core.transitions import RequestContext
from shared.services.search.browsing import Wish


class Settings(Http, Search):
    """Where sessions and the index are."""


room = Room("catalogue", Settings)


@room.get("/programs", access=ANYONE, page="search.html", title="Find a clinical rotation")
def search(query: Annotated[SearchQuery, Query()]) -> ResultsView:
    """Programs by specialty, state, kind, month with a seat, price and text (H09, T10)."""
    room.request.expect_query(SearchQuery.model_fields)
    return resource(query, room.wiring.browsing.search(query, _reader()))


# --- saved searches ---------------------------------------------------------------------------------------------------
@room.get("/programs/searches", access=roles("trainee"), page="searches.html", title="Your saved searches")
def saved_searches() -> SavedList:
    """The caller's saved searches: each is a mail when a match opens."""
    return SavedList.of(room.wiring.saved_searches.own(room.call("trainee")))


@room.post(
    "/programs/searches",
    access=roles("trainee"),
    form=SaveRequest,
    again=saved_searches,
    goes_to="/programs/searches",
    status=201,
)
def save_search(body: SaveRequest) -> SavedView:
    """Save a search, to be told when a match opens: a program goes on the market, or a seat comes back."""
    return SavedView.of(room.wiring.saved_searches.save(room.call("trainee"), body.query()))


@room.post(
    "/programs/searches/<search_id>/end", access=roles("trainee"), again=saved_searches, goes_to="/programs/searches"
)
def end_search(search_id: str) -> None:
    """End a saved search; ended before, nothing happens."""
    room.wiring.saved_searches.end(room.call("trainee"), search_id)


@room.get(
    "/programs/searches/<search_id>/stop/<secret>", access=ANYONE, page="stop.html", title="Hear no more of this search"
)
def show_stop(search_id: str, secret: str) -> SavedView:
    """Where a mail's link leads: asks once more, because programs that check mails open links too."""
    return SavedView.of(room.wiring.saved_searches.of_link(search_id, secret))


@room.post(
    "/programs/searches/<search_id>/stop/<secret>",
    access=ANYONE,
    page="stop.html",
    title="Hear no more of this search",
    again=show_stop,
)
def stop(search_id: str, secret: str) -> None:
    """End a saved search by its mail's link, without signing in."""
    call = RequestContext(Actor(role="trainee", id="by-link"), room.request.id)
    room.wiring.saved_searches.end_by_link(call, search_id, secret)


# --- one program ------------------------------------------------------------------------------------------------------
@room.get("/programs/<program_id>", access=ANYONE, page="program.html", title="{program.name}")
def program(program_id: str, what_if: Annotated[WhatIf, Query()]) -> SheetView:
    """One program: whom it takes, when seats are free, what it costs, and what all of that means for the reader."""
    room.request.expect_query(WhatIf.model_fields)
    return SheetView.of(room.wiring.browsing.program(program_id, _wish(what_if), _reader()))


@room.get("/programs/<program_id>/quote", access=ANYONE, page="quote.html", title="What it costs: {program.name}")
def quote(program_id: str, what_if: Annotated[WhatIf, Query()]) -> QuoteView:
    """The fee calendar for a start, a length and a day of paying (T21-T29): what a person is shown is what is
    charged."""
    room.request.expect_query(WhatIf.model_fields)
    found, plan, seats = room.wiring.browsing.quote(program_id, _wish(what_if))
    return QuoteView(program=ProgramView.of(found), plan=plan, seats=seats, cancellation=cancellation())


def _wish(what_if: WhatIf) -> Wish:
    return Wish(start=what_if.start, weeks=what_if.weeks, pay_on=what_if.pay_on)


def _reader() -> str | None:
    """Only a trainee has facts that a program can be held against."""
    session = room.session
    return session.account_id if session and "trainee" in session.roles else None


handler = room.handler()
