"""Codes for the demo accounts: each counts now, and none is given out twice, since a code counts once."""

from __future__ import annotations

import base64

from infra.local.demo import authenticator_codes
from infra.local.seed.loader import demo_secret
from shared.adapters.clock import wall_now
from shared.domain.accounts.second_factor import accepted_step


def test_two_codes_in_a_row_are_two_and_both_count() -> None:
    secret, last, moment = demo_secret("a password"), -1, wall_now()
    for _ in range(2):
        step = accepted_step(secret, authenticator_codes.fresh_code(secret), moment, last)
        assert step is not None
        assert step > last
        last = step


def test_a_demo_secret_is_made_of_the_password_and_long_enough_for_an_app() -> None:
    assert demo_secret("one") == demo_secret("one") != demo_secret("two")
    assert len(base64.b32decode(demo_secret("one"))) == 20
