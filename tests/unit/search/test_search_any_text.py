"""Text of any length and script: it finds what says so, or it is refused with what to do; nothing else happens."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from shared.adapters.search.index import TantivyIndex
from shared.domain.core.errors import Invalid
from shared.domain.search.query import SearchPage
from tests.unit.search.catalogue import ask, found, indexed, projection

NAMES = {
    "arabic": "مستشفى الأمل",
    "han": "皮膚科 診所",
    "hangul": "서울 병원",
    "hindi": "हृदय अस्पताल",
    "hebrew": "בית חולים",
    "cyrillic": "Клиника Надежда",
    "accents": "Clínica São João",
}


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> TantivyIndex:
    return indexed(
        tmp_path_factory.mktemp("index"), [projection(f"{script}-program", name=name) for script, name in NAMES.items()]
    )


@pytest.mark.parametrize("script", NAMES)
def test_a_name_in_any_script_is_found_by_itself_and_by_its_first_word(index: TantivyIndex, script: str) -> None:
    assert found(ask(index, NAMES[script]))[0] == f"{script}-program"
    assert f"{script}-program" in found(ask(index, NAMES[script].split()[0]))
    assert f"{script}-program" in found(ask(index, NAMES[script].upper()))


any_text = st.one_of(
    st.text(max_size=400),
    st.text(st.characters(), min_size=150, max_size=260),
    st.lists(
        st.sampled_from(
            [*" ".join(NAMES.values()).split(), "dermatology", "derm", "austin", "78701", "in", "&", "a-b"]
        ),
        max_size=16,
    ).map(" ".join),
)


@settings(max_examples=150, deadline=None)
@given(any_text)
@example("\ud800")
@example("a\x00b")
@example("ß" * 200)
@example("ﷺ" * 12)
@example("\u202eygolotamred")
@example("e\u0301" * 100)
def test_any_text_is_answered_or_refused_with_a_remedy(index: TantivyIndex, text: str) -> None:
    answer = _answer(index, text)
    if isinstance(answer, Invalid):
        assert answer.facts["field"] == "text"
        assert answer.detail
        assert answer.remedy
        assert text.strip(), "blank text asks for everything"
    else:
        assert answer.total == len(answer.hits) <= len(NAMES)
        assert text.strip() or answer.total == len(NAMES)


def _answer(index: TantivyIndex, text: str) -> SearchPage | Invalid:
    try:
        return ask(index, text, limit=25)
    except Invalid as refused:
        return refused


@pytest.mark.parametrize(("length", "refused"), [(200, False), (201, True)])
def test_the_longest_text_is_two_hundred_characters(index: TantivyIndex, length: int, refused: bool) -> None:
    if refused:
        with pytest.raises(Invalid, match="201 characters; 200 are possible"):
            ask(index, "d" * length)
    else:
        assert ask(index, "d" * length).total == 0


@pytest.mark.parametrize(("number", "refused"), [(12, False), (13, True)])
def test_the_most_words_are_twelve(index: TantivyIndex, number: int, refused: bool) -> None:
    text = " ".join(f"word{n}" for n in range(number))
    if refused:
        with pytest.raises(Invalid, match="13 words; 12 are possible"):
            ask(index, text)
    else:
        assert ask(index, text).total == 0
