"""Another address: confirmed at the new one, told at the present one, crashes anywhere."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.domain.accounts.account_input import MAIL_LIFE
from shared.domain.core.aggregate import chain_breaks, fold
from shared.domain.core.errors import Duplicate, Expired, Invalid, NotFound, RotaError, WrongCredentials
from tests.fakes.doomed import Doomed, Killed
from tests.unit.services.accounts.account_scene import MAIL, NEW, OTHER, WORDS, AccountScene


@pytest.fixture
def scene() -> AccountScene:
    return AccountScene()


# --- another address --------------------------------------------------------------------------------------------------
def test_another_address_counts_once_its_link_is_used_and_the_old_one_is_free_then(scene: AccountScene) -> None:
    call, token = scene.moving(" Amara@Clinic.EXAMPLE ")
    assert (scene.people.person(call.actor.id).email, scene.holder(NEW)) == (MAIL, None)
    assert scene.account_security.moving(token).email == NEW
    assert scene.account_security.move(token).state == "done"
    assert scene.people.person(call.actor.id).email == NEW
    assert (scene.holder(NEW), scene.holder(MAIL)) == (call.actor.id, None)
    assert (scene.can_sign_in(NEW, WORDS), scene.can_sign_in(MAIL, WORDS)) == (True, False)
    told = scene.store.text(scene.state(call)["former_mail_ref"])
    assert told == {"email": MAIL}
    assert scene.account_security.move(token).state == "done", "a second click is answered as the first"
    assert scene.types(call)[1:] == ["MailChangeAsked", "MailChanged"]


def test_no_address_is_in_any_event_row(scene: AccountScene) -> None:
    call, token = scene.moving()
    scene.account_security.move(token)
    rows = scene.store.history("ACCOUNT", call.actor.id)
    assert not [
        word for word in ("amara", "clinic", "example") if word in " ".join(row.model_dump_json() for row in rows)
    ]
    assert fold(rows) == dict(scene.store.load("ACCOUNT", call.actor.id).state)
    assert chain_breaks(rows) == []


@pytest.mark.parametrize(("seconds", "works"), [(-1, True), (0, False)])
def test_a_link_at_the_new_address_works_until_the_second_before_a_day(
    scene: AccountScene, seconds: int, works: bool
) -> None:
    call, token = scene.moving()
    scene.clock.move(MAIL_LIFE + timedelta(seconds=seconds))
    if works:
        scene.account_security.move(token)
    else:
        with pytest.raises(Expired):
            scene.account_security.move(token)
    assert (scene.people.person(call.actor.id).email == NEW) is works


def test_a_later_wish_ends_the_link_of_the_one_before(scene: AccountScene) -> None:
    call, first = scene.moving()
    scene.account_security.ask_mail_change(call, "third@example.org", WORDS)
    with pytest.raises(NotFound):
        scene.account_security.move(first)
    assert scene.account_security.move(scene.mail_link(call)).email == "third@example.org"


def test_the_same_wish_is_one_mail_a_minute(scene: AccountScene) -> None:
    call, _ = scene.moving()
    for seconds, mails in ((59, 1), (1, 2)):
        scene.later(seconds=seconds)
        scene.account_security.ask_mail_change(call, NEW, WORDS)
        assert scene.types(call).count("MailChangeAsked") == mails


def test_a_wish_for_somebody_else_s_address_is_answered_the_same_and_gets_nowhere(scene: AccountScene) -> None:
    other = scene.person(email=NEW, name="Somebody Else")
    call, token = scene.moving()
    with pytest.raises(Duplicate):
        scene.account_security.move(token)
    assert scene.people.person(call.actor.id).email == MAIL
    assert scene.holder(NEW) == other.actor.id
    assert scene.can_sign_in(MAIL, WORDS)


def test_an_address_that_somebody_signed_up_with_meanwhile_stays_theirs(scene: AccountScene) -> None:
    call, token = scene.moving()
    scene.account_wishes.sign_up("Somebody Else", NEW)
    with pytest.raises(Duplicate):
        scene.account_security.move(token)
    assert scene.can_sign_in(MAIL, WORDS)
    assert scene.people.person(call.actor.id).email == MAIL


@pytest.mark.parametrize(
    ("email", "password", "error"),
    [(MAIL, WORDS, Invalid), ("nonsense", WORDS, Invalid), (NEW, OTHER, WrongCredentials)],
)
def test_a_wish_without_the_password_or_for_no_new_address_is_refused(
    scene: AccountScene, email: str, password: str, error: type[RotaError]
) -> None:
    call = scene.person()
    with pytest.raises(error):
        scene.account_security.ask_mail_change(call, email, password)
    assert scene.types(call) == ["AccountProvisioned"]


def test_a_password_link_that_lies_in_the_old_mailbox_ends_with_the_change(scene: AccountScene) -> None:
    call, token = scene.asked()
    scene.account_security.ask_mail_change(call, NEW, WORDS)
    scene.account_security.move(scene.mail_link(call))
    with pytest.raises(Expired):
        scene.account_security.reset(token, OTHER)
    assert scene.can_sign_in(NEW, WORDS)


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("at", range(1, 20))
def test_a_move_killed_at_any_call_is_finished_by_the_next_click(at: int, after: bool) -> None:
    scene, count = AccountScene(), [0]
    call, token = scene.moving()
    try:
        scene.on(lambda port: Doomed(port, count, at, after)).account_security.move(token)
        assert count[0] < at
    except Killed:
        assert count[0] == at
    assert scene.account_security.move(token).state == "done"
    assert scene.people.person(call.actor.id).email == NEW
    assert scene.can_sign_in(NEW, WORDS)
    assert (scene.holder(NEW), scene.holder(MAIL)) == (call.actor.id, None)
    assert scene.types(call).count("MailChanged") == 1


def test_the_move_makes_no_more_calls_than_the_kill_test_kills() -> None:
    scene, count = AccountScene(), [0]
    _, token = scene.moving()
    scene.on(lambda port: Doomed(port, count, 0, False)).account_security.move(token)
    assert 12 <= count[0] <= 19
