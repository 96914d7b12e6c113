"""The specialty vocabulary (T05): complete, free of clashes, and found by the words people use."""

from __future__ import annotations

from collections import Counter

import pytest

from shared.domain.core.errors import NotFound
from shared.domain.programs import specialties


def test_T05_vocabulary_has_all_92_entries_under_unique_slugs_and_names() -> None:
    entries = specialties.all()
    assert len(entries) == 92
    assert len({e.slug for e in entries}) == 92
    assert len({e.name for e in entries}) == 92


def test_T05_vocabulary_has_30_specialties_and_24_boards() -> None:
    entries = specialties.all()
    assert sum(e.parent is None for e in entries) == 30
    assert len({e.board for e in entries}) == 24


def test_no_term_names_two_specialties() -> None:
    count = Counter(term for e in specialties.all() for term in specialties.terms(e))
    assert [term for term, n in count.items() if n > 1] == []


def test_no_alias_is_listed_twice_or_repeats_its_own_name() -> None:
    for entry in specialties.all():
        words = [specialties.normalise(alias) for alias in entry.aliases]
        assert len(set(words)) == len(words), entry.slug
        assert specialties.normalise(entry.name) not in words, entry.slug


def test_a_branch_has_a_parent_and_a_word_from_elsewhere_has_none() -> None:
    assert [specialties.parent_of(slug) for slug in ("cardiovascular-disease", "internal-medicine", "palmistry")] == [
        "internal-medicine",
        None,
        None,
    ]


def test_every_parent_is_a_specialty_of_its_own() -> None:
    for entry in specialties.all():
        assert entry.parent is None or specialties.get(entry.parent).parent is None, entry.slug


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("cardiology", "cardiovascular-disease"),
        ("  ENT ", "otolaryngology"),
        ("Ob/Gyn", "obstetrics-gynecology"),
        ("women’s health", "obstetrics-gynecology"),
        ("Physical Medicine and Rehabilitation", "physical-medicine-rehabilitation"),
        ("PM&R", "physical-medicine-rehabilitation"),
        ("pædiatrics", None),
        ("Pédiatrics", "pediatrics"),
        ("neonatal-perinatal-medicine", "neonatal-perinatal-medicine"),
        ("", None),
        ("astrology", None),
        ("心臓", None),
    ],
)
def test_find_reads_names_and_aliases_whatever_case_accents_and_punctuation(text: str, slug: str | None) -> None:
    found = specialties.find(text)
    assert (found.slug if found else None) == slug


def test_every_term_finds_its_own_entry() -> None:
    for entry in specialties.all():
        for text in (entry.slug, entry.name, *entry.aliases):
            assert specialties.find(text) == entry


def test_unknown_slug_is_refused_with_what_to_do() -> None:
    with pytest.raises(NotFound) as refusal:
        specialties.get("astrology")
    assert refusal.value.facts == {"specialty": "astrology"}
    assert "list" in refusal.value.remedy
