"""What a thief with yesterday's password or session began ends when the owner takes the account back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.domain.core.errors import Expired, NotFound
from tests.unit.services.accounts.account_scene import MAIL, OPERATOR, OTHER, WORDS, AccountScene, reset_link
from tests.unit.services.accounts.test_account_security import NEW, asked, mail_link


@pytest.fixture
def scene() -> AccountScene:
    return AccountScene()


@pytest.mark.parametrize("ends", ["reset", "password", "everything", "disabled"])
def test_a_change_of_address_that_a_thief_asked_for_ends_with_everything_else(scene: AccountScene, ends: str) -> None:
    call = scene.person()
    scene.account_security.ask_mail_change(call, NEW, WORDS)
    stolen = mail_link(scene, call)
    if ends == "reset":
        scene.account_security.forgot(MAIL)
        scene.account_security.reset(reset_link(scene, call.actor.id), OTHER)
    elif ends == "password":
        scene.account_security.change_password(call, WORDS, OTHER)
    elif ends == "everything":
        scene.account_security.end_all(call)
    else:
        scene.staff.disable(OPERATOR, call.actor.id)
    with pytest.raises(NotFound):
        scene.account_security.move(stolen)
    assert scene.people.person(call.actor.id).email == MAIL


def test_a_used_link_stays_used_when_another_is_asked_for(scene: AccountScene) -> None:
    call, used = asked(scene)
    scene.account_security.reset(used, OTHER)
    scene.clock.move(timedelta(minutes=2))
    scene.account_security.forgot(MAIL)
    with pytest.raises(Expired):
        scene.account_security.reset(used, "chosen by a thief 99")
    assert scene.account_security.resetting(reset_link(scene, call.actor.id)).state == "open"
