"""What a mistyped, unfinished or differently spelled word is taken for, and what is left alone."""

from __future__ import annotations

import pytest

from shared.adapters.search.spelling import named, spelled
from shared.adapters.search.text import query_words


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("cardiology", "cardiology"),
        ("nefrology", "nephrology"),  # as it is heard, though "neurology" is nearer by letters
        ("anesthaesia", "anaesthesia"),
        ("pschiatry", "psychiatry"),  # one letter left out
        ("drematology", "dermatology"),  # two swapped
        ("dermatologyy", "dermatology"),  # one too many
        ("gastroentrlogy", "gastroenterology"),  # two slips in a long word
        ("psychia", "psychiatry"),  # unfinished: the shortest that begins so
        ("sugery", "surgery"),
    ],
)
def test_a_word_near_one_of_the_vocabulary_is_taken_for_it(typed: str, meant: str) -> None:
    assert spelled(typed) == meant


@pytest.mark.parametrize("typed", ["austin", "60614", "eye", "bo", "zzyzx", "a" * 41, "皮膚科", "chicago", "sugr"])
def test_a_word_near_none_is_left_as_it_is(typed: str) -> None:
    assert spelled(typed) == typed


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("cardiology in chicago", "cardiovascular-disease"),
        ("texas internal medicine clinic", "internal-medicine"),
        ("pediatric cardiology boston", "pediatric-cardiology"),  # the longest run of words
        ("hospital in chicago", None),
    ],
)
def test_the_longest_run_of_words_names_the_specialty(text: str, slug: str | None) -> None:
    found = named(query_words(text))
    assert (found.slug if found else None) == slug
