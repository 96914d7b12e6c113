"""The clinical terms: readable, bound by their hash, and the ones that the policy speaks of."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from shared.domain.core.errors import NotFound
from shared.domain.core.policy import CURRENT
from shared.domain.reservations import terms

FILES = sorted((Path(terms.__file__).parent / "data" / "terms").glob("*.md"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_T24_every_published_text_is_bound_by_its_hash(path: Path) -> None:
    assert terms.get(path.stem).sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_T24_current_terms_are_there_in_sections_with_nothing_of_the_markup_left() -> None:
    found = terms.get()
    assert found.version == terms.CURRENT
    assert [section.heading for section in found.sections][:2] == ["Your conduct with patients", "Privacy"]
    text = " ".join([found.title, found.opening, *(p for section in found.sections for p in section.paragraphs)])
    assert not set("#*_`") & set(text)


def test_terms_name_the_days_of_the_policy() -> None:
    money = next(section for section in terms.get().sections if section.heading == "Money")
    assert f"{CURRENT.money.balance_days} days before" in money.paragraphs[0]


def test_terms_of_an_unknown_version_are_not_found() -> None:
    with pytest.raises(NotFound):
        terms.get("1999-01")


def test_edited_terms_are_refused() -> None:
    with pytest.raises(ValueError, match="edited after"):
        terms.parse("2026-11", FILES[0].read_bytes() + b" ", terms.get().sha256)


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("O\u2019Brien", "O'Brien"),
        ("o'brien", "O\u2018Brien"),
        ("N\u02bcDiaye", "N'Diaye"),
        ("D\u00b4Souza", "D'Souza"),
        ("Anne\u2010Marie Roy", "Anne-Marie Roy"),
        ("Anne\u2013Marie\u00a0Roy", "Anne-Marie Roy"),
        ("Jose\u0301 Nu\u0301n\u0303ez", "Jos\u00e9 N\u00fa\u00f1ez"),
        ("  amara \t OKAFOR\u200e", "Amara Okafor"),
        ("STRASSE", "Stra\u00dfe"),
    ],
)
def test_T24_a_signature_is_the_name_however_a_keyboard_writes_it(typed: str, name: str) -> None:
    assert terms.same_name(typed, name)
    assert terms.same_name(name, typed)


@pytest.mark.parametrize(
    ("typed", "name"),
    [("OBrien", "O'Brien"), ("Jose", "Jos\u00e9"), ("Anne Marie", "Anne-Marie"), ("Okafor", "Amara Okafor")],
)
def test_T24_another_spelling_is_another_name(typed: str, name: str) -> None:
    assert not terms.same_name(typed, name)
