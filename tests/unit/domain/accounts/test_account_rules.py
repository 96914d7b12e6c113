"""The pure rules of accounts: codes against RFC 6238's own vectors, what a browser calls itself."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from shared.domain.accounts.account_input import email_address
from shared.domain.accounts.devices import UNKNOWN, device_name
from shared.domain.accounts.second_factor import (
    accepted_step,
    grouped,
    locked_until,
    plain_code,
    recovery_hash,
    recovery_index,
    step_of,
    uri,
)
from shared.domain.core.errors import Invalid

RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # "12345678901234567890", RFC 6238 appendix B


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (1234567890, "005924"), (2000000000, "279037")],
)
def test_codes_are_those_of_rfc_6238(seconds: int, code: str) -> None:
    moment = datetime.fromtimestamp(seconds, UTC)
    assert accepted_step(RFC_SECRET, code, moment, -1) == step_of(moment) == seconds // 30


def test_a_step_that_counted_is_not_looked_at_again_nor_one_before_it() -> None:
    moment = datetime.fromtimestamp(59, UTC)
    assert accepted_step(RFC_SECRET, "287082", moment, 0) == 1
    assert accepted_step(RFC_SECRET, "287082", moment, 1) is None


@pytest.mark.parametrize("failures", [0, 4])
def test_nothing_is_locked_before_the_fifth_failure(failures: int) -> None:
    moment = datetime(2026, 11, 23, tzinfo=UTC)
    assert locked_until(failures, moment, moment) is None
    assert locked_until(5, moment, moment) is not None


def test_codes_are_read_as_people_type_them() -> None:
    assert plain_code(" 123 456 ") == "123456"
    assert plain_code("ABCD-EFGH ijkl") == "abcdefghijkl"
    assert grouped("abcdefghijkl") == "abcd efgh ijkl"


def test_a_recovery_code_belongs_to_one_account_and_counts_while_unused() -> None:
    codes = ["a" * 16, "b" * 16]
    hashes = [recovery_hash("one", code) for code in codes]
    assert recovery_index("one", codes[1], hashes, ()) == 1
    assert recovery_index("one", codes[1], hashes, (1,)) is None
    assert recovery_index("two", codes[1], hashes, ()) is None
    assert recovery_index("one", "b" * 15, hashes, ()) is None


def test_the_picture_holds_issuer_account_and_secret() -> None:
    assert (
        uri(RFC_SECRET, "nora@staff.example")
        == f"otpauth://totp/Rota:nora%40staff.example?secret={RFC_SECRET}&issuer=Rota"
    )


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Windows"),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0",
            "Edge on Windows",
        ),
        (
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36",
            "Chrome on Linux",
        ),
        ("Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36", "Chrome on Android"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1 Mobile/15E Safari/604.1",
            "Safari on iPhone",
        ),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 15_0) AppleWebKit/605.1 Version/19.0 Safari/605.1", "Safari on Mac"),
        ("curl/8.9", UNKNOWN),
        ("", UNKNOWN),
        ("<script>", UNKNOWN),
    ],
)
def test_a_browser_is_named_as_a_person_would(text: str, name: str) -> None:
    assert device_name(text) == name


def test_an_address_has_254_characters_at_most_without_the_spaces_around_it() -> None:
    longest = f"{'a' * 242}@example.com"
    assert len(longest) == 254
    assert email_address(f" {longest} ") == longest
    with pytest.raises(Invalid) as refusal:
        email_address(f"a{longest}")
    assert refusal.value.facts["field"] == "email"
