"""Guessing a password: ten wrong ones for an address and none is looked at for a quarter of an hour, whether or not somebody has it."""

from __future__ import annotations

import pytest

from shared.domain.accounts import RESET, RESET_LIFE
from shared.domain.errors import Busy, TooManyTries, WrongCredentials
from tests.unit.services.account_scene import MAIL, WORDS, AccountScene

NOBODY, OTHER = "nobody@example.org", "amber meadow compass"


@pytest.fixture
def scene() -> AccountScene:
    made = AccountScene()
    made.person()
    return made


def guess(scene: AccountScene, times: int, email: str = MAIL) -> None:
    for _ in range(times):
        with pytest.raises(WrongCredentials):
            scene.accounts.sign_in(email, OTHER)


def refused(scene: AccountScene, email: str = MAIL, password: str = WORDS) -> TooManyTries:
    with pytest.raises(TooManyTries) as found:
        scene.accounts.sign_in(email, password)
    return found.value


def test_after_ten_wrong_passwords_the_right_one_waits_a_quarter_of_an_hour_to_the_second(scene: AccountScene) -> None:
    guess(scene, 10)
    assert refused(scene).facts["retry_after"] == "2026-11-23T15:15:00Z"
    scene.later(minutes=14, seconds=59)
    assert refused(scene).remedy == "Try again in 1 minute, or choose a new password."
    scene.later(seconds=1)
    assert scene.accounts.sign_in(MAIL, WORDS).person.email == MAIL


def test_nine_wrong_passwords_leave_the_tenth_try_and_the_right_one_ends_the_counting(scene: AccountScene) -> None:
    for _ in range(2):
        guess(scene, 9)
        scene.accounts.sign_in(MAIL, WORDS)
    assert scene.guesses.counted(MAIL) == 0


def test_an_address_that_nobody_has_is_refused_in_the_same_words(scene: AccountScene) -> None:
    for email in (MAIL, NOBODY):
        guess(scene, 10, email)
    known, unknown = refused(scene), refused(scene, NOBODY)
    assert (known.detail, known.remedy, known.facts) == (unknown.detail, unknown.remedy, unknown.facts)


def test_wrong_passwords_for_one_address_stop_nobody_else(scene: AccountScene) -> None:
    guess(scene, 10, NOBODY)
    assert scene.accounts.sign_in(MAIL, WORDS).person.email == MAIL


def test_an_address_in_other_letters_is_the_same_one(scene: AccountScene) -> None:
    guess(scene, 10, f" {MAIL.upper()} ")
    assert refused(scene)


def test_whoever_asks_for_tokens_is_counted_as_well(scene: AccountScene) -> None:
    for _ in range(10):
        with pytest.raises(WrongCredentials):
            scene.accounts.tokens(MAIL, OTHER)
    with pytest.raises(TooManyTries):
        scene.accounts.tokens(MAIL, WORDS)


def test_tries_that_the_user_pool_never_looked_at_do_not_count(scene: AccountScene) -> None:
    scene.identity.unavailable(10)
    for _ in range(10):
        with pytest.raises(Busy):
            scene.accounts.sign_in(MAIL, WORDS)
    assert scene.accounts.sign_in(MAIL, WORDS).person.email == MAIL


def test_who_is_signed_in_already_stays_so(scene: AccountScene) -> None:
    account_id = scene.accounts.sign_in(MAIL, WORDS).person.account_id
    session = scene.accounts.open_session(account_id)
    guess(scene, 10)
    assert scene.sessions.read(session)


def test_a_new_password_from_the_mails_link_works_at_once(scene: AccountScene) -> None:
    guess(scene, 10)
    scene.care.forgot(MAIL)
    account_id = scene.holder(MAIL) or ""
    scene.care.reset(scene.links.make(RESET, account_id, scene.clock.now() + RESET_LIFE), OTHER)
    assert scene.accounts.sign_in(MAIL, OTHER).person.account_id == account_id
