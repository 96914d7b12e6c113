"""How text becomes words, and what text is refused."""

from __future__ import annotations

import pytest

from shared.adapters.search.text import query_words, words
from shared.domain.core.errors import Invalid


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Internal Medicine", ["internal", "medicine"]),
        ("San José", ["san", "jose"]),
        ("E.N.T. at St. Mary's", ["ent", "at", "st", "marys"]),
        ("Ob/Gyn & family-medicine", ["ob", "gyn", "and", "family", "medicine"]),
        ("Straße 皮膚科", ["strasse", "皮膚科"]),
        ("Saint Louis, Fort Worth", ["st", "louis", "ft", "worth"]),
        ("", []),
    ],
)
def test_words_are_folded_the_same_way_for_programs_and_queries(text: str, expected: list[str]) -> None:
    assert words(text) == expected


def test_small_words_are_dropped_unless_they_are_all_there_is() -> None:
    assert query_words("cardiology in the state of Texas, cardiology") == ["cardiology", "state", "texas"]
    assert query_words("IN") == ["in"]
    assert query_words("  \n ") == []


@pytest.mark.parametrize("text", ["x" * 201, " ".join(f"w{n}" for n in range(13)), "!!! ???", "🩺", "\x00\ud800"])
def test_text_that_cannot_be_searched_is_refused_with_what_to_do(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        query_words(text)
    assert refused.value.facts["field"] == "text"
    assert refused.value.detail
    assert refused.value.remedy
