"""Ways to enter: free text is read as the one that it names, or as none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.trainee import TraineeFacts
from shared.domain.ways_to_enter import Way, is_accepted, nearest


@pytest.mark.parametrize("way", Way)
def test_T01_every_way_names_itself_in_any_case(way: Way) -> None:
    assert (nearest(way), nearest(way.upper()), nearest(f" {way.lower()} ")) == (way, way, way)


@pytest.mark.parametrize(
    ("text", "way"),
    [
        ("B1", Way.B1), ("b-1 visa", Way.B1), ("B\u20111", Way.B1), ("B1/B2", Way.B1_B2), ("B-1 / B-2", Way.B1_B2), ("B1/2", Way.B1_B2),
        ("B2 or B1", Way.B1_B2), ("h1b", Way.H1B), ("Visa Waiver Program", Way.ESTA), ("green card holder", Way.GREEN_CARD),
        ("U.S. citizen", Way.US_CITIZEN), ("Canadian", Way.CANADIAN),
        ("", None), ("Z-9", None), ("partner", None), ("F-1 or J-1", None), ("US citizen or resident", None),
    ],
)  # fmt: skip
def test_T01_free_text_is_read_as_what_it_names(text: str, way: Way | None) -> None:
    assert nearest(text) is way


@pytest.mark.parametrize(("kept", "read"), [("b1", "B-1"), ("a royal letter", "Other"), ("", None), (None, None)])
def test_T01_an_old_profile_is_read_as_a_choice(kept: str | None, read: str | None) -> None:
    facts = TraineeFacts.model_validate({"trainee_status": "student", "visa_type": kept})
    assert facts.visa_type == read
    assert TraineeFacts.model_validate_json(facts.model_dump_json()) == facts


@given(st.text(max_size=60))
def test_T01_any_text_gets_an_answer(text: str) -> None:
    assert nearest(text) in {None, *Way}


@pytest.mark.parametrize(
    ("way", "accepted", "met"),
    [
        ("B-1/B-2", ("B-1",), True), ("B-1/B-2", ("B-2",), True), ("B-1", ("B-1/B-2",), False), ("ESTA", ("B-1", "ESTA"), True),
        ("Other", ("Other",), False),
    ],
)  # fmt: skip
def test_H12_a_combined_visa_is_both_and_other_is_none(way: str, accepted: tuple[str, ...], met: bool) -> None:
    assert is_accepted(way, accepted) is met
