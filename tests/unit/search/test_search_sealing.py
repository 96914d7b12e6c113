"""Sealed text comes back unchanged or not at all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.search.sealing import Sealer
from shared.domain.errors import Invalid

ONE = Sealer("key one")


@given(st.text())
def test_what_was_sealed_comes_back(text: str) -> None:
    assert ONE.unsign(ONE.sign(text)) == text


@given(st.text())
def test_what_was_not_sealed_here_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        ONE.unsign(text)
    assert refused.value.facts["field"] == "cursor"


@pytest.mark.parametrize("other", [Sealer("key two"), Sealer("key one", "something-else")])
def test_another_key_or_another_purpose_does_not_open_it(other: Sealer) -> None:
    with pytest.raises(Invalid):
        other.unsign(ONE.sign("page 2"))
