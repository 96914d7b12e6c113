"""The public front: what Rota is, how it works, assets by hash, the API's documentation. Answers 404 for what nobody
owns."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from aws_lambda_powertools.event_handler import Response

from functions.site.models import ApiIndex, ApiRoom, Choice, HomeView, HowItWorksView
from shared.domain.core.calendar import earliest_day
from shared.domain.core.errors import NotFound
from shared.domain.core.policy import CURRENT
from shared.domain.programs import specialties
from shared.domain.search.query import month_of, start_window
from shared.runtime.http import ANYONE, Room
from shared.runtime.pages import read_asset
from shared.runtime.pages.apidocs import api_overview, api_room
from shared.runtime.settings import Http

ASSET_TYPES = ("text/css", "text/javascript", "image/svg+xml")
DOCUMENT = Path(__file__).parents[2] / "docs" / "openapi.json"


class Settings(Http):
    """Only what every room needs."""


room = Room("site", Settings)


@room.get("/", access=ANYONE, page="home.html", title="Clinical rotations in the United States")
def home() -> HomeView:
    """The three choices that start a search."""
    months = sorted(set(map(month_of, start_window(earliest_day(room.wiring.clock.now())))))
    found = [Choice(slug=entry.slug, name=entry.name) for entry in specialties.all()]
    return HomeView(specialties=sorted(found, key=lambda entry: entry.name), months=months, policy=CURRENT)


@room.get("/how-it-works", access=ANYONE, page="how-it-works.html", title="How it works")
def how_it_works() -> HowItWorksView:
    """The steps for trainees and the four steps for hosts (H01)."""
    return HowItWorksView(policy=CURRENT)


@room.get("/assets/<name>", access=ANYONE, answers={200: ASSET_TYPES})
def asset(name: str) -> Response[str]:
    """A static file under its content hash."""
    content, kind, immutable = read_asset(name)
    keep = "public, max-age=31536000, immutable" if immutable else "no-cache"
    return Response(200, kind, content.decode(), headers={"Cache-Control": keep})


@room.get("/docs", access=ANYONE, page="docs.html", title="API")
def api_index() -> ApiIndex:
    """Every operation of the API, by room."""
    return ApiIndex.model_validate(api_overview(_document()))


@room.get("/docs/openapi.json", access=ANYONE, answers={200: ("application/json",)})
def api_document() -> Response[str]:
    """The OpenAPI 3.1 document of all rooms."""
    return Response(200, "application/json", json.dumps(_document()))


@room.get("/docs/<name>", access=ANYONE, page="docs-room.html", title="API: {name}")
def api_of_room(name: str) -> ApiRoom:
    """One room's operations with parameters and models."""
    found = api_room(_document(), name)
    if found is None:
        raise NotFound(f"There is no room {name!r} in the API.", "Choose one from the API page.")
    return ApiRoom.model_validate(found)


@cache
def _document() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(DOCUMENT.read_text())
    return document


handler = room.handler()
