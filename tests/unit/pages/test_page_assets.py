"""Assets under their hash, the Content-Security-Policy, the navigation by role."""

from __future__ import annotations

import re

import pytest

from shared.domain.core.errors import NotFound
from shared.runtime.pages import NavItem, asset_url, csp, nav_for, read_asset


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("rota.css", "text/css; charset=utf-8"),
        ("clock.js", "text/javascript; charset=utf-8"),
        ("favicon.svg", "image/svg+xml"),
    ],
)
def test_an_asset_is_served_for_ever_under_its_hash(name: str, kind: str) -> None:
    url = asset_url(name)
    assert re.fullmatch(r"/assets/[a-z]+\.[0-9a-f]{12}\.[a-z]+", url)
    content, content_type, immutable = read_asset(url)
    assert content
    assert content_type == kind
    assert immutable


def test_an_asset_of_an_older_version_is_served_but_not_kept() -> None:
    content, _, immutable = read_asset("/assets/rota.000000000000.css")
    assert content == read_asset(asset_url("rota.css"))[0]
    assert not immutable
    assert read_asset("rota.css")[2] is False


@pytest.mark.parametrize(
    "path",
    [
        "/assets/../assets.py",
        "/assets/assets.py",
        "/assets/",
        "",
        "/assets/rota.css/x",
        "/assets/%2e%2e/x.css",
        "/assets/é.css",
    ],
)
def test_anything_else_under_assets_is_not_found(path: str) -> None:
    with pytest.raises(NotFound):
        read_asset(path)


def test_the_policy_allows_nothing_inline_and_forms_only_where_we_send_them() -> None:
    policy = dict(
        part.split(" ", 1)
        for part in csp(["https://checkout.stripe.com", "http://127.0.0.1:12111", "https://checkout.stripe.com"]).split(
            "; "
        )
    )
    assert policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert policy["form-action"] == "'self' https://checkout.stripe.com http://127.0.0.1:12111"
    assert {policy[f"{kind}-src"] for kind in ("style", "script", "img", "font", "connect")} == {"'self'"}


@pytest.mark.parametrize(
    "origin",
    ["https://a.example/path", "*", "https://a.example; script-src *", "javascript:x", "https://a.example\n", ""],
)
def test_a_form_address_that_is_not_a_plain_origin_is_refused(origin: str) -> None:
    with pytest.raises(ValueError, match="not an origin"):
        csp([origin])


def test_each_role_gets_its_places_once() -> None:
    assert [item.label for item in nav_for(())] == ["Find a rotation", "How it works"]
    assert [item.label for item in nav_for(["trainee"])] == [
        "Find a rotation",
        "My rotations",
        "Documents",
        "How it works",
    ]
    assert nav_for(["reviewer", "coordinator"]) == (
        NavItem("Queue", "/workspace"),
        NavItem("Find a rotation", "/programs"),
    )
    several = nav_for(["reviewer", "trainee", "host"])
    assert len({item.href for item in several}) == len(several)
