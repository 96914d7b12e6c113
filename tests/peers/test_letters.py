"""Names in the letters of many languages (CLDR's exemplar characters, npm cldr-misc-full), through everything that a
name goes through: sign-up, signature, an email's subject, a search."""

from __future__ import annotations

import email
import email.policy
import json
import re
import unicodedata
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.adapters.search.text import words
from shared.adapters.ses_mailer import raw_message
from shared.domain.accounts.account_input import person_name
from shared.domain.core.text_input import has_letter
from shared.domain.reservations.terms import same_name
from shared.ports import Email
from tests.peers.peer import need

_LANGUAGES = """
am ar az be bg bn bs cs da de el en es et fa fi fr gu he hi hr hu hy id is it ja ka kk km kn ko ky lo lt lv mk ml mn mr
my nb ne nl pa pl ps pt ro ru si sk sl sq sr sv sw ta te th tr uk ur uz vi yo zh zu
"""
LANGUAGES = _LANGUAGES.split()


@cache
def letters(language: str) -> list[str]:
    """The letters, single and in groups ("ch", "क्ष"), that the language is written with."""
    path = need("cldr-misc-full") / "main" / language / "characters.json"
    written = json.loads(path.read_text("utf-8"))["main"][language]["characters"]["exemplarCharacters"]
    found: list[str] = []
    for part in written.strip("[]").split():
        if part.startswith("{"):
            found.append(part.strip("{}"))
        elif span := re.fullmatch(r"(.)-(.)", part):
            found += map(chr, range(ord(span[1]), ord(span[2]) + 1))
        else:
            found += re.findall(r"\\u[0-9A-Fa-f]{4}|.[\u0300-\u036f]*", part)
    return [one for one in found if not one.startswith("\\") and not unicodedata.combining(one[0])]


def test_there_are_letters_of_at_least_forty_languages() -> None:
    assert sum(len(letters(language)) > 15 for language in LANGUAGES) >= 40


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_name_in_these_letters_goes_through_everything_unchanged(language: str) -> None:
    word = st.lists(st.sampled_from(letters(language)), min_size=1, max_size=8).map("".join)

    @settings(max_examples=10, deadline=None)
    @given(st.lists(word, min_size=1, max_size=4).map(" ".join))
    def through(typed: str) -> None:
        name = unicodedata.normalize("NFC", typed)
        if not has_letter(name):
            return
        assert person_name(name) == name
        assert person_name(unicodedata.normalize("NFD", name)) == name
        for signed in (name.upper(), name.lower(), unicodedata.normalize("NFD", name)):
            # Some letters have no capital that leads back to them; a signature in capitals is theirs where it does.
            if signed.casefold() == name.casefold() or signed == unicodedata.normalize("NFD", name):
                assert same_name(signed, name)
        raw = raw_message(Email("a@b.example", f"Reserved: {name} at Lakeview", "t", "h", "<1@r>"), "p@r", "p@r")
        assert email.message_from_bytes(raw, policy=email.policy.default)["Subject"] == f"Reserved: {name} at Lakeview"
        assert words(name) == words(unicodedata.normalize("NFD", name))

    through()
