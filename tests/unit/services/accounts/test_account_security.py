"""Passwords, addresses and sessions: the same answer for everybody, links that work once and until their second,
crashes anywhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from shared.domain.accounts.account_input import MAIL_LIFE, RESET_LIFE
from shared.domain.core.aggregate import chain_breaks, fold
from shared.domain.core.errors import Busy, Duplicate, Expired, Invalid, NotFound, RotaError, WrongCredentials
from shared.ports import Tokens
from shared.services.core.transitions import RequestContext
from tests.fakes.doomed import Doomed, Killed
from tests.unit.services.accounts.account_scene import MAIL, OTHER, WORDS, AccountScene, reset_link

NEW = "amara@clinic.example"


@pytest.fixture
def scene() -> AccountScene:
    return AccountScene()


def asked(scene: AccountScene) -> tuple[RequestContext, str]:
    call = scene.person()
    scene.account_security.forgot(MAIL)
    return call, reset_link(scene, call.actor.id)


def mail_link(scene: AccountScene, call: RequestContext) -> str:
    ref = scene.state(call)["mail_change_ref"]
    return scene.links.make(f"mail:{ref}", call.actor.id, scene.clock.now() + MAIL_LIFE)


def moving(scene: AccountScene, email: str = NEW) -> tuple[RequestContext, str]:
    call = scene.person()
    scene.account_security.ask_mail_change(call, email, WORDS)
    return call, mail_link(scene, call)


def test_tokens_of_the_second_in_which_everything_ended_do_not_count_and_none_are_given(scene: AccountScene) -> None:
    call, token = asked(scene)
    scene.account_security.reset(token, OTHER)
    with pytest.raises(Busy):
        scene.sign_in.tokens(MAIL, OTHER)
    assert scene.sessions.of_account(call.actor.id, scene.sessions.wall_at) is None
    scene.later(seconds=1)
    assert scene.sign_in.tokens(MAIL, OTHER).tokens.access_token
    assert scene.sessions.of_account(call.actor.id, scene.sessions.wall_at) is not None


def test_a_token_of_the_ending_second_is_not_given_either_when_the_second_passes_on_the_way(
    scene: AccountScene,
) -> None:
    class Slow:
        """A user pool whose answer arrives a second after its token was issued."""

        def authenticate(self, email: str, password: str) -> tuple[str, Tokens]:
            issued = scene.identity.authenticate(email, password)
            scene.later(seconds=1)
            return issued

    _, token = asked(scene)
    scene.account_security.reset(token, OTHER)
    slow = replace(scene.sign_in, identity=Slow())  # type: ignore[arg-type]
    with pytest.raises(Busy):
        slow.tokens(MAIL, OTHER)
    assert slow.tokens(MAIL, OTHER).tokens.access_token


# --- forgotten password -----------------------------------------------------------------------------------------------
def test_a_forgotten_password_is_set_anew_by_a_link_and_ends_every_session_and_token(scene: AccountScene) -> None:
    call, token = asked(scene)
    session = scene.sign_in.open_session(call.actor.id)
    scene.later(minutes=5)
    assert scene.account_security.resetting(token).state == "open"
    assert scene.account_security.reset(token, OTHER).state == "done"
    assert (scene.can_sign_in(MAIL, OTHER), scene.can_sign_in(MAIL, WORDS)) == (True, False)
    assert scene.sessions.read(session) is None
    assert scene.sessions.of_account(call.actor.id, scene.identity.issued_at) is None
    assert scene.sessions.read(scene.sign_in.open_session(call.actor.id)) is not None
    assert scene.types(call)[1:] == ["PasswordResetAsked", "PasswordChanged"]


@pytest.mark.parametrize("status", ["UNCONFIRMED", "INVITED", "DISABLED", "ERASED"])
def test_asking_is_silent_for_an_unknown_address_and_for_an_account_that_is_not_active(
    scene: AccountScene, status: str
) -> None:
    scene.account_security.forgot("nobody@example.org")
    call = scene.person()
    loaded = scene.store.states[("ACCOUNT", call.actor.id)]
    scene.store.states[("ACCOUNT", call.actor.id)] = type(loaded)(
        "ACCOUNT", loaded.id, {**loaded.state, "status": status}, loaded.version, loaded.head
    )
    scene.account_security.forgot(MAIL)
    assert scene.types(call) == ["AccountProvisioned"]


def test_a_link_is_asked_for_at_most_once_a_minute(scene: AccountScene) -> None:
    call, _ = asked(scene)
    for seconds, mails in ((59, 1), (1, 2)):
        scene.later(seconds=seconds)
        scene.account_security.forgot(MAIL)
        assert scene.types(call).count("PasswordResetAsked") == mails


@pytest.mark.parametrize(("seconds", "works"), [(-1, True), (0, False), (1, False)])
def test_a_reset_link_works_until_the_second_before_an_hour(scene: AccountScene, seconds: int, works: bool) -> None:
    _, token = asked(scene)
    scene.clock.move(RESET_LIFE + timedelta(seconds=seconds))
    assert scene.account_security.resetting(token).state == ("open" if works else "expired")
    if works:
        scene.account_security.reset(token, OTHER)
    else:
        with pytest.raises(Expired):
            scene.account_security.reset(token, OTHER)
    assert scene.can_sign_in(MAIL, OTHER) is works


def test_looking_at_a_reset_link_changes_nothing(scene: AccountScene) -> None:
    call, token = asked(scene)
    before = scene.types(call)
    assert [scene.account_security.resetting(token).state for _ in range(3)] == ["open"] * 3
    assert scene.types(call) == before


def test_a_used_link_and_every_other_one_of_before_set_no_second_password(scene: AccountScene) -> None:
    call, first = asked(scene)
    second = reset_link(scene, call.actor.id)
    scene.account_security.reset(first, OTHER)
    for token in (first, second):
        assert scene.account_security.resetting(token).state == "done"
        with pytest.raises(Expired):
            scene.account_security.reset(token, "a stranger's own words")
    assert scene.can_sign_in(MAIL, OTHER)
    assert scene.account_security.reset(first, OTHER).state == "done", "a second click is answered as the first"
    assert scene.types(call).count("PasswordChanged") == 1


def test_the_same_reset_sent_twice_at_the_same_time_is_one_change(scene: AccountScene) -> None:
    call, token = asked(scene)
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
    _, token = asked(scene)
    with pytest.raises(Invalid) as refused:
        scene.account_security.reset(token, "short")
    assert refused.value.facts["field"] == "password"
    assert scene.account_security.resetting(token).state == "open"


def test_a_link_for_something_else_resets_nothing(scene: AccountScene) -> None:
    call, _ = asked(scene)
    for token in ("unknown", scene.links.make("confirm", call.actor.id, scene.clock.now() + RESET_LIFE)):
        with pytest.raises(NotFound):
            scene.account_security.reset(token, OTHER)


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("at", range(1, 11))
def test_a_reset_killed_at_any_call_is_finished_by_the_next_click(at: int, after: bool) -> None:
    scene, count = AccountScene(), [0]
    call, token = asked(scene)
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
    _, token = asked(scene)
    scene.on(lambda port: Doomed(port, count, 0, False)).account_security.reset(token, OTHER)
    assert 6 <= count[0] <= 10


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


# --- another address --------------------------------------------------------------------------------------------------
def test_another_address_counts_once_its_link_is_used_and_the_old_one_is_free_then(scene: AccountScene) -> None:
    call, token = moving(scene, " Amara@Clinic.EXAMPLE ")
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
    call, token = moving(scene)
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
    call, token = moving(scene)
    scene.clock.move(MAIL_LIFE + timedelta(seconds=seconds))
    if works:
        scene.account_security.move(token)
    else:
        with pytest.raises(Expired):
            scene.account_security.move(token)
    assert (scene.people.person(call.actor.id).email == NEW) is works


def test_a_later_wish_ends_the_link_of_the_one_before(scene: AccountScene) -> None:
    call, first = moving(scene)
    scene.account_security.ask_mail_change(call, "third@example.org", WORDS)
    with pytest.raises(NotFound):
        scene.account_security.move(first)
    assert scene.account_security.move(mail_link(scene, call)).email == "third@example.org"


def test_the_same_wish_is_one_mail_a_minute(scene: AccountScene) -> None:
    call, _ = moving(scene)
    for seconds, mails in ((59, 1), (1, 2)):
        scene.later(seconds=seconds)
        scene.account_security.ask_mail_change(call, NEW, WORDS)
        assert scene.types(call).count("MailChangeAsked") == mails


def test_a_wish_for_somebody_else_s_address_is_answered_the_same_and_gets_nowhere(scene: AccountScene) -> None:
    other = scene.person(email=NEW, name="Somebody Else")
    call, token = moving(scene)
    with pytest.raises(Duplicate):
        scene.account_security.move(token)
    assert scene.people.person(call.actor.id).email == MAIL
    assert scene.holder(NEW) == other.actor.id
    assert scene.can_sign_in(MAIL, WORDS)


def test_an_address_that_somebody_signed_up_with_meanwhile_stays_theirs(scene: AccountScene) -> None:
    call, token = moving(scene)
    scene.sign_in.sign_up("Somebody Else", NEW)
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
    call, token = asked(scene)
    scene.account_security.ask_mail_change(call, NEW, WORDS)
    scene.account_security.move(mail_link(scene, call))
    with pytest.raises(Expired):
        scene.account_security.reset(token, OTHER)
    assert scene.can_sign_in(NEW, WORDS)


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("at", range(1, 20))
def test_a_move_killed_at_any_call_is_finished_by_the_next_click(at: int, after: bool) -> None:
    scene, count = AccountScene(), [0]
    call, token = moving(scene)
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
    _, token = moving(scene)
    scene.on(lambda port: Doomed(port, count, 0, False)).account_security.move(token)
    assert 12 <= count[0] <= 19


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
    scene.later(seconds=1)
    scene.account_security.end_all(call)
    assert [scene.sessions.read(one) for one in sessions] == [None, None]
    assert scene.account_security.safety(call).sessions == ()
    assert scene.sessions.of_account(call.actor.id, scene.identity.issued_at) is None


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
