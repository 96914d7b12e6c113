"""A forgotten password: the same for everybody, a link that works once and until its second, crashes anywhere."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.domain.accounts.account_input import RESET_LIFE
from shared.domain.core.errors import Expired, Invalid, NotFound
from tests.fakes.doomed import Doomed, Killed
from tests.unit.services.accounts.account_scene import MAIL, OTHER, WORDS, AccountScene


@pytest.fixture
def scene() -> AccountScene:
    return AccountScene()


# --- forgotten password -----------------------------------------------------------------------------------------------
def test_a_forgotten_password_is_set_anew_by_a_link_and_ends_every_session_and_token(scene: AccountScene) -> None:
    call, token = scene.asked()
    session = scene.sign_in.open_session(call.actor.id)
    issued = scene.sign_in.issue_token(call.actor.id).access_token
    scene.later(minutes=5)
    assert scene.bearer(issued)
    assert scene.account_security.resetting(token).state == "open"
    assert scene.account_security.reset(token, OTHER).state == "done"
    assert (scene.can_sign_in(MAIL, OTHER), scene.can_sign_in(MAIL, WORDS)) == (True, False)
    assert scene.sessions.read(session) is None
    assert not scene.bearer(issued)
    assert scene.sessions.read(scene.sign_in.open_session(call.actor.id)) is not None
    assert scene.types(call)[1:] == ["PasswordResetAsked", "PasswordChanged"]


@pytest.mark.parametrize("status", ["UNCONFIRMED", "INVITED", "DISABLED", "ERASED"])
def test_asking_is_silent_for_an_unknown_address_and_for_an_account_that_is_not_active(
    scene: AccountScene, status: str
) -> None:
    scene.account_wishes.reset("nobody@example.org")
    call = scene.person()
    loaded = scene.store.states[("ACCOUNT", call.actor.id)]
    scene.store.states[("ACCOUNT", call.actor.id)] = type(loaded)(
        "ACCOUNT", loaded.id, {**loaded.state, "status": status}, loaded.version, loaded.head
    )
    scene.account_wishes.reset(MAIL)
    assert scene.types(call) == ["AccountProvisioned"]


def test_a_link_is_asked_for_at_most_once_a_minute(scene: AccountScene) -> None:
    call, _ = scene.asked()
    for seconds, mails in ((59, 1), (1, 2)):
        scene.later(seconds=seconds)
        scene.account_wishes.reset(MAIL)
        assert scene.types(call).count("PasswordResetAsked") == mails


@pytest.mark.parametrize(("seconds", "works"), [(-1, True), (0, False), (1, False)])
def test_a_reset_link_works_until_the_second_before_an_hour(scene: AccountScene, seconds: int, works: bool) -> None:
    _, token = scene.asked()
    scene.clock.move(RESET_LIFE + timedelta(seconds=seconds))
    assert scene.account_security.resetting(token).state == ("open" if works else "expired")
    if works:
        scene.account_security.reset(token, OTHER)
    else:
        with pytest.raises(Expired):
            scene.account_security.reset(token, OTHER)
    assert scene.can_sign_in(MAIL, OTHER) is works


def test_looking_at_a_reset_link_changes_nothing(scene: AccountScene) -> None:
    call, token = scene.asked()
    before = scene.types(call)
    assert [scene.account_security.resetting(token).state for _ in range(3)] == ["open"] * 3
    assert scene.types(call) == before


def test_a_used_link_and_every_other_one_of_before_set_no_second_password(scene: AccountScene) -> None:
    call, first = scene.asked()
    second = scene.reset_link(call)
    scene.account_security.reset(first, OTHER)
    for token in (first, second):
        assert scene.account_security.resetting(token).state == "done"
        with pytest.raises(Expired):
            scene.account_security.reset(token, "a stranger's own words")
    assert scene.can_sign_in(MAIL, OTHER)
    assert scene.account_security.reset(first, OTHER).state == "done", "a second click is answered as the first"
    assert scene.types(call).count("PasswordChanged") == 1


def test_the_same_reset_sent_twice_at_the_same_time_is_one_change(scene: AccountScene) -> None:
    call, token = scene.asked()
    inner = scene.store.commit

    def beaten(work: object) -> object:
        scene.store.commit = inner  # type: ignore[method-assign]
        scene.later(seconds=1)
        scene.account_security.reset(token, OTHER)
        return inner(work)  # type: ignore[arg-type]

    scene.store.commit = beaten  # type: ignore[method-assign,assignment]
    assert scene.account_security.reset(token, OTHER).state == "done"
    assert scene.types(call).count("PasswordChanged") == 1


def test_a_weak_password_leaves_the_link_open(scene: AccountScene) -> None:
    _, token = scene.asked()
    with pytest.raises(Invalid) as refused:
        scene.account_security.reset(token, "short")
    assert refused.value.facts["field"] == "password"
    assert scene.account_security.resetting(token).state == "open"


def test_a_link_for_something_else_resets_nothing(scene: AccountScene) -> None:
    call, _ = scene.asked()
    for token in ("unknown", scene.link("confirm", call.actor.id, RESET_LIFE)):
        with pytest.raises(NotFound):
            scene.account_security.reset(token, OTHER)


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("at", range(1, 11))
def test_a_reset_killed_at_any_call_is_finished_by_the_next_click(at: int, after: bool) -> None:
    scene, count = AccountScene(), [0]
    call, token = scene.asked()
    session = scene.sign_in.open_session(call.actor.id)
    try:
        scene.on(lambda port: Doomed(port, count, at, after)).account_security.reset(token, OTHER)
        assert count[0] < at
    except Killed:
        assert count[0] == at
    assert scene.account_security.reset(token, OTHER).state == "done"
    assert scene.can_sign_in(MAIL, OTHER)
    assert scene.sessions.read(session) is None
    assert scene.types(call).count("PasswordChanged") == 1


def test_the_reset_makes_no_more_calls_than_the_kill_test_kills() -> None:
    scene, count = AccountScene(), [0]
    _, token = scene.asked()
    scene.on(lambda port: Doomed(port, count, 0, False)).account_security.reset(token, OTHER)
    assert 6 <= count[0] <= 10
