"""Saved searches: the caller's own, and the end of one by its mail's link."""

from __future__ import annotations

from functions.catalogue.models.saved_searches import SavedList, SavedView, SaveRequest
from functions.catalogue.room import room
from shared.domain.core.aggregate import Actor
from shared.runtime.http import ANYONE, roles
from shared.services.core.transitions import RequestContext


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
