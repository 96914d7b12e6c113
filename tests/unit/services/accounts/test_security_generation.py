"""Ways to take an account over that are none: whatever was begun before its owner ended everything is dead, and a link
belongs to what asked for it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from shared.domain.accounts.account_input import INVITE, INVITE_LIFE, MAIL_LIFE, STOP
from shared.domain.core.errors import Expired, NotFound, WrongCredentials
from shared.services.core.transitions import RequestContext
from tests.unit.services.accounts.account_scene import MAIL, NEW, OPERATOR, OTHER, WORDS, AccountScene

EVIL = "evil@example.net"
Ending = Callable[[AccountScene, RequestContext], object]


@pytest.fixture
def scene() -> AccountScene:
    return AccountScene()


def by_link(scene: AccountScene, call: RequestContext) -> None:
    scene.later(minutes=1)
    scene.account_wishes.reset(MAIL)
    scene.account_security.reset(scene.reset_link(call), OTHER)


def removed(scene: AccountScene, call: RequestContext) -> None:
    """The app goes; it was there all the time."""
    scene.second_factor.take_away(OPERATOR, call.actor.id)


def disabled(scene: AccountScene, call: RequestContext) -> None:
    scene.staff.disable(OPERATOR, call.actor.id)
    scene.staff.enable(OPERATOR, call.actor.id)


ENDINGS: dict[str, Ending] = {
    "a new password by the link": by_link,
    "another password": lambda scene, call: scene.account_security.change_password(call, WORDS, OTHER),
    "the end of all sessions": lambda scene, call: scene.account_security.end_all(call),
    "a removed app": removed,
    "a disabled account": disabled,
}


def dead(step: Callable[[], object]) -> None:
    with pytest.raises((NotFound, Expired)):
        step()


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_thief_s_change_of_address_is_dead_once_its_owner_ended_everything(ending: str) -> None:
    """The thief knew the password once; the link at evil@ has its whole day left."""
    scene = AccountScene()
    call = scene.guarded("trainee") if "app" in ending else scene.person()
    scene.account_security.ask_mail_change(call, EVIL, WORDS)
    token = scene.mail_link(call)
    ENDINGS[ending](scene, call)
    dead(lambda: scene.account_security.moving(token))
    dead(lambda: scene.account_security.move(token))
    assert scene.people.person(call.actor.id).email == MAIL
    assert (scene.holder(EVIL), scene.holder(MAIL)) == (None, call.actor.id)
    assert EVIL not in str(scene.store.texts), "the wish itself is gone"
    assert not [email for email, _ in scene.identity.accounts.values() if email == EVIL]


@pytest.mark.parametrize("ending", [name for name in ENDINGS if "link" not in name])
def test_a_link_for_a_new_password_is_dead_after_whatever_ends_everything(ending: str) -> None:
    scene = AccountScene()
    call = scene.guarded("trainee") if "app" in ending else scene.person()
    scene.account_wishes.reset(MAIL)
    token = scene.reset_link(call)
    ENDINGS[ending](scene, call)
    with pytest.raises(Expired):
        scene.account_security.reset(token, "a stranger's own words")


def test_the_thief_presses_at_the_very_moment_at_which_everything_is_ended(scene: AccountScene) -> None:
    """The user pool had the new address already: it goes back."""
    call, token = scene.moving(EVIL)
    move = scene.identity.move

    def beaten(account_id: str, email: str) -> None:
        move(account_id, email)
        if email == EVIL:
            scene.account_security.end_all(call)

    scene.identity.move = beaten
    dead(lambda: scene.account_security.move(token))
    assert (scene.can_sign_in(MAIL, WORDS), scene.can_sign_in(EVIL, WORDS)) == (True, False)
    assert (scene.holder(EVIL), scene.people.person(call.actor.id).email) == (None, MAIL)


def test_the_present_address_stops_a_change_and_signs_everybody_out(scene: AccountScene) -> None:
    call, token = scene.moving(EVIL)
    session = scene.sign_in.open_session(call.actor.id)
    stop = scene.link(f"{STOP}:{scene.state(call)['mail_change_ref']}", call.actor.id, MAIL_LIFE)
    assert scene.account_security.stopping(stop).state == "open"
    for _ in range(2):
        assert scene.account_security.stop(stop).state == "done"
    dead(lambda: scene.account_security.move(token))
    assert scene.sessions.read(session) is None
    assert scene.types(call).count("MailChangeStopped") == 1


def test_a_change_that_is_done_is_not_stopped_and_says_so(scene: AccountScene) -> None:
    call, token = scene.moving()
    stop = scene.link(f"{STOP}:{scene.state(call)['mail_change_ref']}", call.actor.id, MAIL_LIFE)
    scene.account_security.move(token)
    assert scene.account_security.stop(stop).state == "moved"
    assert scene.people.person(call.actor.id).email == NEW


def test_a_change_of_address_ends_every_session_and_token(scene: AccountScene) -> None:
    call, token = scene.moving()
    session, issued = scene.sign_in.open_session(call.actor.id), scene.sign_in.issue_token(call.actor.id).access_token
    scene.account_security.move(token)
    assert (scene.sessions.read(session), scene.bearer(issued)) == (None, False)


def test_a_used_link_for_a_new_password_is_refused_for_ever_whoever_asks_for_another(scene: AccountScene) -> None:
    call, first = scene.asked()
    scene.account_security.reset(first, OTHER)
    scene.later(minutes=1)
    scene.account_wishes.reset(MAIL)
    assert scene.account_security.resetting(first).state == "done"
    with pytest.raises(Expired):
        scene.account_security.reset(first, "a stranger's own words")
    assert scene.can_sign_in(MAIL, OTHER)
    assert scene.account_security.reset(scene.reset_link(call), WORDS).state == "done", "the new one works"


def test_nor_does_it_work_after_another_address_and_a_new_request(scene: AccountScene) -> None:
    call, token = scene.asked()
    scene.account_security.ask_mail_change(call, NEW, WORDS)
    scene.account_security.move(scene.mail_link(call))
    scene.later(minutes=1)
    scene.account_wishes.reset(NEW)
    with pytest.raises(Expired):
        scene.account_security.reset(token, OTHER)
    assert scene.can_sign_in(NEW, WORDS)


@pytest.mark.parametrize("ending", [name for name in ENDINGS if "app" not in name])
def test_an_authenticator_begun_in_a_stolen_session_is_not_finished_after_everything_ended(ending: str) -> None:
    """Within its ten minutes."""
    scene = AccountScene()
    call = scene.person()
    token = scene.second_factor.begin(call, WORDS).token
    secret = scene.second_factor.offer(token).secret.replace(" ", "").upper()
    ENDINGS[ending](scene, call)
    dead(lambda: scene.second_factor.offer(token))
    dead(lambda: scene.second_factor.set_up(token, scene.code(secret=secret)))
    assert "FactorSet" not in scene.types(call)
    assert secret not in str(scene.store.texts)


def test_setting_up_an_authenticator_asks_for_the_password(scene: AccountScene) -> None:
    call = scene.person()
    with pytest.raises(WrongCredentials) as refused:
        scene.second_factor.begin(call, OTHER)
    assert refused.value.facts["field"] == "password"
    assert scene.types(call) == ["AccountProvisioned"]


@pytest.mark.parametrize("ending", [name for name in ENDINGS if "app" not in name])
def test_a_password_that_was_right_waits_for_its_code_no_longer_than_everything(ending: str) -> None:
    scene = AccountScene()
    call = scene.guarded("trainee")
    found = scene.second_factor.ticket(call.actor.id)
    assert found is not None
    ENDINGS[ending](scene, call)
    dead(lambda: scene.second_factor.enter(found.token, scene.code()))


def test_a_session_without_a_code_ends_when_an_app_is_set_up_elsewhere(scene: AccountScene) -> None:
    """So none is left when the person becomes an administrator, whose sessions all began with one."""
    call = scene.person("trainee")
    session, issued = scene.sign_in.open_session(call.actor.id), scene.sign_in.issue_token(call.actor.id).access_token
    token = scene.second_factor.begin(call, WORDS).token
    scene.second_factor.set_up(
        token, scene.code(secret=scene.second_factor.offer(token).secret.replace(" ", "").upper())
    )
    scene.staff.change_roles(OPERATOR, call.actor.id, ("trainee", "admin"))
    assert (scene.sessions.read(session), scene.bearer(issued)) == (None, False)


def test_roles_given_at_a_terminal_end_the_sessions_that_began_without_a_code(scene: AccountScene) -> None:
    call = scene.person("trainee")
    session = scene.sign_in.open_session(call.actor.id)
    scene.person("admin")
    assert scene.sessions.read(session) is None


def test_an_invitation_that_was_taken_back_is_dead(scene: AccountScene) -> None:
    id = scene.staff.invite(OPERATOR, "Nora Feldspar", "nora@staff.example", ("coach",))
    token = scene.link(INVITE, id, INVITE_LIFE)
    scene.staff.disable(OPERATOR, id)
    scene.staff.enable(OPERATOR, id)
    with pytest.raises(NotFound):
        scene.sign_in.confirm(token, WORDS)
    assert scene.store.load("ACCOUNT", id).state["status"] == "INVITED"
