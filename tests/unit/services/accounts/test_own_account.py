"""Another password, and where somebody is signed in."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

import pytest

from shared.domain.accounts.account_input import CONFIRM, CONFIRM_LIFE, RESET, RESET_LIFE
from shared.domain.core.errors import Busy, Invalid, WrongCredentials
from shared.services.accounts.account_ports import own
from shared.services.core.transitions import RequestContext
from tests.fakes.doomed import Doomed, Killed
from tests.unit.services.accounts.account_scene import MAIL, NEW, OTHER, WORDS, AccountScene


@pytest.fixture
def scene() -> AccountScene:
    return AccountScene()


# --- another password -------------------------------------------------------------------------------------------------
def test_another_password_needs_the_present_one_and_ends_every_session(scene: AccountScene) -> None:
    call = scene.person()
    session = scene.sign_in.open_session(call.actor.id)
    with pytest.raises(WrongCredentials) as refused:
        scene.account_security.change_password(call, "not my password", OTHER)
    assert refused.value.facts["field"] == "current"
    assert scene.sessions.read(session) is not None
    scene.account_security.change_password(call, WORDS, OTHER)
    assert scene.can_sign_in(MAIL, OTHER)
    assert scene.sessions.read(session) is None


@pytest.mark.parametrize("password", ["short", WORDS, "x" * 129])
def test_a_weak_or_the_same_password_is_refused_and_nothing_ends(scene: AccountScene, password: str) -> None:
    call = scene.person()
    with pytest.raises(Invalid) as refused:
        scene.account_security.change_password(call, WORDS, password)
    assert refused.value.facts["field"] == "password"
    assert scene.types(call) == ["AccountProvisioned"]


@pytest.mark.parametrize("password", ["password1234", MAIL, "amara okafor"])
def test_a_password_that_is_easily_guessed_is_refused_wherever_one_is_chosen(
    scene: AccountScene, password: str
) -> None:
    scene.account_wishes.sign_up("Amara Okafor", MAIL)
    id = scene.holder(MAIL) or ""
    confirm = scene.link(CONFIRM, id, CONFIRM_LIFE)
    with pytest.raises(Invalid):
        scene.sign_in.confirm(confirm, password)
    scene.sign_in.confirm(confirm, WORDS)
    scene.account_wishes.reset(MAIL)
    link = scene.link(RESET, id, RESET_LIFE)
    for step in (
        lambda: scene.account_security.reset(link, password),
        lambda: scene.account_security.change_password(own(id), WORDS, password),
    ):
        with pytest.raises(Invalid) as refused:
            step()
        assert refused.value.facts["field"] == "password"
    assert scene.can_sign_in(MAIL, WORDS)


def test_a_password_typed_on_another_keyboard_signs_in(scene: AccountScene) -> None:
    """A telephone composes its accents, another computer does not."""
    composed = "pr\u00e9nom \u00fcber ni\u00f1o"
    decomposed = unicodedata.normalize("NFD", composed)
    call = scene.person()
    scene.account_security.change_password(call, WORDS, decomposed)
    for typed in (composed, decomposed):
        assert scene.sign_in.sign_in(MAIL, typed).person.email == MAIL
    scene.account_security.change_password(call, composed, WORDS)


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("at", range(1, 8))
def test_a_change_killed_at_any_call_is_finished_by_repeating_it(at: int, after: bool) -> None:
    scene, count = AccountScene(), [0]
    call = scene.person()
    session = scene.sign_in.open_session(call.actor.id)
    try:
        scene.on(lambda port: Doomed(port, count, at, after)).account_security.change_password(call, WORDS, OTHER)
        assert count[0] < at
    except Killed:
        assert count[0] == at
    scene.account_security.change_password(call, WORDS, OTHER)
    assert scene.can_sign_in(MAIL, OTHER)
    assert scene.sessions.read(session) is None


# --- where somebody is signed in --------------------------------------------------------------------------------------
def test_the_list_shows_own_sessions_and_which_one_asks(scene: AccountScene) -> None:
    call, other = scene.person(), scene.person(email="else@example.org")
    scene.sign_in.open_session(other.actor.id, "Edge on Windows")
    scene.sign_in.open_session(call.actor.id, "Firefox on Windows")
    here = scene.sign_in.open_session(call.actor.id, "Safari on iPhone")
    found = scene.account_security.safety(call, here)
    assert [one.device for one in found.sessions] == ["Safari on iPhone", "Firefox on Windows"]
    assert found.here == found.sessions[0].handle


def test_a_session_is_ended_by_its_owner_and_nobody_else(scene: AccountScene) -> None:
    call, other = scene.person(), scene.person(email="else@example.org")
    session = scene.sign_in.open_session(call.actor.id)
    scene.account_security.end_session(other, scene.sessions.handle(session))
    assert scene.sessions.read(session) is not None
    scene.account_security.end_session(call, scene.sessions.handle(session))
    assert scene.sessions.read(session) is None
    scene.account_security.end_session(call, "no such thing")


def test_ending_all_leaves_none_in_the_list_and_no_token(scene: AccountScene) -> None:
    call = scene.person()
    sessions = [scene.sign_in.open_session(call.actor.id) for _ in range(2)]
    issued = scene.sign_in.issue_token(call.actor.id).access_token
    scene.later(seconds=1)
    scene.account_security.end_all(call)
    assert [scene.sessions.read(one) for one in sessions] == [None, None]
    assert scene.account_security.safety(call).sessions == ()
    assert not scene.bearer(issued)


ACTIONS: list[Callable[[AccountScene, RequestContext], object]] = [
    lambda scene, call: scene.account_security.change_password(call, WORDS, OTHER),
    lambda scene, call: scene.account_security.ask_mail_change(call, NEW, WORDS),
]


@pytest.mark.parametrize("action", ACTIONS)
def test_a_busy_user_pool_changes_nothing(
    scene: AccountScene, action: Callable[[AccountScene, RequestContext], object]
) -> None:
    call = scene.person()
    scene.identity.unavailable()
    with pytest.raises(Busy):
        action(scene, call)
    assert scene.types(call) == ["AccountProvisioned"]
    assert scene.can_sign_in(MAIL, WORDS)
