"""What a password has to be: long enough, not what everybody tries first, nothing of its owner, the same on every
keyboard."""

from __future__ import annotations

import unicodedata

import pytest

from shared.domain.accounts.passwords import as_typed, easily_guessed, new_password
from shared.domain.core.errors import Invalid

EMAIL, NAME = "amara.okafor@example.org", "Amara Okafor"
LONG = (
    "seven green lanterns over a quiet harbour; nobody counted them twice, "
    "and the tide went out before the last of them was lit by hand"
)


@pytest.mark.parametrize(("length", "good"), [(11, False), (12, True), (128, True), (129, False)])
def test_a_password_has_12_to_128_characters(length: int, good: bool) -> None:
    text = LONG[:length].replace(" ", "_")
    assert len(text) == length
    if good:
        assert new_password(text) == text
    else:
        with pytest.raises(Invalid) as refused:
            new_password(text)
        assert "12 to 128 characters" in refused.value.remedy


@pytest.mark.parametrize(
    "password",
    [
        "password1234",
        "Password1234",
        "p@ssword1234",
        "123456789012",
        "qwertyuiop123",
        "aaaaaaaaaaaaaaaa",
        "passwordpassword",
        "iloveyou1234",
        EMAIL,
        "amara.okafor",
        "okaforamara1",
    ],
)
def test_what_everybody_tries_first_and_what_is_known_of_its_owner_is_refused(password: str) -> None:
    with pytest.raises(Invalid) as refused:
        new_password(password, EMAIL, NAME)
    assert (refused.value.facts["field"], "unrelated words" in refused.value.remedy) == ("password", True)


@pytest.mark.parametrize("password", ["four unrelated words", "kupu hou te marama", "x8Kd-92kdlsm-1a"])
def test_unrelated_words_and_noise_are_taken(password: str) -> None:
    assert new_password(password, EMAIL, NAME) == password


def test_the_same_password_composed_and_decomposed_is_the_same() -> None:
    composed = "pr\u00e9nom \u00fcber ni\u00f1o"
    decomposed = unicodedata.normalize("NFD", composed)
    assert decomposed != composed
    assert new_password(decomposed) == new_password(composed) == as_typed(decomposed) == composed


def test_a_long_password_is_looked_at_in_a_moment() -> None:
    assert easily_guessed("ab" * 64)
