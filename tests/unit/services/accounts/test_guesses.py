"""Guessing a password: ten wrong ones for an address and none is looked at for a quarter of an hour, whether or not
somebody has it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from shared.domain.accounts.account_input import CONFIRM, CONFIRM_LIFE, RESET, RESET_LIFE
from shared.domain.core.errors import Busy, Expired, TooManyTries, WrongCredentials
from shared.domain.core.limits import WRONG_PASSWORDS, WRONG_PASSWORDS_OF_BROWSER, WRONG_PASSWORDS_OF_SOURCE
from shared.services.accounts.account_ports import Client, own
from tests.unit.services.accounts.account_scene import MAIL, WORDS, AccountScene

NOBODY, OTHER = "nobody@example.org", "amber meadow compass"


@pytest.fixture
def scene() -> AccountScene:
    made = AccountScene()
    made.person()
    return made


def guess(scene: AccountScene, times: int, email: str = MAIL) -> None:
    for _ in range(times):
        with pytest.raises(WrongCredentials):
            scene.sign_in.sign_in(email, OTHER)


def refused(scene: AccountScene, email: str = MAIL, password: str = WORDS) -> TooManyTries:
    with pytest.raises(TooManyTries) as found:
        scene.sign_in.sign_in(email, password)
    return found.value


def test_after_ten_wrong_passwords_the_right_one_waits_a_quarter_of_an_hour_to_the_second(scene: AccountScene) -> None:
    guess(scene, 10)
    assert refused(scene).facts["retry_after"] == "2026-11-23T15:15:00Z"
    scene.later(minutes=14, seconds=59)
    assert refused(scene).remedy == "Try again in 1 minute, or use the link for a forgotten password."
    scene.later(seconds=1)
    assert scene.sign_in.sign_in(MAIL, WORDS).person.email == MAIL


def test_nine_wrong_passwords_leave_the_tenth_try_and_the_right_one_ends_the_counting(scene: AccountScene) -> None:
    for _ in range(2):
        guess(scene, 9)
        scene.sign_in.sign_in(MAIL, WORDS)
    assert scene.paces.counted(WRONG_PASSWORDS, MAIL) == 0


def test_an_address_that_nobody_has_is_refused_in_the_same_words(scene: AccountScene) -> None:
    for email in (MAIL, NOBODY):
        guess(scene, 10, email)
    known, unknown = refused(scene), refused(scene, NOBODY)
    assert (known.detail, known.remedy, known.facts) == (unknown.detail, unknown.remedy, unknown.facts)


def test_wrong_passwords_for_one_address_stop_nobody_else(scene: AccountScene) -> None:
    guess(scene, 10, NOBODY)
    assert scene.sign_in.sign_in(MAIL, WORDS).person.email == MAIL


def test_an_address_in_other_letters_is_the_same_one(scene: AccountScene) -> None:
    guess(scene, 10, f" {MAIL.upper()} ")
    assert refused(scene)


@pytest.mark.parametrize("round", range(3))
def test_a_stranger_s_wrong_guesses_again_and_again_keep_no_browser_out_that_its_owner_signed_in_with(
    scene: AccountScene, round: int
) -> None:
    """The allowance of a known browser is its own, and ends with its own wrong guesses."""
    here = Client("8.8.8.8", scene.sign_in.remember_browser(scene.holder(MAIL) or "", ""))
    for _ in range(round + 1):
        guess(scene, 10)
        assert refused(scene)
        assert scene.sign_in.sign_in(MAIL, WORDS, here).person.email == MAIL
        scene.later(minutes=15)
    for _ in range(10):
        with pytest.raises(WrongCredentials):
            scene.sign_in.sign_in(MAIL, OTHER, here)
    with pytest.raises(TooManyTries) as found:
        scene.sign_in.sign_in(MAIL, WORDS, here)
    assert found.value.facts["limit"] == "wrong-passwords-of-browser"
    assert scene.sign_in.sign_in(MAIL, WORDS).person.email == MAIL, "and keep out nobody else"


def test_a_browser_of_somebody_else_is_a_stranger_s(scene: AccountScene) -> None:
    scene.person(email="else@example.org")
    theirs = Client("", scene.sign_in.remember_browser(scene.holder("else@example.org") or "", ""))
    guess(scene, 10)
    with pytest.raises(TooManyTries):
        scene.sign_in.sign_in(MAIL, WORDS, theirs)


def test_who_is_signed_in_changes_the_password_while_a_stranger_guesses(scene: AccountScene) -> None:
    guess(scene, 10)
    scene.account_security.change_password(own(scene.holder(MAIL) or ""), WORDS, OTHER)
    assert scene.can_sign_in(MAIL, OTHER)


def test_one_password_for_each_of_many_addresses_is_counted_for_its_source(scene: AccountScene) -> None:
    there = Client("8.8.8.8")
    for number in range(100):
        with pytest.raises(WrongCredentials):
            scene.sign_in.sign_in(f"student{number}@example.org", OTHER, there)
    with pytest.raises(TooManyTries) as found:
        scene.sign_in.sign_in(MAIL, WORDS, there)
    assert (found.value.facts["limit"], "in 1 hour" in found.value.remedy) == ("wrong-passwords-of-source", True)
    assert scene.paces.counted(WRONG_PASSWORDS, MAIL) == 0, "what is not looked at counts for no address"
    assert scene.sign_in.sign_in(MAIL, WORDS, Client("8.8.4.4"))


def test_right_passwords_of_a_whole_school_count_for_nobody(scene: AccountScene) -> None:
    for _ in range(120):
        scene.sign_in.sign_in(MAIL, WORDS, Client("8.8.8.8"))
    assert scene.paces.counted(WRONG_PASSWORDS_OF_SOURCE, "8.8.8.8") == 0


def test_tries_that_the_user_pool_never_looked_at_do_not_count(scene: AccountScene) -> None:
    scene.identity.unavailable(10)
    for _ in range(10):
        with pytest.raises(Busy):
            scene.sign_in.sign_in(MAIL, WORDS)
    assert scene.sign_in.sign_in(MAIL, WORDS).person.email == MAIL


def test_who_is_signed_in_already_stays_so(scene: AccountScene) -> None:
    account_id = scene.sign_in.sign_in(MAIL, WORDS).person.account_id
    session = scene.sign_in.open_session(account_id)
    guess(scene, 10)
    assert scene.sessions.read(session)


def test_a_new_password_from_the_mails_link_works_at_once(scene: AccountScene) -> None:
    guess(scene, 10)
    scene.account_wishes.reset(MAIL)
    account_id = scene.holder(MAIL) or ""
    scene.account_security.reset(scene.link(RESET, account_id, RESET_LIFE), OTHER)
    assert scene.sign_in.sign_in(MAIL, OTHER).person.account_id == account_id


# --- wherever else somebody types a password --------------------------------------------------------------------------
def used_reset(scene: AccountScene) -> Callable[[str], object]:
    """A link that set the password, tried once more with another one."""
    scene.account_wishes.reset(MAIL)
    token = scene.link(RESET, scene.holder(MAIL) or "", RESET_LIFE)
    scene.account_security.reset(token, WORDS)
    return lambda password: scene.account_security.reset(token, password)


def used_confirmation(scene: AccountScene) -> Callable[[str], object]:
    token = scene.link(CONFIRM, scene.holder(MAIL) or "", CONFIRM_LIFE)
    return lambda password: scene.sign_in.confirm(token, password)


def wish(scene: AccountScene) -> Callable[[str], object]:
    return lambda password: scene.account_security.ask_mail_change(
        own(scene.holder(MAIL) or ""), "new@example.org", password
    )


@pytest.mark.parametrize("door", [used_reset, used_confirmation])
def test_a_password_typed_anywhere_is_counted_with_the_sign_ins(
    scene: AccountScene, door: Callable[[AccountScene], Callable[[str], object]]
) -> None:
    attempt = door(scene)
    for _ in range(10):
        with pytest.raises((WrongCredentials, Expired)):
            attempt(OTHER)
    for refusal in (attempt, lambda password: scene.sign_in.sign_in(MAIL, password)):
        with pytest.raises(TooManyTries):
            refusal(WORDS)
    scene.later(minutes=15)
    attempt(WORDS)
    assert scene.paces.counted(WRONG_PASSWORDS, MAIL) == 0, "the right one ends the counting"


def test_both_passwords_of_a_change_are_looked_at_so_each_counts_for_who_is_signed_in(scene: AccountScene) -> None:
    caller = own(scene.holder(MAIL) or "")
    for number in range(5):
        with pytest.raises(WrongCredentials):
            scene.account_security.change_password(caller, f"wrong words number {number}", OTHER)
    assert scene.paces.counted(WRONG_PASSWORDS_OF_BROWSER, caller.actor.id) == 10
    with pytest.raises(TooManyTries) as found:
        scene.account_security.change_password(caller, WORDS, OTHER)
    assert found.value.facts["field"] == "current"
    with pytest.raises(TooManyTries):
        wish(scene)(WORDS)
    assert scene.can_sign_in(MAIL, WORDS)
    scene.later(minutes=15)
    scene.account_security.change_password(caller, WORDS, OTHER)
    counted = scene.paces.counted(WRONG_PASSWORDS_OF_BROWSER, caller.actor.id)
    assert (scene.can_sign_in(MAIL, OTHER), counted) == (True, 0)


@pytest.mark.parametrize("door", [wish, used_reset])
def test_a_password_that_the_user_pool_never_looked_at_counts_nowhere(
    scene: AccountScene, door: Callable[[AccountScene], Callable[[str], object]]
) -> None:
    attempt = door(scene)
    scene.identity.unavailable(10)
    for _ in range(10):
        with pytest.raises(Busy):
            attempt(WORDS)
    assert scene.paces.counted(WRONG_PASSWORDS, MAIL) == 0


def test_a_reset_whose_last_answer_was_lost_is_repeated_though_ten_were_wrong_before(scene: AccountScene) -> None:
    guess(scene, 10)
    scene.account_wishes.reset(MAIL)
    token = scene.link(RESET, scene.holder(MAIL) or "", RESET_LIFE)
    scene.store.fail_after_commit()
    with pytest.raises(Busy):
        scene.account_security.reset(token, OTHER)
    assert scene.account_security.reset(token, OTHER).state == "done"
    assert scene.sign_in.sign_in(MAIL, OTHER).person.email == MAIL


def test_many_right_passwords_at_once_are_not_called_wrong(scene: AccountScene) -> None:
    """Ten that the user pool has not answered yet look like ten wrong ones."""
    for _ in range(10):
        assert scene.paces.count(WRONG_PASSWORDS, MAIL) is None
    assert (
        refused(scene).detail == "There were too many wrong passwords for this address, or too many at the same moment."
    )
