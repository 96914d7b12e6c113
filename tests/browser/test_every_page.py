"""No page is left out: every route that answers a browser with a page was looked at, on the desk and on the phone."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.browser.visitor import PHONE, Album

API = Path(__file__).parents[2] / "docs" / "openapi.json"


def pages() -> list[str]:
    """The routes that say in the API's document that they answer with a page, whatever the method."""
    paths = json.loads(API.read_text(encoding="utf-8"))["paths"]
    return [path for path, methods in paths.items() if any(_is_page(operation) for operation in methods.values())]


def _is_page(operation: dict[str, Any]) -> bool:
    return any(
        "text/html" in answer.get("content", {})
        for status, answer in operation["responses"].items()
        if status.startswith("2")
    )


@pytest.mark.parametrize("width", [1280, PHONE])
def test_every_route_with_a_page_was_looked_at(width: int, album: Album) -> None:
    routes = sorted(pages(), key=lambda route: route.count("{"))
    looked_at = {_route_of(path, routes) for path, at in album.seen if at == width}
    assert sorted(set(routes) - looked_at) == []


def _route_of(path: str, routes: list[str]) -> str | None:
    """Of several that match, the one with the fewest placeholders answers: /applications/start is no application."""
    return next((route for route in routes if re.fullmatch(re.sub(r"\{[^}]*\}", "[^/]+", route), path)), None)
