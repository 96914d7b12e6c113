"""The first administrator from a terminal: invited, or made of an account that is there."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from infra.first_admin import first
from shared.domain.core.errors import Invalid
from tests.unit.services.accounts.account_scene import MAIL, AccountScene


def test_an_unknown_address_is_invited_and_a_known_one_gets_the_role() -> None:
    scene = AccountScene()
    wiring = SimpleNamespace(staff=scene.staff, store=scene.store)
    assert "on its way" in first(wiring, "iris@staff.example")
    call = scene.person("trainee")
    assert "on its way" not in first(wiring, MAIL)
    assert scene.state(call)["roles"] == ["trainee", "admin"]


def test_what_is_no_address_makes_nobody() -> None:
    scene = AccountScene()
    with pytest.raises(Invalid):
        first(SimpleNamespace(staff=scene.staff, store=scene.store), "nonsense")
    assert not scene.store.states
