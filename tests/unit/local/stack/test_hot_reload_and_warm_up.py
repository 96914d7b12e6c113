"""Which functions a changed file concerns, and how each function is called once to warm it."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest

from infra.local.stack.deploy import load_template
from infra.local.stack.hot_reload import rooms_touched
from infra.local.stack.warm_up import http_calls

FIXTURE = Path(__file__).resolve().parents[4] / "tests/local/fixture/template.yaml"
ROOMS = {"site", "accounts", "payments"}


@pytest.mark.parametrize(
    ("changed", "rooms"),
    [
        (["functions/site/handler.py"], {"site"}),
        (["functions/site/pages/home.html", "functions/accounts/models.py"], {"site", "accounts"}),
        (["shared/domain/money/fees.py"], ROOMS),
        (["functions/__init__.py"], ROOMS),
        (["functions/new_room/handler.py"], set()),
    ],
    ids=["one room", "two rooms", "shared", "the package", "not deployed yet"],
)
def test_a_changed_file_concerns_the_rooms_that_hold_it(changed: list[str], rooms: set[str]) -> None:
    root = Path("/project")
    assert rooms_touched(root, {root / path for path in changed}, ROOMS) == rooms


def test_rooms_with_routes_are_warmed_over_http_by_a_method_they_take() -> None:
    template = copy.deepcopy(load_template(FIXTURE))
    events = template["Resources"]["Relay"]["Properties"]["Events"]
    assert http_calls(template) == {"echo": ("GET", "/echo"), "pages": ("GET", "/")}
    events["Hook"] = {"Type": "HttpApi", "Properties": {"Method": "post", "Path": "/webhooks/stripe"}}
    assert http_calls(template)["relay"] == ("POST", "/webhooks/stripe")
