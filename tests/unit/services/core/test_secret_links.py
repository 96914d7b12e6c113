"""Secret addresses: long, never the same, compared whole, and an address without a secret lets nobody in."""

from __future__ import annotations

from string import ascii_letters, digits

import pytest

from shared.services.core.secret_links import new_secret, secret_at, secret_matches
from tests.fakes.store import FakeStore

OF_24_BYTES = "k3V_d8Yx0tq-ZbN5mWcR1sLhUoPeJaGf"


def test_a_new_secret_has_256_bits_and_needs_no_escaping_in_an_address() -> None:
    made = {new_secret() for _ in range(50)}
    assert len(made) == 50
    assert {len(one) for one in made} == {43}
    assert set("".join(made)) <= {*ascii_letters, *digits, "-", "_"}


@pytest.mark.parametrize("known", [OF_24_BYTES, "é", new_secret()], ids=["24 bytes", "no ASCII", "new"])
def test_the_secret_as_it_is_kept_lets_in_whatever_its_length(known: str) -> None:
    assert secret_matches(known, known)


@pytest.mark.parametrize(
    "given", ["", "x", "é", OF_24_BYTES[:-1], OF_24_BYTES + "x", OF_24_BYTES.lower(), "x" * 100_000], ids=range(7)
)
def test_everything_else_is_kept_out(given: str) -> None:
    assert not secret_matches(OF_24_BYTES, given)


@pytest.mark.parametrize("given", ["", "x", OF_24_BYTES])
def test_an_address_without_a_secret_lets_nobody_in_not_even_with_nothing(given: str) -> None:
    assert not secret_matches("", given)


def test_a_secret_is_found_where_it_is_kept_and_nowhere_else() -> None:
    store = FakeStore()
    store.texts |= {"trainee-1/link": {"secret": OF_24_BYTES}, "trainee-1/note": {"text": "no secret"}}
    found = [secret_at(store, ref) for ref in ("trainee-1/link", "trainee-1/note", "trainee-2/link", "", None)]
    assert found == [OF_24_BYTES, "", "", "", ""]
