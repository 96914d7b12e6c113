"""Which addresses a request may name as the end of a redirect (CWE-601)."""

from __future__ import annotations

import pytest

from shared.runtime.http.paths import LONGEST, leading_to, local_path


@pytest.mark.parametrize("wanted", ["/", "/documents?kind=cv", "/" + "a" * (LONGEST - 1)])
def test_a_path_of_ours_is_where_it_leads(wanted: str) -> None:
    assert local_path(wanted, "/home") == wanted


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example/",
        "javascript:alert(1)",
        "/a\r\nSet-Cookie: x=y",
        "/a b",
        "/\u00e9",
        "",
        "/" + "a" * LONGEST,
    ],
)
def test_what_is_no_path_of_ours_leads_home(wanted: str) -> None:
    assert local_path(wanted, "/home") == "/home"


def test_a_way_on_that_needs_no_saying_or_is_too_long_is_left_out() -> None:
    assert leading_to("/in?a=1", "/x?y=1") == "/in?a=1&next=/x%3Fy%3D1"
    assert leading_to("/in", "/x") == "/in?next=/x"
    for wanted in ("", "/home", "/" + "?" * LONGEST):
        assert leading_to("/in", wanted, "/home") == "/in"
