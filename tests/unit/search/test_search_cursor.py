"""Pages: nothing twice, nothing left out, and no cursor but our own is followed."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from itsdangerous import BadSignature, Signer

from shared.adapters.search.index import TantivyIndex
from shared.domain.core.errors import Invalid
from shared.domain.search.query import Overlay, SearchQuery
from tests.unit.search.catalogue import TODAY, ask, found, indexed, projection


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> TantivyIndex:
    texts = ("derm", "derm derm", "derm clinic with a long summary of many other words", "none")
    programs = [projection(f"prog-{n:02}", price=100_000 + n % 3, summary=texts[n % 4]) for n in range(23)]
    return indexed(tmp_path_factory.mktemp("index"), programs)


@pytest.mark.parametrize("limit", [1, 7, 22, 23])
@pytest.mark.parametrize(
    ("text", "sort"),
    [("derm", "relevance"), ("dermatology practice", "relevance"), ("derm", "price"), ("", "next_start")],
)
def test_pages_of_any_size_join_to_the_whole_list(index: TantivyIndex, text: str, sort: str, limit: int) -> None:
    whole = found(ask(index, text, sort=sort, limit=25))
    assert sorted(whole) == [f"prog-{n:02}" for n in range(23)]
    seen, cursor = [], None
    while cursor or not seen:
        page = ask(index, text, sort=sort, limit=limit, cursor=cursor)
        seen += found(page)
        cursor = page.next_cursor
        assert len(seen) <= len(whole)
    assert seen == whole


def test_a_program_sold_out_between_two_pages_neither_repeats_nor_hides_another(index: TantivyIndex) -> None:
    first = ask(index, "derm", limit=5, month="2027-01")
    sold = Overlay({(id, f"2027-W{week:02}"): False for id in found(first)[:3] for week in range(1, 5)})
    rest = ask(index, "derm", limit=25, month="2027-01", cursor=first.next_cursor, overlay=sold)
    assert rest.total == 20
    assert sorted(found(first) + found(rest)) == [f"prog-{n:02}" for n in range(23)]


def _sealed(*values: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(list(values)).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "change",
    [
        lambda parts: "nonsense",
        lambda parts: "",
        lambda parts: "é" * 300,
        lambda parts: "A" * 999,
        lambda parts: "\x00\x01",
        lambda parts: _sealed(),
        lambda parts: _sealed(1, 2, 3, 4),
        lambda parts: _sealed(*parts[:2], "ByRank", None),
        lambda parts: _sealed(*parts[:2], "ByRank", [-1]),
        lambda parts: _sealed(*parts[:2], "ByRank", [2**70]),
        lambda parts: _sealed(*parts[:2], "ByRank", [True]),
        lambda parts: _sealed(*parts[:2], "ByRank", ["1"]),
        lambda parts: _sealed(*parts[:2], "ByStart", ["2027-W01", 1]),
        lambda parts: _sealed(*parts[:2], "ByScore", [1.5]),
        lambda parts: _sealed(*parts[:2], "Other", [1]),
        lambda parts: base64.urlsafe_b64encode(b"[" * 700).decode(),
        lambda parts: base64.urlsafe_b64encode(b"\xff\xfe").decode(),
    ],
)
def test_a_nonsense_cursor_is_refused(index: TantivyIndex, change: Callable[[list[Any]], str]) -> None:
    cursor = ask(index, sort="price", limit=5).next_cursor
    assert cursor
    parts = json.loads(base64.urlsafe_b64decode(cursor + "=="))
    with pytest.raises(Invalid) as refused:
        ask(index, sort="price", limit=5, cursor=change(parts))
    assert refused.value.facts == {"field": "cursor"}


def test_a_cursor_of_another_search_is_refused(index: TantivyIndex) -> None:
    cursor = ask(index, sort="price", limit=5).next_cursor
    for other in ({"sort": "next_start"}, {"sort": "price", "state": ("TX",)}, {"sort": "price", "text": "derm"}):
        with pytest.raises(Invalid, match="belongs to another search"):
            ask(index, cursor=cursor, **other)
    assert found(ask(index, sort="price", limit=25, cursor=cursor))  # only the size of the page may change


def test_a_cursor_of_a_vanished_version_is_refused_and_says_so(index: TantivyIndex, tmp_path: Path) -> None:
    cursor = ask(index, sort="price", limit=5).next_cursor
    newer = indexed(tmp_path, [projection(f"prog-{n:02}") for n in range(22)])
    with pytest.raises(Invalid, match="has changed since"):
        ask(newer, sort="price", limit=5, cursor=cursor)


def test_a_cursor_signed_by_the_caller_is_followed_only_with_its_signature(index: TantivyIndex) -> None:
    signer = Signer("a key of the test")

    class OfTheTest:
        def sign(self, text: str) -> str:
            return signer.sign(text).decode()

        def unsign(self, sealed: str) -> str:
            try:
                return signer.unsign(sealed).decode()
            except BadSignature as error:
                raise Invalid("The page marker is not ours.", field="cursor") from error

    seal = OfTheTest()
    first = index.search(SearchQuery(limit=5), Overlay(), TODAY, seal)
    assert first.next_cursor
    second = index.search(SearchQuery(limit=25, cursor=first.next_cursor), Overlay(), TODAY, seal)
    assert len(found(second)) == 18
    with pytest.raises(Invalid, match="not ours"):
        index.search(SearchQuery(limit=5, cursor=first.next_cursor[:-1] + "!"), Overlay(), TODAY, seal)
