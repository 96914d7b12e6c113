"""Sealed text comes back unchanged or not at all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.errors import Invalid
from shared.runtime.sealing import Sealer

ONE = Sealer(lambda: "secret one", "search-cursor")


@given(st.text())
def test_what_was_sealed_comes_back(text: str) -> None:
    assert ONE.unsign(ONE.sign(text)) == text


@given(st.text())
def test_what_was_not_sealed_here_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        ONE.unsign(text)
    assert refused.value.facts["field"] == "cursor"


@pytest.mark.parametrize("other", [Sealer(lambda: "secret two", "search-cursor"), Sealer(lambda: "secret one", "something-else")])
def test_another_secret_or_another_purpose_does_not_open_it(other: Sealer) -> None:
    with pytest.raises(Invalid):
        other.unsign(ONE.sign("page 2"))


def test_the_secret_is_asked_for_once_and_only_when_needed() -> None:
    asked: list[int] = []
    sealer = Sealer(lambda: asked.append(1) or "secret", "search-cursor")  # type: ignore[func-returns-value]
    assert asked == []
    sealer.unsign(sealer.sign("a"))
    assert len(asked) == 1
