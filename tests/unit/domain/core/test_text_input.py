"""One line as people of every script type and paste it."""

from __future__ import annotations

import pytest

from shared.domain.accounts.account_input import email_address, person_name
from shared.domain.core.errors import Invalid
from shared.domain.core.text_input import one_line


@pytest.mark.parametrize(
    "name",
    [
        "علی‌رضا قلی‌زاده",  # Persian: a zero-width non-joiner is spelling
        "ශ්‍රී ලංකා",  # Sinhala: and so is a joiner
        "श्रीमती विद्या",
        "Nguyễn Thị Minh Khai",
        "O’Connor-Ó Súilleabháin",
        "محمد الشافعي",
        "王小明",
        "Łukasz Żółć",
        "أمينة بنت وهب",
        "ዓለም ፀሐይ",
    ],
)
def test_a_name_is_kept_as_its_people_spell_it(name: str) -> None:
    assert person_name(name) == name


@pytest.mark.parametrize(
    ("pasted", "name"),
    [
        ("\u200eAmina\u200f Farouk\u202c", "Amina Farouk"),
        ("\u200cAmina \u200dFarouk\u200c", "Amina Farouk"),
        ("Ami\u00adna\ufeff Fa\u2060rouk", "Amina Farouk"),
        ("Jose\u0301", "José"),
        (" Amina\n\tFarouk ", "Amina Farouk"),
    ],
)
def test_what_nobody_sees_is_dropped(pasted: str, name: str) -> None:
    assert person_name(pasted) == name


@pytest.mark.parametrize("text", ["\x00a", "a\x1b[1m", "\ud800", "a\U000f0000"])
def test_what_cannot_be_written_is_no_line(text: str) -> None:
    assert one_line(text) is None
    with pytest.raises(Invalid):
        person_name(text)


@pytest.mark.parametrize("text", ["", "\u200e\u200f", "12345", "!!!", "x" * 101])
def test_a_name_has_letters_and_at_most_a_hundred(text: str) -> None:
    with pytest.raises(Invalid):
        person_name(text)


@pytest.mark.parametrize(
    "address",
    ["a@xn--80ak6aa92e.com", "amina@xn--e1afmkfd.xn--p1ai", f"{'a' * 64}@example.org", "a.b+c@example.org"],
)
def test_an_address_that_mail_can_reach_is_taken(address: str) -> None:
    assert email_address(address) == address


@pytest.mark.parametrize(
    "address",
    [
        ".a@example.org",
        "a.@example.org",
        "a..b@example.org",
        "a@example.org.",
        "a@.example.org",
        "a@-example.org",
        "a@example-.org",
        f"{'a' * 65}@example.org",
        "a@localhost",
        "a@example.123",
    ],
)
def test_an_address_that_the_email_service_would_refuse_for_good_is_refused(address: str) -> None:
    with pytest.raises(Invalid):
        email_address(address)
