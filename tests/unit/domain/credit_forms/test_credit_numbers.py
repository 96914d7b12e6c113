"""The number of a form, its fingerprint, and the share of rounds that a host kept."""

from __future__ import annotations

import pytest

from shared.domain.core.aggregate import canonical, text_hash
from shared.domain.core.errors import Invalid
from shared.domain.credit_forms.fingerprint import document, fingerprint, shown
from shared.domain.credit_forms.numbers import form_number, read_number
from shared.domain.credit_forms.policy import CURRENT
from shared.domain.credit_forms.share import FormRecord, Kept, counts, share
from tests.unit.domain.credit_forms.form_samples import a_form, a_round, at

FORM = a_form()


# --- number and fingerprint -------------------------------------------------------------------------------------------
@pytest.mark.parametrize("drawn", [0, 36, 2**60 - 1, 123456789012345678])
def test_a_number_is_read_as_somebody_types_it(drawn: int) -> None:
    number = form_number(drawn)
    assert len(number) == 16
    assert read_number(number) == number
    assert read_number(f" {number.lower()} ") == number
    spoken = number.replace("0", "O").replace("1", "l")
    assert read_number(f"CF-{spoken.removeprefix('CF-')}") == number


def test_one_wrong_character_and_two_swapped_ones_are_noticed() -> None:
    number = form_number(123456789012345678)
    for index in range(3, 15):
        other = "2" if number[index] != "2" else "3"
        wrong = [number[:index] + other + number[index + 1 :]]
        if number[index] != number[index + 1] and index < 14:
            wrong.append(number[:index] + number[index + 1] + number[index] + number[index + 2 :])
        for one in wrong:
            with pytest.raises(Invalid):
                read_number(one)
    with pytest.raises(ValueError, match="60 bits"):
        form_number(2**60)


def test_the_fingerprint_is_the_hash_of_what_anybody_can_write_down_again() -> None:
    signed = document({"number": FORM.number}, {"name": "ليلى حداد"}, {"hours_week": 45, "salt": "s"})
    assert fingerprint(signed) == text_hash(canonical(signed))
    assert fingerprint(document({"number": FORM.number}, {"name": "Leila"}, signed["host"])) != fingerprint(signed)
    assert shown("ab" * 32).split() == ["abababab"] * 8


# --- the share --------------------------------------------------------------------------------------------------------
def kept(hours: float | None, outcome: str | None = None, ended: float | None = None) -> Kept | None:
    sent = at("02-02T16:00")
    answered = None if hours is None else sent.fromtimestamp(sent.timestamp() + hours * 3600, sent.tzinfo)
    over = None if ended is None else sent.fromtimestamp(sent.timestamp() + ended * 3600, sent.tzinfo)
    return counts("form", a_round(sent, outcome=outcome, answered_at=answered), over)


def test_rounds_that_count_and_those_that_no_host_could_answer() -> None:  # acceptance 16
    second = 1 / 3600
    rounds = [kept(3, "signed"), kept(48 - second, "signed"), kept(48, "signed"), kept(10, "declined"), kept(None)]
    assert kept(None, "undelivered") is None
    assert kept(None, "taken_back", 20) is None
    assert kept(None, "void", 47.9) is None
    assert kept(None, "taken_back", 48) is not None, "the 48 hours were over: it counts"
    counted = [one for one in rounds if one]
    late = at("03-02T16:00")
    found = share(counted, late, CURRENT)
    assert found is not None
    assert (found.counted, found.kept, found.median_hours) == (5, 3, 29)
    assert share(counted[:4], late, CURRENT) is None
    assert share(counted, at("02-04T15:59:59"), CURRENT) is None, "a fast answer counts when its 48 hours are over"


def test_the_newest_50_count_and_an_answer_takes_the_place_of_silence() -> None:
    record = FormRecord(id="forms:host-1")
    first = Kept(form_id="f", round=1, due_at=at("02-04T16:00"))
    record = FormRecord(id=record.id, rounds=record.with_round(first, CURRENT))
    answered = first.model_copy(update={"seconds": 180_000})
    assert record.with_round(answered, CURRENT) == (answered,)
    many = [Kept(form_id=f"{n}", round=1, due_at=at(f"02-04T16:00:{n % 60:02}"), in_time=n >= 10) for n in range(60)]
    found = share(many, at("03-02T16:00"), CURRENT)
    assert found is not None
    assert (found.counted, found.kept, found.median_hours) == (50, 50, None)
