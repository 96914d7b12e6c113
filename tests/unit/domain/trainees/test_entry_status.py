"""Ways to enter: free text is read as the one that it names, or as none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.trainees.entry_status import EntryStatus, is_accepted, named, nearest
from shared.domain.trainees.trainee import TraineeFacts


@pytest.mark.parametrize("way", EntryStatus)
def test_T01_every_way_names_itself_in_any_case(way: EntryStatus) -> None:
    assert (nearest(way), nearest(way.upper()), nearest(f" {way.lower()} ")) == (way, way, way)


@pytest.mark.parametrize(
    ("text", "way"),
    [
        ("B1", EntryStatus.B1),
        ("b-1 visa", EntryStatus.B1),
        ("B\u20111", EntryStatus.B1),
        ("B1/B2", EntryStatus.B1_B2),
        ("B-1 / B-2", EntryStatus.B1_B2),
        ("B1/2", EntryStatus.B1_B2),
        ("B2 or B1", EntryStatus.B1_B2),
        ("h1b", EntryStatus.H1B),
        ("Visa Waiver Program", EntryStatus.ESTA),
        ("green card holder", EntryStatus.GREEN_CARD),
        ("Lawful permanent resident", EntryStatus.GREEN_CARD),
        ("U.S. permanent resident", EntryStatus.GREEN_CARD),
        ("I have a B-2 visa", EntryStatus.B2),
        ("U.S. citizen", EntryStatus.US_CITIZEN),
        ("US citizenship", EntryStatus.US_CITIZEN),
        ("I am a Canadian citizen", EntryStatus.CANADIAN),
        ("Citizen of Canada", EntryStatus.CANADIAN),
        ("ESTA (visa waiver)", EntryStatus.ESTA),
        ("B1 and B2", EntryStatus.B1_B2),
        ("", None),
        ("Z-9", None),
        ("partner", None),
        ("F-1 or J-1", None),
        ("US citizen or resident", None),
    ],
)
def test_T01_free_text_is_read_as_what_it_names(text: str, way: EntryStatus | None) -> None:
    assert nearest(text) is way


@pytest.mark.parametrize(
    "text",
    [
        "Medical resident in Nigeria",
        "non-resident",
        "resident",
        "Permanent resident of the UK",
        "Canadian permanent resident",
        "no green card",
        "green card pending",
        "Not a US citizen",
        "non-US citizen",
        "Canada",
        "I live in Canada",
        "Canadian spouse",
        "J-1 waiver",
        "waiver",
        "B1, 2 entries",
        "B12",
        "B-1/B-2 refused",
        "was on F-1 until 2024",
        "spouse of a US citizen",
        "green card or a US citizen",
    ],
)
def test_T01_words_beside_a_way_may_mean_anything_so_nothing_is_read_into_them(text: str) -> None:
    assert nearest(text) is None


@pytest.mark.parametrize(("kept", "read"), [("b1", "B-1"), ("a royal letter", "Other"), ("", None), (None, None)])
def test_T01_an_old_profile_is_read_as_a_choice(kept: str | None, read: str | None) -> None:
    facts = TraineeFacts.model_validate({"trainee_status": "student", "visa_type": kept})
    assert facts.visa_type == read
    assert facts.visa_words == ("a royal letter" if read == "Other" else "")
    assert TraineeFacts.model_validate_json(facts.model_dump_json()) == facts


def test_T01_own_words_outlive_every_save_until_a_way_is_chosen() -> None:
    facts = TraineeFacts.model_validate({"trainee_status": "student", "visa_type": " Medical resident in Nigeria "})
    assert (facts.visa_type, facts.visa_words) == ("Other", "Medical resident in Nigeria")
    again = TraineeFacts.model_validate(facts.model_dump(mode="json"))
    assert again == facts
    chosen = TraineeFacts.model_validate({**facts.model_dump(), "visa_type": "F-1"})
    assert (chosen.visa_type, chosen.visa_words) == ("F-1", "")


@given(st.text(max_size=60))
def test_T01_any_text_gets_an_answer(text: str) -> None:
    assert nearest(text) in {None, *EntryStatus}


@pytest.mark.parametrize(
    ("sent", "taken"), [("b1 visa", EntryStatus.B1), (" O-1 ", "O-1"), ("  ", None), (None, None), (7, 7)]
)
def test_T01_a_requests_own_words_are_a_way_or_stay_to_be_refused(sent: object, taken: object) -> None:
    assert named(sent) == taken


@pytest.mark.parametrize(
    ("way", "accepted", "met"),
    [
        ("B-1/B-2", ("B-1",), True),
        ("B-1/B-2", ("B-2",), True),
        ("B-1", ("B-1/B-2",), False),
        ("ESTA", ("B-1", "ESTA"), True),
        ("Other", ("Other",), False),
    ],
)
def test_H12_a_combined_visa_is_both_and_other_is_none(way: str, accepted: tuple[str, ...], met: bool) -> None:
    assert is_accepted(way, accepted) is met
