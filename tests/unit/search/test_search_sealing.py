"""Sealed text comes back unchanged or not at all."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st
from itsdangerous import Signer

from shared.adapters.search.sealing import Sealer
from shared.domain.core.errors import Invalid

ONE = Sealer("key one")


@given(st.text())
def test_what_was_sealed_comes_back(text: str) -> None:
    assert ONE.unsign(ONE.sign(text)) == text


@given(st.text())
def test_what_was_not_sealed_here_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        ONE.unsign(text)
    assert refused.value.facts["field"] == "cursor"


def test_another_key_does_not_open_it() -> None:
    with pytest.raises(Invalid):
        Sealer("key two").unsign(ONE.sign("page 2"))


@pytest.mark.parametrize(("salt", "opens"), [("search-cursor", True), ("something-else", False)])
def test_what_the_same_key_signed_for_another_purpose_is_refused(salt: str, opens: bool) -> None:
    sealed = Signer("key one", salt=salt, digest_method=sha256).sign(b"page 2").decode()
    if opens:
        assert ONE.unsign(sealed) == "page 2"
    else:
        with pytest.raises(Invalid):
            ONE.unsign(sealed)
